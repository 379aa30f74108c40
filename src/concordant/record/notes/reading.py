"""What was made of a note: readings, offers, and what was not read. Together with the filling words they are the whole text."""

from __future__ import annotations

from typing import Literal

import msgspec

from concordant.model.notes import Standing

Span = tuple[int, int]
Sure = Literal["said", "convention"]


class NoteFact(msgspec.Struct, frozen=True):
    """A fact that the note tells: its name and value, the words that tell it, and the rule that read them.

    `sure`: whether the words say it, or a convention of the field does.
    """

    fact: str
    value: str
    spans: tuple[Span, ...]
    sure: Sure
    rule: str


class NoteOffer(msgspec.Struct, frozen=True):
    """What may be meant and is not said: it becomes a question."""

    fact: str
    value: str
    span: Span
    why: str
    rule: str = ""


class NoteUnread(msgspec.Struct, frozen=True):
    """Words of which nothing was made; `near` is what may be meant. `is_allergen`: they say what an allergy is to."""

    span: Span
    text: str
    near: str = ""
    is_allergen: bool = False


class NoteMention(msgspec.Struct, frozen=True):
    """Words that were understood and tell nothing of this patient (planned, of another person), and what says so."""

    span: Span
    standing: Standing
    cue: Span | None
    rule: str


class NoteReadings(msgspec.Struct, frozen=True):
    """What a note says. `refused` is why nothing was read of it."""

    text: str
    facts: tuple[NoteFact, ...] = ()
    offers: tuple[NoteOffer, ...] = ()
    unread: tuple[NoteUnread, ...] = ()
    mentions: tuple[NoteMention, ...] = ()
    refused: str = ""
    language: str = ""
