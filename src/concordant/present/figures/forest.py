"""Hazard ratios as a figure: for each trial whom it took and whether this patient would have been one of them, then its rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby

from concordant.present.figures.svg import LEADING, NORMAL, SMALL, Palette, SvgSheet, measure_width, wrap_label, wrap_text
from concordant.present.page.document import ForestPlot, ForestRow

EDGE = 10.0
STRIP, GAP, MARK = 15.0, 5.0, 4.0
TICKS = (1.0, 0.5, 2.0, 0.2, 5.0, 0.1, 10.0, 0.3, 3.0, 0.7, 1.5)  # the first ones are kept where there is no room for all
LEAST, MOST = 0.05, 20.0
AROUND = 1.12  # the scale runs a little beyond what it has to show


@dataclass(frozen=True, slots=True)
class LogScale:
    """Hazard ratios to places: the same step for half and for twice."""

    low: float
    high: float
    width: float

    def x_from_ratio(self, ratio: float) -> float:
        """Return the horizontal position of a hazard ratio; a ratio outside the scale is placed on its edge."""
        part = math.log(max(ratio, self.low) / self.low) / math.log(self.high / self.low)
        return EDGE + min(1.0, part) * (self.width - 2 * EDGE)


def make_log_scale(forest: ForestPlot, width: float) -> LogScale:
    """Wide enough for every interval, with 1 on it, and something of both sides."""
    ends = [end for row in forest.rows for end in (row.low, row.high)]
    ends += forest.span or ()
    low = max(LEAST, min([*ends, 0.5]) / AROUND)
    high = min(MOST, max([*ends, 1.25]) * AROUND)
    return LogScale(low, high, width)


def choose_ticks(scale: LogScale, decimal: str = ".") -> list[tuple[float, str]]:
    """The numbers on the scale, as many as stand apart."""
    kept: list[tuple[float, float, float, str]] = []
    for value in TICKS:
        label = f"{value:g}".replace(".", decimal)
        half, x = measure_width(label, SMALL) / 2 + 5, scale.x_from_ratio(value)
        inside = scale.low <= value <= scale.high and half <= x + 5 and x - 5 <= scale.width - half
        if inside and all(x + half <= left or right <= x - half for left, right, *_ in kept):
            kept.append((x - half, x + half, value, label))
    return sorted((value, label) for *_, value, label in kept)


def draw_forest(forest: ForestPlot, palette: Palette, name: str) -> str:
    """The figure: trials one after the other on a common scale, which stands below."""
    sheet = SvgSheet(palette)
    drawing = _ForestDrawing(sheet, forest, make_log_scale(forest, sheet.width))
    for _, rows in groupby(forest.rows, key=lambda row: (row.heading, row.population, row.because)):
        drawing.draw_trial(list(rows))
    drawing.draw_axis()
    return sheet.to_svg(name, forest.title, "; ".join(map(describe_row, forest.rows)))


def describe_row(row: ForestRow) -> str:
    """One row as words, for those who do not see it."""
    return f"{row.label}: {row.words}"


@dataclass(frozen=True, slots=True)
class _ForestDrawing:
    sheet: SvgSheet
    forest: ForestPlot
    scale: LogScale

    def draw_trial(self, rows: list[ForestRow]) -> None:
        """The trial and its population once, then a strip for each hazard ratio."""
        sheet, first = self.sheet, rows[0]
        sheet.y += 10 if sheet.y else 0
        if first.heading:
            sheet.add_paragraph(first.heading, NORMAL, sheet.palette.ink, bold=True)
            sheet.y += 1
        if first.population:
            sheet.add_paragraph(first.population, SMALL, sheet.palette.muted)
        if first.because:
            self._draw_comparison(first)
        sheet.y += 4
        for row in rows:
            self._draw_row(row)

    def _draw_comparison(self, row: ForestRow) -> None:
        """How this patient compares with those of the trial: words, and no tick."""
        self.sheet.y += 2
        self.sheet.add_paragraph(row.because, SMALL, self.sheet.palette.ink)

    def _draw_row(self, row: ForestRow) -> None:
        colours = self.sheet.palette
        self._draw_row_title(row.endpoint or row.label, row.words)
        if row.endpoint and row.short:
            self.sheet.add_label(row.short, SMALL, colours.muted)
        self._draw_confidence_interval(row)
        self.sheet.y += GAP

    def _draw_row_title(self, endpoint: str, words: str) -> None:
        """What is compared to the left and the figures to the right of one line, else the figures on the next."""
        sheet, ink = self.sheet, self.sheet.palette.ink
        names = wrap_label(endpoint, sheet.width, SMALL)
        figures = wrap_label(words, sheet.width, SMALL, bold=True)
        sheet.add_lines(names, SMALL, ink)
        if measure_width(names[-1], SMALL) + measure_width(figures[0], SMALL, bold=True) + 12 <= sheet.width:
            sheet.y -= LEADING * SMALL
        sheet.add_lines(figures, SMALL, ink, x=sheet.width, anchor="end", bold=True)

    def _draw_confidence_interval(self, row: ForestRow) -> None:
        """The interval as a line with ends, the estimate as a square, over the lines of the scale."""
        sheet, colours, scale = self.sheet, self.sheet.palette, self.scale
        top, middle = sheet.y + 1, sheet.y + 1 + STRIP / 2
        for value, _ in choose_ticks(scale):
            sheet.add_line(
                scale.x_from_ratio(value),
                top,
                scale.x_from_ratio(value),
                top + STRIP,
                colours.muted if value == 1 else colours.rule,
            )
        left, right, x = scale.x_from_ratio(row.low), scale.x_from_ratio(row.high), scale.x_from_ratio(row.estimate)
        sheet.add_line(left, middle, right, middle, colours.accent, 1.5)
        self._draw_interval_end(left, middle, beyond=row.low < scale.low, side=-1)
        self._draw_interval_end(right, middle, beyond=row.high > scale.high, side=1)
        sheet.add_element("rect", x=x - MARK, y=middle - MARK, width=2 * MARK, height=2 * MARK, fill=colours.accent)
        sheet.y += STRIP + 2

    def _draw_interval_end(self, x: float, y: float, *, beyond: bool, side: int) -> None:
        """A short stroke, or an arrow where the interval goes on beyond the scale."""
        accent = self.sheet.palette.accent
        if not beyond:
            self.sheet.add_line(x, y - MARK, x, y + MARK, accent, 1.5)
            return
        tip, back = x + side * 5, x - side * 2
        points = f"{back:.1f},{y - MARK:.1f} {tip:.1f},{y:.1f} {back:.1f},{y + MARK:.1f}"
        self.sheet.add_element("polygon", points=points, fill=accent)

    def draw_axis(self) -> None:
        """The scale with its numbers, and whom each side favours."""
        sheet, colours = self.sheet, self.sheet.palette
        sheet.add_line(EDGE, sheet.y, sheet.width - EDGE, sheet.y, colours.muted)
        for value, label in choose_ticks(self.scale, self.forest.decimal):
            x = self.scale.x_from_ratio(value)
            sheet.add_line(x, sheet.y, x, sheet.y + 4, colours.muted)
            sheet.add_text(x, sheet.y + 5 + SMALL, label, SMALL, colours.muted, anchor="middle")
        sheet.y += 8 + LEADING * SMALL
        self._draw_side_labels()

    def _draw_side_labels(self) -> None:
        """On one line where both have room on it, else below each other."""
        sheet, muted = self.sheet, self.sheet.palette.muted
        left = wrap_text(f"\u2190 {self.forest.left}", sheet.width, SMALL)
        right = wrap_text(f"{self.forest.right} \u2192", sheet.width, SMALL)
        together = math.fsum(measure_width(lines[0], SMALL) for lines in (left, right)) + 12 <= sheet.width
        sheet.add_lines(left, SMALL, muted)
        if together and len(left) == len(right) == 1:
            sheet.y -= LEADING * SMALL
        sheet.add_lines(right, SMALL, muted, x=sheet.width, anchor="end")
