"""A note on the page: its marked text, and its offers, answered with a tap."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from concordant.api import Engine
from concordant.errors import ConcordantError
from concordant.model.knowledge import Knowledge
from concordant.present.language import Language
from concordant.present.marked.html import make_row_styles, read_marked_stylesheet, render_marked
from concordant.present.marked.note import mark_note
from concordant.record.notes.confirming import confirm_fact, drop_offer
from concordant.record.sources.opening import SourceContent
from concordant.web.carried import Carried
from concordant.web.case_text import Case

YES, NO = "yes:", "no:"


def settle_offer(case: Case, carried: Carried, reply: str, knowledge: Knowledge) -> tuple[Case, Carried]:
    """The case after an offer was answered (`yes:` or `no:` and its sentence); the same where there is no such offer."""
    sentence = reply.removeprefix(YES).removeprefix(NO)
    offered = carried.offers.get(sentence)
    if offered is None:
        return case, carried
    left = {text: fact for text, fact in carried.offers.items() if text != sentence}
    settled = confirm_fact(case, *offered, sentence, knowledge) if reply.startswith(YES) else drop_offer(case, sentence)
    return settled, replace(carried, offers=left)


def render_note_beside(carried: Carried, engine: Engine, language: Language) -> str:
    """The marked text of the note, with its styles; empty where the record is none, or can no longer be read as one."""
    if not carried.note:
        return ""
    try:
        day = dt.date.fromisoformat(carried.note_day)
        content = SourceContent(carried.note.encode(), f"{carried.note_name}.txt")
        found = engine.with_proposer(None).read(content, today=day).one()
    except (ValueError, ConcordantError):
        return ""
    if found.note is None:
        return ""
    readings = found.note.readings
    readings = replace(readings, offers=(*readings.offers, *carried.proposed), proposing=carried.proposing)
    marked = mark_note(readings, engine.knowledge, carried.note_name, language)
    return f"<style>{read_marked_stylesheet()}{make_row_styles(marked)}</style>{render_marked(marked)}"
