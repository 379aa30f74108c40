"""A document as the plain data that the template of the PDF reads: lists and strings, nothing that is read as markup."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from concordant.present.document import (
    Block,
    Citation,
    Document,
    Forest,
    Paragraph,
    Point,
    Points,
    Section,
    Source,
    Table,
    Timeline,
    cut,
    trials_of,
)
from concordant.present.figures import forest_svg, timeline_svg
from concordant.present.in_words import citation_words, forest_told, lead_words
from concordant.present.widths import widths

CHARACTERS = Path(__file__).parent / "fonts" / "characters.json"
QUESTION = "question"  # the section whose table is the branches of a question
KEPT = re.compile(r"(\d[\d.,]* (?:%|[A-Za-zµ][\w/*²]{0,6})(?![\w/])|(?<![\w-])[\d.,]+-(?:[\d.,]+\d|NE)(?![\w-]))")
LINE = 115  # signs on a line of a table over the whole width
WIDE, LONGEST_ACROSS = 3, 30  # columns from which a table has the whole width, and the rows up to which it fits one page
Data = dict[str, Any]
Run = list[str | Data]


def page_data(document: Document) -> Data:
    """Everything that the template prints."""
    put = _Put(frozenset(source.n for source in document.references), document.words)
    return {
        "language": document.language,
        "title": shown(document.title),
        "whose": shown(document.whose),
        "day": _day(document),
        "over": shown(document.over),
        "foot": shown(document.footer[-1]) if document.footer else "",
        "page-of": shown(document.words.get("page", "{page} / {pages}")),
        "verdict": put.run(document.verdict),
        "first": [{"title": shown(line.title), "text": put.run(line.text), "tone": line.tone} for line in document.first],
        "sections": [put.section(section) for section in document.sections],
        "references-title": shown(document.references_title),
        "references": [_source(source) for source in document.references],
        "footer": [put.run(text) for text in document.footer],
    }


def _day(document: Document) -> Data | None:
    day = document.as_of
    return {"year": day.year, "month": day.month, "day": day.day} if day else None


def _source(source: Source) -> Data:
    """How far it was checked stands apart, because a weak one is to be seen."""
    citation, checked = f"{shown(source.citation)} ", f"({shown(source.checked)})"
    return {"n": source.n, "citation": citation, "checked": checked, "mark": source.mark}


@dataclass(frozen=True, slots=True)
class _Put:
    """Puts texts and blocks as data; only a citation that has its reference on the page leads to it."""

    numbers: frozenset[int]
    words: Mapping[str, str]

    def run(self, text: str) -> Run:
        """Words, what must stay on one line, citations."""
        told: Run = []
        for part in cut(text):
            told += [self._citation(part)] if isinstance(part, Citation) else _words(shown(part))
        return told

    def _citation(self, one: Citation) -> Data:
        return {"n": one.n, "shown": shown(citation_words(one)), "linked": one.n in self.numbers}

    def section(self, section: Section) -> Data:
        blocks = [self.block(block, section) for block in section.blocks]
        return {
            "title": self.run(section.title),
            "folded": section.folded,
            "asked": section.id == QUESTION,
            "across": section.id != QUESTION and all(block.get("wide") for block in blocks),
            "blocks": blocks,
        }

    def block(self, block: Block, section: Section) -> Data:
        match block:
            case Timeline() if not (block.spans or block.moments):  # nothing to draw on a scale: one line says it all
                return {"kind": "paragraph", "text": self.run(block.told)}
            case Timeline():
                return _drawings(block, section, [(timeline_svg(block, standalone=True), block.told)])
            case Forest():
                return _drawings(
                    block, section, [(forest_svg(one, standalone=True), forest_told(one)) for one in trials_of(block)]
                )
            case Paragraph(text):
                return {"kind": "paragraph", "text": self.run(text)}
            case Points(points):
                return {"kind": "points", "points": [self._point(point) for point in points]}
            case Table():
                return self._table(block)

    def _point(self, point: Point) -> Data:
        said = shown(self.words.get(point.mark, ""))
        return {"mark": point.mark, "said": said, "lead": self.run(lead_words(point)), "text": self.run(point.text)}

    def _table(self, table: Table) -> Data:
        wide = len(table.columns) >= WIDE and len(table.rows) <= LONGEST_ACROSS
        return {
            "kind": "table",
            "wide": wide,
            "caption": self.run(table.caption),
            "shares": widths(table, LINE if wide else LINE // 2),
            "columns": [self.run(column) for column in table.columns],
            "rows": [[self.run(cell) for cell in row] for row in table.rows],
            "note": self.run(table.note),
        }


def _words(text: str) -> Run:
    """An amount stays together with its unit, and an interval is not broken: a dose on two lines is misread."""
    parts = KEPT.split(text)
    return [{"kept": part} if i % 2 else part for i, part in enumerate(parts) if part]


def _drawings(figure: Timeline | Forest, section: Section, drawn: Iterable[tuple[str, str]]) -> Data:
    """Figures, and what each says for those who do not see it; a title that the section has already is left out."""
    title = "" if figure.title == section.title else figure.title
    return {
        "kind": "drawings",
        "title": shown(title),
        "drawings": [{"svg": shown(svg), "told": shown(told)} for svg, told in drawn],
    }


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
