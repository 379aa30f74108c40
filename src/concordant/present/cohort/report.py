"""The report of a cohort: what it says and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from concordant.cohorts.concordance import YEAR
from concordant.cohorts.gathered import CohortFindings
from concordant.cohorts.sensitivity import list_assumptions
from concordant.model.sources import Cite
from concordant.present.cohort.drawings import make_flow_figure, make_journeys_figure
from concordant.present.cohort.figures import (
    make_adoption_blocks,
    make_missing_figure,
    make_reasons_figure,
    make_strata_figure,
    make_time_figure,
)
from concordant.present.cohort.finding import list_first_lines, tell_about, tell_finding, tell_title
from concordant.present.cohort.page import Block, Part, Points, Report, Source, Table, Text
from concordant.present.cohort.tables import list_labels, tabulate_strata, tabulate_variants
from concordant.present.cohort.words import NONE, call_reason, format_count

STATES = {"filled": "told", "in_part": "told in part", "authors": "for the authors"}
NOT_CHECKED = {"recalled": "from memory, not looked up", "choice": "a choice of the project, not signed off"}
MOST_INSTEAD = 15


def build_report(found: CohortFindings) -> Report:
    """The whole report. Raises ReportMissing without the packages that draw charts."""
    time = make_time_figure(found)
    parts = [Part(name, title, list(blocks)) for name, title, blocks in _list_parts(found, has_time=time is not None)]
    definition = found.counted.summary.definition
    foot = f"Concordant {definition.version} · knowledge {definition.knowledge[:12]} · {definition.source}"
    return Report(
        title=tell_title(found),
        about=tell_about(found),
        finding=tell_finding(found),
        lines=list_first_lines(found),
        figure=time,
        parts=[part for part in parts if part.blocks],
        sources=list(_list_sources(found)),
        foot=foot,
    )


def _list_parts(found: CohortFindings, *, has_time: bool) -> Iterator[tuple[str, str, Iterable[Block]]]:
    yield "who", "Who is counted", [make_flow_figure(found)]
    yield "strata", "By line, site and subgroup", _list_strata(found, has_time=has_time)
    yield "regimens", "Regimens by line of treatment", _list_present(make_journeys_figure(found))
    yield "reasons", "Why treatment was not concordant", [*_list_present(make_reasons_figure(found)), *_list_instead(found)]
    yield "missing", "What is missing", [*_list_present(make_missing_figure(found)), _tabulate_undecidable(found)]
    yield "practice", "From evidence to practice", _list_practice(found)
    yield "otherwise", "If it were counted otherwise", [tabulate_variants(found)]
    yield "read", "How to read it", [Points(list(_list_cautions(found)))]
    yield "definitions", "Definitions", [_tabulate_definitions(found)]
    yield "checklist", "Reporting checklist", _list_checklist(found)
    yield "made", "How this was made", [_tabulate_making(found)]


def _list_present(block: Block | None) -> list[Block]:
    return [] if block is None else [block]


def _list_strata(found: CohortFindings, *, has_time: bool) -> Iterator[Block]:
    for strata in found.counted.strata:
        if strata.by == YEAR:
            if not has_time:
                yield tabulate_strata(found, strata)
        else:
            yield make_strata_figure(found, strata)


def _list_instead(found: CohortFindings) -> list[Block]:
    if not found.instead:
        return []
    labels = list_labels(found)
    namer = found.name_given
    rows = [
        [namer(one.given), labels.get(one.advised, one.advised) or "no single preference", format_count(one.points)]
        for one in found.instead[:MOST_INSTEAD]
    ]
    columns = ["Begun", "Advised first", "Points"]
    left = len(found.instead) - len(rows)
    note = f"{left} rarer combinations are not shown." if left else ""
    return [Table("What was begun instead", columns, rows, note, numbers=frozenset({2}), weights=(42, 42, 16))]


def _tabulate_undecidable(found: CohortFindings) -> Table:
    rows = [
        [call_reason(one.reason).capitalize(), format_count(one.points)] for one in found.reasons if one.verdict == "undecidable"
    ]
    return Table(
        "Why a point cannot be decided", ["Reason", "Points"], rows or [[NONE, "0"]], numbers=frozenset({1}), weights=(80, 20)
    )


def _list_practice(found: CohortFindings) -> list[Block]:
    blocks = make_adoption_blocks(found)
    if blocks:
        return blocks
    if found.counted.order.suppress:
        return [Text("Not shown where small counts are withheld: each step of the curve is the start of one patient.")]
    return [Text("Not drawn: the source names no sites, or no evidence became public while they were watched.")]


def _list_cautions(found: CohortFindings) -> Iterator[str]:
    yield "The bounds are not a confidence interval: they hold whatever is missing turns out to be. The interval adds chance."
    yield "Not concordant is not wrong: the record may lack the reason, and a guideline does not know every patient."
    yield "The shares are descriptive. Nothing is adjusted, so differences between years, sites or groups are no effects."
    yield "A point is judged by what the record knew on that day, as far as the source dates what it tells."
    if found.counted.overall.patients < (found.counted.overall.points or 0):
        yield "Several points may belong to one patient; the interval takes them for independent, and is a little too narrow."
    if found.counted.summary.definition.guideline or found.counted.summary.definition.by:
        yield "Every point was judged by one guideline version, whatever was in force on its day."


def _tabulate_definitions(found: CohortFindings) -> Table:
    rules = found.rules
    window = rules.grace_days.find_days(found.counted.order.point)
    rows: list[tuple[str, str, Sequence[Cite]]] = [
        ("Point and window", window.says, [window.source, *window.beside]),
        ("Concordant", rules.concordant.says, [rules.concordant.source]),
        ("Accepted reasons", rules.justified.says, [rules.justified.source]),
        *((one.label.capitalize(), one.says, [one.source]) for one in rules.accepted_reasons),
        ("Undecidable", rules.undecidable.says, [rules.undecidable.source]),
        ("Interval", rules.interval.says, [rules.interval.source]),
        ("Time to practice", rules.time_to_practice.says, [rules.time_to_practice.source]),
        *([("Small counts", rules.suppression.says, [rules.suppression.source])] if found.counted.order.suppress else []),
    ]
    told = [[name, says, "; ".join(_cite(found, cite) for cite in cites)] for name, says, cites in rows]
    return Table("Definitions", ["Term", "Meaning", "Source"], told, weights=(18, 56, 26))


def _cite(found: CohortFindings, cite: Cite) -> str:
    source = next((one for one in found.knowledge.sources if one.id == cite.ref), None)
    return (source.short or source.citation) if source else cite.ref


def _list_checklist(found: CohortFindings) -> list[Block]:
    items = found.checklist.items
    if not items:
        return []
    counts = {state: sum(1 for one in items if one.state == state) for state in STATES}
    told = ", ".join(f"{counts[state]} {words}" for state, words in STATES.items())
    rows = [[one.list_.upper(), one.item, one.asks, STATES[one.state], one.says] for one in items]
    table = Table(
        "Reporting checklist",
        ["List", "Item", "What is asked for", "Here", "Where, or why not"],
        rows,
        weights=(9, 6, 33, 13, 39),
    )
    return [
        Text(f"STROBE and RECORD, {len(items)} items: {told}. The items are paraphrased: the lists themselves count."),
        table,
    ]


def _tabulate_making(found: CohortFindings) -> Table:
    definition, order = found.counted.summary.definition, found.counted.order
    rows = [
        ("Source", definition.source),
        ("Program", f"Concordant {definition.version}"),
        ("Knowledge that decided the points", definition.knowledge),
        ("Knowledge of this report", found.knowledge.digest),
        ("Record read as of", definition.as_of or "the day of each record"),
        ("Guideline asked for", definition.guideline or "the version in force on the day of each point"),
        ("Kind of point", order.point.replace("_", " ")),
        (
            "Assumed of every patient",
            "; ".join(f"{name}={value}" for name, value in list_assumptions(definition).items()) or "nothing",
        ),
        ("Small counts", f"withheld below {order.suppress}" if order.suppress else "all shown"),
    ]
    return Table("How this was made", ["What", "Value"], [list(row) for row in rows], weights=(30, 70))


def _list_sources(found: CohortFindings) -> Iterator[Source]:
    """The sources of the definitions, of the days, and of the guideline, each once."""
    rules = found.rules
    window = rules.grace_days.find_days(found.counted.order.point)
    cites = [window.source, *window.beside, rules.concordant.source, rules.justified.source]
    cites += [one.source for one in rules.accepted_reasons]
    cites += [rules.undecidable.source, rules.interval.source, rules.time_to_practice.source, *found.checklist.sources]
    cites += [rules.suppression.source] if found.counted.order.suppress else []
    used = [cite.ref for cite in cites] + [one.source for one in found.milestones]
    known = {one.id: one for one in found.knowledge.sources}
    for ref in dict.fromkeys(used):
        if (source := known.get(ref)) is not None:
            yield Source(source.citation, NOT_CHECKED.get(source.checked, f"{source.checked} source"))
