"""The patient of a call, read as every door reads one, and what each answer about a patient holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from concordant.answer.schema import Answer, Ask
from concordant.api import Engine, Recommendation
from concordant.assistant.answers import BranchTold, Cited, QuestionTold
from concordant.assistant.foreign_words import ForeignWords, iter_record_texts
from concordant.assistant.questions import PatientQuestion
from concordant.errors import Complaint, Unreadable
from concordant.present.as_json import list_first_screen
from concordant.present.language import load_language
from concordant.present.page.document import ScreenLine
from concordant.present.page.first_screen import GUARDS
from concordant.present.sentences import Sentences
from concordant.record.sources.opening import SourceContent

MOST_BYTES = 10_000_000  # as many as `serve` reads
NAME = "record"
UNREAD_SHOWN = 3
BRACKETS = ("{", "[")
SEND = "Send a case as an object, or the whole text of a case file, of FHIR in JSON or of a clinical note"


def find_recommendation(engine: Engine, question: PatientQuestion, today: dt.date) -> Recommendation:
    """The answer for the patient of a call. Raises ConcordantError for what cannot be read, or says what cannot be."""
    found = engine.recommend(
        make_content(question.record),
        as_of=question.as_of or None,
        guideline=question.guideline,
        patient=question.patient,
        today=today,
    )
    return found.what_if(**question.stated) if question.stated else found


def make_content(record: dict[str, Any] | str) -> SourceContent:
    """What was sent as the content of a source: never a name of a file. Raises Unreadable for too much, or nothing."""
    try:
        data = record.encode(errors="surrogatepass") if isinstance(record, str) else msgspec.json.encode(record)
    except RecursionError:
        raise Unreadable(Complaint("it is nested too deeply", NAME, way_out="Send a case file or FHIR as it is")) from None
    if not data.strip() or record == {}:
        raise Unreadable(Complaint("there is nothing in it", NAME, way_out=SEND))
    if isinstance(record, str) and "\n" not in record.strip() and record.lstrip()[:1] not in BRACKETS:
        says = "a single line is no record, and no file or address is opened here"
        raise Unreadable(Complaint(says, NAME, way_out=SEND))
    if len(data) > MOST_BYTES:
        says = f"more than {MOST_BYTES // 1_000_000} MB are not read here"
        raise Unreadable(Complaint(says, NAME, way_out="Send the part about the cancer; the command reads larger records"))
    return SourceContent(data, NAME)


def make_foreign_words(found: Recommendation, *more: str) -> ForeignWords:
    """The words that the record of an answer brought in, and `more` that came beside it."""
    return ForeignWords([*iter_record_texts(found.record), *more], found.engine.knowledge)


def list_danger_lines(answer: Answer, words: ForeignWords) -> list[str]:
    """The lines of the first screen that lead: what could harm, what was not read or understood, what contradicts itself."""
    return [_tell_line(line, answer, words) for line in list_first_screen(answer)[1] if line.key in GUARDS]


def list_other_lines(answer: Answer, words: ForeignWords) -> list[str]:
    """The lines of the first screen below those."""
    return [_tell_line(line, answer, words) for line in list_first_screen(answer)[1] if line.key not in GUARDS]


def _tell_line(line: ScreenLine, answer: Answer, words: ForeignWords) -> str:
    """A line with its title; where it is made of a stranger's sentences, a pointer stands for each."""
    language, text = load_language("en"), line.text
    if line.key == "first.not_understood":
        text = language.join_few([words.quote(one) for one in answer.not_understood], UNREAD_SHOWN)
    if line.key == "first.unknown_drug":
        text = language.say("unknown_drug", names=", ".join(f"'{words.quote(one)}'" for one in answer.unknown_drugs))
    return f"{line.title}: {text}"


def list_unread(answer: Answer, words: ForeignWords) -> list[str]:
    """Entries that no rule reads, each with the drugs that it holds back and why."""
    return [
        f"{words.quote(one.name)} ({one.entry}): {one.why}; holds back {', '.join(one.concerns) or 'every regimen'}"
        for one in answer.not_read
    ]


def list_misunderstood(answer: Answer, words: ForeignWords) -> list[str]:
    """What nobody understood: a pointer each."""
    return [words.quote(one) for one in answer.not_understood]


def list_questions(asks: Iterable[Ask], answer: Answer) -> list[QuestionTold]:
    """The questions, each with what its answers lead to."""
    sentences = Sentences(answer, load_language("en"))
    return [
        QuestionTold(
            feature=ask.feature,
            question=ask.question,
            blocking=ask.blocking,
            branches=[BranchTold(if_=change.if_, then=sentences.describe_change(change, answer.line)) for change in ask.changes],
            known=ask.known,
            together_with=ask.together_with,
        )
        for ask in asks
    ]


def list_check_labels(answer: Answer, state: str) -> list[str]:
    """The checks in this state, of all options, each once."""
    return list(dict.fromkeys(check.label for check in answer.checks if check.state == state))


def list_cited(answer: Answer, texts: Any) -> list[Cited]:
    """The sources that are named in some texts, with how far each was checked."""
    told = msgspec.json.encode(texts).decode()
    return [
        Cited(short=one.short or one.citation, ref=one.ref, checked=one.checked)
        for one in answer.references
        if (one.short or one.citation) in told
    ]
