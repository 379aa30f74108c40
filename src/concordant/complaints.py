"""Every error a person can meet, in their words, with file, line and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong with a text: where it stands, what it is, what to do about it."""

    says: str
    file: str = ""
    line: int | None = None
    way_out: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = f"{place}: {self.says}" if place else self.says
        return printable(f"{text}. {self.way_out}" if self.way_out else text)


class ConcordantError(Exception):
    """The root of the errors that are told to a person; carries all complaints found, not the first."""

    exit_code = 70

    def __init__(self, complaints: Complaint | Iterable[Complaint]) -> None:
        self.complaints = (complaints,) if isinstance(complaints, Complaint) else tuple(complaints)
        super().__init__("\n".join(map(str, self.complaints)))


class Unreadable(ConcordantError):
    """The input cannot be read at all: missing, not YAML or JSON, too large, too deep; or a wrong usage."""

    exit_code = 2


class Refused(ConcordantError):
    """The input can be read, and says something that cannot be."""

    exit_code = 3


def printable(text: str) -> str:
    """The text on one line, without anything that steers a terminal."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "?" for sign in text)


def quoted(word: str) -> str:
    """A word from a file in quotes, cut when it is long."""
    return f"'{word}'" if len(word) <= LONGEST else f"'{word[:LONGEST]}...'"


def did_you_mean(word: str, known: Iterable[str], *, listing: bool = True) -> str:
    """The way out for a misspelt word: the nearest known one, or (`listing`) all of them when few."""
    choices = list(known)
    near = [] if len(word) > LONGEST else difflib.get_close_matches(word.lower(), [c.lower() for c in choices], n=1, cutoff=0.6)
    if near:
        original = next(c for c in choices if c.lower() == near[0])
        return f"Did you mean '{original}'?"
    return f"Known here: {', '.join(choices)}" if listing and 0 < len(choices) <= 12 else ""
