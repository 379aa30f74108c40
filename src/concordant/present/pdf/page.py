"""A document as PDF, for print and for the file: tagged, titled, and the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from concordant.errors import Complaint, Unreadable
from concordant.present.page.document import Document, Layout
from concordant.present.pdf.data import Data, build_page_data

Paper = Literal["a4", "letter"]
PAPERS: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}
# A smaller type is taken where it saves a sheet. What is made to be one page may also be larger, where it has room.
SCALES: dict[Layout, tuple[float, ...]] = {"page": (1.0, 0.97, 0.95), "sheet": (1.15, 1.1, 1.05, 1.0, 0.97, 0.95)}
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
    data = build_page_data(document) | {"paper": PAPERS[paper]}
    pdf: bytes = typst.compile(**_make_inputs(data, _choose_scale(data)), pdf_standards=["ua-1"])
    return pdf


def _choose_scale(data: Data) -> float:
    """The largest one, or the first smaller one that saves a sheet."""
    full, *smaller = SCALES[data["layout"]]
    sheets = _count_pages(data, full)
    return next((scale for scale in smaller if sheets > 1 and _count_pages(data, scale) < sheets), full)


def _count_pages(data: Data, scale: float) -> int:
    import typst

    return int(typst.query(selector="<pages>", field="value", one=True, **_make_inputs(data, scale)))


def _make_inputs(data: Data, scale: float) -> dict[str, Any]:
    return {
        "input": HERE / f"{data['layout']}.typ",
        "font_paths": [HERE / "fonts"],
        "ignore_system_fonts": True,
        "sys_inputs": {"page": json.dumps(data | {"scale": scale})},
    }
