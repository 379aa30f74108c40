"""The witness of a broken law: one patient in two cases, before and after something was learnt."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.logic.intervals import Interval
from concordant.logic.truth import UNKNOWN
from concordant.patient.facts import Value, value_from_words
from concordant.readers.explain import explain
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
    before, after = (bench.run_case(case) for case in cases)
    shown = next(find_overturned(now, before, after), "")
    return Witness("---\n".join(cases), "" if shown else "run again nothing definite is overturned")


def _say_values(bench: WitnessBench, known: PartialPatients, found: Assignment, mark: str) -> dict[str, str]:
    return {name: bench.say_value(name, value) for name, value in _read_values(known, found, mark).items()}


def _read_values(known: PartialPatients, found: Assignment, mark: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for feature in known.features:
        name = feature.name
        if feature.is_numeric:
            low, high = found.get(f"{name}_low{mark}"), found.get(f"{name}_high{mark}")
            if low is not None and high is not None:
                values[name] = Interval(float(low), float(max(low, high)))
        elif feature.kind != "inferred" or not feature.rules:
            words = [word for word in feature.values if found.get(left(name, word).feature + mark, "yes") == "yes"]
            value = value_from_words(feature, words)
            if value is not None:
                values[name] = value
    return values


def find_overturned(now: Proving, before: Rerun, after: Rerun) -> Iterator[str]:
    """What was definite before, and is another after."""
    for condition in list_law_conditions(now):
        truth = explain(condition, before.facts).truth
        if truth is not UNKNOWN and explain(condition, after.facts).truth is not truth:
            yield f"{condition}"
    statuses = {one.proposal.id: one.status for one in after.decision.everything}
    for one in before.decision.everything:
        if statuses[one.proposal.id] not in MAY_BECOME[one.status]:
            yield one.proposal.id
