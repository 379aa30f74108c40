"""Where a statement begins and ends for a patient: each fact by itself, and the values at which the statement turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from concordant.decide.decision import Outcome
from concordant.decide.lanes import LaneDecisions
from concordant.decide.partitions import Cell, join_cells, make_cells
from concordant.decide.situation import Situation
from concordant.derive.lanes import Supposition
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.patient.facts import Value


@dataclass(frozen=True, slots=True)
class Boundary:
    """A value of one fact, all else as it is: whether the statement applies then, and what comes of the patient.

    `is_now` marks the value that the patient has. `outcome` is None for a value that no patient can have beside the other facts.
    """

    feature: Feature
    cell: Cell
    applies: Truth
    outcome: Outcome | None
    is_now: bool


def find_boundaries(situation: Situation, statement: Statement) -> list[tuple[Boundary, ...]]:
    """For each fact that can turn the statement: all its values, those side by side that come to the same told as one."""
    ways = [(feature, cell) for feature in _list_features(situation, statement) for cell in _make_cells(feature, situation)]
    decided = _suppose(ways, situation, statement)
    judged = [_judge_cell(number, *way, decided, situation, statement) for number, way in enumerate(ways)]
    rows = [tuple(_join_alike(some)) for _, some in groupby(judged, key=lambda one: one.feature.name)]
    return [row for row in rows if len({one.applies for one in row if one.outcome is not None}) > 1]


def _list_features(situation: Situation, statement: Statement) -> Iterator[Feature]:
    """What the statement reads, also through rules, as far as a person can be asked about it."""
    wanted = situation.plan.collect_inputs(situation.frame.reads[statement.id])
    return (feature for feature in situation.plan.features if feature.name in wanted and feature.question)


def _make_cells(feature: Feature, situation: Situation) -> list[Cell]:
    return make_cells(feature, situation.frame.cuts.get(feature.name, ()), None)


def _suppose(ways: Sequence[tuple[Feature, Cell]], situation: Situation, statement: Statement) -> LaneDecisions:
    changes = [{feature.name: cell.value} for feature, cell in ways]
    return situation.suppose([Supposition(change, change) for change in changes], asked=[statement.applies_if])


def _judge_cell(
    number: int, feature: Feature, cell: Cell, decided: LaneDecisions, situation: Situation, statement: Statement
) -> Boundary:
    true, false = decided.facts.reader.read(statement.applies_if)
    applies = TRUE if true >> number & 1 else FALSE if false >> number & 1 else UNKNOWN
    outcome = None if decided[number].impossible else decided[number].outcome
    return Boundary(feature, cell, applies, outcome, _holds(cell, situation.facts[feature.name].value))


def _holds(cell: Cell, value: Value) -> bool:
    """Whether what is known lies within the cell."""
    if isinstance(cell.value, Interval):
        return isinstance(value, Interval) and value.is_within(cell.value)
    return cell.value == value


def _join_alike(row: Iterable[Boundary]) -> Iterator[Boundary]:
    """Ranges of a number that follow each other and come to the same, as one; words stay apart."""
    for _, group in groupby(row, key=lambda one: (one.applies, one.outcome, None if one.feature.is_numeric else one.cell.name)):
        first, *others = group
        for other in others:
            cell = join_cells(first.feature, first.cell, other.cell)
            first = Boundary(first.feature, cell, first.applies, first.outcome, first.is_now or other.is_now)
        yield first
