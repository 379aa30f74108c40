"""A document as Markdown: CommonMark with pipe tables, in which every text prints as itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from concordant.errors import make_printable
from concordant.present.in_words import Told, format_citation, format_lead, format_mark, to_text_blocks
from concordant.present.language.quoting import show_quotations_of
from concordant.present.page.document import (
    Citation,
    Document,
    PageReference,
    Paragraph,
    Point,
    PointList,
    Section,
    Table,
    split_citations,
)

LOUD = "⚠"
ALWAYS = re.compile(r"[\\`*_\[\]~$#]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
BEGINS_A_BLOCK = re.compile(r"[-+](?=[\s-]|$)|[=>]|\d{1,9}[.)](?=\s|$)")


def render_markdown(document: Document) -> str:
    """The document as one text."""
    document = show_quotations_of(document)
    return "\n\n".join(part for part in _iter_parts(document) if part) + "\n"


def _iter_parts(document: Document) -> Iterator[str]:
    """Blocks, each to be parted from the next by an empty line."""
    yield render_text(" · ".join(filter(None, (document.whose, document.title, document.over))))
    yield f"# {render_text(document.verdict)}"
    yield "\n".join(_iter_screen_lines(document))
    for section in document.sections:
        yield from _iter_section(section, document.words)
    if document.references:
        yield f"## {render_text(document.references_title)}"
        yield "\n".join(_iter_references(document))
    yield "---"
    yield from map(render_text, document.footer)


def _iter_screen_lines(document: Document) -> Iterator[str]:
    for line in document.first:
        loud = f"{LOUD} " if line.tone == "danger" else ""
        yield f"- {loud}{_render_strong(f'{line.title}:')} {render_text(line.text)}".rstrip()


def _iter_section(section: Section, words: Mapping[str, str]) -> Iterator[str]:
    yield f"## {render_text(section.title)}"
    for block in section.blocks:
        for text_block in to_text_blocks(block):
            yield from _iter_block(text_block, words)


def _iter_block(text_block: Told, words: Mapping[str, str]) -> Iterator[str]:
    match text_block:
        case Paragraph(text):
            yield render_text(text)
        case PointList(points):
            yield "\n".join(_render_point(point, words) for point in points)
        case Table():
            yield _render_strong(text_block.caption)
            yield "\n".join(_iter_table_rows(text_block))
            yield render_text(text_block.note)


def _render_point(point: Point, words: Mapping[str, str]) -> str:
    parts = (render_text(format_mark(point, words)), _render_strong(format_lead(point)), render_text(point.text))
    return f"- {' '.join(filter(None, parts))}"


def _iter_table_rows(table: Table) -> Iterator[str]:
    yield _render_row(table.columns)
    yield f"|{' --- |' * len(table.columns)}"
    yield from map(_render_row, table.rows)


def _render_row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(render_text(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _iter_references(document: Document) -> Iterator[str]:
    """The numbers of a list only count on; where one is left out, the other sign behind it begins a list anew."""
    sign, before = ".", 0
    for source in document.references:
        if before and source.n != before + 1:
            sign = ")" if sign == "." else "."
        yield f"{source.n}{sign} {_render_reference(source)}"
        before = source.n


def _render_reference(source: PageReference) -> str:
    """The citation, and how far it was checked; a weak one is in bold."""
    checked = f"({source.checked})"
    weak = source.mark in ("recalled", "choice")
    return f"{render_text(source.citation)} {_render_strong(checked) if weak else render_text(checked)}"


def _render_strong(text: str) -> str:
    rendered = render_text(text)
    return f"**{rendered}**" if rendered else ""


def render_text(text: str) -> str:
    """A text on one line in which nothing is read as markup."""
    parts = list(split_citations(" ".join(make_printable(text).split())))
    behind = [*parts[1:], ""]
    rendered = [
        _render_citation(part, i, behind[i]) if isinstance(part, Citation) else escape_markdown(part)
        for i, part in enumerate(parts)
    ]
    whole = "".join(rendered)
    if opening := BEGINS_A_BLOCK.match(whole):
        return f"{whole[: opening.end() - 1]}\\{whole[opening.end() - 1 :]}"
    return whole


def escape_markdown(text: str) -> str:
    """A text without anything that reads as markup, its blanks as they are."""
    return ALWAYS.sub(r"\\\g<0>", text)


def _render_citation(citation: Citation, i: int, behind: str | Citation) -> str:
    """Its brackets stand plain, easy to read in the source, unless what is around could make a link of them."""
    text = escape_markdown(format_citation(citation))
    plain = i > 0 and not (isinstance(behind, str) and behind[:1] in ("(", "[", ":"))
    return f"{' ' if i else ''}{f'[{text[2:-2]}]' if plain else text}"
