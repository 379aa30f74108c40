"""One language of the page: its phrases, lists, numbers and dates, and what the knowledge says, told in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import msgspec

from concordant.answer.parts import CellShown
from concordant.answer.phrases import lower_first
from concordant.answer.schema import Answer
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import format_unit, format_value
from concordant.present.language.answer_told import cite_words, mark_typed, tell_answer
from concordant.present.language.quoting import cite, is_english, quote, quote_words, show_quotations
from concordant.readers.words import OPS, SIGNS, Spelling, turned

if TYPE_CHECKING:
    from concordant.present.language.telling import Teller  # English needs none

LANGUAGES = ("en", "de")
FEW = 3
Side = Literal["<=", ">=", "<", ">"]


class Language(msgspec.Struct, frozen=True):
    """The phrases of a language by key; a key that is missing raises KeyError, a test compares the catalogues."""

    code: str
    phrases: Mapping[str, str]
    teller: Teller | None = None

    @property
    def page_words(self) -> dict[str, str]:
        """What a renderer adds of its own, by key."""
        return {key.removeprefix("word."): text for key, text in self.list_phrases("word.").items()}

    def list_phrases(self, prefix: str) -> dict[str, str]:
        """The phrases whose key begins so, by key."""
        return {key: text for key, text in self.phrases.items() if key.startswith(prefix)}

    def tell(self, text: str) -> str:
        """A text of the knowledge or of an answer (a label, a question, help, a value's word) in this language.

        Where it has none it comes back marked as a quotation: `escape_html` tells the language, `show_quotations` the marks.
        """
        return self.teller.tell(text) if self.teller else text

    def tell_plainly(self, text: str) -> str:
        """The same for a template or an attribute, where no word can have a language: what it lacks is in quotation marks."""
        return show_quotations(self.tell(text))

    def lower_initial(self, text: str) -> str:
        """A text that does not begin its sentence: with a small letter, unless the language writes nouns with a capital."""
        return lower_first(text) if self.code == "en" else text

    def quote(self, text: str) -> str:
        """Words of a publisher, marked as a quotation where the page is of another language than they."""
        return quote(text) if self.teller else text

    def cite(self, text: str) -> str:
        """The name of a work or of a place in it, with the language that it is in."""
        return cite_words(text) if self.teller else text

    def mark_typed(self, text: str) -> str:
        """What a person wrote, with its language where that is another one than the page's."""
        return mark_typed(text) if self.teller else text

    def quote_typed(self, text: str) -> str:
        """The same where no part of a text can have a language of its own."""
        return quote(text) if self.teller and is_english(text) else text

    def mark_words(self, text: str) -> str:
        """What the words of a record in straight quotation marks look like here, each with its language."""
        return quote_words(text) if self.teller else text

    def tell_key(self, text: str) -> str:
        """A text that may be no more than a key of a source, which is the same in every language."""
        if self.teller and " " not in text and self.teller.lacks(text):
            return cite(text)
        return self.tell(text)

    def tell_answer(self, answer: Answer) -> Answer:
        """The answer with its texts told."""
        return tell_answer(answer, self.teller.tell) if self.teller else answer

    def tell_answer_plainly(self, answer: Answer) -> Answer:
        """The same for a template: see `tell_plainly`."""
        return tell_answer(answer, self.teller.tell, plainly=True) if self.teller else answer

    def say(self, key: str, **values: object) -> str:
        """A phrase with its values filled in."""
        return self.phrases[key].format(**values)

    def say_count(self, key: str, number: int, **values: str) -> str:
        """A phrase with a number, which has one of its own for a single one."""
        return self.say(f"{key}.1" if number == 1 else key, n=number, **values)

    def translate_word(self, kind: str, word: str) -> str:
        """A word of the knowledge (a unit, a schedule, a route) in this language, or as it is."""
        return self.phrases.get(f"{kind}.{word}", word)

    def join_with_and(self, items: Sequence[str]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        if len(items) < 2:
            return "".join(items)
        return self.say("list.and", first=", ".join(items[:-1]), last=items[-1])

    def join_with_or(self, items: Sequence[str]) -> str:
        """`a`, `a or b`, `a, b or c`."""
        if len(items) < 2:
            return "".join(items)
        return self.say("list.or", first=", ".join(items[:-1]), last=items[-1])

    def join_few(self, items: Sequence[str], most: int = FEW) -> str:
        """The first few of a list, and how many more there are."""
        more = len(items) - most
        return self.say("list.more", shown=", ".join(items[:most]), more=more) if more > 0 else self.join_with_and(items)

    def format_day(self, iso: str) -> str:
        """An ISO day as people write it: 20 Sep 2022."""
        return self._write_day(dt.date.fromisoformat(iso), "months.short")

    def format_long_day(self, day: dt.date) -> str:
        """A day with its month in full: 20 September 2022."""
        return self._write_day(day, "months")

    def format_month(self, day: dt.date) -> str:
        """The month of a day: Sep 2022."""
        return self.say("format.month", month=self._name_month(day, "months.short"), year=day.year)

    def _write_day(self, day: dt.date, names: str) -> str:
        return self.say("format.day", day=day.day, month=self._name_month(day, names), year=day.year)

    def _name_month(self, day: dt.date, names: str) -> str:
        return self.phrases[names].split()[day.month - 1]

    def format_number(self, value: float, digits: int = 2) -> str:
        """A number with at most so many decimals, in the digits of the language."""
        return _round_number(value, digits).replace(".", self.phrases["format.decimal"])

    def format_unit(self, unit: str) -> str:
        """A unit as people write it."""
        return self.translate_word("unit", unit.replace("m2", "m²"))

    def describe_cell(self, cell: CellShown, name: str) -> str:
        """A cell for people: `12 months or less`, `more than 12 months`, `under 40 %`; another one by its own name."""
        match cell.low, cell.high:
            case None, float(high):
                return self.describe_bound("<" if cell.high_outside else "<=", high, cell.unit)
            case float(low), None:
                return self.describe_bound(">" if cell.low_outside else ">=", low, cell.unit)
            case float(low), float(high) if low < high and cell.low_outside:
                under = ".under" if cell.high_outside else ""
                return self.say(
                    f"range.between{under}", low=self._format_quantity(low), high=self._format_quantity(high, cell.unit)
                )
            case _:
                return name

    def describe_bound(self, sign: Side, bound: float, unit: str) -> str:
        """All numbers on one side of a bound: `12 months or less`."""
        return self.say(f"range.{sign}", value=self._format_quantity(bound, unit))

    def spelling(self) -> Spelling:
        """How a leaf is told in this language."""
        signs = {sign: self.phrases[f"range.{sign}"] for sign in SIGNS}
        return Spelling(
            numbers={op: signs[op] for op in OPS},
            turned=turned(signs),
            figure=lambda feature, bound: self._format_quantity(bound, format_unit(feature.unit)),
            word=(either := ("{words}", self.phrases["range.not"])),
            words=either,
            value=lambda feature, word: self.tell(format_value(feature, word)),
            between=self.say("list.or", first="", last=""),
        )

    def _format_quantity(self, value: float, unit: str = "") -> str:
        return f"{self.format_number(value, 6)} {self.format_unit(unit)}" if unit else self.format_number(value, 6)


def _round_number(value: float, digits: int) -> str:
    """As it is written, not as it is held: half of the last digit goes to the even one (2.675 is 2.68, 2.665 is 2.66)."""
    from decimal import Decimal

    text = f"{Decimal(str(value)):.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def load_language(code: str, knowledge: Knowledge | None = None) -> Language:
    """The language of a code of LANGUAGES, with the texts that the knowledge has in it."""
    phrases: Mapping[str, str] = import_module(f"concordant.present.language.{code}").PHRASES
    if code == "en":
        return Language(code, phrases)
    from concordant.present.language.vocabulary import load_teller

    return Language(code, phrases, load_teller(code, knowledge))
