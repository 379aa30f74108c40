"""Whether a written name that is not known may be a cancer drug: misspelt, cut short, in another script, or a bare code."""

from __future__ import annotations

import re

from concordant.terminology.names import Words, can_be_protocol, find_near_words, normalize_name

SHORTEST_NEAR, SHORTEST_CUT = 5, 4  # letters of a word that may be a drug misspelt, or cut short as pharmacies do
MOST_REMEMBERED = 5000  # a file can hold any number of spellings; the memory of them has to end
BARE_CODE = re.compile(r"[a-z]?[\d ]{4,}")


def suggest_drug(name: str, words: Words) -> str:
    """`did you mean` for a name that is near that of a cancer drug, as a whole or in one of its words; else nothing."""
    spelling = normalize_name(name)
    if len(spelling) >= SHORTEST_NEAR and (near := find_near_words(words.drugs).suggest_word(spelling)):
        return near
    return next((near for word in spelling.split() if (near := _suggest_for_word(word, words))), "")


def can_be_drug(name: str, words: Words) -> bool:
    """Whether a name may be any drug: it is near one, in letters that the knowledge has no names in, or a code alone."""
    spelling = normalize_name(name)
    letters = [sign for sign in spelling if sign.isalpha()]
    foreign = bool(letters) and not any(sign.isascii() for sign in letters)
    return foreign or can_be_protocol(name, words) or BARE_CODE.fullmatch(spelling) is not None or bool(suggest_drug(name, words))


def _suggest_for_word(word: str, words: Words) -> str:
    near: dict[str, str] = words.made.setdefault("near", {})
    if word not in near:
        if len(near) >= MOST_REMEMBERED:
            near.clear()
        near[word] = _find_near(word, words)
    return near[word]


def _find_near(word: str, words: Words) -> str:
    if len(word) < SHORTEST_CUT or word in words.fillers or word in words.medications or word in words.course_words:
        return ""
    if len(word) >= SHORTEST_NEAR and (near := find_near_words(words.drugs).suggest_word(word)):
        return near
    whole = min((name for name in words.drugs if name.startswith(word)), key=lambda name: (len(name), name), default="")
    return f"Did you mean '{whole}'?" if whole and whole not in words.medications else ""
