"""References renumbered in the order in which the page names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from concordant.present.document import (
    CITATION,
    Block,
    Document,
    Forest,
    ForestRow,
    Paragraph,
    Points,
    Section,
    Table,
    Timeline,
)

Change = Callable[[str], str]


def texts(document: Document) -> Iterator[str]:
    """Every text of the page that may hold a citation, in reading order."""
    yield document.verdict
    yield from (line.text for line in document.first)
    for section in document.sections:
        for block in section.blocks:
            yield from _texts_of(block)


def _texts_of(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield text
        case Points(points):
            yield from (point.text for point in points)
        case Table(_, rows, _, note):
            yield from (cell for row in rows for cell in row)
            yield note
        case Forest(_, rows):
            yield from (text for row in rows for text in (row.label, row.because))
        case Timeline():
            pass


def renumbered(document: Document) -> Document:
    """The page with its references numbered as they appear; one that the page does not name is left out."""
    order: dict[int, int] = {}
    for text in texts(document):
        for found in CITATION.finditer(text):
            order.setdefault(int(found[1]), len(order) + 1)

    def change(text: str) -> str:
        return CITATION.sub(lambda found: found[0].replace(f"[{found[1]}", f"[{order[int(found[1])]}", 1), text)

    listed = [replace(one, n=order[one.n]) for one in document.references if one.n in order]
    return replace(
        document,
        verdict=change(document.verdict),
        first=tuple(replace(line, text=change(line.text)) for line in document.first),
        sections=tuple(_section(section, change) for section in document.sections),
        references=tuple(sorted(listed, key=lambda one: one.n)),
    )


def _section(section: Section, change: Change) -> Section:
    return replace(section, blocks=tuple(_block(block, change) for block in section.blocks))


def _block(block: Block, change: Change) -> Block:
    match block:
        case Paragraph(text):
            return Paragraph(change(text))
        case Points(points):
            return Points(tuple(replace(point, text=change(point.text)) for point in points))
        case Table():
            return replace(block, rows=tuple(tuple(map(change, row)) for row in block.rows), note=change(block.note))
        case Forest():
            return replace(block, rows=tuple(_cited(row, change) for row in block.rows))
        case Timeline():
            return block


def _cited(row: ForestRow, change: Change) -> ForestRow:
    return replace(row, label=change(row.label), short=change(row.short), because=change(row.because))
