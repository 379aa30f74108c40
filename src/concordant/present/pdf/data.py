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

from concordant.present.figures.figures import render_forest_svg, render_timeline_svg
from concordant.present.in_words import forest_to_text, format_citation, format_lead
from concordant.present.language.quoting import show_quotations_of
from concordant.present.page.document import (
    Block,
    Citation,
    Document,
    ForestPlot,
    PageReference,
    Paragraph,
    Point,
    PointList,
    Section,
    Table,
    Timeline,
    split_by_trial,
    split_citations,
)
from concordant.present.widths import compute_column_widths

CHARACTERS = Path(__file__).parent / "fonts" / "characters.json"
QUESTION = "question"  # the section whose table is the branches of a question
KEPT = re.compile(r"(\d[\d.,]* (?:%|[A-Za-zµ][\w/*²]{0,6})(?![\w/])|(?<![\w-])[\d.,]+-(?:[\d.,]+\d|NE)(?![\w-]))")
LINE = 115  # signs on a line of a table over the whole width
WIDE, LONGEST_ACROSS = 3, 30  # columns from which a table has the whole width, and the rows up to which it fits one page
Data = dict[str, Any]
Run = list[str | Data]


def build_page_data(document: Document) -> Data:
    """Everything that the template prints."""
    document = show_quotations_of(document)
    put = _PageDataBuilder(frozenset(source.n for source in document.references), document.words)
    return {
        "layout": document.layout,
        "language": document.language,
        "title": to_font_characters(document.title),
        "whose": to_font_characters(document.whose),
        "day": _make_day_data(document),
        "over": to_font_characters(document.over),
        "foot": to_font_characters(document.footer[-1]) if document.footer else "",
        "page-of": to_font_characters(document.words.get("page", "{page} / {pages}")),
        "verdict": put.make_text_run(document.verdict),
        "first": [
            {"title": to_font_characters(line.title), "text": put.make_text_run(line.text), "tone": line.tone}
            for line in document.first
        ],
        "sections": [put.make_section(section) for section in document.sections],
        "references-title": to_font_characters(document.references_title),
        "references": [_make_reference_data(source) for source in document.references],
        "footer": [put.make_text_run(text) for text in document.footer],
    }


def _make_day_data(document: Document) -> Data | None:
    day = document.as_of
    return {"year": day.year, "month": day.month, "day": day.day} if day else None


def _make_reference_data(source: PageReference) -> Data:
    """How far it was checked stands apart, because a weak one is to be seen."""
    citation, checked = f"{to_font_characters(source.citation)} ", f"({to_font_characters(source.checked)})"
    return {"n": source.n, "citation": citation, "checked": checked, "mark": source.mark}


@dataclass(frozen=True, slots=True)
class _PageDataBuilder:
    """Puts texts and blocks as data; only a citation that has its reference on the page leads to it."""

    numbers: frozenset[int]
    words: Mapping[str, str]

    def make_text_run(self, text: str) -> Run:
        """Words, what must stay on one line, citations."""
        run: Run = []
        for part in split_citations(text):
            run += [self._make_citation(part)] if isinstance(part, Citation) else _split_words(to_font_characters(part))
        return run

    def _make_citation(self, citation: Citation) -> Data:
        return {"n": citation.n, "shown": to_font_characters(format_citation(citation)), "linked": citation.n in self.numbers}

    def make_section(self, section: Section) -> Data:
        blocks = [self.make_block(block, section) for block in section.blocks]
        return {
            "id": section.id,
            "title": self.make_text_run(section.title),
            "folded": section.folded,
            "asked": section.id == QUESTION,
            "across": section.id != QUESTION and all(block.get("wide") for block in blocks),
            "blocks": blocks,
        }

    def make_block(self, block: Block, section: Section) -> Data:
        match block:
            case Timeline() if not (block.spans or block.moments):  # nothing to draw on a scale: one line says it all
                return {"kind": "paragraph", "text": self.make_text_run(block.told)}
            case Timeline():
                return _make_drawings(block, section, [(render_timeline_svg(block, standalone=True), block.told)])
            case ForestPlot():
                return _make_drawings(
                    block,
                    section,
                    [(render_forest_svg(trial, standalone=True), forest_to_text(trial)) for trial in split_by_trial(block)],
                )
            case Paragraph(text):
                return {"kind": "paragraph", "text": self.make_text_run(text)}
            case PointList(points):
                return {"kind": "points", "points": [self._make_point(point) for point in points]}
            case Table():
                return self._make_table(block)

    def _make_point(self, point: Point) -> Data:
        said = to_font_characters(self.words.get(point.mark, ""))
        return {
            "mark": point.mark,
            "said": said,
            "lead": self.make_text_run(format_lead(point)),
            "text": self.make_text_run(point.text),
        }

    def _make_table(self, table: Table) -> Data:
        wide = len(table.columns) >= WIDE and len(table.rows) <= LONGEST_ACROSS
        return {
            "kind": "table",
            "wide": wide,
            "caption": self.make_text_run(table.caption),
            "shares": compute_column_widths(table, LINE if wide else LINE // 2),
            "columns": [self.make_text_run(column) for column in table.columns],
            "rows": [[self.make_text_run(cell) for cell in row] for row in table.rows],
            "note": self.make_text_run(table.note),
        }


def _split_words(text: str) -> Run:
    """An amount stays together with its unit, and an interval is not broken: a dose on two lines is misread."""
    parts = KEPT.split(text)
    return [{"kept": part} if i % 2 else part for i, part in enumerate(parts) if part]


def _make_drawings(figure: Timeline | ForestPlot, section: Section, drawn: Iterable[tuple[str, str]]) -> Data:
    """Figures, and what each says for those who do not see it; a title that the section has already is left out."""
    title = "" if figure.title == section.title else figure.title
    return {
        "kind": "drawings",
        "title": to_font_characters(title),
        "drawings": [{"svg": to_font_characters(svg), "told": to_font_characters(text)} for svg, text in drawn],
    }


def to_font_characters(text: str) -> str:
    """The text in signs that the shipped font has; another one is named by its number, so that nothing is lost silently."""
    held = _read_font_characters()
    on_one_line = "".join(" " if sign in "\t\n\r\x0b\x0c\u2028\u2029" else sign for sign in text)
    composed = unicodedata.normalize("NFC", on_one_line)
    return "".join(sign if ord(sign) in held else f"[U+{ord(sign):04X}]" for sign in composed)


@cache
def _read_font_characters() -> frozenset[int]:
    """What the fonts hold, as `tools/make_fonts.py` found it."""
    ranges: list[tuple[int, int]] = json.loads(CHARACTERS.read_text(encoding="utf-8"))
    return frozenset(code for first, last in ranges for code in range(first, last + 1))
