"""What a caller may choose to take as given of lines of which the record tells no end."""

from __future__ import annotations

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.line_grouping import TherapyLine
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.model.features import NamedDefault
from concordant.model.selectors.courses import LinesProgressed


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
