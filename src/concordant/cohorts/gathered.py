"""All that a report tells of a cohort, counted once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.concordance import ConcordanceOrder, Counted, count_concordance
from concordant.cohorts.findings import (
    JOINED,
    NOT_NAMED,
    GivenInstead,
    MissingFact,
    ReasonCount,
    count_given_instead,
    count_missing_facts,
    count_reasons,
    find_main_cause,
    join_given,
)
from concordant.cohorts.journeys import Journeys, trace_journeys
from concordant.cohorts.milestones import Milestone, list_milestones
from concordant.cohorts.practice import Adoption, match_regimens, trace_adoption
from concordant.cohorts.rules import load_checklist, load_concordance_rules
from concordant.cohorts.sensitivity import Variant, list_assumed, vary_assumptions
from concordant.model.cohort import VERDICTS, Checklist, ConcordanceRules
from concordant.model.knowledge import Knowledge
from concordant.readers.facts_table import ArrowTable

NAMED_LINE = "line_start"
UNNAMED_DRUG = "a drug that is not named exactly"


@dataclass(frozen=True)
class CohortFindings:
    """A counted cohort with what surrounds it. `days` are the first and the last day on which a point lies."""

    counted: Counted
    knowledge: Knowledge
    rules: ConcordanceRules
    checklist: Checklist
    days: tuple[dt.date, dt.date] | None
    reasons: Sequence[ReasonCount]
    instead: Sequence[GivenInstead]
    missing: Sequence[MissingFact]
    main_cause: tuple[str, str] | None
    journeys: Journeys | None
    adoptions: Sequence[Adoption]
    milestones: Sequence[Milestone]
    variants: Sequence[Variant]
    assumed: Sequence[str]
    name_given: Callable[[str], str]


def gather_findings(folder: Path, order: ConcordanceOrder, knowledge: Knowledge, beside: Sequence[Path] = ()) -> CohortFindings:
    """Count a cohort for a report. Raises Unreadable or Refused; see `count_concordance`."""
    rules, below = load_concordance_rules(knowledge), order.suppress
    counted = count_concordance(folder, order)
    points = counted.points
    days = find_days(points)
    regimens = {frozenset(one.drugs): one.id for one in reversed(knowledge.regimens)}
    given = match_regimens(join_given(points).to_pylist(), regimens)
    return CohortFindings(
        counted=counted,
        knowledge=knowledge,
        rules=rules,
        checklist=load_checklist(knowledge),
        days=days,
        reasons=count_reasons(points, VERDICTS, below, counted.overall.told),
        instead=count_given_instead(points, below),
        missing=count_missing_facts(points, below),
        main_cause=find_main_cause(points),
        journeys=_trace_lines(order, points, knowledge, regimens),
        adoptions=[] if below else trace_adoption(points, knowledge, given, order.measure.percent),
        milestones=list_milestones(knowledge, *days, _list_regimens(points, given)) if days else [],
        variants=vary_assumptions(counted, rules, beside),
        assumed=list_assumed(points),
        name_given=make_namer(knowledge, regimens),
    )


def find_days(points: ArrowTable) -> tuple[dt.date, dt.date] | None:
    """The first and the last day of the points; None where no point is dated."""
    ends = pc.min_max(points[names.DATE]).as_py()
    return (ends["min"], ends["max"]) if ends["min"] is not None else None


def _list_regimens(points: ArrowTable, given: Mapping[int, str]) -> set[str]:
    preferred = pc.unique(pc.list_flatten(points[names.PREFERRED])).to_pylist()
    return {*filter(None, preferred), *given.values()}


def _trace_lines(
    order: ConcordanceOrder, points: ArrowTable, knowledge: Knowledge, regimens: Mapping[frozenset[str], str]
) -> Journeys | None:
    if order.point != NAMED_LINE:
        return None
    return trace_journeys(points, make_namer(knowledge, regimens), order.suppress)


def make_namer(knowledge: Knowledge, regimens: Mapping[frozenset[str], str]) -> Callable[[str], str]:
    """How drugs that were given together are called: by their regimen, else one by one."""
    called = {one.id: one.name for one in knowledge.regimens}
    drugs = {one.id: one.name for one in knowledge.drugs} | {NOT_NAMED: UNNAMED_DRUG}

    def name_given(word: str) -> str:
        parts = word.split(JOINED)
        regimen = regimens.get(frozenset(parts))
        return called[regimen] if regimen else " + ".join(drugs.get(part, part) for part in parts)

    return name_given
