"""What a reader tells of the patients, as columns that can be laid side by side, and where two of them part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from concordant.decide.decision import Decision
from tests.exam.sitting import Sitting

Aspect = tuple[str, str]  # what is told (KINDS), and of which statement, proposal, bar or feature
KINDS = ("answer", "guideline", "outcome", "preferred", "offered", "status", "applies", "bar", "role", "asked")
NEVER_EMPTY = ("answer", "outcome")


class Column(NamedTuple):
    """Of each so many patients, beginning with the first, what is told."""

    every: int
    values: pa.Array


Told = Mapping[Aspect, Column]


class Difference(NamedTuple):
    """What one reader says otherwise of a patient."""

    aspect: Aspect
    patient: int
    says: str | None
    reference: str | None


def make_column(values: Iterable[str | None], every: int = 1) -> Column:
    return Column(every, pa.array(list(values), pa.string()))


def compare(told: Told, reference: Told, counted: dict[str, int]) -> Iterator[Difference]:
    """Where the two part, of what both tell; `counted` gets how often they were compared, by kind."""
    for aspect in (one for one in told if one in reference):
        one, other = told[aspect], reference[aspect]
        every = math.lcm(one.every, other.every)
        left, right = _take(one, every), _take(other, every)
        if aspect[0] in NEVER_EMPTY and left.null_count:  # a patient of whom this reader does not tell it
            right = pc.if_else(pc.is_valid(left), right, None)
        counted[aspect[0]] = counted.get(aspect[0], 0) + len(left) - (left.null_count if aspect[0] in NEVER_EMPTY else 0)
        if not left.equals(right):
            for place in find_unlike(left, right):
                yield Difference(aspect, place * every, left[place].as_py(), right[place].as_py())


def _take(column: Column, every: int) -> pa.Array:
    step = every // column.every
    return column.values if step == 1 else column.values.take(pa.array(range(0, len(column.values), step)))


def find_unlike(one: pa.Array, other: pa.Array) -> list[int]:
    """The places where two columns are not the same; nothing is the same as nothing."""
    same = pc.or_kleene(pc.equal(one, other), pc.and_(pc.is_null(one), pc.is_null(other)))
    return pc.indices_nonzero(pc.invert(pc.fill_null(same, False))).to_pylist()


def tell_decisions(sitting: Sitting, decisions: Sequence[Decision]) -> dict[Aspect, Column]:
    """What whole decisions tell."""
    statuses = [{judged.proposal.id: judged.status for judged in decision.everything} for decision in decisions]
    roles = [{judged.proposal.id: judged.role for judged in one.everything if judged.is_offered} for one in decisions]
    told: dict[Aspect, Column] = {
        ("answer", ""): make_column(one.answer for one in decisions),
        ("guideline", ""): make_column(one.speaking.id if one.speaking else None for one in decisions),
        ("outcome", ""): make_column("|".join(one.outcome[1]) for one in decisions),
        ("offered", ""): make_column("|".join(j.proposal.regimen.id for j in one.offered) for one in decisions),
        ("preferred", ""): make_column(
            "|".join(j.proposal.regimen.id for j in one.offered if j.role == "preferred") for one in decisions
        ),
    }
    told["outcome", "counted"] = told["outcome", ""]  # a table tells it twice: for each patient, and by the planes it counts
    for proposal in sitting.any_frame.proposals:
        told["status", proposal.id] = make_column(one.get(proposal.id) for one in statuses)
        told["role", proposal.id] = make_column(one.get(proposal.id) for one in roles)
    for statement in sitting.frame.statements:
        told["applies", statement.id] = make_column(one.statements[statement.id].truth.value for one in decisions)
    return told
