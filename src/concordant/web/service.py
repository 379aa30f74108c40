"""The JSON API: a record in, the same answer out as the command gives. It keeps nothing of what it was asked, unless a decision
record is named."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from concordant.answer.schema import Answer, Ask
from concordant.api import Engine, Recommendation
from concordant.present.note_json import make_note_json
from concordant.record.casefile.write import write_case
from concordant.record.sources.asked import AsOf, parse_day
from concordant.record.sources.opening import SourceContent
from concordant.web.problems import Problem
from concordant.web.recording import WebKeeper
from concordant.web.requests import Explained, ExplainQuestion, Question, ReadResult, RowRead

Q = TypeVar("Q", bound=Question)
NAME = "record"


def decode_question(body: bytes, kind: type[Q]) -> Q:
    """The question of a request. Raises Problem for what is none."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Problem(422, "This is no question", f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        says = "It is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Problem(400, "This is not JSON", f"{says}.") from None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a question is answered with: the engine, the day, and who keeps the answer."""

    engine: Engine
    today: dt.date
    keeper: WebKeeper


def answer_question(desk: Desk, question: Question) -> Answer:
    """The answer, as `concordant recommend --format json` gives it."""
    return _recommend(desk, question, "/answer").answer


def list_questions(desk: Desk, question: Question) -> list[Ask]:
    """What is missing and would change the answer."""
    return _recommend(desk, question, "/questions").questions


def explain_answer(desk: Desk, question: ExplainQuestion) -> Explained:
    """Why, step by step."""
    return Explained(question.statement, _recommend(desk, question, "/explain").explain(question.statement))


def read_record(desk: Desk, question: Question) -> ReadResult:
    """What was understood of a record."""
    engine, today = desk.engine, desk.today
    source, as_of = _get_source(question), question.as_of or None
    patient = engine.read(source, as_of=as_of, patient=question.patient, today=today).one()
    record = patient.record
    return ReadResult(
        patient.id,
        write_case(patient, engine.knowledge, engine.words),
        [RowRead(row.place, row.kind, row.fate, row.why) for row in patient.account.rows],
        dict(Counter(row.fate for row in patient.account.rows)),
        list(record.set_aside),
        list(record.not_understood),
        list(record.incomplete),
        [f"{report.entry.place}: {', '.join(report.topics)}" for report in record.reports],
        make_note_json(patient.note.readings) if patient.note is not None else None,
    )


def _recommend(desk: Desk, question: Question, path: str) -> Recommendation:
    source = _get_source(question)
    found = desk.engine.recommend(
        source,
        as_of=question.as_of or None,
        guideline=question.guideline,
        patient=question.patient,
        today=desk.today,
        assume=question.assume or None,
    )
    asked = AsOf(parse_day(question.as_of), desk.today)
    desk.keeper.keep_service(found, path, source, asked, named=bool(question.patient))
    return found


def _get_source(question: Question) -> SourceContent:
    record = question.record
    return SourceContent(record.encode(errors="surrogatepass") if isinstance(record, str) else msgspec.json.encode(record), NAME)


Ask_ = Callable[[Desk, Any], object]
# Each path with the type of its question, what answers it, and the type of what it gives.
SERVICES: dict[str, tuple[type[Question], Ask_, Any]] = {
    "/answer": (Question, answer_question, Answer),
    "/questions": (Question, list_questions, list[Ask]),
    "/explain": (ExplainQuestion, explain_answer, Explained),
    "/read": (Question, read_record, ReadResult),
}
