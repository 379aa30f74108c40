"""The picture as SVG on one sheet of paper: it stands alone, refers to nothing outside, and is the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from concordant.present.figures.svg import ALONE, POINTS, SvgSheet, format_coordinate, measure_width, wrap_paper, wrap_text
from concordant.present.pathway.graph import Paper, Pathway
from concordant.present.pathway.layout import Layout, Layouter, Shape, Size
from concordant.present.pathway.shapes import FEW_ROWS, BoxShape, CardShape, shape_box, shape_card
from concordant.present.pathway.shapes_drawn import draw_arrow, draw_box, draw_card
from concordant.present.pathway.signs import draw_sign, draw_way

SHEETS: dict[Paper, tuple[int, int]] = {"a4": (297, 210), "a2": (594, 420)}  # millimetres, as it hangs
MARGIN = 16.0
FULL = 1.0  # at this scale a text is as large as it is meant, and no better layout is looked for
LARGEST = 1.5  # of what is drawn, where there is much room
COLUMNS = (150.0, 165.0, 180.0, 200.0, 230.0)
HEIGHTS = (110.0, 140.0, 170.0, 200.0, 230.0, 260.0, 290.0, 330.0, 380.0)
LADDER, BETWEEN, TRIED = 260.0, 12.0, 6  # about as high as the decisions are; between two cards; so many are laid out
OVER, VERDICT, LINE = 8.5, 15.0, 9.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Shapes with their layout."""

    boxes: tuple[BoxShape, ...]
    cards: tuple[CardShape, ...]
    layout: Layout


def render_svg(pathway: Pathway, paper: Paper = "a4") -> str:
    """The picture on this paper. Raises DrawMissing without the extra `draw`."""
    width, height = (millimetres * POINTS for millimetres in SHEETS[paper])
    enlarged = 1.25 if paper == "a2" else 1.0
    head = _draw_head(pathway, (width - 2 * MARGIN) / enlarged)
    foot = _draw_foot(pathway, (width - 2 * MARGIN) / enlarged)
    room = Size(width - 2 * MARGIN, height - 2 * MARGIN - (head.y + foot.y) * enlarged - 10)
    drawn = _lay_out(pathway, room)
    scale = _fit(drawn.layout.size, room)
    left = MARGIN + (room.width - drawn.layout.size.width * scale) / 2
    top = MARGIN + head.y * enlarged + 5
    parts = [
        _place(head.parts, MARGIN, MARGIN, enlarged),
        _place(_draw_graph(pathway, drawn).parts, left, top, scale),
        _place(foot.parts, MARGIN, height - MARGIN - foot.y * enlarged, enlarged),
    ]
    return wrap_paper("pathway", pathway.title, pathway.description, SHEETS[paper], "".join(parts), language=pathway.language)


def _lay_out(pathway: Pathway, room: Size) -> Drawn:
    """The layout that can be drawn largest, of the few that promise most: cards in columns of several widths and heights."""
    layouter = Layouter()
    if not pathway.boxes:
        return Drawn((), (), Layout(room, {}, ()))
    boxes = tuple(shape_box(box) for box in pathway.boxes)
    tried = {cards: _estimate(cards, room) for cards in _iter_card_shapes(pathway)}
    promising = sorted(tried, key=lambda cards: -tried[cards])[:TRIED]
    best: Drawn | None = None
    for cards in promising:
        drawn = Drawn(boxes, cards, _ask_layout(layouter, pathway, boxes, cards))
        if best is None or _fit(drawn.layout.size, room) > _fit(best.layout.size, room):
            best = drawn
        if _fit(best.layout.size, room) >= FULL:
            break
    assert best is not None
    return best


def _iter_card_shapes(pathway: Pathway) -> Iterator[tuple[CardShape, ...]]:
    for column in COLUMNS:
        for highest in HEIGHTS:
            yield tuple(shape_card(card, column, highest) for card in pathway.cards)


def _estimate(cards: Sequence[CardShape], room: Size) -> float:
    """How large it can be drawn if all great cards stand beside each other below the decisions."""
    great = [shape.size for shape in cards if len(shape.card.rows) > FEW_ROWS]
    width = sum(size.width + BETWEEN for size in great)
    return _fit(Size(max(width, 1.0), LADDER + max((size.height for size in great), default=0.0)), room)


def _ask_layout(layouter: Layouter, pathway: Pathway, boxes: Iterable[BoxShape], cards: Iterable[CardShape]) -> Layout:
    doors = {reply.id for box in pathway.boxes for reply in box.replies}
    placed = [Shape(shape.box.id, shape.size, shape.doors) for shape in boxes]
    placed += [Shape(shape.card.id, shape.size, {}) for shape in cards]
    return layouter.lay_out(
        placed, [(arrow.source if arrow.source in doors else f"{arrow.source}.foot", arrow.target) for arrow in pathway.arrows]
    )


def _fit(size: Size, room: Size) -> float:
    return min(room.width / size.width, room.height / size.height, LARGEST)


def _draw_graph(pathway: Pathway, drawn: Drawn) -> SvgSheet:
    """Arrows below, boxes above; of the arrows those of the patient last, so that they are not crossed out."""
    sheet = SvgSheet(ALONE)
    order = ("off", "plain", "open", "lit")
    ways = sorted(zip(pathway.arrows, drawn.layout.ways, strict=True), key=lambda pair: order.index(pair[0].way))
    for arrow, points in ways:
        draw_arrow(sheet, arrow, points)
    for box in drawn.boxes:
        draw_box(sheet, box, drawn.layout.places[box.box.id])
    for card in drawn.cards:
        draw_card(sheet, card, drawn.layout.places[card.card.id], pathway.words)
    return sheet


def _draw_head(pathway: Pathway, width: float) -> SvgSheet:
    """Of whom, when, of which guideline; the verdict; what could harm; that nobody has reviewed it."""
    sheet = SvgSheet(ALONE, width)
    sheet.add_paragraph(pathway.over, OVER, ALONE.muted)
    sheet.add_paragraph(pathway.verdict, VERDICT, ALONE.ink, bold=True)
    for guard in pathway.guards:
        colour = ALONE.unmet if guard.loud else ALONE.missing
        _draw_guard(sheet, f"{guard.title}: {guard.text}", colour, width)
    sheet.add_paragraph(pathway.unreviewed, OVER, ALONE.loud, bold=True)
    sheet.y += 3
    return sheet


def _draw_guard(sheet: SvgSheet, text: str, colour: str, width: float) -> None:
    lines = wrap_text(text, width - 14, LINE, bold=True)
    middle = sheet.y + 6
    sheet.add_element("path", d=f"M0 {middle + 4.5:.1f}L5 {middle - 5:.1f}L10 {middle + 4.5:.1f}Z", fill=colour)
    sheet.add_line(5, middle - 2, 5, middle + 1.4, ALONE.paper, 1.3)
    sheet.add_line(5, middle + 2.3, 5, middle + 3.6, ALONE.paper, 1.3)
    sheet.add_lines(lines, LINE, colour, x=14, bold=True)


def _draw_foot(pathway: Pathway, width: float) -> SvgSheet:
    """What the signs mean, and where all this comes from."""
    sheet = SvgSheet(ALONE, width)
    _draw_legend(sheet, pathway)
    sheet.add_paragraph(pathway.footer, 7.5, ALONE.muted)
    return sheet


def _draw_legend(sheet: SvgSheet, pathway: Pathway) -> None:
    x, size = 0.0, 8.0
    for way, told in pathway.ways:
        x = _next_place(sheet, x, 28 + measure_width(told, size))
        draw_way(sheet, way, x, sheet.y + 5)
        sheet.add_text(x + 27, sheet.y + 8, told, size, ALONE.ink)
        x += 36 + measure_width(told, size)
    for sign, told in pathway.legend:
        x = _next_place(sheet, x, 12 + measure_width(told, size))
        draw_sign(sheet, sign, x + 5, sheet.y + 5)
        sheet.add_text(x + 12, sheet.y + 8, told, size, ALONE.ink)
        x += 20 + measure_width(told, size)
    if pathway.ways or pathway.legend:
        sheet.y += 14


def _next_place(sheet: SvgSheet, x: float, needed: float) -> float:
    """The same place, or the beginning of the next row."""
    if x and x + needed > sheet.width:
        sheet.y += 13
        return 0.0
    return x


def _place(parts: Sequence[str], x: float, y: float, scale: float) -> str:
    moved = f"translate({format_coordinate(x)} {format_coordinate(y)})"
    return f'<g transform="{moved} scale({scale:.4f})">{"".join(parts)}</g>'
