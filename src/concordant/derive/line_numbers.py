"""The line that each listed course belongs to, for the picture of the record in time."""

from __future__ import annotations

from concordant.derive.context import Context
from concordant.derive.lines import Line, lines_of
from concordant.kleene import TRUE, UNKNOWN
from concordant.selectors.courses import OfLines


def numbered(ctx: Context[OfLines], before: int | None) -> dict[str, int]:
    """Map the entry of each listed course to its line number: the declared one, or the counted one while nothing is
    uncertain.

    `before` is the number of lines before the first listed one, or None when it is not known.
    """
    found: dict[str, int] = {}
    for line in lines_of(ctx):
        if line.declared is not None:
            before = line.declared - 1
        if before is not None:
            found |= {course.entry.place: before + 1 for course in line.courses}
            before = _counted_after(line, before)
    return found


def _counted_after(line: Line, before: int) -> int | None:
    """How many lines count before the next one: a switch without progression begins none."""
    if not line.settled or line.perhaps_more or line.progressed is UNKNOWN:
        return None
    return before + (line.progressed is TRUE)
