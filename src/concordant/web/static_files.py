"""The styles of the answer: those of the page that `recommend` writes, kept inside the part of the page that is the answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from concordant.present.audit.html import read_audit_stylesheet
from concordant.present.html.page import read_stylesheet

ANSWER_CSS = read_stylesheet()


async def send_answer_css(_: Request) -> Response:
    """The styles of the answer."""
    return Response(ANSWER_CSS, media_type="text/css")


async def send_audit_css(_: Request) -> Response:
    """Those of a checked text."""
    return Response(read_audit_stylesheet(), media_type="text/css")
