"""One language of the page: its phrases, lists, numbers and dates. What the knowledge says stays in its own words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

LANGUAGES = ("en", "de")
FEW = 3


@dataclass(frozen=True, slots=True)
class Language:
    """The phrases of a language by key; a key that is missing raises KeyError, a test compares the catalogues."""

    code: str
    phrases: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """A phrase with its values filled in."""
        return self.phrases[key].format(**values)

    def known(self, kind: str, word: str) -> str:
        """A word of the knowledge (a unit, a schedule, a route) in this language, or as it is."""
        return self.phrases.get(f"{kind}.{word}", word)

    def all_of(self, items: Sequence[str]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        if len(items) < 2:
            return "".join(items)
        return self.say("list.and", first=", ".join(items[:-1]), last=items[-1])

    def any_of(self, items: Sequence[str]) -> str:
        """`a`, `a or b`, `a, b or c`."""
        if len(items) < 2:
            return "".join(items)
        return self.say("list.or", first=", ".join(items[:-1]), last=items[-1])

    def few(self, items: Sequence[str], most: int = FEW) -> str:
        """The first few of a list, and how many more there are."""
        more = len(items) - most
        return self.say("list.more", shown=", ".join(items[:most]), more=more) if more > 0 else self.all_of(items)

    def day(self, iso: str) -> str:
        """An ISO day as people write it: 20 Sep 2022."""
        from babel.dates import format_date

        return format_date(dt.date.fromisoformat(iso), self.phrases["format.day"], locale=self.code)

    def number(self, value: float, digits: int = 2) -> str:
        """A number with at most so many decimals, in the digits of the language."""
        from babel.numbers import format_decimal

        return format_decimal(value, format=f"0.{'#' * digits}" if digits else "0", locale=self.code)

    def unit(self, unit: str) -> str:
        """A unit as people write it."""
        return self.known("unit", unit.replace("m2", "m²"))

    def range(self, cell: str) -> str:
        """A cell of a number for people: `12 months or less`, `more than 12 months`, `under 40 %`."""
        if not (found := re.fullmatch(r"(<=|>=|<|>) (\S+)(?: to (< )?(\S+))?(?: (.+))?", cell)):
            return cell
        sign, low, strict, high, unit = found.groups()
        unit = f" {self.unit(unit)}" if unit else ""
        if high:
            return self.say(
                f"range.between{'.under' if strict else ''}", low=self._figure(low), high=f"{self._figure(high)}{unit}"
            )
        return self.say(f"range.{sign}", value=f"{self._figure(low)}{unit}")

    def _figure(self, text: str) -> str:
        return self.number(float(text), 6) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def language(code: str) -> Language:
    """The language of a code of LANGUAGES."""
    phrases: Mapping[str, str] = import_module(f"concordant.present.language.{code}").PHRASES
    return Language(code, phrases)
