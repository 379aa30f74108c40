"""Courses that count as one line, and what a caller may choose to take as given of lines of which the record tells no end."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.derive.context import SelectorContext
from concordant.logic.dates import PartialDate
from concordant.logic.truth import TRUE, UNKNOWN, Truth
from concordant.model.features import NamedDefault
from concordant.model.selectors.courses import LinesProgressed
from concordant.patient.events import Course


@dataclass(slots=True)
class TherapyLine:
    """Courses that count as one line; `settled` when they are certainly for advanced disease.

    `perhaps_more` counts the places where a progression of uncertain date may have begun another line.
    """

    courses: list[Course]
    settled: bool
    progressed: Truth = UNKNOWN
    perhaps_more: int = 0

    @property
    def declared_number(self) -> int | None:
        """The number that the record gives the line."""
        return next((c.line for c in self.courses if c.line is not None), None)

    @property
    def start(self) -> PartialDate | None:
        """The first start on record."""
        starts = [c.start for c in self.courses if c.start is not None]
        return min(starts, key=lambda d: d.first) if starts else None


def take_default(lines: list[TherapyLine], ctx: SelectorContext[LinesProgressed]) -> NamedDefault | None:
    """The default, where one is chosen and needed: a line that another one followed is taken to have ended in progression."""
    default = next((d for d in ctx.feature.defaults if ctx.record.assumptions.get(d.name) == d.value), None)
    open_ = [line for line in lines if line.progressed is UNKNOWN and any(_is_followed_by(line, other) for other in lines)]
    if default is None or not open_ or ctx.feature.name in ctx.record.stated:
        return None
    for line in open_:
        line.progressed = TRUE
    return default


def _is_followed_by(line: TherapyLine, other: TherapyLine) -> bool:
    """Whether the other line certainly came later: by the numbers that the record gives them, else by their dates."""
    if line.declared_number is not None and other.declared_number is not None:
        return line.declared_number < other.declared_number
    return line.start is not None and other.start is not None and line.start.is_certainly_before(other.start)
