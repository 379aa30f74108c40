"""The picture as Mermaid text: the same boxes, cards and ways, for pages that draw such texts themselves."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.errors import make_printable
from concordant.present.pathway.graph import Box, Card, Pathway, Row, Sign, Way

LINKS: dict[Way, str] = {"plain": "-->", "lit": "==>", "open": "-.->", "off": "---"}
MARKS: dict[Sign, str] = {
    "first": "(++)",
    "offered": "(+)",
    "checked": "(+?)",
    "open": "(?)",
    "barred": "(x)",
    "against": "(/)",
    "off": "(-)",
}
STYLES: dict[Way, str] = {
    "lit": "stroke:#1f5785,stroke-width:4px",
    "open": "stroke:#765500,stroke-dasharray:5 4",
    "off": "stroke:#aab1b7,color:#555e67",
}
BREAK = "<br>"
SPECIAL = frozenset("\"'`<>&#[]{}|\\;")  # what Mermaid, or the page that it stands in, could take for a sign of its own


def render_mermaid(pathway: Pathway) -> str:
    """A flow chart from top to bottom; what leads the picture leads it here as well."""
    return "\n".join(_iter_lines(pathway)) + "\n"


def _iter_lines(pathway: Pathway) -> Iterator[str]:
    yield "flowchart TD"
    yield f"  accTitle: {_write(pathway.title)}"
    yield f"  accDescr: {_write(pathway.description)}"
    head = [pathway.over, pathway.verdict, *(f"! {guard.title}: {guard.text}" for guard in pathway.guards), pathway.unreviewed]
    yield f'  head["{_join(head)}"]'
    for box in pathway.boxes:
        yield f"  {box.id}{_shape_box(box)}"
    for card in pathway.cards:
        yield f'  {card.id}["{_join(_iter_card(card, pathway))}"]'
    yield from _iter_links(pathway)
    yield f'  foot["{_join([_describe_legend(pathway), pathway.footer])}"]'
    yield from _iter_styles(pathway)


def _shape_box(box: Box) -> str:
    text = _join([box.text, box.more])
    return f'{{{{"{text}"}}}}' if box.kind == "question" else f'["{text}"]'


def _iter_card(card: Card, pathway: Pathway) -> Iterator[str]:
    yield card.title
    if card.way in pathway.words and not card.folded:
        yield f"({pathway.words[card.way]})"
    yield card.asks
    yield card.folded
    for group in () if card.folded else card.groups:
        yield ": ".join(filter(None, (group.role, group.rating)))
        for item in group.items:
            yield item.asks
            yield from (_describe_row(row) for row in item.rows)


def _describe_row(row: Row) -> str:
    return " ".join(filter(None, (MARKS.get(row.sign, ""), row.name, f"({row.note})" if row.note else "")))


def _describe_legend(pathway: Pathway) -> str:
    return ", ".join(f"{MARKS[sign]} {told}" for sign, told in pathway.legend)


def _iter_links(pathway: Pathway) -> Iterator[str]:
    replies = {reply.id: (box.id, reply) for box in pathway.boxes for reply in box.replies}
    first = pathway.boxes[0].id if pathway.boxes else ""
    if first:
        yield f"  head ~~~ {first}"
    for arrow in pathway.arrows:
        source, reply = replies.get(arrow.source, (arrow.source, None))
        label = f'|"{_write(reply.text)}"|' if reply else ""
        yield f"  {source} {LINKS[arrow.way]}{label} {arrow.target}"


def _iter_styles(pathway: Pathway) -> Iterator[str]:
    for way, style in STYLES.items():
        named = [box.id for box in pathway.boxes if box.way == way] + [card.id for card in pathway.cards if card.way == way]
        if named:
            yield f"  classDef {way} {style}"
            yield f"  class {','.join(named)} {way}"


def _join(texts: list[str] | Iterator[str]) -> str:
    return BREAK.join(_write(text) for text in texts if text)


def _write(text: str) -> str:
    """A text in quotes: what Mermaid or a page could take for a sign of its own is written as an entity."""
    return "".join(f"#{ord(letter)};" if letter in SPECIAL else letter for letter in _write_line(text))


def _write_line(text: str) -> str:
    return " ".join(make_printable(text).split())
