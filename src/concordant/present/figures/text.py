"""The two figures of a page on a terminal: the record in time as a line, hazard ratios as bars of characters on one scale."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import wrap

from concordant.present.figures.forest import LogScale, choose_ticks, make_log_scale
from concordant.present.page.document import ForestPlot, ForestRow, Timeline

INDENT = "  "
WIDEST_BAR, NARROWEST_BAR = 60, 20
FIGURES = 29  # the room that an ordinary hazard ratio with its interval takes
PIECES = re.compile(r"(?<=[,;]) | (?=→ )")  # between the parts of a course, and before an arrow
CHARACTER = 6.0  # how wide one is beside the scale of a drawn figure, whose numbers are spaced the same way


def draw_figure_text(figure: Timeline | ForestPlot, width: int) -> list[str]:
    """Either figure in characters."""
    return draw_timeline_text(figure, width) if isinstance(figure, Timeline) else draw_forest_text(figure, width)


def draw_timeline_text(timeline: Timeline, width: int) -> list[str]:
    """Write the timeline on one line, or on as few lines as the width allows. A date or a course is split only where it does
    not fit on a line.
    """
    lines: list[str] = []
    for piece in PIECES.split(timeline.told):
        if lines and len(lines[-1]) + 1 + len(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines += _wrap_text(piece, width)
    return lines


def _wrap_text(text: str, width: int, indent: str = "", hanging: str = "") -> list[str]:
    return wrap(text, width, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False)


def draw_forest_text(forest: ForestPlot, width: int) -> list[str]:
    """Draw the forest plot in characters: for each trial its population, whether this patient would have been eligible, and
    its intervals; the scale comes last.
    """
    bar = min(WIDEST_BAR, max(NARROWEST_BAR, width - len(INDENT) - FIGURES))
    drawing = _ForestTextDrawing(forest, make_log_scale(forest, 1.0), width, bar)
    lines: list[str] = []
    for _, rows in groupby(forest.rows, key=lambda row: (row.heading, row.population, row.because)):
        lines += [*drawing.draw_trial(list(rows)), ""]
    return [*lines[:-1], *drawing.draw_axis()]


@dataclass(frozen=True, slots=True)
class _ForestTextDrawing:
    forest: ForestPlot
    scale: LogScale
    width: int
    bar: int

    def draw_trial(self, rows: list[ForestRow]) -> Iterator[str]:
        """The trial once, then its hazard ratios."""
        first = rows[0]
        yield from _wrap_text(first.heading, self.width)
        yield from self._indent_text(first.population)
        yield from self._indent_text(first.because)
        for row in rows:
            yield from self._draw_row(row)

    def _draw_row(self, row: ForestRow) -> Iterator[str]:
        yield from self._indent_text(", ".join(filter(None, (row.endpoint, row.short))) or row.label)
        bar = self._draw_confidence_interval(row)
        beside = f"{INDENT}{bar}  {row.words}"
        if len(beside) <= self.width:
            yield beside
            return
        yield from self._indent_text(row.words)
        yield f"{INDENT}{bar}".rstrip()

    def _indent_text(self, text: str) -> list[str]:
        return _wrap_text(text, self.width, INDENT, INDENT * 2)

    def _draw_confidence_interval(self, row: ForestRow) -> str:
        """`├──■───┤      │`: the interval with its estimate, and the line of no difference."""
        cells = [" "] * self.bar
        cells[self._cell_from_ratio(1.0)] = "│"
        left, right = self._cell_from_ratio(row.low), self._cell_from_ratio(row.high)
        for i in range(left, right + 1):
            cells[i] = "┼" if cells[i] == "│" else "─"
        cells[left] = "◄" if row.low < self.scale.low else "├"
        cells[right] = "►" if row.high > self.scale.high else "┤"
        cells[self._cell_from_ratio(row.estimate)] = "■"
        return "".join(cells)

    def _cell_from_ratio(self, ratio: float) -> int:
        span = math.log(self.scale.high / self.scale.low)
        part = math.log(min(max(ratio, self.scale.low), self.scale.high) / self.scale.low) / span
        return round(part * (self.bar - 1))

    def draw_axis(self) -> Iterator[str]:
        """The scale with its numbers, and whom each side favours."""
        line, numbers = ["─"] * self.bar, [" "] * (self.bar + 4)
        free = -1
        for value, label in choose_ticks(replace(self.scale, width=self.bar * CHARACTER), self.forest.decimal):
            cell = self._cell_from_ratio(value)
            start = max(0, cell - len(label) // 2)
            if start > free:
                line[cell] = "┴"
                numbers[start : start + len(label)] = label
                free = start + len(label)
        yield f"{INDENT}{''.join(line)}"
        yield f"{INDENT}{''.join(numbers)}".rstrip()
        yield from self._draw_side_labels()

    def _draw_side_labels(self) -> list[str]:
        left, right = f"{INDENT}← {self.forest.left}", f"{self.forest.right} →"
        if len(left) + len(right) + 2 <= self.width:
            return [f"{left}{right.rjust(max(self.bar + len(INDENT) - len(left), len(right) + 2))}"]
        return [*_wrap_text(left, self.width, "", INDENT * 2), *self._indent_text(right)]
