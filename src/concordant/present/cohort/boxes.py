"""Boxes and ribbons drawn by hand: the flow of patients, and the ways from one line of treatment to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from concordant.present.cohort.charts import ACCENT, FONT, INK, RULE, SOFT
from concordant.present.figures.svg import measure_width

SIZE, LEADING, EDGE = 12.5, 16.0, 10.0
MAIN, SIDE, GAP, BETWEEN = 290.0, 330.0, 46.0, 26.0
RIBBON, BAR, COLUMN, LABEL, HEIGHT, APART = "#c3cdd6", 12.0, 258.0, 178.0, 330.0, 16.0


class FlowStep(NamedTuple):
    """A box of the flow, and what leaves it to the side before the next one."""

    lines: Sequence[str]
    aside: Sequence[str] = ()


def wrap_text(text: str, width: float, size: float = SIZE) -> list[str]:
    """The text in lines of at most this width, broken between words."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and measure_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def write_text(x: float, y: float, text: str, colour: str = INK, weight: int = 400, anchor: str = "start") -> str:
    """A line of text."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-family="{FONT}" font-size="{SIZE}" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'


def make_svg(width: float, height: float, parts: Iterable[str]) -> str:
    """A picture of this size."""
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    ground = f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(parts)}</svg>'


def draw_flow(steps: Sequence[FlowStep]) -> str:
    """Boxes from top to bottom with arrows between them, and beside each arrow a box of what leaves."""
    parts: list[str] = []
    top = 1.0
    for i, step in enumerate(steps):
        lines = [part for line in step.lines for part in wrap_text(line, MAIN - 2 * EDGE)]
        height = len(lines) * LEADING + EDGE * 1.4
        parts.append(_draw_box(1, top, MAIN, height, lines, bold=True))
        aside = [part for line in step.aside for part in wrap_text(line, SIDE - 2 * EDGE)]
        room = max(BETWEEN, len(aside) * LEADING + EDGE * 1.4 + 16 if aside else 0)
        if i + 1 < len(steps):
            parts += _draw_arrows(top + height, room, aside)
        top += height + (room if i + 1 < len(steps) else 0)
    return make_svg(MAIN + GAP + SIDE + 2, top + 1, parts)


def _draw_box(x: float, y: float, width: float, height: float, lines: Sequence[str], *, bold: bool) -> str:
    box = f'<rect x="{x}" y="{y:.1f}" width="{width}" height="{height:.1f}" fill="white" stroke="{SOFT}" stroke-width="1"/>'
    texts = (
        write_text(x + EDGE, y + EDGE * 0.7 + LEADING * (i + 0.78), line, INK, 600 if bold and i == 0 else 400)
        for i, line in enumerate(lines)
    )
    return box + "".join(texts)


def _draw_arrows(y: float, room: float, aside: Sequence[str]) -> list[str]:
    """The arrow to the next box; with an arrow out of it to what leaves."""
    middle, end = 1 + MAIN / 2, y + room
    drawn = [_draw_line(middle, y, middle, end - 5), _draw_head(middle, end, down=True)]
    if aside:
        height = room - 16
        level = y + room / 2
        x = MAIN + GAP
        drawn += [_draw_line(middle, level, x - 5, level), _draw_head(x, level, down=False)]
        drawn.append(_draw_box(x, level - height / 2, SIDE, height, aside, bold=False))
    return drawn


def _draw_line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{SOFT}" stroke-width="1" fill="none"/>'


def _draw_head(x: float, y: float, *, down: bool) -> str:
    shape = f"M{x:.1f} {y:.1f}l-4 -7h8z" if down else f"M{x:.1f} {y:.1f}l-7 -4v8z"
    return f'<path d="{shape}" fill="{SOFT}"/>'


class Node(NamedTuple):
    """A bar of a column: its name, how many patients it stands for, and the column from 0."""

    column: int
    name: str
    patients: int


class Ribbon(NamedTuple):
    """A way from a bar to one of the next column."""

    column: int
    before: str
    after: str
    patients: int


def draw_ribbons(titles: Sequence[str], nodes: Sequence[Node], ribbons: Sequence[Ribbon], unit: str) -> str:
    """Columns of bars, as high as their counts, with a ribbon for each way between them."""
    placed, scale, bottom = _place_nodes(titles, nodes)
    labels = [_label_node(node, top, scale, unit) for node, top in placed.values()]
    heads = [write_text(i * COLUMN, 14, title, SOFT, 600) for i, title in enumerate(titles)]
    bars = [_draw_bar(node, top, scale) for node, top in placed.values()]
    width = (len(titles) - 1) * COLUMN + BAR + LABEL + 8
    return make_svg(width, bottom + 6, [*_draw_ways(placed, ribbons, scale), *bars, *labels, *heads])


def _draw_bar(node: Node, top: float, scale: float) -> str:
    height = max(node.patients * scale, 1)
    return f'<rect x="{node.column * COLUMN:.1f}" y="{top:.1f}" width="{BAR}" height="{height:.1f}" fill="{ACCENT}"/>'


def _place_nodes(titles: Sequence[str], nodes: Sequence[Node]) -> tuple[dict[tuple[int, str], tuple[Node, float]], float, float]:
    """Where each bar begins. A bar takes at least the room of its label, so that no two labels meet."""
    total = max(sum(node.patients for node in nodes if node.column == i) for i in range(len(titles)))
    scale = HEIGHT / max(total, 1)
    placed: dict[tuple[int, str], tuple[Node, float]] = {}
    bottom = 0.0
    for column in range(len(titles)):
        top = 30.0
        for node in (one for one in nodes if one.column == column):
            placed[column, node.name] = (node, top)
            top += max(node.patients * scale, _measure_label(node)) + APART / 2
        bottom = max(bottom, top)
    return placed, scale, bottom


def _measure_label(node: Node) -> float:
    return (len(wrap_text(node.name, LABEL)) + 1) * LEADING * 0.92


def _label_node(node: Node, top: float, scale: float, unit: str) -> str:
    lines = [*wrap_text(node.name, LABEL), f"{node.patients:,} {unit}"]
    middle = top + max(node.patients * scale, _measure_label(node)) / 2
    first = middle - (len(lines) - 1) * LEADING * 0.46 + 4
    if node.patients * scale <= _measure_label(node):
        first = top + 10
    x = node.column * COLUMN + BAR + 6
    texts = [
        write_text(x, first + i * LEADING * 0.92, line, SOFT if i + 1 == len(lines) else INK) for i, line in enumerate(lines)
    ]
    halo = [text.replace("<text ", '<text stroke="white" stroke-width="3.5" stroke-linejoin="round" ') for text in texts]
    return "".join(halo + texts)


def _draw_ways(placed: dict[tuple[int, str], tuple[Node, float]], ribbons: Sequence[Ribbon], scale: float) -> list[str]:
    left: dict[tuple[int, str], float] = {key: top for key, (_, top) in placed.items()}
    right = dict(left)
    order = {key: i for i, key in enumerate(placed)}
    drawn = []
    ways = (one for one in ribbons if (one.column, one.before) in placed and (one.column + 1, one.after) in placed)
    for one in sorted(ways, key=lambda one: (order[one.column, one.before], order[one.column + 1, one.after])):
        start, end = (one.column, one.before), (one.column + 1, one.after)
        drawn.append(_draw_way(one, left[start], right[end], one.patients * scale))
        left[start] += one.patients * scale
        right[end] += one.patients * scale
    return drawn


def _draw_way(one: Ribbon, start: float, end: float, thick: float) -> str:
    x, to = one.column * COLUMN + BAR, (one.column + 1) * COLUMN
    above = f"M{x:.1f} {start:.1f}{_bend(x, start, to, end)}"
    below = f"L{to:.1f} {end + thick:.1f}{_bend(to, end + thick, x, start + thick)}Z"
    return f'<path d="{above}{below}" fill="{RIBBON}" fill-opacity="0.55" stroke="{RULE}" stroke-width="0.5"/>'


def _bend(x: float, y: float, to_x: float, to_y: float) -> str:
    """A curve that begins and ends level."""
    middle = (x + to_x) / 2
    return f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
