"""The answer in the format that was asked for; a renderer is loaded only when it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from concordant.answer.model import Answer
from concordant.present.document import Document

FORMATS = ("terminal", "md", "html", "pdf", "docx", "note", "json")
BINARY = ("pdf", "docx")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the answer is to be rendered, and which patient it is for. `colour` and `full` apply to the terminal, `paper` to
    PDF.
    """

    format: str = "terminal"
    language: str = "en"
    paper: Literal["a4", "letter"] = "a4"
    full: bool = False
    whose: str = ""
    colour: bool = False


def rendered(answer: Answer, wanted: Wanted) -> str | bytes:
    """The answer, ready to be written; bytes for the formats of `BINARY`."""
    if wanted.format == "json":
        from concordant.present.as_json import as_json

        return as_json(answer)
    if wanted.format == "terminal":
        from concordant.present.terminal import render

        return render(answer, colour=wanted.colour, language=wanted.language, full=wanted.full, whose=wanted.whose)
    from concordant.present.page import page

    return RENDERERS[wanted.format](page(answer, wanted.language, wanted.whose), wanted)


def _markdown(document: Document, _: Wanted) -> str:
    from concordant.present.markdown import render_markdown

    return render_markdown(document)


def _html(document: Document, _: Wanted) -> str:
    from concordant.present.html import render_html

    return render_html(document)


def _pdf(document: Document, wanted: Wanted) -> bytes:
    from concordant.present.pdf import render_pdf

    return render_pdf(document, paper=wanted.paper)


def _docx(document: Document, _: Wanted) -> bytes:
    from concordant.present.docx import render_docx

    return render_docx(document)


def _note(document: Document, _: Wanted) -> str:
    from concordant.present.note import render_note

    return render_note(document)


RENDERERS: dict[str, Callable[[Document, Wanted], str | bytes]] = {
    "md": _markdown,
    "html": _html,
    "pdf": _pdf,
    "docx": _docx,
    "note": _note,
}
