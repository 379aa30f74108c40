"""The points of histories in one piece, and how columns of them are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray

from concordant.cohorts.simulate.draws import UNDRAWN, Column, Frame, make_words, make_yes_no
from concordant.cohorts.simulate.history import DrugMasks, History
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.streams import Days, Rows, Truths
from concordant.model.cohort import POINT_KINDS

NONE = UNDRAWN
UNTOLD = "untold"  # rules may ask whether no treatment is on record at all


@dataclass(frozen=True)
class PointTable:
    """All points of some histories in one piece, by patient and day; `order` puts the blocks in that order."""

    plan: SimulationPlan
    history: History

    @cached_property
    def order(self) -> Rows:
        """Where the rows of the table stand in the joined blocks."""
        kinds = self._join(lambda point: np.full(len(point.rows), POINT_KINDS.index(point.kind)))
        return np.lexsort((kinds, self._join(lambda point: point.days), self._join(lambda point: point.rows)))

    def _join(self, read: Any) -> NDArray[Any]:
        return np.concatenate([read(point) for point in self.history.points])

    def gather(self, read: Any) -> NDArray[Any]:
        """What is read of each block, in the order of the table."""
        return self._join(read)[self.order]

    @cached_property
    def rows(self) -> Rows:
        """The row of the patient in the part."""
        return self.gather(lambda point: point.rows)

    @cached_property
    def days(self) -> Days:
        """The day of each point."""
        return self.gather(lambda point: point.days)

    @cached_property
    def kinds(self) -> Column:
        """The kind of each point."""
        codes = self.gather(lambda point: np.full(len(point.rows), POINT_KINDS.index(point.kind)))
        return make_words(codes, tuple(POINT_KINDS))

    @cached_property
    def masks(self) -> DrugMasks:
        """The drugs of each point."""
        parts = [self.gather(lambda point, at=at: point.masks[at]) for at in range(len(DrugMasks._fields))]
        return DrugMasks(*parts)

    @cached_property
    def silent(self) -> Truths:
        """Where the disease came back and no treatment is on record: of such a record nobody says that nothing was given."""
        history, masks = self.history, self.masks
        untreated: Truths = (masks.early | masks.advanced) == 0
        return untreated & (history.firsts < history.advanced)[self.rows]

    def read_column(self, name: str) -> Column:
        """A column of the frames; undrawn where a block has none of this name."""
        found = [point.frame.columns.get(name) for point in self.history.points]
        words = next((column.words for column in found if column is not None), ())
        empty: Any = np.int16(NONE) if words else np.nan
        parts = [
            column.values if column is not None else np.full(len(point.rows), empty)
            for column, point in zip(found, self.history.points, strict=True)
        ]
        return Column(np.concatenate(parts)[self.order], words)

    @cached_property
    def frame(self) -> Frame:
        """The columns that rules look at."""
        used = {name for rule in self.plan.simulation.facts.rules for name in (*rule.where, rule.word, rule.number) if name}
        columns = {name: self.read_column(name) for name in sorted(used - {UNTOLD})}
        return Frame(len(self.rows), {**columns, UNTOLD: make_yes_no(self.silent)})


def find_missing(plan: SimulationPlan, history: History) -> dict[str, Truths]:
    """Of each patient what is not on record."""
    return {one.name: history.stream.draw_uniform(f"missing {one.name}") < one.share for one in plan.simulation.missing}


def write_words(codes: NDArray[Any], words: Sequence[str]) -> Any:
    """Words by their codes, which is how a file of columns keeps them; an undrawn one is empty."""
    kept = pa.array(codes.astype(np.int16), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(kept, pa.array(list(words), pa.string()))
