"""What is known about one patient on one date, and where each fact came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from concordant.features import Feature
from concordant.quantities import Interval, interval_words
from concordant.records import Cite

if TYPE_CHECKING:
    from concordant.evaluate.explain import Because

Value = Interval | str | None
TOLD = "told, no entry"  # of a value that was told directly, so that no entry of the record shows it
Origin = Literal["derived", "stated", "assumed", "inferred", "hypothetical", "unknown"]


class Claim(msgspec.Struct, frozen=True):
    """What one place of the record says about a feature: a value, in words, from which entries.

    A claim without a value may still explain why there is none (`stale`, `conflict`).
    """

    value: Value
    says: str = ""
    entries: tuple[str, ...] = ()
    conflict: str = ""
    stale: str = ""
    assumed: str = ""
    source: Cite | None = None
    unread: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True):
    """A feature's value for one patient at `as_of`: an interval, a word, or None when unknown.

    `unread` are the places of entries that nobody read, over which silence was not taken for a no.
    """

    feature: str
    value: Value
    origin: Origin
    says: str = ""
    entries: tuple[str, ...] = ()
    because: Because | None = None
    statement: str = ""
    source: Cite | None = None
    conflict: str = ""
    stale: str = ""
    assumed: str = ""
    unread: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """True when a word is known, or a number at least on one side."""
        return self.value is not None and not (isinstance(self.value, Interval) and self.value.is_unknown)


Facts = Mapping[str, Fact]


def unknown(feature: str) -> Fact:
    """The fact that nothing is known."""
    return Fact(feature, None, "unknown")


def value_words(feature: Feature, value: Value) -> str:
    """A value for people, with its unit: `62 %`, `8 months`, `positive`, `unknown`."""
    if value is None:
        return "unknown"
    if isinstance(value, Interval):
        words = interval_words(value)
        return f"{words} {unit_words(feature.unit)}".strip() if words != "unknown" else words
    return feature.phrases.get(value, value.replace("_", " "))


def unit_words(unit: str) -> str:
    """A unit as people print it."""
    return {"percent": "%", "10*9/L": "x 10⁹/L", "m2": "m²", "xULN": "x upper limit"}.get(unit, unit)
