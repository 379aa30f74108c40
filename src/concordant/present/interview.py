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
from concordant.facts import Value, value_words
from concordant.features import Feature
from concordant.quantities import Interval
from concordant.record.blocks import Blocks
from concordant.record.events import PatientRecord
from concordant.record.said import YES_NO, words_said
from concordant.record.vocabulary import Words, plain
from concordant.texts import Text

NOT_KNOWN = ("?", "d", "dk", "don t know", "dont know", "don’t know", "do not know", "unknown", "not known", "skip")
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
        return recommend(self.told, _without(self.knowledge, frozenset(one.feature.name for one in self.given)), self.wanted)

    @cached_property
    def whole(self) -> Answer:
        """The answer so far as `recommend` gives it, with every question that is still open."""
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
        """The labels of what was replied to be not known, and did not follow from another reply."""
        facts = situation(self.told, self.knowledge, self.wanted).facts
        return [one.feature.label for one in self.given if one.value is None and _open(facts[one.feature.name].value)]

    def new_conflicts(self, before: Interview) -> list[str]:
        """What the last reply contradicts, in words; also a contradiction of the record that it cannot settle."""
        fact = situation(self.told, self.knowledge, self.wanted).facts[self.given[-1].feature.name]
        found = [one for one in self.now.conflicts if one not in before.now.conflicts]
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
    """`back`, `stop` or `not known` when the reply is a wish and not an answer; otherwise nothing."""
    word = "?" if typed.strip() == "?" else plain(typed)
    for wish, spellings in (("back", BACK), ("stop", STOP), ("not known", NOT_KNOWN)):
        if word in spellings:
            return wish
    return ""


def understood(typed: str, feature: Feature, interview: Interview) -> Given:
    """The reply as a value of the feature. Raises Misread."""
    text = _number_text(typed, feature) if feature.is_numeric else _word(typed, feature)
    blocks = Blocks(Text("", None), interview.knowledge, interview.words)
    value = blocks.stated({feature.name: text}).get(feature.name)
    if value is None and not blocks.complaints:
        return Given(feature)
    if value is None:
        complaint = blocks.complaints[0]
        says = complaint.says.removeprefix(f"{feature.name}: ")
        raise Misread(printable(f"{says}. {complaint.way_out}".rstrip(". ") + "."))
    return Given(feature, value, text)


def _number_text(typed: str, feature: Feature) -> str:
    """The number; a bare one is in the unit of the question, and is read back with it."""
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
    way_out = f"Answer with {' / '.join(names.values())}, or ? when it is not known"
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
    """What hangs on the question, in one sentence."""
    partners = and_list([interview.feature(name).label for name in ask.together_with])
    if partners:
        return f"Alone it decides nothing; together with the next ({partners}) it does."
    if any(c.answer == "out_of_scope" for c in ask.changes):
        return "It decides whether this guideline speaks for this patient."
    if not ask.blocking:
        return "The answer stands without it, and one reply at least would change it."
    if len({c.line for c in ask.changes if c.line}) > 1:
        return "It decides the line of treatment, and with it the regimen."
    if all(c.answer == "recommends" for c in ask.changes):
        return "It decides the regimen."
    return "Without it the regimen cannot be told."
