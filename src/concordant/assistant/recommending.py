"""`recommend` and `ask`: the first screen for a patient, a part of the answer in full, or what is still to be asked."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

import msgspec

from concordant.answer.schema import Answer, Avoid, Option
from concordant.api import Engine, Recommendation
from concordant.assistant.answers import Cited, More, OptionTold, Questions, Recommended, Told
from concordant.assistant.fitting import MOST_OF_DANGERS, finish_answer, fit_lines, fit_page
from concordant.assistant.foreign_words import ForeignWords
from concordant.assistant.patients import (
    find_recommendation,
    list_check_labels,
    list_cited,
    list_danger_lines,
    list_misunderstood,
    list_other_lines,
    list_questions,
    list_unread,
    make_foreign_words,
)
from concordant.assistant.questions import PatientQuestion, RecommendQuestion
from concordant.errors import Complaint, Unreadable
from concordant.present.language import load_language
from concordant.present.page.document import abbreviate_citations
from concordant.present.sentences import Sentences, append_references

# What gives way first when an answer is too long; dangers last.
GIVES_WAY = (
    "would_change",
    "avoid",
    "missing_checks",
    "not_understood",
    "not_read",
    "questions",
    "unmet_checks",
    "options",
    "screen",
    "dangers",
)
QUESTIONS_GIVE_WAY = ("missing_checks", "not_understood", "not_read", "questions", "dangers")
# The lists of an answer by the name of the part that gives all of them.
PART_OF = {
    "would_change": "other_sides",
    "missing_checks": "checks",
    "unmet_checks": "checks",
    "questions": "ask",
    "screen": "why",
}
BESIDE = (
    *("held_until", "why", "assumed", "why_not", "actions", "next", "evidence", "label_facts", "checks"),
    *("conflicts", "incomplete", "reports_not_read", "disagreements", "newer", "notices"),
)
WAY_OUT = "Call recommend with the same record and `part` set to a name under `more`."
ASK_WAY_OUT = "Call recommend with the same record and `part` set to a name under `more`: it gives all of it."
CHANGES_SHOWN = 5
WAITS = "not worked out for this patient until what holds it back is settled"
T = TypeVar("T", bound=Told)
OF_AN_OPTION = ("evidence", "label_facts")  # long, and parts of their own


def recommend_for_patient(engine: Engine, question: RecommendQuestion, today: dt.date) -> Recommended:
    """The first screen of the answer, or one part of the answer in full."""
    found = find_recommendation(engine, question, today)
    if question.part:
        return _tell_part(found, question.part, question.page)
    if question.page != 1:
        raise Unreadable(Complaint("the first screen is one page", "page", way_out="Name a `part` to read on in it"))
    words, answer = make_foreign_words(found), found.built
    made = _tell_head(found, words)
    made = msgspec.structs.replace(
        made,
        screen=list_other_lines(answer, words),
        options=[_tell_option(option, answer) for option in answer.options],
        questions=list_questions(answer.ask, answer),
        missing_checks=list_check_labels(answer, "missing"),
        unmet_checks=list_check_labels(answer, "unmet"),
        would_change=_list_changes(answer)[:CHANGES_SHOWN],
        avoid=[_tell_avoided(row, answer) for row in answer.avoid],
        not_read=list_unread(answer, words),
        not_understood=list_misunderstood(answer, words),
        more=_list_parts(answer),
    )
    made = msgspec.structs.replace(made, sources=list_cited(answer, made))
    return _name_parts(finish_answer(made, words, GIVES_WAY, WAY_OUT))


def ask_about_patient(engine: Engine, question: PatientQuestion, today: dt.date) -> Questions:
    """What is missing and would change the answer."""
    found = find_recommendation(engine, question, today)
    words, answer = make_foreign_words(found), found.built
    head = _tell_head(found, words)
    made = Questions(
        dangers=head.dangers,
        verdict=head.verdict,
        answer=head.answer,
        open=head.open,
        as_of=head.as_of,
        questions=list_questions(answer.ask, answer),
        missing_checks=list_check_labels(answer, "missing"),
        not_read=list_unread(answer, words),
        not_understood=list_misunderstood(answer, words),
    )
    made = msgspec.structs.replace(made, sources=list_cited(answer, made))
    return _name_parts(finish_answer(made, words, QUESTIONS_GIVE_WAY, ASK_WAY_OUT))


def _tell_head(found: Recommendation, words: ForeignWords) -> Recommended:
    answer = found.built
    return Recommended(
        dangers=list_danger_lines(answer, words),
        verdict=found.verdict,
        answer=answer.answer,
        open=answer.answer == "needs_data",
        as_of=answer.as_of,
        line=answer.line,
        guidelines=[f"{one.title} {one.version} ({one.id}/{one.version})" for one in answer.guidelines if one.speaks],
    )


def _list_parts(answer: Answer) -> list[More]:
    """The parts of which nothing, or not all, stands on the first screen."""
    beside = [More(part=part, shown=0, of=count) for part in BESIDE if (count := len(list_part(answer, part)))]
    sides = len(answer.other_sides)
    return [*beside, *([More(part="other_sides", shown=CHANGES_SHOWN, of=sides)] if sides > CHANGES_SHOWN else [])]


def _name_parts(answer: T) -> T:
    """A list that was cut is had whole under the name of its part."""
    more: dict[str, More] = {}
    for one in answer.more:
        part = PART_OF.get(one.part, one.part)
        more.setdefault(part, msgspec.structs.replace(one, part=part))
    return msgspec.structs.replace(answer, more=list(more.values()))


# -- a part ----------------------------------------------------------------------------------------


def list_part(answer: Answer, part: str) -> list[Any]:
    """The entries of a part of the answer, as its JSON has them; those of an option that are long are parts of their own."""
    if part in OF_AN_OPTION:
        return [
            {"option": option.regimen, **msgspec.to_builtins(entry)}
            for option in answer.options
            for entry in getattr(option, part)
        ]
    entries: list[Any] = msgspec.to_builtins(getattr(answer, part))
    if part == "options":
        return [{key: value for key, value in entry.items() if key not in OF_AN_OPTION} for entry in entries]
    return entries


def _tell_part(found: Recommendation, part: str, page: int) -> Recommended:
    """One page of a part, below what could harm."""
    words, answer = make_foreign_words(found), found.built
    head = _tell_head(found, words)
    entries = words.take_out(list_part(answer, part))
    dangers = fit_lines(head.dangers, MOST_OF_DANGERS)
    cut = [More(part="dangers", shown=len(dangers), of=len(head.dangers))] if len(dangers) < len(head.dangers) else []

    def make(shown: list[Any], next_page: int | None) -> Recommended:
        made = msgspec.structs.replace(head, part=part, entries=shown, next_page=next_page, dangers=dangers, more=cut)
        made = msgspec.structs.replace(made, sources=[] if part == "references" else list_numbered(answer, shown))
        return finish_answer(made, words, (), WAY_OUT)

    return fit_page(entries, page, make)


def list_numbered(answer: Answer, entries: list[Any]) -> list[Cited]:
    """The sources that entries refer to by number."""
    told = msgspec.json.encode(entries).decode()
    return [
        Cited(short=one.short or one.citation, ref=one.ref, checked=one.checked, n=one.n)
        for one in answer.references
        if f'"n":{one.n},' in told
    ]


# -- what stands on the first screen ---------------------------------------------------------------


def _tell_option(option: Option, answer: Answer) -> OptionTold:
    sentences = Sentences(answer, load_language("en"))
    return OptionTold(
        name=option.name,
        role=option.role,
        status=option.status,
        how_sure=_name_sources(sentences.describe_own_grade(option), answer),
        dose=[_name_sources(line, answer) for line in list_doses(option, answer)],
        held=option.held,
        label=_name_sources(sentences.describe_label(option), answer),
        statements=option.statements,
    )


def list_doses(option: Option, answer: Answer) -> list[str]:
    """The doses of an option in words, each with its sources; no milligrams while something holds the first dose or is open."""
    sentences = Sentences(answer, load_language("en"))
    told = []
    for dose in option.dose:
        waits = option.held or bool(dose.held) or bool(answer.incomplete) or answer.answer == "needs_data"
        parts = [f"{dose.drug}: {sentences.describe_amount(dose)}"]
        parts += [dose.held or WAITS] if waits else [sentences.describe_milligrams(dose)]
        parts += [sentences.describe_lowered_dose(one) for one in dose.adjusted]
        parts += [one.says for one in (*dose.loaded_again, *dose.asks)]
        told.append(append_references("; ".join(filter(None, (*parts, dose.note))), dose.refs))
    return told


def _list_changes(answer: Answer) -> list[str]:
    """Known facts with the nearest other value that changes the answer, those near their boundary first."""
    sentences = Sentences(answer, load_language("en"))
    sides = sorted(answer.other_sides, key=lambda side: not side.near)
    return [sentences.describe_other_side(side) for side in sides]


def _tell_avoided(row: Avoid, answer: Answer) -> str:
    return _name_sources(append_references(f"{' + '.join(row.drugs)} ({row.kind}): {row.why}", row.refs), answer)


def _name_sources(text: str, answer: Answer) -> str:
    return abbreviate_citations(text, {one.n: one.short or one.citation for one in answer.references})
