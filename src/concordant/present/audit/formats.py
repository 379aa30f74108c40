"""The formats of a checked answer; a renderer is loaded only when it is used."""

from __future__ import annotations

from typing import Literal

import msgspec

from concordant.audit.report import Report
from concordant.present.language import Language

AuditFormat = Literal["terminal", "html", "md", "json"]
AUDIT_FORMATS = ("terminal", "html", "md", "json")


def render_audit(report: Report, format_: AuditFormat, language: Language, *, colour: bool = False) -> str:
    """The checked answer, ready to be written; JSON is the same in every language."""
    if format_ == "json":
        return msgspec.json.format(msgspec.json.encode(report.show()), indent=2).decode() + "\n"
    from concordant.present.audit.page import build_audit_page

    page = build_audit_page(report, language)
    if format_ == "terminal":
        from concordant.present.audit.terminal import render_terminal

        return render_terminal(page, colour=colour)
    if format_ == "md":
        from concordant.present.audit.markdown import render_markdown

        return render_markdown(page)
    from concordant.present.audit.html import render_html

    return render_html(page)
