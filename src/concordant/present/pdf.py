"""A document as PDF, for print and for the file: tagged, titled, and the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from concordant.complaints import Complaint, Unreadable
from concordant.present.document import Document
from concordant.present.pdf_data import page_data

Paper = Literal["a4", "letter"]
PAPERS: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}
HERE = Path(__file__).parent


class PdfMissing(Unreadable):
    """The package that sets pages is not installed."""


def render_pdf(document: Document, *, paper: Paper = "a4") -> bytes:
    """The document as a tagged PDF (PDF/UA-1) in the shipped font. Raises PdfMissing without the extra `pdf`."""
    try:
        import typst
    except ImportError:
        way_out = "Install it with: pip install 'concordant[pdf]'"
        raise PdfMissing(Complaint("PDF needs an extra that is not installed", "--format pdf", way_out=way_out)) from None
    return typst.compile(
        HERE / "page.typ",
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(page_data(document) | {"paper": PAPERS[paper]})},
        pdf_standards=["ua-1"],
    )
