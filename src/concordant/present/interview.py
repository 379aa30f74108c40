"""An interview as a pure state machine: what is asked next, what a reply means, and the way back.

It holds no rule of its own. Each step asks the same decision again, with what was answered under `stated`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from concordant.answer.engine import answer_record, build_situation
from concordant.answer.schema import Answer, Ask
from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import find_recurrence
from concordant.derive.selectors.interval import measure_since_last_dose
from concordant.errors import make_printable, quote_word
from concordant.logic.dates import PartialDate, find_dates
from concordant.logic.dates import format_date as words_of_date
from concordant.logic.intervals import Interval
from concordant.model.features import AmbiguousReply, Feature
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.courses import MonthsToRecurrence
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Value, format_value
from concordant.present.language import Language, load_language
from concordant.present.language.quoting import show_quotations
from concordant.record.casefile.blocks import BlockReader
from concordant.record.printed_words import YES_NO, parse_words
from concordant.terminology.names import Words, normalize_name
from concordant.texts import SourceText

ENGLISH = load_language("en")
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}\b)")  # as in the reading of records: before three digits it may be a thousand
TO = "to"
NOT_KNOWN_IN_GERMAN = ("weiß nicht", "unbekannt", "nicht bekannt")
NOT_KNOWN = (
    "d",
    "dk",
    "don t know",
    "dont know",
    "don’t know",
    "do not know",
    "unknown",
    "not known",
    "skip",
    *NOT_KNOWN_IN_GERMAN,
)
HELP = ("?", "h", "help", "hilfe")
BACK = ("b", "back", "zurück")
STOP = ("q", "quit", "stop", "exit", "ende")


@dataclass(frozen=True, slots=True)
class GivenReply:
    """A reply that was taken: the value with the text a case file holds for it; no value when it is not known."""

    feature: Feature
    value: Value = None
    text: str = ""


@dataclass(frozen=True)
class Interview:
    """A record, and the replies so far in the order in which they were given."""

    record: PatientRecord
    knowledge: Knowledge
    words: Words
    wanted: str = ""
    given: tuple[GivenReply, ...] = ()
    language: Language = ENGLISH

    @property
    def stated_values(self) -> dict[str, str]:
        """What was answered, as a case file writes it."""
        return {reply.feature.name: reply.text for reply in self.given if reply.value is not None}

    @property
    def completed_record(self) -> PatientRecord:
        """The record with what was answered."""
        answered = {reply.feature.name: reply.value for reply in self.given if reply.value is not None}
        return msgspec.structs.replace(self.record, stated={**self.record.stated, **answered})

    @cached_property
    def answer_so_far(self) -> Answer:
        """The answer so far; nothing that was replied to is asked in it again."""
        return answer_record(self.completed_record, _silence_questions(self.knowledge, self.silenced_features), self.wanted)

    @property
    def silenced_features(self) -> frozenset[str]:
        """The features that must not be asked about: those already answered, and those that are pointless to ask of
        someone who does not know another.
        """
        skipped = (name for reply in self.given if reply.value is None for name in reply.feature.not_known_skips)
        return frozenset(reply.feature.name for reply in self.given).union(skipped)

    @cached_property
    def full_answer(self) -> Answer:
        """The answer so far, as `recommend` gives it: with every question that is still open, including those already
        answered "not known".
        """
        return answer_record(self.completed_record, self.knowledge, self.wanted)

    @property
    def next_question(self) -> Ask | None:
        """The question to ask now, the one that decides most first."""
        return self.answer_so_far.ask[0] if self.answer_so_far.ask else None

    def find_feature(self, name: str) -> Feature:
        """The feature that a question is about."""
        return next(f for f in self.knowledge.features if f.name == name)

    def with_reply(self, reply: GivenReply) -> Interview:
        """The interview after a reply."""
        return replace(self, given=(*self.given, reply))

    def without_last_reply(self) -> Interview:
        """The interview before its last reply."""
        return replace(self, given=self.given[:-1])

    @property
    def unknown_labels(self) -> list[str]:
        """The labels of the features answered "not known" whose value no other reply has settled."""
        facts = build_situation(self.completed_record, self.knowledge, self.wanted).facts
        return [reply.feature.label for reply in self.given if reply.value is None and _is_open(facts[reply.feature.name].value)]

    def find_new_conflicts(self, before: Interview) -> list[str]:
        """List the contradictions that the last reply causes, and any contradiction in the record about the same feature
        that it cannot settle.

        A value that was stated earlier and now gives way to the reply is not a contradiction, because that is what
        was asked.
        """
        facts = build_situation(self.completed_record, self.knowledge, self.wanted).facts
        fact, expected = facts[self.given[-1].feature.name], {one.put_off for one in facts.values()}
        new = [one for one in self.answer_so_far.conflicts if one not in before.answer_so_far.conflicts and one not in expected]
        return list(dict.fromkeys([*new, *([fact.conflict] if fact.conflict else [])]))


def _is_open(value: Value) -> bool:
    return not value.is_exact if isinstance(value, Interval) else not isinstance(value, str)


def _silence_questions(knowledge: Knowledge, silenced: frozenset[str]) -> Knowledge:
    """The knowledge with some questions taken away, so that what else could decide is looked for."""
    if not silenced:
        return knowledge
    features = (msgspec.structs.replace(f, question="") if f.name in silenced else f for f in knowledge.features)
    return msgspec.structs.replace(knowledge, features=tuple(features))


class InvalidReply(ValueError):
    """A reply that is no answer to the question; the message says what would be."""


def parse_command(typed: str) -> str:
    """Return `help`, `back`, `stop` or `not known` when the typed text is a command; an empty string when it is an answer."""
    word = "?" if typed.strip() == "?" else normalize_name(typed)
    for wish, spellings in (("help", HELP), ("back", BACK), ("stop", STOP), ("not known", NOT_KNOWN)):
        if word in spellings:
            return wish
    return ""


def parse_reply(typed: str, feature: Feature, interview: Interview) -> GivenReply:
    """The reply as a value of the feature. Raises InvalidReply."""
    text = _parse_number(typed, feature, interview) if feature.is_numeric else _parse_word(typed, feature, interview.language)
    blocks = BlockReader(SourceText("", None), interview.knowledge, interview.words)
    value = blocks.read_stated({feature.name: text}).get(feature.name)
    if value is None and not blocks.complaints:
        return GivenReply(feature)
    if value is None:
        complaint = blocks.complaints[0]
        says = complaint.says.removeprefix(f"{feature.name}: ")
        told = interview.language.quote_typed(f"{says}. {complaint.way_out}".rstrip(". ") + ".")
        raise InvalidReply(make_printable(show_quotations(told)))
    return GivenReply(feature, value, text)


def find_ambiguous_reply(typed: str, feature: Feature) -> AmbiguousReply | None:
    """Find the explanation for a reply that does not say which value is meant. None for any other reply."""
    word = normalize_name(typed)
    return next((reply for reply in feature.replies if word and word in reply.words), None)


def can_answer_with_date(feature: Feature) -> bool:
    """Whether the number runs from a day that may be told in its place."""
    return isinstance(feature.derive, MonthsToRecurrence)


def find_recurrence_date(interview: Interview) -> PartialDate | None:
    """The day of the recurrence, where the record has one."""
    now = build_situation(interview.completed_record, interview.knowledge, interview.wanted)
    feature, by = next((f, f.derive) for f in now.plan.features if isinstance(f.derive, MonthsToRecurrence))
    recurrence = find_recurrence(
        SelectorContext(now.record, now.facts, feature, by, now.plan.members, now.plan.tags, now.plan.formulas)
    )
    return recurrence.date if recurrence else None


def _months_from_dates(typed: str, interview: Interview) -> str:
    """The months from a last dose that was typed as a date, or as two; nothing when no date was typed. Raises InvalidReply."""
    try:
        dates = find_dates(typed)
    except ValueError as error:
        raise InvalidReply(show_quotations(interview.language.quote_typed(f"{make_printable(str(error))}."))) from None
    if not dates:
        return ""
    end = dates[1] if len(dates) > 1 else find_recurrence_date(interview)
    if end is None:
        raise InvalidReply(interview.language.say("ask.no_recurrence"))
    if end.is_certainly_before(dates[0]):
        day, last = (interview.language.tell_plainly(words_of_date(date)) for date in (dates[0], end))
        raise InvalidReply(interview.language.say("ask.after_recurrence", day=day, end=last))
    months = measure_since_last_dose(dates[0], end)
    low, high = f"{months.low:.4f}", f"{months.high:.4f}"
    return f"{low} months" if low == high else f"{low} to {high} months"


def _parse_number(typed: str, feature: Feature, interview: Interview) -> str:
    """The number; a bare one is in the unit of the question, and is read back with it."""
    if can_answer_with_date(feature) and (months := _months_from_dates(typed, interview)):
        return months
    text = _read_as_english(" ".join(typed.split()), interview.language)
    return f"{text} {'%' if feature.unit == 'percent' else feature.unit}" if feature.unit and text[-1:].isdigit() else text


def _read_as_english(text: str, language: Language) -> str:
    """A number as a case file writes it: with a point, a range with the English word."""
    between = language.say("ask.between")
    return text if between == TO else DECIMAL_COMMA.sub(".", text).replace(f" {between} ", f" {TO} ")


def _parse_word(typed: str, feature: Feature, language: Language) -> str:
    """The word that is meant: in full, by its beginning, or by its number in the list; in the language, or in English."""
    word = normalize_name(typed)
    names = get_value_names(feature, language)
    spelled = {value: {*map(normalize_name, (value, format_value(feature, value), name))} for value, name in names.items()}
    if feature.type == "yes_no" and word in YES_NO:
        return YES_NO[word]
    exact = [value for value, words in spelled.items() if word in words]
    if exact:
        return exact[0]
    if word.isdecimal() and has_numbered_choices(feature) and 0 < int(word) <= len(names):
        return list(names)[int(word) - 1]
    near = [value for value, words in spelled.items() if word and any(one.startswith(word) for one in words)]
    if len(near) == 1:
        return near[0]
    if parse_words(typed, feature)[1] is None:
        return typed.strip()
    raise InvalidReply(_explain_no_match(typed, names, near, language))


def _explain_no_match(typed: str, names: Mapping[str, str], near: list[str], language: Language) -> str:
    shown = quote_word(make_printable(typed.strip()))
    if near:
        told = language.spelling().between.join(names[value] for value in near)
        return language.say("ask.several", typed=shown, names=told)
    way_out = language.say("ask.way_out", names=" / ".join(names.values()))
    return language.say("ask.none", typed=shown, way_out=way_out) if typed.strip() else f"{way_out}."


def has_numbered_choices(feature: Feature) -> bool:
    """True when the words can be chosen by number: none of them begins with a digit itself."""
    return not feature.is_numeric and not any(value[:1].isdigit() for value in feature.values)


def get_value_names(feature: Feature, language: Language) -> dict[str, str]:
    """The words of a feature as people say them."""
    return {value: language.tell_plainly(format_value(feature, value)) for value in feature.values}
