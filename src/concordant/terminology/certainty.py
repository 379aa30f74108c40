"""How sure a diagnosis is, as a letter beside its code tells (ICD-10-GM): refuted, provisional, resolved, confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from concordant.model.vocabulary import Certainty
from concordant.terminology.names import normalize_name

REFUTED, PROVISIONAL, CONFIRMED, OVER = "refuted", "provisional", "confirmed", "resolved"
LETTERED = re.compile(r"([A-Z]\d\d(?:\.?\d{1,2}|\.-)?[*+†!]?)(\s*)([A-Z])", re.IGNORECASE)
UNTOLD = ("", "icd10")  # a system that does not say of which country its codes are


class CertaintyLetters(msgspec.Struct, frozen=True):
    """The letters, the systems whose codes bear them, and the extensions that hold them."""

    letters: Mapping[str, str] = msgspec.field(default_factory=dict)
    systems: frozenset[str] = frozenset()
    extensions: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()  # that stand in a status, and what they say

    def split_code(self, system: str, code: str) -> tuple[str, str]:
        """The code without its letter, and what the letter says; `system` is normalized.

        Without a blank between them a letter is one where the system has them. Where it is not told which system that is, a
        letter that would refute may be part of a code of another country: whether the diagnosis holds is then open.
        """
        match = LETTERED.fullmatch(code.strip())
        said = self.letters.get(match[3].upper()) if match is not None else None
        if match is None or said is None or not (match[2] or system in self.systems or system in UNTOLD):
            return code, ""
        unclear = said == REFUTED and not match[2] and system in UNTOLD
        return match[1], PROVISIONAL if unclear else said

    def read_status(self, text: str) -> str:
        """What the words of a status say; empty for words that are not known."""
        plain = f" {normalize_name(text)} "
        return next((said for word, said in self.words if f" {word} " in plain), "")

    def read_letter(self, url: str | None, letters: Iterable[str | None]) -> str:
        """What an extension says; empty for one of another kind, and provisional for a letter that is not known."""
        if not url or not url.endswith(self.extensions or ("\0",)):
            return ""
        given = next((letter for letter in letters if letter), "")
        return self.letters.get(given.strip().upper(), PROVISIONAL)


def make_certainty_letters(certainty: Certainty | None, systems: frozenset[str]) -> CertaintyLetters:
    """The table of a vocabulary; `systems` are its systems, normalized."""
    if certainty is None:
        return CertaintyLetters()
    words = ((normalize_name(word), said) for said, words in certainty.words.items() for word in words)
    return CertaintyLetters(certainty.letters, systems, certainty.extensions, tuple(words))
