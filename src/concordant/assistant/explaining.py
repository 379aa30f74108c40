"""`explain_statement`: why a statement applies to a patient or does not, or what it says where nobody is named."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from concordant.answer.schema import Answer
from concordant.api import Engine, Recommendation
from concordant.assistant.answers import Explained, More
from concordant.assistant.fitting import MOST_OF_DANGERS, finish_answer, fit_lines, fit_page
from concordant.assistant.foreign_words import ForeignWords
from concordant.assistant.patients import find_recommendation, list_cited, list_danger_lines, make_foreign_words
from concordant.assistant.questions import ExplainQuestion, PatientQuestion
from concordant.present.described.sheet import build_statement_sheet
from concordant.present.formats import RenderOptions, render_document
from concordant.present.reasons.words import find_wanted_statements
from concordant.record.sources.asked import parse_day

WIDE = 100_000  # columns: a line is a line, and nothing is folded
LEFT_OUT = ("sign", "boundaries")  # of the page of a statement: for a committee, and met by a story
WAY_OUT = "Call explain_statement again with `page` set to `next_page`."


def explain_statement(engine: Engine, question: ExplainQuestion, today: dt.date) -> Explained:
    """The reasons, page by page."""
    if question.record is None:
        return _tell_lines(question, _describe_statement(engine, question, today), None, None)
    found = find_recommendation(engine, _leave_statement_out(question, question.record), today)
    return _tell_lines(question, found.explain(str(question.statement), width=WIDE), make_foreign_words(found), found)


def _describe_statement(engine: Engine, question: ExplainQuestion, today: dt.date) -> str:
    """The page of a statement, without what is there to be filled in by hand."""
    _, frame = engine.ruleset(parse_day(question.as_of) or today, question.guideline)
    statement = find_wanted_statements(frame, str(question.statement))[0]
    document = build_statement_sheet(engine.knowledge, frame, statement, None)
    sections = tuple(section for section in document.sections if section.id not in LEFT_OUT)
    return str(render_document(replace(document, sections=sections), RenderOptions(format="md")))


def _leave_statement_out(question: ExplainQuestion, record: dict[str, object] | str) -> PatientQuestion:
    return PatientQuestion(
        record=record,
        stated=question.stated,
        as_of=question.as_of,
        guideline=question.guideline,
        patient=question.patient,
    )


def _tell_lines(question: ExplainQuestion, text: str, words: ForeignWords | None, found: Recommendation | None) -> Explained:
    lines = [line for line in text.splitlines() if line.strip()]
    lines = words.take_out(lines) if words is not None else lines
    answer: Answer | None = found.built if found is not None else None
    dangers = list_danger_lines(answer, words) if answer is not None and words is not None else []
    shown_dangers = fit_lines(dangers, MOST_OF_DANGERS)
    cut = [More(part="dangers", shown=len(shown_dangers), of=len(dangers))] if len(shown_dangers) < len(dangers) else []

    def make(shown: list[str], next_page: int | None) -> Explained:
        sources = list_cited(answer, shown) if answer is not None else []
        made = Explained(
            statement=str(question.statement),
            dangers=shown_dangers,
            more=cut,
            lines=shown,
            next_page=next_page,
            sources=sources,
        )
        return finish_answer(made, words, (), WAY_OUT)

    return fit_page(lines, question.page, make)
