"""The cells of an answer as values beside their words, so that nobody has to read a number out of `<= 12 months`."""

from __future__ import annotations

from concordant.answer.parts import CellShown
from concordant.answer.schema import Change
from concordant.decide.partitions import Cell, find_bounds
from concordant.decide.questions import Branch
from concordant.logic.intervals import Interval
from concordant.model.features import Feature
from concordant.patient.facts import format_unit, list_words_left


def change_shown(feature: Feature, branch: Branch, names: list[str]) -> Change:
    """What one branch of a question leads to, with its cell."""
    answer, regimens = branch.outcome
    cell = make_cell_shown(feature, branch.cell)
    return Change(if_=branch.cell.name, then=list(regimens), names=names, line=branch.line, answer=answer, cell=cell)


def make_cell_shown(feature: Feature, cell: Cell) -> CellShown:
    """The words of the cell, or the ends of its range with the unit as people print it."""
    part = cell.part or cell.value
    if not isinstance(part, Interval):
        return CellShown(words=list(list_words_left(part) or feature.values))
    ends = find_bounds(feature, part)
    return CellShown(
        low=ends.low,
        high=ends.high,
        low_outside=ends.low_outside,
        high_outside=ends.high_outside,
        unit=format_unit(feature.unit),
    )
