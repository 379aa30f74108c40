"""References renumbered in the order in which the page names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from concordant.present.page.document import (
    CITATION,
    Block,
    Document,
    ForestPlot,
    ForestRow,
    Paragraph,
    PointList,
    Section,
    Table,
    Timeline,
)

Change = Callable[[str], str]


def iter_texts(document: Document) -> Iterator[str]:
    """Every text of the page that may hold a citation, in reading order."""
    yield document.verdict
    yield from (line.text for line in document.first)
    for section in document.sections:
        for block in section.blocks:
            yield from _iter_block_texts(block)


def _iter_block_texts(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield text
        case PointList(points):
            yield from (point.text for point in points)
        case Table(_, rows, _, note):
            yield from (cell for row in rows for cell in row)
            yield note
        case ForestPlot(_, rows):
            yield from (text for row in rows for text in (row.label, row.because))
        case Timeline():
            pass


def renumber_references(document: Document) -> Document:
    """The page with its references numbered as they appear; one that the page does not name is left out."""
    order: dict[int, int] = {}
    for text in iter_texts(document):
        for citation in CITATION.finditer(text):
            order.setdefault(int(citation[1]), len(order) + 1)

    def renumber_text(text: str) -> str:
        return CITATION.sub(lambda found: found[0].replace(f"[{found[1]}", f"[{order[int(found[1])]}", 1), text)

    listed = [replace(reference, n=order[reference.n]) for reference in document.references if reference.n in order]
    return replace(
        document,
        verdict=renumber_text(document.verdict),
        first=tuple(replace(line, text=renumber_text(line.text)) for line in document.first),
        sections=tuple(_change_section(section, renumber_text) for section in document.sections),
        references=tuple(sorted(listed, key=lambda one: one.n)),
    )


def _change_section(section: Section, change: Change) -> Section:
    return replace(section, blocks=tuple(_change_block(block, change) for block in section.blocks))


def _change_block(block: Block, change: Change) -> Block:
    match block:
        case Paragraph(text):
            return Paragraph(change(text))
        case PointList(points):
            return PointList(tuple(replace(point, text=change(point.text)) for point in points))
        case Table():
            return replace(block, rows=tuple(tuple(map(change, row)) for row in block.rows), note=change(block.note))
        case ForestPlot():
            return replace(block, rows=tuple(_change_forest_row(row, change) for row in block.rows))
        case Timeline():
            return block


def _change_forest_row(row: ForestRow, change: Change) -> ForestRow:
    return replace(row, label=change(row.label), short=change(row.short), because=change(row.because))
