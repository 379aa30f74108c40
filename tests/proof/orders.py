"""How many questions it takes to a decision: the given order against simple ones, over the same patients and replies."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from concordant.model.features import Feature
from concordant.patient.facts import Value
from tests.proof.claims import Patient, is_open, is_read

Choose = Callable[[Patient, Mapping[str, Value], Sequence[str]], str]
MOST_QUESTIONS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One way through: how many questions until something is recommended (or out of scope), and until nothing is asked."""

    to_answer: int
    to_end: int


def a_truth(patient: Patient, rng: random.Random) -> dict[str, Value]:
    """Replies to all that is open, free of contradiction: inputs first, so that what is inferred follows from them."""
    told: dict[str, Value] = {}
    tried: set[str] = set()
    while waiting := [f for f in patient.open_features(told) if f.name not in tried and is_read(patient, f.name)]:
        name = waiting[0].name
        tried.add(name)
        if values := patient.values(name, told, few=True):
            told[name] = rng.choice(values)
    return told


def reply(patient: Patient, truth: Mapping[str, Value], name: str) -> Value:
    """What the patient's file would say when asked."""
    known = patient.fresh(truth).facts[name]
    return truth.get(name) if name in truth else None if is_open(known) else known.value


def follow(patient: Patient, truth: Mapping[str, Value], choose: Choose, *, all_open: bool) -> Asked | None:
    """Ask until nothing is asked; `all_open` chooses among all open features, not among those that are found to matter."""
    told: dict[str, Value] = {}
    useless: set[str] = set()
    to_answer: int | None = None
    for count in range(MOST_QUESTIONS):
        now, questions = patient.asked(told)
        if to_answer is None and now.decision.answer != "needs_data":
            to_answer = count
        names = [n for n in _pool(patient, told, questions, all_open=all_open) if n not in useless]
        if not questions or not names:
            return Asked(count if to_answer is None else to_answer, count)
        name = choose(patient, told, names)
        if (value := reply(patient, truth, name)) is None:
            useless.add(name)
        else:
            told[name] = value
    return None


def _pool(patient: Patient, told: Mapping[str, Value], questions: Sequence[Any], *, all_open: bool) -> list[str]:
    """Among what one may choose: the blocking questions while there are any, in the given order; or all that is open."""
    if all_open:
        return [f.name for f in patient.open_features(told) if is_read(patient, f.name)]
    return [q.feature.name for q in questions if q.blocking] or [q.feature.name for q in questions]


def _given(_: Patient, __: Mapping[str, Value], names: Sequence[str]) -> str:
    return names[0]


def _by_name(_: Patient, __: Mapping[str, Value], names: Sequence[str]) -> str:
    return min(names)


def _by_dictionary(patient: Patient, _: Mapping[str, Value], names: Sequence[str]) -> str:
    return next(name for name in patient.features if name in names)


def _by_coverage(patient: Patient, told: Mapping[str, Value], names: Sequence[str]) -> str:
    """The feature that the most live conditions read, directly or through others."""
    return max(sorted(names), key=lambda name: sum(name in read for read in _live_reads(patient, told)))


def _live_reads(patient: Patient, told: Mapping[str, Value]) -> Iterator[frozenset[str]]:
    now = patient.fresh(told)
    for one in now.decision.judged:
        if one.status != "does_not_apply":
            reads = [now.frame.reads[one.proposal.statement.id], *(now.frame.bar_reads[bar] for bar in one.proposal.bars)]
            yield from (_with_inputs(patient.features, read) for read in reads)


def _with_inputs(features: Mapping[str, Feature], read: frozenset[str]) -> frozenset[str]:
    found, waiting = set(read), list(read)
    while waiting:
        more = features[waiting.pop()].inputs - found
        found |= more
        waiting += more
    return frozenset(found)


def _at_random(patient: Patient, told: Mapping[str, Value], names: Sequence[str]) -> str:
    return random.Random(f"{patient.state.number} {sorted(told)}").choice(sorted(names))


SIMPLE: dict[str, Choose] = {
    "by name": _by_name,
    "by dictionary": _by_dictionary,
    "by coverage": _by_coverage,
    "at random": _at_random,
}
ORDERS: dict[str, tuple[Choose, bool]] = {
    "the given order": (_given, False),
    **{f"blocking first, {name}": (choose, False) for name, choose in SIMPLE.items()},
    **{f"all unknown, {name}": (choose, True) for name, choose in SIMPLE.items()},
}


def compare_orders(patient: Patient, truths: int) -> Iterator[dict[str, Asked]]:
    """For some sets of replies: how far each order gets. Patients to whom nothing is asked are left out."""
    rng = random.Random(f"{patient.state.number} replies")
    if not patient.asked()[1]:
        return
    for _ in range(truths):
        truth = a_truth(patient, rng)
        found = {name: follow(patient, truth, choose, all_open=wide) for name, (choose, wide) in ORDERS.items()}
        told = {name: asked for name, asked in found.items() if asked is not None}
        if len(told) == len(ORDERS):
            yield told
