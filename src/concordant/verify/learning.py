"""The witness of a broken law: one patient in two cases, before and after something was learnt."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.errors import ConcordantError
from concordant.logic.intervals import NO_HIGH, NO_LOW, Interval
from concordant.logic.truth import UNKNOWN
from concordant.model.features import Feature
from concordant.patient.facts import Value, value_from_words
from concordant.readers.explain import explain
from concordant.record.casefile.blocks import OPEN
from concordant.verify.decided import Proving
from concordant.verify.law import MAY_BECOME, list_law_conditions
from concordant.verify.obligations import Question, Rerun
from concordant.verify.partial import PartialPatients, left
from concordant.verify.space import TWIN, Assignment
from concordant.verify.witness import Witness, WitnessBench


def make_law_witness(now: Proving, bench: WitnessBench, known: PartialPatients, question: Question, found: Assignment) -> Witness:
    """Both cases, one below the other; run again, something definite must be another in the second."""
    cases = [
        bench.write_case(f"{question.about}: {when}", _say_values(bench, known, found, mark), question.says)
        for when, mark in (("before", ""), ("after", TWIN))
    ]
    both = "---\n".join(cases)
    try:
        before, after = (bench.run_case(case) for case in cases)
    except ConcordantError as error:
        return Witness(both, f"a case is refused: {error.complaints[0]}")
    overturned = next(find_overturned(now, question.about, before, after), "")
    return Witness(both, "" if overturned else "run again nothing definite is overturned", overturned)


def _say_values(bench: WitnessBench, known: PartialPatients, found: Assignment, mark: str) -> dict[str, str]:
    """What is known as it is stated; what is not known is told to be open, so that silence says nothing."""
    values = _read_values(known, found, mark)
    return {name: OPEN if value is None else bench.say_value(name, value) for name, value in values.items()}


def _read_values(known: PartialPatients, found: Assignment, mark: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for feature in known.features:
        if feature.is_numeric:
            value: Value = _read_interval(known, feature, found, mark)
        else:
            words = [word for word in feature.values if found.get(left(feature.name, word).feature + mark, "yes") == "yes"]
            value = value_from_words(feature, words)
        if feature.kind != "inferred" or not feature.rules:
            values[feature.name] = value
    return values


def _read_interval(known: PartialPatients, feature: Feature, found: Assignment, mark: str) -> Interval | None:
    """What is left of a number; beyond the last bound that anything compares it with, it is open."""
    bounds = [bound for bound, _ in known.ends(feature)]
    low, high = found.get(f"{feature.name}_low{mark}"), found.get(f"{feature.name}_high{mark}")
    if not bounds or low is None or high is None:
        return None
    first = float(low) if float(low) >= min(bounds) else NO_LOW
    last = float(high) if float(high) <= max(bounds) else NO_HIGH
    value = Interval(first, max(first, last))
    possible = Interval(NO_LOW if feature.low is None else feature.low, NO_HIGH if feature.high is None else feature.high)
    return None if value.is_unknown else value.intersect_with(possible)


def find_overturned(now: Proving, about: str, before: Rerun, after: Rerun) -> Iterator[str]:
    """What was definite before, and is another after: of a question about one status, that status."""
    statuses = {one.proposal.id: one.status for one in after.decision.everything}
    for one in before.decision.everything:
        if about in ("conditions", f"status {one.proposal.id}") and statuses[one.proposal.id] not in MAY_BECOME[one.status]:
            yield f"{one.status} becomes {statuses[one.proposal.id]}"
    for condition in list_law_conditions(now) if not about.startswith("status ") else ():
        truth = explain(condition, before.facts).truth
        if truth is not UNKNOWN and explain(condition, after.facts).truth is not truth:
            yield now.say(condition)
