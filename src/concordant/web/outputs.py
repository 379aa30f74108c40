"""What is taken along: the answer of the form as a file."""

from __future__ import annotations

import datetime as dt

from starlette.responses import Response

from concordant.api import Recommendation
from concordant.errors import Unreadable
from concordant.web.fields import Fields
from concordant.web.pages import PageBuilder
from concordant.web.problems import Problem
from concordant.web.recording import WebKeeper

# By the last part of the address: the ending of the file, its media type, the format of the answer.
KINDS = {
    "note": ("txt", "text/plain; charset=utf-8", "note"),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "pdf": ("pdf", "application/pdf", "pdf"),
    "html": ("html", "text/html; charset=utf-8", "html"),
    "json": ("json", "application/json", "json"),
    "case": ("yaml", "application/yaml; charset=utf-8", ""),
    "pathway": ("svg", "image/svg+xml", "pathway"),
    "reasons": ("txt", "text/plain; charset=utf-8", ""),
}


def make_output(builder: PageBuilder, kind: str, fields: Fields, today: dt.date, keeper: WebKeeper | None = None) -> Response:
    """The file, once `keeper` has kept the answer in it.

    Raises Problem for a kind that there is not, and for a form of which there is no answer yet.
    """
    if kind not in KINDS:
        raise Problem(404, "There is no such file", f"There are {', '.join(KINDS)}.")
    page = builder.build_page(fields, today)
    ending, media, format_ = KINDS[kind]
    if kind == "case":
        return _attach(page.case_text, f"case.{ending}", media)
    if page.typed:
        raise Problem(422, "Something that was typed is not read", f"Correct it or take it out first: {', '.join(page.typed)}")
    if page.answer is None:
        raise Problem(422, "There is no answer yet", " ".join(page.problems))
    name = "reasons" if kind == "reasons" else "concordant"
    told = page.language.code
    made = page.answer.explain(language=told) if kind == "reasons" else _render(page.answer, format_, told)
    (keeper or WebKeeper()).keep_output(page, kind, format_, made, today)
    return _attach(made, f"{name}.{ending}", media)


def _render(answer: Recommendation, format_: str, language: str) -> str | bytes:
    """The answer in a format, or as the picture. Raises Problem where the extra for it is not installed."""
    try:
        return answer.draw(language=language) if format_ == "pathway" else answer.render(format_, language=language)
    except Unreadable as error:
        raise Problem(501, "This format is not installed here", str(error)) from None


def _attach(content: str | bytes, name: str, media: str) -> Response:
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
