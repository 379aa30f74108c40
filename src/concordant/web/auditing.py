"""The page on which a written answer is checked: a text in, the text with its verdicts out, and nothing kept."""

from __future__ import annotations

import datetime as dt

from jinja2 import Environment
from markupsafe import Markup

from concordant.api import Engine
from concordant.api.auditing import audit_answer
from concordant.errors import ConcordantError, make_printable
from concordant.present.audit.html import render_body
from concordant.present.audit.page import build_audit_page
from concordant.present.language import load_language
from concordant.web.fields import Fields, get_first
from concordant.web.pages import Upload, choose_language


def render_audit_page(
    engine: Engine, fields: Fields, upload: Upload | None, today: dt.date, environment: Environment, *, local: bool
) -> str:
    """The page, empty or with the text that was sent and what is said of it."""
    text = upload.data.decode(errors="replace") if upload else fields.get("answer", ("",))[-1]
    language = load_language(choose_language(get_first(fields, "lang")), engine.knowledge)
    as_of, problems, result = get_first(fields, "as_of"), [], ""
    if text.strip():
        try:
            report = audit_answer(engine, text, None, as_of or None, today).report
            result = Markup(render_body(build_audit_page(report, language)))
        except ConcordantError as error:
            problems = [make_printable(f"{complaint.says}. {complaint.way_out}") for complaint in error.complaints]
    template = environment.get_template("audit.html")
    return template.render(
        say=language.say,
        language=language,
        text=text,
        as_of=as_of,
        problems=problems,
        result=result,
        today=today.isoformat(),
        local=local,
    )
