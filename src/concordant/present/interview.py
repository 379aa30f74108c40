"""An interview as a pure state machine: what is asked next, what a reply means, and the way back.

It holds no rule of its own. Each step asks the same decision again, with what was answered under `stated`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from concordant.answer.model import Answer, Ask
from concordant.answer.phrases import and_list
from concordant.answer.recommend import recommend, situation
from concordant.compiled import Knowledge
from concordant.complaints import printable, quoted
from concordant.dates import PartialDate, dates_in
from concordant.dates import words as words_of_date
from concordant.derive.context import Context
from concordant.derive.courses import recurrence
from concordant.derive.interval import since_last_dose
from concordant.facts import Value, unit_words, value_words
from concordant.features import Feature, Reply
from concordant.quantities import Interval
from concordant.record.blocks import Blocks
from concordant.record.events import PatientRecord
from concordant.record.said import YES_NO, words_said
from concordant.record.vocabulary import Words, plain
from concordant.selectors.courses import MonthsToRecurrence
from concordant.texts import Text

NOT_KNOWN = ("d", "dk", "don t know", "dont know", "don’t know", "do not know", "unknown", "not known", "skip")
HELP = ("?", "h", "help")
BACK = ("b", "back")
STOP = ("q", "quit", "stop", "exit")


@dataclass(frozen=True, slots=True)
class Given:
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
    given: tuple[Given, ...] = ()

    @property
    def stated(self) -> dict[str, str]:
        """What was answered, as a case file writes it."""
        return {one.feature.name: one.text for one in self.given if one.value is not None}

    @property
    def told(self) -> PatientRecord:
        """The record with what was answered."""
        answered = {one.feature.name: one.value for one in self.given if one.value is not None}
        return msgspec.structs.replace(self.record, stated={**self.record.stated, **answered})

    @cached_property
    def now(self) -> Answer:
        """The answer so far; nothing that was replied to is asked in it again."""
        return recommend(self.told, _without(self.knowledge, self.silenced), self.wanted)

    @property
    def silenced(self) -> frozenset[str]:
        """The features that must not be asked about: those already answered, and those that are pointless to ask of
        someone who does not know another.
        """
        skipped = (name for one in self.given if one.value is None for name in one.feature.not_known_skips)
        return frozenset(one.feature.name for one in self.given).union(skipped)

    @cached_property
    def whole(self) -> Answer:
        """The answer so far, as `recommend` gives it: with every question that is still open, including those already
        answered "not known".
        """
        return recommend(self.told, self.knowledge, self.wanted)

    @property
    def next(self) -> Ask | None:
        """The question to ask now, the one that decides most first."""
        return self.now.ask[0] if self.now.ask else None

    def feature(self, name: str) -> Feature:
        """The feature that a question is about."""
        return next(f for f in self.knowledge.features if f.name == name)

    def reply(self, given: Given) -> Interview:
        """The interview after a reply."""
        return replace(self, given=(*self.given, given))

    def back(self) -> Interview:
        """The interview before its last reply."""
        return replace(self, given=self.given[:-1])

    @property
    def still_unknown(self) -> list[str]:
        """The labels of the features answered "not known" whose value no other reply has settled."""
        facts = situation(self.told, self.knowledge, self.wanted).facts
        return [one.feature.label for one in self.given if one.value is None and _open(facts[one.feature.name].value)]

    def new_conflicts(self, before: Interview) -> list[str]:
        """List the contradictions that the last reply causes, and any contradiction in the record about the same feature
        that it cannot settle.

        A value that was stated earlier and now gives way to the reply is not a contradiction, because that is what
        was asked.
        """
        facts = situation(self.told, self.knowledge, self.wanted).facts
        fact, expected = facts[self.given[-1].feature.name], {one.put_off for one in facts.values()}
        found = [one for one in self.now.conflicts if one not in before.now.conflicts and one not in expected]
        return list(dict.fromkeys([*found, *([fact.conflict] if fact.conflict else [])]))


def _open(value: Value) -> bool:
    return not value.is_exact if isinstance(value, Interval) else not isinstance(value, str)


def _without(knowledge: Knowledge, silenced: frozenset[str]) -> Knowledge:
    """The knowledge with some questions taken away, so that what else could decide is looked for."""
    if not silenced:
        return knowledge
    features = (msgspec.structs.replace(f, question="") if f.name in silenced else f for f in knowledge.features)
    return msgspec.structs.replace(knowledge, features=tuple(features))


class Misread(ValueError):
    """A reply that is no answer to the question; the message says what would be."""


def command(typed: str) -> str:
    """Return `help`, `back`, `stop` or `not known` when the typed text is a command; an empty string when it is an answer."""
    word = "?" if typed.strip() == "?" else plain(typed)
    for wish, spellings in (("help", HELP), ("back", BACK), ("stop", STOP), ("not known", NOT_KNOWN)):
        if word in spellings:
            return wish
    return ""


def understood(typed: str, feature: Feature, interview: Interview) -> Given:
    """The reply as a value of the feature. Raises Misread."""
    text = _number_text(typed, feature, interview) if feature.is_numeric else _word(typed, feature)
    blocks = Blocks(Text("", None), interview.knowledge, interview.words)
    value = blocks.stated({feature.name: text}).get(feature.name)
    if value is None and not blocks.complaints:
        return Given(feature)
    if value is None:
        complaint = blocks.complaints[0]
        says = complaint.says.removeprefix(f"{feature.name}: ")
        raise Misread(printable(f"{says}. {complaint.way_out}".rstrip(". ") + "."))
    return Given(feature, value, text)


def meant(typed: str, feature: Feature) -> Reply | None:
    """Find the explanation for a reply that does not say which value is meant. None for any other reply."""
    word = plain(typed)
    return next((reply for reply in feature.replies if word and word in reply.words), None)


def by_date(feature: Feature) -> bool:
    """Whether the number runs from a day that may be told in its place."""
    return isinstance(feature.derive, MonthsToRecurrence)


def recurred_on(interview: Interview) -> PartialDate | None:
    """The day of the recurrence, where the record has one."""
    now = situation(interview.told, interview.knowledge, interview.wanted)
    feature, by = next((f, f.derive) for f in now.plan.features if isinstance(f.derive, MonthsToRecurrence))
    found = recurrence(Context(now.record, now.facts, feature, by, now.plan.members, now.plan.tags, now.plan.formulas))
    return found.date if found else None


def _months_text(typed: str, interview: Interview) -> str:
    """The months from a last dose that was told as a date, or as two dates; nothing when no date was typed. Raises Misread."""
    try:
        dates = dates_in(typed)
    except ValueError as error:
        raise Misread(f"{printable(str(error))}.") from None
    if not dates:
        return ""
    end = dates[1] if len(dates) > 1 else recurred_on(interview)
    if end is None:
        raise Misread("The day of the recurrence is not on record. Type both days (14 Oct 2021 to 12 Sep 2022), or the months.")
    if end.certainly_before(dates[0]):
        raise Misread(
            f"{words_of_date(dates[0])} is after the recurrence ({words_of_date(end)}). If it came during treatment, type 0."
        )
    months = since_last_dose(dates[0], end)
    low, high = f"{months.low:.4f}", f"{months.high:.4f}"
    return f"{low} months" if low == high else f"{low} to {high} months"


def _number_text(typed: str, feature: Feature, interview: Interview) -> str:
    """The number; a bare one is in the unit of the question, and is read back with it."""
    if by_date(feature) and (months := _months_text(typed, interview)):
        return months
    text = " ".join(typed.split())
    return f"{text} {'%' if feature.unit == 'percent' else feature.unit}" if feature.unit and text[-1:].isdigit() else text


def _word(typed: str, feature: Feature) -> str:
    """The word that is meant: in full, by its beginning, or by its number in the list."""
    word = plain(typed)
    names = names_of(feature)
    if feature.type == "yes_no" and word in YES_NO:
        return YES_NO[word]
    exact = [value for value, name in names.items() if word in (plain(value), plain(name))]
    if exact:
        return exact[0]
    if word.isdecimal() and numbered(feature) and 0 < int(word) <= len(names):
        return list(names)[int(word) - 1]
    near = [value for value, name in names.items() if word and (plain(value).startswith(word) or plain(name).startswith(word))]
    if len(near) == 1:
        return near[0]
    if words_said(typed, feature)[1] is None:
        return typed.strip()
    raise Misread(_no_word(typed, names, near))


def _no_word(typed: str, names: Mapping[str, str], near: list[str]) -> str:
    shown = quoted(printable(typed.strip()))
    if near:
        return f"{shown} may be {' or '.join(names[value] for value in near)}. Write more of it."
    way_out = f"Answer with {' / '.join(names.values())}, or d when it is not known"
    return f"{shown} is no answer here. {way_out}." if typed.strip() else f"{way_out}."


def numbered(feature: Feature) -> bool:
    """True when the words can be chosen by number: none of them begins with a digit itself."""
    return not feature.is_numeric and not any(value[:1].isdigit() for value in feature.values)


def names_of(feature: Feature) -> dict[str, str]:
    """The words of a feature as people say them."""
    return {value: value_words(feature, value) for value in feature.values}


def echo(given: Given) -> str:
    """What was understood, in one line."""
    value = "not known" if given.value is None else value_words(given.feature, given.value)
    return f"{given.feature.label}: {value}"


def purpose(ask: Ask, interview: Interview) -> str:
    """Explain in one sentence what depends on the question."""
    partners = and_list([interview.feature(name).label for name in ask.together_with])
    if partners:
        return f"Alone it decides nothing; together with the next ({partners}) it does."
    if not ask.changes:
        return "What a reply leads to cannot be told while the record contradicts itself."
    if any(c.answer == "out_of_scope" for c in ask.changes):
        return "It decides whether this guideline speaks for this patient."
    if not ask.blocking:
        return "The answer stands without it, and one reply at least would change it."
    if len({c.line for c in ask.changes if c.line}) > 1:
        return "It decides the line of treatment, and with it the regimen."
    if all(c.answer == "recommends" for c in ask.changes):
        return "It decides the regimen."
    return "Without it the regimen cannot be told."


def explained(feature: Feature, interview: Interview) -> list[str]:
    """What a question means, what may be typed, and where it comes from."""
    sources = {source.id: source.citation for source in interview.knowledge.sources}
    cited = [f"{sources[c.ref]}{f' ({c.at})' if c.at else ''}" for c in feature.sources if c.ref in sources]
    return [
        feature.help or f"{feature.label}. {feature.question}",
        f"Type {_typable(feature)}; d when it is not known, b for the question before, q to stop.",
        f"From: {'; '.join(cited) or 'the statements that read it'}. In a case file: stated: {{{feature.name}: ...}}.",
    ]


def _typable(feature: Feature) -> str:
    if by_date(feature):
        return "the months (8, <= 12, 8 to 11), or the day of the last dose (14 Oct 2021, 2021-10)"
    if feature.is_numeric:
        unit = f" {unit_words(feature.unit)}" if feature.unit else ""
        return f"a number{f' in{unit}' if unit else ''}, a bound (>= 2{unit}) or a range (2 to 4{unit})"
    by_number = ", its beginning, or its number in the list" if numbered(feature) else " or its beginning"
    return f"one of {' / '.join(names_of(feature).values())}{by_number}"
