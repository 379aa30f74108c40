"""Words that a caller chooses from a list."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.errors import Complaint, Unreadable, suggest_word


def check_known_word(what: str, word: str, known: Iterable[str]) -> None:
    """Raises Unreadable for a word that is not among the known ones, with the one that may be meant."""
    if word not in known:
        raise Unreadable(Complaint(f"'{word}' is no {what}", what, way_out=suggest_word(word, known)))
