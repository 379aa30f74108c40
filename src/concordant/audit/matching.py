"""Phrases of the knowledge found in a text: an index by the first letters, and places that are those of the text as given."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# One sign for one sign, so that every place stays that of the text as given.
_ONE_SIGN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
    **dict.fromkeys("\u00b7\u2219\u22c5", "."),
    **dict.fromkeys("\u2018\u2019\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("*_`", " "),
    "\u00b2": "2",
    "\u2009": " ",
}
FOLDED = str.maketrans(_ONE_SIGN)
WORD_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]")
GAP = r"(?:[\s,-]+[\w'.%/+-]+){0,4}?"
BLANK = r"[\s-]+"
KEY = 4


def fold_text(text: str) -> str:
    """The text with one spelling for dashes, blanks and points, every sign in its place."""
    return text.translate(FOLDED)


@dataclass(frozen=True, slots=True)
class Mention:
    """What was found: of which group, which thing, and where. `denied`: a word before it says no."""

    group: str
    id: str
    start: int
    end: int
    denied: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    group: str
    id: str
    pattern: re.Pattern[str]


class PhraseIndex:
    """Phrases by their first letters. Of the groups in `exclusive` the longest one wins, and its words are used up."""

    def __init__(self, phrases: Iterable[tuple[str, str, str]], exclusive: frozenset[str]) -> None:
        self._by_key: dict[str, list[_Phrase]] = defaultdict(list)
        self._exclusive = exclusive
        for group, id_, words in dict.fromkeys(phrases):
            phrase = _Phrase(group, id_, compile_phrase(words))
            for key in _list_keys(words):
                self._by_key[key].append(phrase)

    def find(self, text: str) -> list[Mention]:
        """Everything that is met in a folded text, in its order."""
        free_from: dict[str, int] = defaultdict(int)
        found: list[Mention] = []
        for met in WORD_START.finditer(text):
            here = dict.fromkeys(self._iter_at(text, met.start()))
            for mention in sorted(here, key=lambda one: -one.end):
                if mention.group not in self._exclusive:
                    found.append(mention)
                elif mention.start >= free_from[mention.group]:
                    free_from[mention.group] = mention.end
                    found.append(mention)
        return found

    def _iter_at(self, text: str, start: int) -> Iterator[Mention]:
        low = text[start : start + KEY].lower()
        for size in range(KEY, 0, -1):
            for phrase in self._by_key.get(low[:size], ()):
                if met := phrase.pattern.match(text, start):
                    yield Mention(phrase.group, phrase.id, start, met.end())


def compile_phrase(words: str) -> re.Pattern[str]:
    """A phrase as a pattern; one of up to three capital letters is looked for as it is written."""
    pattern, begun = "", False
    for token in words.split():
        optional = token.startswith("(") and token.endswith(")?")
        piece = _compile_token(token.removesuffix("?") if optional else token)
        if token == "...":
            pattern += GAP
        elif optional:
            pattern += f"(?:{BLANK}{piece})?" if begun else f"(?:{piece}{BLANK})?"
        else:
            pattern, begun = pattern + (BLANK if begun else "") + piece, True
    exact = len(words) <= 3 and words.isupper()
    return re.compile(pattern + r"(?![A-Za-z0-9])", 0 if exact else re.IGNORECASE)


def _compile_token(token: str) -> str:
    if token.startswith("(") and token.endswith(")"):
        return f"(?:{'|'.join(_compile_token(part) for part in token[1:-1].split('|'))})"
    escaped = re.escape(token).replace(r"\-", r"[\s-]*").replace(r"\*", r"[\w'-]*")
    return re.sub(r"(?<=[A-Za-z])(?=\d)", r"[\\s-]?", escaped) if token[:1].isupper() else escaped


def _list_keys(words: str) -> list[str]:
    """The first letters that a text must have for the phrase to begin there."""
    tokens, keys = words.split(), []
    for token in tokens:
        optional = token.endswith(")?")
        parts = token.removesuffix("?").strip("()").split("|") if token.startswith("(") else [token]
        keys += [re.split(r"[^A-Za-z0-9]", part)[0].lower()[:KEY] for part in parts]
        if not optional:
            break
    return list(dict.fromkeys(keys))
