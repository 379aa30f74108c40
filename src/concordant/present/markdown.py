"""A document as Markdown: CommonMark with pipe tables, in which every text prints as itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from concordant.complaints import printable
from concordant.present.document import Citation, Document, Paragraph, Point, Points, Section, Source, Table, cut
from concordant.present.in_words import Told, citation_words, in_words, lead_words, mark_words

LOUD = "⚠"
ALWAYS = re.compile(r"[\\`*_\[\]~$#]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
BEGINS_A_BLOCK = re.compile(r"[-+](?=[\s-]|$)|[=>]|\d{1,9}[.)](?=\s|$)")


def render_markdown(document: Document) -> str:
    """The document as one text."""
    return "\n\n".join(part for part in _parts(document) if part) + "\n"


def _parts(document: Document) -> Iterator[str]:
    """Blocks, each to be parted from the next by an empty line."""
    yield line(" · ".join(filter(None, (document.whose, document.title, document.over))))
    yield f"# {line(document.verdict)}"
    yield "\n".join(_first(document))
    for section in document.sections:
        yield from _section(section, document.words)
    if document.references:
        yield f"## {line(document.references_title)}"
        yield "\n".join(_references(document))
    yield "---"
    yield from map(line, document.footer)


def _first(document: Document) -> Iterator[str]:
    for one in document.first:
        loud = f"{LOUD} " if one.tone == "danger" else ""
        yield f"- {loud}{_strong(f'{one.title}:')} {line(one.text)}".rstrip()


def _section(section: Section, words: Mapping[str, str]) -> Iterator[str]:
    yield f"## {line(section.title)}"
    for block in section.blocks:
        for told in in_words(block):
            yield from _told(told, words)


def _told(told: Told, words: Mapping[str, str]) -> Iterator[str]:
    match told:
        case Paragraph(text):
            yield line(text)
        case Points(points):
            yield "\n".join(_point(point, words) for point in points)
        case Table():
            yield _strong(told.caption)
            yield "\n".join(_table(told))
            yield line(told.note)


def _point(point: Point, words: Mapping[str, str]) -> str:
    parts = (line(mark_words(point, words)), _strong(lead_words(point)), line(point.text))
    return f"- {' '.join(filter(None, parts))}"


def _table(table: Table) -> Iterator[str]:
    yield _row(table.columns)
    yield f"|{' --- |' * len(table.columns)}"
    yield from map(_row, table.rows)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(line(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _references(document: Document) -> Iterator[str]:
    """The numbers of a list only count on; where one is left out, the other sign behind it begins a list anew."""
    sign, before = ".", 0
    for source in document.references:
        if before and source.n != before + 1:
            sign = ")" if sign == "." else "."
        yield f"{source.n}{sign} {_source(source)}"
        before = source.n


def _source(source: Source) -> str:
    """The citation, and how far it was checked; a weak one is in bold."""
    checked = f"({source.checked})"
    return f"{line(source.citation)} {_strong(checked) if source.mark in ('recalled', 'choice') else line(checked)}"


def _strong(text: str) -> str:
    told = line(text)
    return f"**{told}**" if told else ""


def line(text: str) -> str:
    """A text on one line in which nothing is read as markup."""
    parts = list(cut(" ".join(printable(text).split())))
    behind = [*parts[1:], ""]
    told = [_citation(one, i, behind[i]) if isinstance(one, Citation) else _escaped(one) for i, one in enumerate(parts)]
    whole = "".join(told)
    if found := BEGINS_A_BLOCK.match(whole):
        return f"{whole[: found.end() - 1]}\\{whole[found.end() - 1 :]}"
    return whole


def _escaped(text: str) -> str:
    return ALWAYS.sub(r"\\\g<0>", text)


def _citation(one: Citation, i: int, behind: str | Citation) -> str:
    """Its brackets stand plain, easy to read in the source, unless what is around could make a link of them."""
    told = _escaped(citation_words(one))
    plain = i > 0 and not (isinstance(behind, str) and behind[:1] in ("(", "[", ":"))
    return f"{' ' if i else ''}{f'[{told[2:-2]}]' if plain else told}"
