"""Every error a person can meet, in their words, with file, line and the way out."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import islice, takewhile

import msgspec

LONGEST = 60
NEAR = 0.72  # a far word is worse than none: of 'relapse' and 'response' two thirds agree
MOST_BEGUN, MOST_LISTED = 5, 12
MOST_REMEMBERED = 20_000  # a source can hold any number of misspelt words; the memory of them has to end


class Complaint(msgspec.Struct, frozen=True):
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
    return NearWords(known).suggest_word(word, listing=listing)


class NearWords:
    """Known words, to be searched for the nearest one to a misspelt word; what was found is remembered, up to a bound.

    A set of letters, each with how often it stands there, is a number, so that what two words can share at most is one operation:
    only words that may be near enough are compared letter by letter.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._choices = {choice.lower(): choice for choice in reversed(list(known))}
        self._order = {low: place for place, low in enumerate(reversed(self._choices))}
        self._sorted = sorted(self._choices)
        self._signs: dict[tuple[str, int], int] = {}
        self._letters = [(low, len(low), self._number_letters(low, learning=True)) for low in self._choices]
        self._remembered: dict[str, str] = {}

    def suggest_word(self, word: str, *, listing: bool = False) -> str:
        """The way out for a misspelt word; see `suggest_word`."""
        low = word.lower()
        near = self._remembered.get(low)
        if near is None:
            near = self._find_near(low)
            if len(self._remembered) < MOST_REMEMBERED and len(low) <= LONGEST:
                self._remembered[low] = near
        few = listing and 0 < len(self._choices) <= MOST_LISTED
        return near or (f"Known here: {', '.join(reversed(self._choices.values()))}" if few else "")

    def _find_near(self, word: str) -> str:
        if near := self._find_nearest(word):
            return f"Did you mean '{self._choices[near]}'?"
        longer = self._list_begun_by(word) if len(word) > 2 else []
        return "Did you mean " + " or ".join(f"'{self._choices[low]}'" for low in longer) + "?" if longer else ""

    def _list_begun_by(self, word: str) -> list[str]:
        """The known words that a word begins, in their order; none where they are many."""
        at = bisect_left(self._sorted, word)
        begun = list(takewhile(lambda low: low.startswith(word), islice(self._sorted, at, at + MOST_BEGUN + 1)))
        return sorted(begun, key=self._order.__getitem__) if len(begun) <= MOST_BEGUN else []

    def _find_nearest(self, word: str) -> str:
        """The nearest known word; none that is far, and none for a whole sentence."""
        if len(word) > LONGEST:
            return ""
        from difflib import SequenceMatcher  # only where something is misspelt

        number, size = self._number_letters(word), len(word)
        shared = [(2.0 * (number & letters).bit_count() / (size + length or 1), low) for low, length, letters in self._letters]
        best = (NEAR, "")
        compared = SequenceMatcher(b=word)
        for bound, low in sorted(((bound, low) for bound, low in shared if bound >= NEAR), reverse=True):
            if bound < best[0]:
                break
            compared.set_seq1(low)
            best = max(best, (compared.ratio(), low))
        return best[1]

    def _number_letters(self, word: str, *, learning: bool = False) -> int:
        """A bit for the first, the second, the third time that a letter stands there, of the letters that known words have."""
        number, count = 0, Counter[str]()
        for letter in word:
            count[letter] += 1
            sign = (letter, count[letter])
            if learning:
                self._signs.setdefault(sign, len(self._signs))
            if sign in self._signs:
                number |= 1 << self._signs[sign]
        return number
