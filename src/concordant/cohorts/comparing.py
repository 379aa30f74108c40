"""Two guidelines asked about the same points: who would be treated otherwise, from what to what, with patients to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.deciding import DecidingRules, decide_points
from concordant.patient.fact_table import PATIENT
from concordant.readers.facts_table import ArrowTable

MOST_WITNESSES = 3
TOLD = (names.ANSWER, names.PREFERRED, names.OFFERED, names.VERDICT, names.REASON, names.STATEMENT)
SHARED = (PATIENT, names.SITE, names.POINT, names.DATE, names.NUMBER, names.LINE, names.GIVEN)
BEFORE, AFTER = "_before", "_after"


class SaidOutcome(NamedTuple):
    """What is said at a point: the answer, and the preferred regimens, or all that are offered where none is preferred."""

    answer: str
    regimens: tuple[str, ...]


@dataclass
class Move:
    """Points that go from one outcome to another, and some of their patients with the day."""

    before: SaidOutcome
    after: SaidOutcome
    points: int = 0
    witnesses: list[tuple[str, str, str]] = field(default_factory=list)


def compare_points(facts: ArrowTable, before: DecidingRules, after: DecidingRules) -> ArrowTable:
    """The points decided by both, a row each: what they share, then what each says."""
    one, other = decide_points(facts, before), decide_points(facts, after)
    columns = {name: one.column(name) for name in SHARED}
    for end, told in ((BEFORE, one), (AFTER, other)):
        columns |= {name + end: told.column(name) for name in TOLD}
    return pa.table(columns)


def count_moves(tables: Iterable[ArrowTable]) -> list[Move]:
    """Every pair of outcomes that differ, with its points, the most frequent first."""
    moves: dict[tuple[SaidOutcome, SaidOutcome], Move] = {}
    for row in _iter_rows(tables):
        before, after = _read_outcome(row, BEFORE), _read_outcome(row, AFTER)
        if before != after:
            move = moves.setdefault((before, after), Move(before, after))
            move.points += 1
            if len(move.witnesses) < MOST_WITNESSES:
                move.witnesses.append((str(row[PATIENT]), str(row[names.POINT]), str(row[names.DATE])))
    return sorted(moves.values(), key=lambda move: (-move.points, move.before, move.after))


def _iter_rows(tables: Iterable[ArrowTable]) -> Iterator[dict[str, object]]:
    for table in tables:
        yield from table.to_pylist()


def _read_outcome(row: dict[str, object], end: str) -> SaidOutcome:
    preferred, offered = row[names.PREFERRED + end], row[names.OFFERED + end]
    regimens = preferred or offered or ()
    assert isinstance(regimens, list | tuple)
    return SaidOutcome(str(row[names.ANSWER + end]), tuple(sorted(map(str, regimens))))
