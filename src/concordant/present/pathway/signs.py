"""How a way and a regimen look: each colour comes with a shape or a kind of line, so that no colour has to be seen."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.present.figures.svg import ALONE, SvgSheet
from concordant.present.pathway.graph import Sign, Way

SOFT, PALE = "#eef1f4", "#e3f1e9"  # behind a box, and behind what is preferred
FAINT = "#6b747c"  # text of what is not this patient's: still dark enough to be read
WHITE = ALONE.paper


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line: its colour, its width, and how it is broken."""

    colour: str
    width: float
    dash: str = ""


STROKES: dict[Way, Stroke] = {
    "plain": Stroke(ALONE.muted, 1.0),
    "lit": Stroke(ALONE.accent, 2.8),
    "open": Stroke(ALONE.missing, 1.6, "4 3"),
    "off": Stroke("#aab1b7", 0.8),
}
INKS: dict[Way, str] = {"plain": ALONE.ink, "lit": ALONE.ink, "open": ALONE.ink, "off": FAINT}
COLOURS: dict[Sign, str] = {
    "plain": ALONE.ink,
    "first": ALONE.done,
    "offered": ALONE.done,
    "checked": ALONE.done,
    "open": ALONE.missing,
    "barred": ALONE.unmet,
    "against": ALONE.unmet,
    "off": FAINT,
}
TEXTS: dict[Sign, str] = {"plain": ALONE.ink, "first": ALONE.ink, "offered": ALONE.ink, "checked": ALONE.ink, "open": ALONE.ink}
STRUCK: frozenset[Sign] = frozenset({"barred"})
R = 3.8  # half of a sign


def draw_sign(sheet: SvgSheet, sign: Sign, x: float, y: float) -> None:
    """The sign of a regimen with its middle at (x, y)."""
    colour = COLOURS[sign]
    match sign:
        case "plain":
            sheet.add_element("circle", cx=x, cy=y, r=1.5, fill=colour)
        case "first":
            sheet.add_element("circle", cx=x, cy=y, r=R + 0.7, fill=colour)
            _draw_tick(sheet, x, y, WHITE)
        case "offered":
            _draw_tick(sheet, x, y, colour)
        case "checked":
            sheet.add_element("circle", cx=x, cy=y, r=R + 0.4, stroke=colour, stroke_width=0.9)
            _draw_tick(sheet, x, y, colour)
        case "open":
            sheet.add_element("circle", cx=x, cy=y, r=R + 0.4, stroke=colour, stroke_width=0.9, stroke_dasharray="2 1.4")
            sheet.add_text(x, y + 2.6, "?", 7.4, colour, anchor="middle", bold=True)
        case "barred":
            _draw_lines(sheet, colour, (x - 2.8, y - 2.8, x + 2.8, y + 2.8), (x - 2.8, y + 2.8, x + 2.8, y - 2.8))
        case "against":
            sheet.add_element("circle", cx=x, cy=y, r=R, stroke=colour, stroke_width=1.1)
            _draw_lines(sheet, colour, (x - 2.6, y + 2.6, x + 2.6, y - 2.6))
        case "off":
            _draw_lines(sheet, colour, (x - 2.4, y, x + 2.4, y))


def draw_way(sheet: SvgSheet, way: Way, x: float, y: float) -> None:
    """A short piece of a way, for the legend."""
    stroke = STROKES[way]
    sheet.add_line(x, y, x + 22, y, stroke.colour, stroke.width, stroke.dash)


def _draw_tick(sheet: SvgSheet, x: float, y: float, colour: str) -> None:
    points = f"{x - 2.4:.1f},{y + 0.1:.1f} {x - 0.7:.1f},{y + 2:.1f} {x + 2.5:.1f},{y - 2.1:.1f}"
    sheet.add_element("polyline", points=points, stroke=colour, stroke_width=1.5, stroke_linecap="round")


def _draw_lines(sheet: SvgSheet, colour: str, *lines: tuple[float, float, float, float]) -> None:
    for x1, y1, x2, y2 in lines:
        sheet.add_line(x1, y1, x2, y2, colour, 1.4)
