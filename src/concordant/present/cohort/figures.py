"""The figures of a report, each with its table and its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from concordant.cohorts.concordance import YEAR
from concordant.cohorts.counts import Share, Strata, compute_share
from concordant.cohorts.gathered import CohortFindings
from concordant.cohorts.milestones import Milestone
from concordant.cohorts.practice import Adoption
from concordant.cohorts.statistics import CurveStep, Interval
from concordant.present.cohort.charts import WIDTH, Bar, Mark, draw_bounds, draw_bounds_over_time, draw_counts, draw_curves
from concordant.present.cohort.page import Block, Figure, Table
from concordant.present.cohort.tables import list_labels, tabulate_strata
from concordant.present.cohort.words import (
    MONTH,
    NONE,
    call_column,
    call_reason,
    call_stratum,
    format_bounds,
    format_count,
    format_day,
    format_months,
    format_percent,
    lower_first,
)

READ_BAR = "Bar: from undecidable counted as not concordant to undecidable counted as concordant. Line: {percent} % interval."
MISSING_NOTE = (
    "May settle: with some of its values the answer would be decided. A point may wait for several facts, so the first two "
    "columns do not add up; the last one counts each point once, under its most useful question."
)
MOST_DRAWN = 40
NUMBER_WIDTH = 22.0  # of the circle of a number, in points of the picture


def make_time_figure(found: CohortFindings) -> Figure | None:
    """The bounds by year, with what became public when; None where no more than one year can be shown."""
    strata = next((one for one in found.counted.strata if one.by == YEAR), None)
    bars = [] if strata is None else [bar for bar in _list_bars(found, strata) if bar.name.isdigit()]
    if strata is None or len(bars) < 2:
        return None
    placed = [bar._replace(place=int(bar.name) + 0.5) for bar in bars]
    span = (placed[0].place - 0.5, placed[-1].place + 0.5)
    shown = [one for one in found.milestones if span[0] <= _measure_year(one.day) <= span[1]]  # the years that have a share
    marks = place_marks(shown, span)
    told = f"Share of concordant points by year. {_tell_bars(placed)}"
    legend = [f"{mark.number}  {format_day(one.day)}: {one.says}" for mark, one in zip(marks, shown, strict=True)]
    notes = [READ_BAR.format(percent=found.counted.order.measure.percent), *legend]
    svg = draw_bounds_over_time(placed, marks, span, told)
    return Figure("Concordance over time", svg, told, tabulate_strata(found, strata), notes)


def place_marks(milestones: Sequence[Milestone], span: tuple[float, float]) -> list[Mark]:
    """Numbers along the time, on rows of their own where they would meet."""
    ends: list[float] = []
    marks = []
    for number, one in enumerate(milestones, 1):
        place = _measure_year(one.day)
        x = (place - span[0]) / (span[1] - span[0]) * WIDTH
        row = next((i for i, end in enumerate(ends) if x - end >= NUMBER_WIDTH), len(ends))
        ends[row : row + 1] = [x]
        marks.append(Mark(number, place, row, one.kind == "guideline"))
    return marks


def _measure_year(day: dt.date) -> float:
    begin, end = dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1)
    return day.year + (day - begin).days / (end - begin).days


def make_strata_figure(found: CohortFindings, strata: Strata) -> Figure | Table:
    """The bounds of the strata of one column; only the table where there is nothing to compare, or too much."""
    bars, table = _list_bars(found, strata), tabulate_strata(found, strata)
    if not 2 <= len(bars) <= MOST_DRAWN:
        return table
    title = f"By {lower_first(call_column(strata.by, list_labels(found)))}"
    told = f"Share of concordant points {lower_first(title)}. {_tell_bars(bars)}"
    return Figure(title, draw_bounds(bars, told), told, table, [READ_BAR.format(percent=found.counted.order.measure.percent)])


def _list_bars(found: CohortFindings, strata: Strata) -> list[Bar]:
    measure, labels = found.counted.order.measure, list_labels(found)
    shares = [(call_stratum(strata.by, row.name, labels), compute_share(row.tally, measure)) for row in strata.rows if row.tally]
    return [_make_bar(name, share) for name, share in shares if share.bounds is not None]


def _make_bar(name: str, share: Share) -> Bar:
    assert share.bounds is not None and share.interval is not None
    low, high, least, most = (round(end * 100, 2) for end in (*share.bounds, *share.interval))
    return Bar(name, 0.0, low, high, least, most, share.of or 0)


def _tell_bars(bars: Sequence[Bar]) -> str:
    return "; ".join(f"{bar.name}: {bar.low:.0f} to {bar.high:.0f} % of {bar.of:,}" for bar in bars) + "."


def make_reasons_figure(found: CohortFindings) -> Figure | None:
    """Why a point is not concordant, or justified."""
    tones = {"not_offered": "dark", "against": "dark", "justified": "pale"}
    shown = [one for verdict in tones for one in found.reasons if one.verdict == verdict]
    if not shown:
        return None
    names = {"not_offered": "Not among the guideline's options", "against": "Advised against", "justified": "Accepted reason"}
    told_as = {one: f"{names[one.verdict]}{': ' + call_reason(one.reason) if one.reason else ''}" for one in shown}
    rows = [{"name": told_as[one], "count": one.points, "tone": tones[one.verdict]} for one in shown if one.points is not None]
    told = f"Points by reason. {_tell_rows(rows)}"
    table = Table(
        "Why treatment was not concordant, or justified",
        ["Reason", "Points"],
        [[told_as[one], format_count(one.points)] for one in shown],
        numbers=frozenset({1}),
        weights=(80, 20),
    )
    title = "Why the treatment begun was not what the guideline offers"
    notes = ["Dark: not concordant. Pale: an accepted reason is on record."]
    return Figure(title, draw_counts(rows, "Points", told), told, table, notes) if rows else None


def _tell_rows(rows: Sequence[dict[str, Any]]) -> str:
    return "; ".join(f"{row['name']}: {row['count']:,}" for row in rows) + "."


def make_missing_figure(found: CohortFindings) -> Figure | None:
    """Which missing fact blocks most answers, and how many points it may settle."""
    if not found.missing:
        return None
    labels = list_labels(found)
    shown = sorted(found.missing, key=lambda one: (-one.named, one.feature))
    rows = [{"name": labels.get(one.feature, one.feature), "count": one.named, "tone": "dark"} for one in shown[:15]]
    told = f"Undecidable points that one fact alone may settle. {_tell_rows(rows)}"
    table = Table(
        "Missing facts",
        ["Fact", "May settle, alone", "The only question that helps", "The first to ask"],
        [[labels.get(one.feature, one.feature), *map(format_count, (one.named, one.alone, one.first))] for one in shown],
        MISSING_NOTE,
        numbers=frozenset({1, 2, 3}),
        weights=(49, 17, 17, 17),
    )
    return Figure("Missing facts, by the points they may settle", draw_counts(rows, "Undecidable points", told), told, table)


def make_adoption_blocks(found: CohortFindings) -> list[Block]:
    """From evidence to practice: one curve a regimen, with its steps, and the table of what was watched."""
    labels = list_labels(found)
    drawn = [one for one in found.adoptions if one.steps]
    table = _tabulate_adoptions(found, labels)
    if not drawn:
        return [table] if found.adoptions else []
    told = f"Sites that have begun a regimen. {' '.join(_tell_adoption(one, labels) for one in drawn)}"
    longest = max(one.steps[-1].time for one in drawn) / MONTH * 1.08
    rows = [row for one in drawn for row in _list_curve(labels.get(one.regimen, one.regimen), one.steps, longest)]
    title = "Sites that have begun a regimen since its evidence was public"
    steps = _tabulate_steps(drawn, labels, found.counted.order.measure.percent)
    return [Figure(title, draw_curves(rows, longest, told), told, steps), table]


def _tell_adoption(one: Adoption, labels: Mapping[str, str]) -> str:
    reached = f"after {format_months(one.median_days)} months" if one.median_days is not None else "not reached"
    return f"{labels.get(one.regimen, one.regimen)}: half of {one.sites} sites {reached}."


def _tabulate_adoptions(found: CohortFindings, labels: Mapping[str, str]) -> Table:
    columns = [
        "Regimen",
        "Approved",
        "Preferred since",
        "Sites watched",
        "Begun before",
        "First start",
        "Months to half",
    ]
    rows = [
        [
            labels.get(one.regimen, one.regimen),
            format_day(one.approved) if one.approved else NONE,
            format_day(one.preferred_since) if one.preferred_since else NONE,
            format_count(one.sites),
            format_count(one.before),
            format_day(one.first_use) if one.first_use else NONE,
            _tell_median(one),
        ]
        for one in found.adoptions
    ]
    note = found.rules.time_to_practice.says
    weights = (30, 15, 15, 10, 10, 15, 11)
    return Table("What was watched", columns, rows, note, numbers=frozenset({3, 4, 6}), weights=weights)


def _tell_median(one: Adoption) -> str:
    if not one.sites:
        return NONE
    return format_months(one.median_days) if one.median_days is not None else "not reached"


def _tabulate_steps(drawn: Sequence[Adoption], labels: Mapping[str, str], percent: int) -> Table:
    columns = ["Regimen", "Months", "Sites at risk", "Begin it", "Have begun it", f"{percent} % interval"]
    rows = [
        [
            labels.get(one.regimen, one.regimen),
            format_months(step.time),
            format_count(step.at_risk),
            format_count(step.events),
            format_percent(1 - step.without),
            format_bounds(Interval(1 - step.interval.high, 1 - step.interval.low)) if 0 < step.without < 1 else NONE,
        ]
        for one in drawn
        for step in one.steps
    ]
    weights = (40, 12, 12, 12, 12, 16)
    return Table("Sites that have begun a regimen, by time", columns, rows, numbers=frozenset(range(1, 6)), weights=weights)


def _list_curve(name: str, steps: Sequence[CurveStep], longest: float) -> list[dict[str, Any]]:
    """A curve from none at the start to the end of the picture."""
    points = [(0.0, 0.0), *((step.time / MONTH, (1 - step.without) * 100) for step in steps)]
    return [{"curve": name, "months": months, "share": share} for months, share in [*points, (longest, points[-1][1])]]
