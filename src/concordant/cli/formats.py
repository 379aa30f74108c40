"""The answer in the format that was asked for; a renderer is loaded only when it is used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from concordant.answer.model import Answer
from concordant.complaints import Complaint, Unreadable
from concordant.outputs import put
from concordant.present.document import Document

FORMATS = ("terminal", "md", "html", "pdf", "docx", "note", "json")
BINARY = ("pdf", "docx")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the answer is to look, whose it is, and where it goes; `output` is empty for standard output."""

    format: str = "terminal"
    output: str = ""
    language: str = "en"
    paper: Literal["a4", "letter"] = "a4"
    full: bool = False
    whose: str = ""

    @property
    def paged(self) -> bool:
        """Whether it is the long form on a terminal; the first screen alone needs no pager."""
        return self.format == "terminal" and self.full and not self.output

    def check(self) -> None:
        """Raises Unreadable for what a terminal cannot hold."""
        if self.format in BINARY and not self.output and sys.stdout.isatty():
            way_out = f"Name a file: -o answer.{self.format}"
            raise Unreadable(Complaint(f"a {self.format.upper()} is not written to a terminal", "--format", way_out=way_out))


def rendered(answer: Answer, wanted: Wanted) -> str | bytes:
    """The answer, ready to be written."""
    if wanted.format == "json":
        from concordant.present.as_json import as_json

        return as_json(answer)
    if wanted.format == "terminal":
        from concordant.present.terminal import render

        colour = not wanted.output and sys.stdout.isatty()
        return render(answer, colour=colour, language=wanted.language, full=wanted.full, whose=wanted.whose)
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


def write(content: str | bytes, output: str) -> None:
    """To the file, or to standard output; text ends with a line end. Raises Unreadable when it cannot be written."""
    if isinstance(content, str):
        content = content if content.endswith("\n") else content + "\n"
    if not output:
        _to_stdout(content)
        return
    put(content if isinstance(content, bytes) else content.encode(), output)


def _to_stdout(content: str | bytes) -> None:
    if isinstance(content, str):
        sys.stdout.write(content)
    else:
        sys.stdout.buffer.write(content)
