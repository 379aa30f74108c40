"""The card of an opened record: the verdict, dangers first; none where there is nothing to say."""

from __future__ import annotations

from concordant.answer.schema import Answer
from concordant.patient.events import PatientRecord
from concordant.present.cards.card import Card, Indicator
from concordant.present.cards.drafts import make_draft_suggestions
from concordant.present.cards.frame import NOBODY, CardFrame
from concordant.present.cards.text import escape_text, make_list, make_summary

AT_MOST_ONE = "at-most-one"


def make_answer_cards(answer: Answer, record: PatientRecord, patient: str, frame: CardFrame) -> tuple[Card, ...]:
    """One card, or none. `answer` has its first screen."""
    if not _has_something_to_say(answer, record):
        return ()
    suggestions = make_draft_suggestions(answer, patient, frame)
    card = Card(
        summary=make_summary(answer.verdict),
        indicator=_find_indicator(answer),
        source=frame.make_source(answer, "question" if answer.answer == "needs_data" else "answer"),
        uuid=frame.make_uuid("answer"),
        detail=make_screen(answer),
        suggestions=suggestions,
        selectionBehavior=AT_MOST_ONE if suggestions else "",
        links=frame.make_links(answer),
    )
    return (card,)


def _has_something_to_say(answer: Answer, record: PatientRecord) -> bool:
    """A record without a tumour, its tests or treatment asks nothing; outside the guideline only what is to be done is told."""
    if not (record.events or record.markers or record.courses):
        return False
    return answer.answer != "out_of_scope" or bool(answer.dangers or answer.actions)


def _find_indicator(answer: Answer) -> Indicator:
    blocked = any(ask.blocking for ask in answer.ask)
    pressing = blocked or answer.dangers or answer.held_until or answer.interrupted or answer.incomplete
    return "warning" if pressing else "info"


def make_screen(answer: Answer) -> str:
    """The first screen as Markdown, which holds the question where one is asked; the verdict is the summary."""
    return "\n\n".join((make_list(answer.first_screen[1:]), escape_text(f"As of {answer.as_of}. {NOBODY}")))
