"""What a cohort is to be, and the rules that follow: how patients become facts, and facts points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from concordant.api.assumptions import check_assumptions
from concordant.api.recommendation import read_supposed
from concordant.api.tables import decide_facts
from concordant.errors import Complaint, Unreadable, quote_word, suggest_word
from concordant.model.cohort import POINT_KINDS, PointKind
from concordant.patient.events import PatientRecord
from concordant.record.courses.line_rules import make_line_rules

if TYPE_CHECKING:
    from concordant.api.engine import Engine
    from concordant.cohorts.deciding import DecidingRules
    from concordant.cohorts.facts import FactRules
    from concordant.cohorts.run import CohortRules

PATIENTS_A_PART = 1000
BEFORE = -1  # the bucket of days on which the version that is asked was not there yet
USUAL_POINTS: tuple[PointKind, ...] = ("advanced_diagnosis", "line_start", "progression")


@dataclass(frozen=True, slots=True)
class CohortOrder:
    """What a cohort is to be: the points that are wanted, by which guideline, and what is assumed of every patient.

    `by` is the day whose guidelines are asked for every point; without it each is asked by those of its own day. `assume` holds
    features and named defaults with their values. A triage leaves out the persons of an OMOP database who bear no sign of the
    disease, unless `everyone` is to be read; only then can several processes (`jobs`) share the work.
    """

    as_of: dt.date | None = None
    today: dt.date | None = None
    points: tuple[PointKind, ...] = USUAL_POINTS
    dates: tuple[dt.date, ...] = ()
    guideline: str = ""
    by: dt.date | None = None
    assume: Mapping[str, str] | None = None
    everyone: bool = False
    jobs: int = 1
    patients_a_part: int = PATIENTS_A_PART


def make_rules(engine: Engine, order: CohortOrder) -> CohortRules:
    """How patients become facts, and facts points, with the words of the order checked. Raises Unreadable or Refused."""
    from concordant.cohorts.run import CohortRules

    check_order(order)
    engine.ruleset(order.by, order.guideline)  # a guideline that there is not is told now, and not of each patient
    return CohortRules(_make_fact_rules(engine, order), make_deciding_rules(engine, order.guideline, order.by))


def check_order(order: CohortOrder) -> None:
    """Raises Unreadable for a kind of point that there is not, or days that nobody asked for."""
    for kind in order.points:
        if kind not in POINT_KINDS:
            way_out = suggest_word(kind, POINT_KINDS) or f"Write some of: {', '.join(POINT_KINDS)}"
            raise Unreadable(Complaint(f"there is no kind of point {quote_word(kind)}", "points", way_out=way_out))
    if bool(order.dates) != ("asked" in order.points):
        raise Unreadable(Complaint("points of the kind 'asked' need days, and days such points", "points", way_out="Give both"))


def _make_fact_rules(engine: Engine, order: CohortOrder) -> FactRules:
    from concordant.cohorts.facts import FactRules
    from concordant.cohorts.points import PointRules
    from concordant.cohorts.rules import load_concordance_rules

    prepared, windows = engine._prepared, load_concordance_rules(engine.knowledge).grace_days
    defaults, supposed = part_assumptions(engine, order.assume or {})
    grace = {kind: windows.find_days(kind).days for kind in POINT_KINDS}
    points = PointRules(frozenset(order.points), grace, order.dates, make_line_rules(engine.knowledge))

    begins = _find_first_day(engine, order.guideline)

    def find_read(day: dt.date) -> frozenset[str]:
        return prepared.find_ruleset(PatientRecord(max(order.by or day, begins)), order.guideline).decisive

    words = frozenset(engine.knowledge.vocabulary.study_words)
    return FactRules(prepared.plan, prepared.bare, points, find_read, supposed, defaults, words)


def _find_first_day(engine: Engine, guideline: str) -> dt.date:
    """The first day on which a version can be asked: before, it was not there."""
    told = {f"{one.id}/{version.version}": version.valid_from for one in engine.knowledge.guidelines for version in one.versions}
    return told.get(guideline, dt.date.min)


def part_assumptions(engine: Engine, assume: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """What is assumed, as named defaults and as values of features. Raises Unreadable or Refused for what is neither."""
    features = {feature.name for feature in engine.knowledge.features}
    defaults = {name: value for name, value in assume.items() if name not in features}
    check_assumptions(defaults, engine.knowledge)
    told = {name: value for name, value in assume.items() if name in features}
    return defaults, read_supposed(told, engine.knowledge, engine.words) if told else {}


def make_deciding_rules(engine: Engine, guideline: str, by: dt.date | None) -> DecidingRules:
    """How facts become points by a guideline, as of each point's own day or of one day for all."""
    from concordant.cohorts.deciding import DecidingRules
    from concordant.cohorts.rules import load_concordance_rules
    from concordant.cohorts.verdicts import TRIAL, AcceptedReasons

    prepared, begins = engine._prepared, _find_first_day(engine, guideline)
    reasons = load_concordance_rules(engine.knowledge).accepted_reasons
    by_kind: dict[str, str] = {kind: one.reason for one in reasons for kind in one.kinds}
    accepted = AcceptedReasons(by_kind, any(one.reason == TRIAL for one in reasons))
    return DecidingRules(
        decide=lambda facts, day: decide_facts(engine, facts, day, guideline),
        find_bucket=lambda day: prepared.find_alike(day, guideline) if day >= begins else BEFORE,
        has_guideline=lambda day: day >= begins and bool(prepared.find_ruleset(PatientRecord(day), guideline).in_force),
        features=prepared.plan.by_name,
        downstream=prepared.plan.downstream,
        lines=make_line_rules(engine.knowledge),
        accepted=accepted,
        knowledge=engine.knowledge.digest,
        fixed_day=by,
    )
