"""How large each box is, and what stands where in it: lines of text that are measured before anything is placed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from concordant.present.figures.svg import measure_width, wrap_text
from concordant.present.pathway.graph import Box, Card, Group, Item, Reply, Row, Sign, Way
from concordant.present.pathway.layout import Point, Size

NORMAL, SMALL, LARGE = 9.0, 7.8, 10.5
LEAD = 1.24  # from one line of text to the next, in parts of its size
PAD, INDENT, GUTTER, GAP = 6.0, 12.0, 10.0, 5.0
QUESTION, GATE, EXIT, NARROWEST = 200.0, 640.0, 240.0, 26.0
FOLDED, UNDER = 130.0, 7.0
TAB, TAB_GAP = 17.0, 10.0  # the height of an answer, and what is left free beside it
FEW_ROWS, WIDE, LOW = 3, 200.0, 130.0  # a card of few regimens is wide and low, so that the ladder beside it stays short

Kind = Literal["title", "asks", "role", "rating", "only", "if", "row", "note", "folded"]
SIZES: dict[Kind, float] = {"title": LARGE, "row": NORMAL, "role": NORMAL}
BOLD: frozenset[Kind] = frozenset({"title", "role"})
SPACE: dict[Kind, float] = {"role": 4.0, "only": 3.0, "if": 1.5}  # above it


@dataclass(frozen=True, slots=True)
class Text:
    """One line of a card: what it is, what is written (`beside` small behind it), how it is drawn.

    The first line of a regimen carries the regimen. A line begins at `x`; behind one that `stays` the next one goes on. One that
    `runs_on` belongs to the line above.
    """

    kind: Kind
    text: str
    way: Way = "plain"
    sign: Sign = "plain"
    row: Row | None = None
    beside: str = ""
    x: float = 0.0
    stays: bool = False
    runs_on: bool = False

    @property
    def space(self) -> float:
        """What is left free above it."""
        return 0.0 if self.runs_on else SPACE.get(self.kind, 0.0)

    @property
    def size(self) -> float:
        """Of its letters."""
        return SIZES.get(self.kind, SMALL)

    @property
    def height(self) -> float:
        """Of the line, with what is left free above it."""
        return 0.0 if self.stays else self.size * LEAD + self.space


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stay together in one column."""

    lines: tuple[Text, ...]

    @property
    def height(self) -> float:
        """Of all of them."""
        return sum(line.height for line in self.lines)


@dataclass(frozen=True, slots=True)
class CardShape:
    """A card with its head and its columns, each a list of lines."""

    card: Card
    head: tuple[Text, ...]
    columns: tuple[tuple[Text, ...], ...]
    column: float
    size: Size = field(init=False)

    def __post_init__(self) -> None:
        width = max(1, len(self.columns)) * (self.column + GUTTER) - GUTTER + 2 * PAD
        height = _sum_heights(self.head) + max(map(_sum_heights, self.columns), default=0.0) + 2 * PAD
        object.__setattr__(self, "size", Size(width, height))


@dataclass(frozen=True, slots=True)
class Tab:
    """An answer at the lower edge of its decision: where it begins, and how wide it is."""

    reply: Reply
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class BoxShape:
    """A box with its lines of text, the second ones small, and the tabs of its answers below."""

    box: Box
    lines: tuple[str, ...]
    more: tuple[str, ...]
    tabs: tuple[Tab, ...]
    size: Size

    @property
    def doors(self) -> dict[str, Point]:
        """Where ways leave the box."""
        below = self.size.height
        if self.tabs:
            return {tab.reply.id: Point(tab.x + tab.width / 2, below) for tab in self.tabs}
        return {f"{self.box.id}.foot": Point(self.size.width / 2, below)}


def shape_box(box: Box) -> BoxShape:
    """A box as wide as its text and its answers need, up to a width at which the text is wrapped."""
    most = {"gate": GATE, "exit": EXIT}.get(box.kind, QUESTION) - 2 * PAD
    lines, more = wrap_text(box.text, most, NORMAL, bold=True), wrap_text(box.more, most, SMALL) if box.more else []
    widths = [measure_width(line, NORMAL, bold=True) for line in lines] + [measure_width(line, SMALL) for line in more]
    tabs = [max(NARROWEST, measure_width(reply.text, NORMAL, bold=True) + 2 * PAD) for reply in box.replies]
    width = max(max(widths) + 2 * PAD, sum(tabs) + TAB_GAP * (len(tabs) + 1))
    height = (len(lines) * NORMAL + len(more) * SMALL) * LEAD + 2 * PAD - 2 + (TAB if tabs else 0)
    return BoxShape(box, tuple(lines), tuple(more), tuple(_place_tabs(box, tabs, width)), Size(width, height))


def _place_tabs(box: Box, widths: Sequence[float], width: float) -> Iterator[Tab]:
    """Spread over the width of the box."""
    gap = (width - sum(widths)) / (len(widths) + 1)
    x = gap
    for reply, own in zip(box.replies, widths, strict=True):
        yield Tab(reply, x, own)
        x += own + gap


def shape_card(card: Card, column: float, highest: float) -> CardShape:
    """A card in as many columns of this width as keep it under this height."""
    if card.folded:
        column = FOLDED
    elif len(card.rows) <= FEW_ROWS:
        column, highest = WIDE, LOW
    blocks = [Block(lines) for lines in _iter_blocks(card, column)]
    for number in range(1, len(blocks) + 1):
        columns = _fill_columns(blocks, number)
        width = number * (column + GUTTER) - GUTTER
        shape = CardShape(card, tuple(_iter_head(card, width)), columns, column)
        if shape.size.height <= highest:
            return shape
    return CardShape(card, tuple(_iter_head(card, column)), _fill_columns(blocks, 1), column)


def _fill_columns(blocks: Sequence[Block], number: int) -> tuple[tuple[Text, ...], ...]:
    """The blocks in this many columns of like height, in their order."""
    share = sum(block.height for block in blocks) / number
    columns: list[list[Text]] = [[] for _ in range(number)]
    done = 0.0
    for block in blocks:
        place = min(number - 1, int((done + block.height / 2) / share)) if share else 0
        columns[place] += block.lines
        done += block.height
    return tuple(tuple(column) for column in columns if column)


def _iter_head(card: Card, width: float) -> Iterator[Text]:
    for text in wrap_text(card.title, width, LARGE, bold=True) if card.title else ():
        yield Text("title", text, card.way)
    for text in wrap_text(card.asks, width, SMALL) if card.asks else ():
        yield Text("asks", text, card.way)
    for text in wrap_text(card.folded, width, SMALL) if card.folded else ():
        yield Text("folded", text, card.way)


def _iter_blocks(card: Card, width: float) -> Iterator[tuple[Text, ...]]:
    """One for each item; the first of a group has the heading with it."""
    if card.folded:
        return
    for group in card.groups:
        heading = tuple(_iter_heading(group, width))
        for number, item in enumerate(group.items):
            yield (*(heading if number == 0 else ()), *_iter_item(item, width))


def _iter_heading(group: Group, width: float) -> Iterator[Text]:
    """The role, and behind it or below it the rating; the rating alone where the card itself is called by the role."""
    if not group.role:
        yield Text("only", group.rating)
        return
    role = measure_width(group.role, NORMAL, bold=True) + GAP
    if role + measure_width(group.rating, SMALL) <= width:
        yield Text("role", group.role, beside=group.rating)
        return
    yield from _wrap("role", group.role, width)
    yield from _wrap("rating", group.rating, width)


def _iter_item(item: Item, width: float) -> Iterator[Text]:
    yield from _wrap("if", item.asks, width, item.way)
    indent = UNDER if item.asks else 0.0
    x, rows = indent, list(item.rows)
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        end = x + _measure_row(row)
        stays = following is not None and not row.note and not following.note and end + GAP + _measure_row(following) <= width
        once = row if following is None or following.note != row.note else replace(row, note="")  # several with one reason
        yield from _iter_row(once, item.way, width, x, stays=stays)
        x = end + GAP if stays else indent


def _measure_row(row: Row) -> float:
    return INDENT + measure_width(row.name, NORMAL, bold=row.sign == "first")


def _iter_row(row: Row, way: Way, width: float, x: float, *, stays: bool) -> Iterator[Text]:
    """The name with its sign, then what stands in its way."""
    room = width - INDENT - x
    for number, text in enumerate(wrap_text(row.name, room, NORMAL, bold=row.sign == "first")):
        yield Text("row", text, way, row.sign, None if number else row, x=x, stays=stays)
    for text in wrap_text(row.note, room, SMALL) if row.note else ():
        yield Text("note", text, way, row.sign, x=x)


def _wrap(kind: Kind, text: str, width: float, way: Way = "plain") -> Iterator[Text]:
    for number, line in enumerate(wrap_text(text, width, SIZES.get(kind, SMALL), bold=kind in BOLD) if text else ()):
        yield Text(kind, line, way, runs_on=number > 0)


def _sum_heights(lines: Iterable[Text]) -> float:
    return sum(line.height for line in lines)
