"""A report as PDF, set by Typst: tagged, titled, and the same bytes every time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from concordant.errors import Complaint
from concordant.present.cohort.page import Block, Figure, Part, Points, Report, Table, Text
from concordant.present.cohort.words import keep_units
from concordant.present.pdf.data import to_font_characters
from concordant.present.pdf.page import PAPERS, Paper, PdfMissing

HERE = Path(__file__).parent
FONTS = HERE.parent / "pdf" / "fonts"
WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)"')
Data = dict[str, Any]


def _put(text: str) -> str:
    """A text in the letters of the font, each number with its percent sign."""
    return to_font_characters(keep_units(text))


def render_report_pdf(report: Report, *, paper: Paper = "a4") -> bytes:
    """The report as a tagged PDF (PDF/UA-1) in the shipped font. Raises PdfMissing without the extra `pdf`."""
    made: bytes = _import_typst().compile(**make_typst_inputs(report, paper), pdf_standards=["ua-1"])
    return made


def _import_typst() -> Any:
    try:
        import typst
    except ImportError:
        way_out = "Install it with: pip install 'concordant[pdf]'"
        raise PdfMissing(Complaint("PDF needs an extra that is not installed", "--format pdf", way_out=way_out)) from None
    return typst


def make_typst_inputs(report: Report, paper: Paper) -> Data:
    """What the compiler is handed: the template, the fonts and the report as data."""
    return {
        "input": HERE / "report.typ",
        "font_paths": [FONTS],
        "ignore_system_fonts": True,
        "sys_inputs": {"page": json.dumps(build_report_data(report) | {"paper": PAPERS[paper]})},
    }


def build_report_data(report: Report) -> Data:
    """Everything that the template prints: lists and strings, nothing that is read as markup.

    The tables behind the figures stand together at the end, where they are in nobody's way.
    """
    figures = [
        block for block in [report.figure, *(b for part in report.parts for b in part.blocks)] if isinstance(block, Figure)
    ]
    behind = [figure.table for figure in figures if figure.table is not None]
    parts = [*report.parts, Part("behind", "Tables behind the figures", behind)]
    return {
        "title": _put(report.title),
        "about": _put(report.about),
        "finding": _put(report.finding),
        "lines": [list(map(_put, line)) for line in report.lines],
        "figure": _make_block(report.figure) if report.figure else None,
        "parts": list(map(_make_part, parts)),
        "sources": [[_put(one.citation), _put(f"({one.checked})")] for one in report.sources],
        "foot": _put(report.foot),
    }


def _make_part(part: Part) -> Data:
    return {"title": _put(part.title), "blocks": [_make_block(one, part.title) for one in part.blocks]}


def _make_block(block: Block, under: str = "") -> Data:
    """A block as data; a title that only repeats the heading over it is left out."""
    match block:
        case Text(text):
            return {"kind": "text", "text": _put(text)}
        case Points(points):
            return {"kind": "points", "points": list(map(_put, points))}
        case Table():
            return _make_table(block, under)
        case Figure():
            return {
                "kind": "figure",
                "title": _put(block.title) if block.title != under else "",
                "width": _read_width(block.svg),
                "svg": block.svg,
                "told": _put(block.told),
                "notes": list(map(_put, block.notes)),
            }


def _read_width(svg: str) -> float:
    """How wide a picture was drawn."""
    found = WIDTH.search(svg)
    return float(found.group(1)) if found else 0.0


def _make_table(table: Table, under: str) -> Data:
    return {
        "kind": "table",
        "caption": _put(table.caption) if table.caption != under else "",
        "columns": _make_cells(table.columns),
        "rows": [_make_cells(row) for row in table.rows],
        "note": _put(table.note),
        "numbers": sorted(table.numbers),
        "weights": list(table.weights) or [1] * len(table.columns),
    }


def _make_cells(texts: Sequence[str]) -> list[str]:
    return [_put(text.replace("\u00ad", "")) for text in texts]
