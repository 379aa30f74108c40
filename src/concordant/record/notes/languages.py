"""In which language a text is: by its most frequent words. What is in a language that is not read is left unread, whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from concordant.model.notes import NoteReading
from concordant.record.notes.reading import Span
from concordant.record.notes.text import fold_text

WORD = re.compile(r"[^\W\d_]+")
PART = re.compile(r"[^\n.!?]+(?:[.!?](?!\s)[^\n.!?]*)*[.!?]*\s*|[.!?\s]+")
FEWEST_MARKS = 3
UNKNOWN_SCRIPT = "another script"
MOST_FOREIGN_LETTERS = 0.3  # of the letters of a part


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its name as people call it, its marks, and whether there are rules for it."""

    code: str
    name: str
    marks: frozenset[str]
    is_read: bool


@dataclass(frozen=True, slots=True)
class LanguageFound:
    """The language that a text is read in (empty: none), and the parts of it in another one, each with its name."""

    code: str
    foreign: tuple[tuple[Span, str], ...]


class LanguageFinder:
    """Tells the languages of the knowledge apart."""

    def __init__(self, notes: NoteReading) -> None:
        ordered = sorted(notes.languages.items(), key=lambda item: item[0] not in notes.unmarked)
        read = [Language(code, code, frozenset(one.marks), True) for code, one in ordered]
        others = [one for one in notes.others if one.code not in notes.languages]
        self.languages = [*read, *(Language(one.code, one.name, frozenset(one.marks), False) for one in others)]

    def find_language(self, text: str) -> LanguageFound:
        """The language of a text. With hardly a mark of any it is read in the likeliest: notes are often abbreviations."""
        folded = fold_text(text)
        best = self._find_best(folded)
        if best is None or not best.is_read:
            first = self._find_likeliest(folded)
            if best is not None or first is None:
                return LanguageFound("", (((0, len(text)), best.name if best else ""),))
            best = first
        return LanguageFound(best.code, tuple(self._iter_foreign(folded, best)))

    def _find_likeliest(self, folded: str) -> Language | None:
        """Of the languages that are read the one of most marks; of as many the first, which is taken where nothing tells."""
        words = {word[0] for word in WORD.finditer(folded)}
        read = [one for one in self.languages if one.is_read]
        return max(read, key=lambda one: len(words & one.marks), default=None)

    def _find_best(self, folded: str) -> Language | None:
        """The language of most marks, of which there are some; a language that is read before another of as many."""
        words = {word[0] for word in WORD.finditer(folded)}
        counted = [(len(words & one.marks), one.is_read, -at) for at, one in enumerate(self.languages)]
        most = max(counted, default=(0, False, 0))
        return self.languages[-most[2]] if most[0] >= FEWEST_MARKS else None

    def _iter_foreign(self, folded: str, own: Language) -> Iterator[tuple[Span, str]]:
        """The sentences in another language, or in letters that none of the rules knows."""
        for part in PART.finditer(folded):
            words = [word[0] for word in WORD.finditer(part[0])]
            if _is_other_script(part[0]):
                yield part.span(), UNKNOWN_SCRIPT
            elif len(words) >= FEWEST_MARKS:
                best = self._find_best(part[0])
                if best is not None and best is not own and _count_marks(best, words) > _count_marks(own, words):
                    yield part.span(), best.name


def _count_marks(language: Language, words: list[str]) -> int:
    return len(language.marks.intersection(words))


def _is_other_script(part: str) -> bool:
    """Whether many of its letters are neither Latin nor Greek: no name, negation or number of ours stands in them."""
    if part.isascii():
        return False
    letters = [sign for sign in part if sign.isalpha()]
    foreign = sum(ord(sign) > 0x3FF and not 0x1E00 <= ord(sign) <= 0x1FFF for sign in letters)
    return foreign > MOST_FOREIGN_LETTERS * max(len(letters), 4)


def blank_parts(text: str, spans: list[Span]) -> str:
    """The text with blanks in place of some parts, so that every other place stays where it was."""
    for start, end in spans:
        text = text[:start] + "".join(sign if sign in "\n\r" else " " for sign in text[start:end]) + text[end:]
    return text
