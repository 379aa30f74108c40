"""The two drawings of a report: who is counted, and what patients were given line after line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from concordant.cohorts.concordance import LINES
from concordant.cohorts.gathered import CohortFindings
from concordant.cohorts.journeys import NO_MORE, Journeys
from concordant.cohorts.suppression import suppress_counts
from concordant.present.cohort.boxes import FlowStep, Node, Ribbon, draw_flow, draw_ribbons
from concordant.present.cohort.charts import describe_svg
from concordant.present.cohort.page import Figure, Table
from concordant.present.cohort.tables import JUSTIFIED, OUTSIDE
from concordant.present.cohort.words import HIDDEN, POINTS, call_reason, count_patients, count_points, format_count
from concordant.present.cohort.words import LINES as LINE_WORDS

PATIENTS = {"refused": "refused: why stands in the folder `refused`", "without_point": "without any point of decision"}


def make_flow_figure(found: CohortFindings) -> Figure:
    """From the persons of the source to the points of the share."""
    steps = [step for step in (_make_persons(found), _make_read(found), *_make_points(found)) if step.lines]
    told = f"Who is counted. {'; '.join(map(_tell_step, steps))}."
    table = Table(
        "Who is counted",
        ["Stage", "Left out before the next stage"],
        [["; ".join(step.lines), "; ".join(step.aside) or "–"] for step in steps],
        weights=(50, 50),
    )
    return Figure("Who is counted", describe_svg(draw_flow(steps), told), told, table)


def _tell_step(step: FlowStep) -> str:
    leaving = f" (leaving: {', '.join(step.aside)})" if step.aside else ""
    return f"{', '.join(step.lines)}{leaving}"


def _count_people(found: CohortFindings) -> Mapping[str, int | None]:
    """Everybody of the source once: left out, refused, without a point, with points."""
    summary, below = found.counted.summary, found.counted.order.suppress
    counts = {f"left_out.{reason}": number for reason, number in summary.left_out.items()}
    counts |= {name: summary.flow.get(name, 0) for name in ("refused", "without_point", "with_points")}
    return suppress_counts(counts, below) if below else counts


def _make_persons(found: CohortFindings) -> FlowStep:
    summary = found.counted.summary
    if not summary.left_out:
        return FlowStep([])
    total = summary.source or summary.flow.get("patients", 0) + sum(summary.left_out.values())
    told = _count_people(found)
    aside = [f"{format_count(told[f'left_out.{reason}'])} left out: {reason}" for reason in summary.left_out]
    return FlowStep([f"{total:,} persons in the source"], aside)


def _make_read(found: CohortFindings) -> FlowStep:
    told, flow = _count_people(found), found.counted.summary.flow
    aside = [f"{format_count(told[name])} {words}" for name, words in PATIENTS.items() if flow.get(name)]
    read = flow.get("patients", 0) if HIDDEN not in "".join(aside) else None
    return FlowStep([f"{format_count(read)} patients read"], aside)


def _make_points(found: CohortFindings) -> list[FlowStep]:
    order, overall = found.counted.order, found.counted.overall
    words = POINTS[order.point]
    outside, justified = overall.count_points(OUTSIDE), overall.count_points(JUSTIFIED)
    leaving = [f"{format_count(outside)} outside the guideline", *_list_reasons(found, "out_of_scope")]
    aside = [f"{format_count(justified)} with an accepted reason", *_list_reasons(found, "justified")]
    within = overall.count_points(frozenset(overall.counts) - OUTSIDE)
    share = found.counted.share
    against = overall.count_points(order.measure.denominator - order.measure.numerator - {"undecidable"})
    counts = (share.concordant, "concordant"), (against, "not concordant"), (share.undecidable, "undecidable")
    last = FlowStep([f"{count_points(share.of, words)} in the share", *(f"{format_count(n)} {word}" for n, word in counts)])
    first = FlowStep([count_points(overall.points, words), f"of {count_patients(overall.patients)}"], leaving)
    if order.measure.justified != "left_out" or justified == 0:
        return [first, last]
    return [first, FlowStep([f"{count_points(within, words)} within the guideline"], aside), last]


def _list_reasons(found: CohortFindings, verdict: str) -> list[str]:
    chosen = [one for one in found.reasons if one.verdict == verdict and one.reason and one.points is not None]
    return [f"· {format_count(one.points)} {call_reason(one.reason)}" for one in chosen]


def make_journeys_figure(found: CohortFindings) -> Figure | None:
    """Regimens by line; None where the points are no starts of lines, or nobody has a line."""
    ways = found.journeys
    if ways is None or not ways.stops:
        return None
    lines = [line for line in LINES if any(stop.line == line for stop in ways.stops)]
    nodes = [Node(lines.index(one.line), one.treatment, one.patients) for one in ways.stops]
    ribbons = [
        Ribbon(lines.index(one.line), one.before, one.after, one.patients)
        for one in ways.passages
        if one.line in lines and one.after != NO_MORE
    ]
    svg = draw_ribbons([LINE_WORDS[line].capitalize() for line in lines], nodes, ribbons, "patients")
    table = _tabulate_ways(ways)
    stops = "; ".join(f"{LINE_WORDS[one.line]}, {one.treatment}: {one.patients:,}" for one in ways.stops)
    told = f"What patients were given. {stops}."
    return Figure("Regimens by line of treatment", describe_svg(svg, told), told, table, _list_notes(ways))


def _list_notes(ways: Journeys) -> list[str]:
    notes = ["The first treatment of each patient in each line. A bar that no ribbon leaves: no later line is on record."]
    if ways.hidden:
        notes.append("The ways between the lines are not drawn: some of them have too few patients.")
    if ways.without_line:
        notes.append(f"{ways.without_line:,} treatment starts are not drawn: their line is not known.")
    return notes


def _tabulate_ways(ways: Journeys) -> Table:
    next_: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in sorted(ways.passages, key=lambda one: -one.patients):
        next_[one.line, one.before].append(f"{one.after} {one.patients:,}")
    rows = [
        [LINE_WORDS[one.line], one.treatment, format_count(one.patients), "; ".join(next_[one.line, one.treatment]) or "–"]
        for one in ways.stops
    ]
    columns = ["Line", "Treatment", "Patients", "Next line, patients"]
    return Table("Regimens by line of treatment", columns, rows, numbers=frozenset({2}), weights=(14, 26, 10, 50))
