"""A document as the plain data that the template of the PDF reads: lists and strings, nothing that is read as markup."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from concordant.present.document import Citation, Document, Paragraph, Point, Points, Section, Source, Table, cut
from concordant.present.in_words import Told, citation_words, in_words

CHARACTERS = Path(__file__).parent / "fonts" / "characters.json"
FLATTENED = 0.75  # chosen by eye: evidence, branches of a question, dose changes
LETTER = 0.7
Data = dict[str, Any]
Run = list[str | Data]


def page_data(document: Document) -> Data:
    """Everything that the template prints."""
    put = _Put(frozenset(source.n for source in document.references), document.words)
    return {
        "language": document.language,
        "title": shown(document.title),
        "day": _day(document),
        "over": shown(document.over),
        "foot": shown(document.footer[-1]) if document.footer else "",
        "page-of": shown(document.words.get("page", "{page} / {pages}")),
        "verdict": put.run(document.verdict),
        "first": [
            {"title": shown(title), "text": put.run(text), "loud": title in document.loud} for title, text in document.first
        ],
        "sections": [put.section(section) for section in document.sections],
        "references-title": shown(document.references_title),
        "references": [_source(source) for source in document.references],
        "footer": [put.run(text) for text in document.footer],
    }


def _day(document: Document) -> Data | None:
    day = document.as_of
    return {"year": day.year, "month": day.month, "day": day.day} if day else None


def _source(source: Source) -> Data:
    """The citation may end with how far it was checked; that part stands apart, because a weak one is to be seen."""
    citation, checked = shown(source.citation), f"({shown(source.checked)})"
    return {"n": source.n, "citation": f"{citation.removesuffix(checked).rstrip()} ", "checked": checked, "mark": source.mark}


@dataclass(frozen=True, slots=True)
class _Put:
    """Puts texts and blocks as data; only a citation that has its reference on the page leads to it."""

    numbers: frozenset[int]
    words: Mapping[str, str]

    def run(self, text: str) -> Run:
        return [self._citation(part) if isinstance(part, Citation) else shown(part) for part in cut(text)]

    def _citation(self, one: Citation) -> Data:
        return {"n": one.n, "shown": shown(citation_words(one)), "linked": one.n in self.numbers}

    def section(self, section: Section) -> Data:
        blocks = [self.told(told) for block in section.blocks for told in in_words(block)]
        return {"title": self.run(section.title), "folded": section.folded, "blocks": blocks}

    def told(self, told: Told) -> Data:
        match told:
            case Paragraph(text):
                return {"kind": "paragraph", "text": self.run(text)}
            case Points(points):
                return {"kind": "points", "points": [self._point(point) for point in points]}
            case Table():
                return self._table(told)

    def _point(self, point: Point) -> Data:
        said = shown(self.words.get(point.mark, ""))
        return {"mark": point.mark, "said": said, "lead": self.run(point.lead), "text": self.run(point.text)}

    def _table(self, table: Table) -> Data:
        return {
            "kind": "table",
            "caption": self.run(table.caption),
            "shares": shares(table),
            "columns": [self.run(column) for column in table.columns],
            "rows": [[self.run(cell) for cell in row] for row in table.rows],
            "note": self.run(table.note),
        }


def shares(table: Table) -> list[float]:
    """How the width is shared out: a long column gets more, yet less than its length, and none cuts its longest word."""
    lines = list(zip(*([table.columns] + list(table.rows)), strict=True))
    return [max(LETTER * _longest_word(cells), max(map(len, cells)) ** FLATTENED) for cells in lines]


def _longest_word(cells: Iterable[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def shown(text: str) -> str:
    """The text in signs that the shipped font has; another one is named by its number, so that nothing is lost silently."""
    held = _characters()
    on_one_line = "".join(" " if sign in "\t\n\r\x0b\x0c\u2028\u2029" else sign for sign in text)
    composed = unicodedata.normalize("NFC", on_one_line)
    return "".join(sign if ord(sign) in held else f"[U+{ord(sign):04X}]" for sign in composed)


@cache
def _characters() -> frozenset[int]:
    """What the fonts hold, as `tools/make_fonts.py` found it."""
    ranges: list[tuple[int, int]] = json.loads(CHARACTERS.read_text(encoding="utf-8"))
    return frozenset(code for first, last in ranges for code in range(first, last + 1))
