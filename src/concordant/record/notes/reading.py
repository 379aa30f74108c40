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


class NotKept(msgspec.Struct, frozen=True):
    """What a language model proposed and the rules did not let pass, in its own words, and why."""

    fact: str
    value: str
    quote: str
    why: str


class NoteProposing(msgspec.Struct, frozen=True):
    """What came of asking a language model: how many of its proposals are offered, and which were not kept.

    `model` is where it is; `failed` why it gave no proposals; `beyond` how many more were not looked at.
    """

    model: str
    kept: int = 0
    not_kept: tuple[NotKept, ...] = ()
    beyond: int = 0
    failed: str = ""

    @property
    def dropped(self) -> int:
        """How many proposals became nothing."""
        return len(self.not_kept) + self.beyond

    @property
    def sentence(self) -> str:
        """What came of it, in a sentence."""
        if self.failed:
            return f"No proposals of a language model ({self.model}): {self.failed}. The note is read without them."
        return f"Proposed by a language model ({self.model}): {self.kept} to confirm, {self.dropped} not kept."


class NoteReadings(msgspec.Struct, frozen=True):
    """What a note says. `refused` is why nothing was read of it; `proposing` what came of asking a language model, if one was."""

    text: str
    facts: tuple[NoteFact, ...] = ()
    offers: tuple[NoteOffer, ...] = ()
    unread: tuple[NoteUnread, ...] = ()
    mentions: tuple[NoteMention, ...] = ()
    refused: str = ""
    language: str = ""
    proposing: NoteProposing | None = None
