"""What is known about one patient on one date, and where each fact came from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec

from concordant.logic.conditions import Compare, Condition, Leaf
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval, compare_interval, format_interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.features import Feature
from concordant.model.sources import Cite

Left = tuple[str, ...]  # the words that are left of a feature's, two at least and not all, in its order
Value = Interval | str | Left | None
PRINTED = {"percent": "%", "10*9/L": "x 10⁹/L", "m2": "m²", "xULN": "x upper limit"}
TOLD = "stated"  # of a value that was told directly, so that no entry of the record shows it
Origin = Literal["derived", "stated", "assumed", "inferred", "hypothetical", "unknown"]


class Claim(msgspec.Struct, frozen=True):
    """What one place of the record says about a feature: a value, in words, from which entries.

    A claim without a value may still explain why there is none (`stale`, `conflict`). `date` is that of the one measurement
    that the value is, `default` the named default that it rests on. `partial` is what is left of the value where entries may be
    missing: of a claim that rests on there being no other entry. It is unset for one that holds whatever else there is.
    """

    value: Value
    says: str = ""
    entries: tuple[str, ...] = ()
    conflict: str = ""
    stale: str = ""
    assumed: str = ""
    source: Cite | None = None
    unread: tuple[str, ...] = ()
    date: PartialDate | None = None
    partial: Value | msgspec.UnsetType = msgspec.UNSET
    default: str = ""


class Fact(msgspec.Struct, frozen=True):
    """A feature's value for one patient at `as_of`: an interval, a word, the words that are left, or None when unknown.

    `unread` are the places of entries that nobody read, over which silence was not taken for a no.
    `put_off` says why what was stated does not hold, though nothing contradicts it. `date` is that of the one measurement
    that the value is, `default` the named default that it rests on.
    """

    feature: str
    value: Value
    origin: Origin
    says: str = ""
    entries: tuple[str, ...] = ()
    because: Reason | None = None
    statement: str = ""
    source: Cite | None = None
    conflict: str = ""
    stale: str = ""
    assumed: str = ""
    unread: tuple[str, ...] = ()
    put_off: str = ""
    date: PartialDate | None = None
    default: str = ""

    @property
    def is_known(self) -> bool:
        """True when a word is known, some words are left, or a number is known at least on one side."""
        return self.value is not None and not (isinstance(self.value, Interval) and self.value.is_unknown)


class Reason(msgspec.Struct, frozen=True):
    """A condition, its truth for this patient, the fact it read (a leaf) or its parts (a node)."""

    condition: Condition
    truth: Truth
    parts: tuple[Reason, ...] = ()
    fact: Fact | None = None


Facts = Mapping[str, Fact]


def make_unknown(feature: str) -> Fact:
    """The fact that nothing is known."""
    return Fact(feature, None, "unknown")


def list_words_left(value: Value) -> Left | None:
    """The words that are still possible; None when any is (and for a number)."""
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple) else None


def value_from_words(feature: Feature, words: Iterable[str]) -> Value:
    """The value that leaves these words: one word is known, all words say nothing."""
    wanted = frozenset(words)
    left = tuple(word for word in feature.values if word in wanted)
    if len(left) == 1:
        return left[0]
    return left if len(left) < len(feature.values) else None


def judge_among(value: Value, words: Collection[str]) -> Truth:
    """Whether the word is one of these: true when all that are left are, false when none is."""
    if isinstance(value, str):
        return TRUE if value in words else FALSE
    if not isinstance(value, tuple):
        return UNKNOWN
    inside = sum(word in words for word in value)
    return TRUE if inside == len(value) else UNKNOWN if inside else FALSE


def judge_leaf(leaf: Leaf, value: Value) -> Truth:
    """Whether the sentence holds of a feature of which this is known; a number is never among words, nor a word a number."""
    if isinstance(leaf, Compare):
        return compare_interval(value, leaf.op, leaf.bound) if isinstance(value, Interval) else UNKNOWN
    return judge_among(value, leaf.values)


def format_value(feature: Feature, value: Value) -> str:
    """A value for people, with its unit: `62 %`, `8 months`, `positive`, `none or history`, `unknown`."""
    if value is None:
        return "unknown"
    if isinstance(value, Interval):
        words = format_interval(value)
        return f"{words} {format_unit(feature.unit)}".strip() if words != "unknown" else words
    left = (value,) if isinstance(value, str) else value
    return " or ".join(feature.phrases.get(word, word.replace("_", " ")) for word in left)


def format_unit(unit: str) -> str:
    """A unit as people print it; what reads a record takes it from here as well, so that the two cannot drift."""
    return PRINTED.get(unit, unit)
