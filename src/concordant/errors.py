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
        return make_printable(f"{text}. {self.way_out}" if self.way_out else text)


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


class Broken(ConcordantError):
    """A mistake of the program met one patient; the message says where in the program, and nothing of the patient."""


def describe_bug(error: BaseException) -> str:
    """A mistake of the program in one line: its kind and its place, no patient data, no traceback."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
    return f"This is a bug in concordant ({type(error).__name__} in {place}). Please report it."


def make_printable(text: str) -> str:
    """The text on one line, without anything that steers a terminal."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "?" for sign in text)


def quote_word(word: str) -> str:
    """A word from a file in quotes, cut when it is long."""
    return f"'{word}'" if len(word) <= LONGEST else f"'{word[:LONGEST]}...'"


def suggest_word(word: str, known: Iterable[str], *, listing: bool = True) -> str:
    """The way out for a misspelt word: the nearest known one, those it begins, or (`listing`) all when few."""
    choices = {choice.lower(): choice for choice in reversed(list(known))}
    if near := _find_nearest_word(word.lower(), choices):
        return f"Did you mean '{choices[near]}'?"
    longer = [choice for low, choice in reversed(choices.items()) if len(word) > 2 and low.startswith(word.lower())]
    if 0 < len(longer) <= 5:
        return "Did you mean " + " or ".join(f"'{choice}'" for choice in longer) + "?"
    return f"Known here: {', '.join(reversed(choices.values()))}" if listing and 0 < len(choices) <= 12 else ""


def _find_nearest_word(word: str, choices: Iterable[str]) -> str:
    # A far word is worse than none: of 'relapse' and 'response' two thirds agree.
    matches = [] if len(word) > LONGEST else difflib.get_close_matches(word, choices, n=1, cutoff=0.72)
    return matches[0] if matches else ""
