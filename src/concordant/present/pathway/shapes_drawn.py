"""Boxes, cards and arrows, drawn where the layout has put them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

from concordant.present.figures.svg import ALONE, SvgSheet, format_coordinate, measure_width, strip_invalid_xml
from concordant.present.pathway.graph import Arrow, Way
from concordant.present.pathway.layout import Point
from concordant.present.pathway.shapes import (
    BOLD,
    GAP,
    GUTTER,
    INDENT,
    LEAD,
    NORMAL,
    PAD,
    SMALL,
    TAB,
    BoxShape,
    CardShape,
    Tab,
    Text,
)
from concordant.present.pathway.signs import FAINT, INKS, PALE, SOFT, STROKES, STRUCK, TEXTS, WHITE, Stroke, draw_sign

HEAD = 3.4  # half the width of an arrow's head
BASE = 0.78  # where the letters stand in a line, in parts of its size


def draw_arrow(sheet: SvgSheet, arrow: Arrow, points: Sequence[Point]) -> None:
    """A way in straight pieces with a head at its end."""
    if len(points) < 2:
        return
    stroke, last = STROKES[arrow.way], points[-1]
    pairs = " ".join(f"{format_coordinate(p.x)},{format_coordinate(p.y)}" for p in points)
    dashed = {"stroke_dasharray": stroke.dash} if stroke.dash else {}
    sheet.add_element(
        "polyline", points=pairs, stroke=stroke.colour, stroke_width=stroke.width, stroke_linejoin="round", **dashed
    )
    tip = f"M{last.x - HEAD:.1f} {last.y - 5:.1f}L{last.x + HEAD:.1f} {last.y - 5:.1f}L{last.x:.1f} {last.y:.1f}Z"
    sheet.add_element("path", d=tip, fill=stroke.colour)


def draw_box(sheet: SvgSheet, shape: BoxShape, at: Point) -> None:
    """A decision with its answers, or the patients that the guideline is for or is not for."""
    _open_group(sheet, shape.box.kind, shape.box.way)
    _draw_frame(sheet, shape, at)
    filled = shape.box.kind == "exit" and shape.box.way == "lit"
    ink = WHITE if filled else INKS[shape.box.way]
    middle, y = at.x + shape.size.width / 2, at.y + PAD - 1
    for line in shape.lines:
        _write(sheet, middle, y, line, NORMAL, ink, bold=True, anchor="middle")
        y += NORMAL * LEAD
    for line in shape.more:
        _write(sheet, middle, y, line, SMALL, ink, anchor="middle")
        y += SMALL * LEAD
    for tab in shape.tabs:
        _draw_reply(sheet, tab, at.x + tab.x, at.y + shape.size.height - TAB)
    sheet.parts.append("</g>")


def _draw_frame(sheet: SvgSheet, shape: BoxShape, at: Point) -> None:
    """A decision has round corners; what puts a patient outside is filled, and says so."""
    box, stroke = shape.box, STROKES[shape.box.way]
    outside = box.kind == "exit" and box.way == "lit"
    fill = ALONE.unmet if outside else SOFT if box.kind == "gate" else WHITE
    colour = Stroke(ALONE.unmet, 2.0) if outside else stroke
    height = shape.size.height - (TAB / 2 if shape.tabs else 0)
    _draw_rectangle(sheet, Point(at.x, at.y), (shape.size.width, height), 8.0 if box.kind == "question" else 2.0, fill, colour)


def _draw_reply(sheet: SvgSheet, tab: Tab, x: float, y: float) -> None:
    """An answer: filled where it is the patient's, with a broken line where that is open."""
    way, lit = tab.reply.way, tab.reply.way == "lit"
    sheet.parts.append(f'<g data-kind="reply" data-way="{way}">')
    _draw_rectangle(sheet, Point(x, y), (tab.width, TAB), TAB / 2, ALONE.accent if lit else SOFT, STROKES[way])
    ink = WHITE if lit else INKS[way]
    _write(sheet, x + tab.width / 2, y + 2.4, tab.reply.text, NORMAL, ink, bold=way != "off", anchor="middle")
    sheet.parts.append("</g>")


def _draw_rectangle(sheet: SvgSheet, at: Point, size: tuple[float, float], radius: float, fill: str, stroke: Stroke) -> None:
    line: dict[str, str | float] = {"stroke": stroke.colour, "stroke_width": stroke.width}
    line |= {"stroke_dasharray": stroke.dash} if stroke.dash else {}
    sheet.add_element("rect", x=at.x, y=at.y, width=size[0], height=size[1], rx=radius, fill=fill, **line)


def draw_card(sheet: SvgSheet, shape: CardShape, at: Point, words: Mapping[Way, str]) -> None:
    """A card of regimens; one that is the patient's, or may be, says so on its edge."""
    way, stroke = shape.card.way, STROKES[shape.card.way]
    _open_group(sheet, "card", way)
    _draw_rectangle(sheet, at, (shape.size.width, shape.size.height), 4.0, WHITE, stroke)
    if way in words and not shape.card.folded:
        _draw_tab(sheet, words[way], at.x + shape.size.width, at.y, way)
    y = at.y + PAD
    for line in shape.head:
        y = _draw_line(sheet, line, at.x + PAD, y, shape.size.width - 2 * PAD)
    for number, column in enumerate(shape.columns):
        below = y
        for line in column:
            below = _draw_line(sheet, line, at.x + PAD + number * (shape.column + GUTTER), below, shape.column)
    sheet.parts.append("</g>")


def _draw_tab(sheet: SvgSheet, text: str, right: float, y: float, way: Way) -> None:
    """A tab on the upper edge, at its right end."""
    colour, width = STROKES[way].colour, measure_width(text, SMALL, bold=True) + 8
    sheet.add_element("rect", x=right - width - 6, y=y - 6, width=width, height=12, rx=6, fill=colour)
    _write(sheet, right - width / 2 - 6, y - 4.2, text, SMALL, WHITE, bold=True, anchor="middle")


def _draw_line(sheet: SvgSheet, line: Text, x: float, y: float, width: float) -> float:
    """One line of a card; gives where the next one begins."""
    top = y + line.space
    if line.kind in ("row", "note"):
        _draw_regimen_line(sheet, line, x, top, width)
    else:
        colour = ALONE.accent if line.kind == "role" and line.way != "off" else INKS[line.way]
        muted = ALONE.muted if line.kind in ("rating", "only", "asks") else colour
        _write(sheet, x, top, line.text, line.size, muted, bold=line.kind in BOLD)
        if line.beside:
            behind = x + measure_width(line.text, line.size, bold=True) + GAP
            _write(sheet, behind, top + (line.size - SMALL) * BASE, line.beside, SMALL, ALONE.muted)
    return y + line.height


def _draw_regimen_line(sheet: SvgSheet, line: Text, x: float, top: float, width: float) -> None:
    """A regimen: its sign, its name, struck out where it is ruled out; for machines what it is and of which statement."""
    x += line.x
    if line.row:
        told = {"statement": line.row.statement, "regimen": line.row.regimen, "sign": line.sign, "status": line.row.status or ""}
        pairs = "".join(f" data-{key}={quoteattr(strip_invalid_xml(value))}" for key, value in told.items() if value)
        sheet.parts.append(f"<g{pairs}>")
    if line.sign == "first" and line.kind == "row":
        sheet.add_element("rect", x=x - 2, y=top - 1, width=width + 4 - line.x, height=line.size * LEAD, fill=PALE)
    if line.row:
        draw_sign(sheet, line.sign, x + 5, top + line.size * 0.55)
    note = ALONE.unmet if line.sign in STRUCK else ALONE.loud
    ink = note if line.kind == "note" else TEXTS.get(line.sign, FAINT)
    struck = line.sign in STRUCK and line.kind == "row"
    _write(sheet, x + INDENT, top, line.text, line.size, ink, bold=line.sign == "first" and line.kind == "row", struck=struck)
    if line.row:
        sheet.parts.append("</g>")


def _write(
    sheet: SvgSheet,
    x: float,
    top: float,
    text: str,
    size: float,
    fill: str,
    *,
    bold: bool = False,
    struck: bool = False,
    anchor: str = "start",
) -> None:
    """A line of text whose upper edge is `top`; inside a box nothing runs behind it, so it needs no outline."""
    attributes: dict[str, str | float] = {"x": x, "y": top + BASE * size + 0.6, "font_size": size, "fill": fill}
    attributes |= {"text_anchor": anchor} if anchor != "start" else {}
    attributes |= {"font_weight": 600} if bold else {}
    attributes |= {"text_decoration": "line-through"} if struck else {}
    sheet.add_words("text", strip_invalid_xml(text), **attributes)


def _open_group(sheet: SvgSheet, kind: str, way: Way) -> None:
    sheet.parts.append(f'<g data-kind="{kind}" data-way="{way}">')
