"""What one condition in a text is told to be, and what is said of those that follow."""

from __future__ import annotations

from collections.abc import Container, Iterable

import msgspec

from concordant.patient.events import Status
from concordant.terminology.words import LexiconItem

HEADS = ("term", "test", "reaction", "spread")
STOPS = ("pause", "break")
JOINS = ("join", "or")


class ConditionHead(msgspec.Struct):
    """One condition in the text, as far as its words tell of it."""

    kind: str
    ids: tuple[str, ...]
    grade: int | None = None
    graded: bool = False  # by a scale, which counts more than an adjective
    scale: str = ""
    about: list[str] = msgspec.field(default_factory=list)
    status: Status | None = None
    sure: bool = True
    other: bool = False
    open_result: bool = False
    unnamed: bool = False
    narrow: bool = False
    sites: list[str] = msgspec.field(default_factory=list)
    trend: str | None = None


class PendingModifiers(msgspec.Struct):
    """The modifiers read so far (absent, past, suspected, a grade and so on) that apply to the conditions named next."""

    absent: bool = False
    past: bool = False
    unsure: bool = False
    narrow: bool = False
    used: bool = False  # whether a condition has come to which it applies
    grade: int | None = None
    graded: bool = False
    scale: str = ""
    about: list[str] = msgspec.field(default_factory=list)
    sites: list[str] = msgspec.field(default_factory=list)
    trend: str | None = None


class NotUnderstood(Exception):
    """The text cannot be understood: a word is not known, or a word refers to nothing."""


def is_kind_ahead(items: Iterable[LexiconItem], wanted: Container[str], stops: Container[str]) -> bool:
    """Whether an item of a wanted kind comes before one that stops the search."""
    for item in items:
        if item.kind in stops:
            return False
        if item.kind in wanted:
            return True
    return False
