"""The line that each listed course belongs to, for the picture of the record in time."""

from __future__ import annotations

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.lines import group_lines
from concordant.derive.selectors.therapy_line import TherapyLine
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.model.selectors.courses import OfLines


def number_lines(ctx: SelectorContext[OfLines], before: int | None) -> dict[str, int]:
    """Map the entry of each listed course to its line number: the declared one, or the counted one while nothing is
    uncertain.

    `before` is the number of lines before the first listed one, or None when it is not known.
    """
    numbers: dict[str, int] = {}
    for line in group_lines(ctx):
        if line.declared_number is not None:
            before = line.declared_number - 1
        if before is not None:
            numbers |= {course.entry.place: before + 1 for course in line.courses}
            before = _count_lines_after(line, before)
    return numbers


def _count_lines_after(line: TherapyLine, before: int) -> int | None:
    """How many lines count before the next one: a switch without progression begins none."""
    if not line.settled or line.perhaps_more or line.progressed is UNKNOWN:
        return None
    return before + (line.progressed is TRUE)
