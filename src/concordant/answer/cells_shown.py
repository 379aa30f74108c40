"""The cells of an answer as values beside their words, so that nobody has to read a number out of `<= 12 months`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from concordant.answer.model import Answer, Ask, OtherSide
from concordant.answer.parts import CellShown
from concordant.decide.ask import Question
from concordant.decide.cells import Cell, bounds_of
from concordant.decide.sides import Side
from concordant.facts import unit_words, words_left
from concordant.features import Feature
from concordant.quantities import Interval


def with_cells(answer: Answer, asked: Sequence[Question], sides: Iterable[Side], by_name: Mapping[str, Feature]) -> Answer:
    """The answer in which every branch of a question and every other side tells its cell."""
    questions = [_of_question(shown, one) for shown, one in zip(answer.ask, asked, strict=False)]
    others = [_of_side(shown, one, by_name) for shown, one in zip(answer.other_sides, sides, strict=False)]
    return replace(answer, ask=questions, other_sides=others)


def _of_question(shown: Ask, one: Question) -> Ask:
    pairs = zip(shown.changes, one.branches, strict=False)  # of a fact in conflict no branch is shown
    return replace(shown, changes=[replace(change, cell=cell_shown(one.feature, branch.cell)) for change, branch in pairs])


def _of_side(shown: OtherSide, one: Side, by_name: Mapping[str, Feature]) -> OtherSide:
    return replace(shown, cell=cell_shown(by_name[one.feature], one.whole))


def cell_shown(feature: Feature, cell: Cell) -> CellShown:
    """The words of the cell, or the ends of its range with the unit as people print it."""
    part = cell.part or cell.value
    if not isinstance(part, Interval):
        return CellShown(words=list(words_left(part) or feature.values))
    ends = bounds_of(feature, part)
    return CellShown(
        low=ends.low,
        high=ends.high,
        low_outside=ends.low_outside,
        high_outside=ends.high_outside,
        unit=unit_words(feature.unit),
    )
