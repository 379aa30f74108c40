"""The answer in the format that was asked for; a renderer is loaded only when it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from concordant.answer.schema import Answer
from concordant.model.knowledge import Knowledge
from concordant.present.page.document import Document

FORMATS = ("terminal", "md", "html", "pdf", "docx", "note", "json")
BINARY = ("pdf", "docx")


class RenderOptions(msgspec.Struct, frozen=True):
    """How the answer is to be rendered, and which patient it is for. `colour` and `full` apply to the terminal, `paper` to
    PDF. `knowledge` has the texts of another language than English. `width` is that of the terminal, 0 the one at hand.
    """

    format: str = "terminal"
    language: str = "en"
    paper: Literal["a4", "letter"] = "a4"
    full: bool = False
    whose: str = ""
    colour: bool = False
    knowledge: Knowledge | None = None
    width: int = 0


def render_answer(answer: Answer, wanted: RenderOptions) -> str | bytes:
    """The answer, ready to be written; bytes for the formats of `BINARY`."""
    if wanted.format == "json":
        from concordant.present.as_json import render_json

        return render_json(answer)
    if wanted.format == "terminal":
        from concordant.present.terminal import render_terminal

        return render_terminal(
            answer,
            colour=wanted.colour,
            width=wanted.width,
            language=wanted.language,
            full=wanted.full,
            whose=wanted.whose,
            knowledge=wanted.knowledge,
        )
    from concordant.present.page.page import build_document

    return render_document(build_document(answer, wanted.language, wanted.whose, wanted.knowledge), wanted)


def render_document(document: Document, wanted: RenderOptions) -> str | bytes:
    """A page that is laid out already, in one of the formats of `RENDERERS`."""
    return RENDERERS[wanted.format](document, wanted)


def _render_markdown(document: Document, _: RenderOptions) -> str:
    from concordant.present.markdown import render_markdown

    return render_markdown(document)


def _render_html(document: Document, _: RenderOptions) -> str:
    from concordant.present.html.page import render_html

    return render_html(document)


def _render_pdf(document: Document, wanted: RenderOptions) -> bytes:
    from concordant.present.pdf.page import render_pdf

    return render_pdf(document, paper=wanted.paper)


def _render_docx(document: Document, _: RenderOptions) -> bytes:
    from concordant.present.docx.page import render_docx

    return render_docx(document)


def _render_note(document: Document, _: RenderOptions) -> str:
    from concordant.present.note import render_note

    return render_note(document)


RENDERERS: dict[str, Callable[[Document, RenderOptions], str | bytes]] = {
    "md": _render_markdown,
    "html": _render_html,
    "pdf": _render_pdf,
    "docx": _render_docx,
    "note": _render_note,
}
