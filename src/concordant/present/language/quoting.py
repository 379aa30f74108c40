"""Words of another language on a page: marked where they are put, shown as each format can.

A text carries two kinds of marks, each a pair of signs that no record can bring in (`visible`): QUOTED stands for quotation marks
and a language, CITED for the language alone (names of works, arms of a trial). HTML tells the language to a screen reader; the
plain formats show the quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec.structs import replace

QUOTED, CITED = ("\ue000", "\ue001"), ("\ue002", "\ue003")
OPEN, CLOSE = "„", "“"
ENDS = ".?!:"
FUNCTION_WORDS = frozenset(
    [
        "the",
        "of",
        "with",
        "and",
        "or",
        "not",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "for",
        "from",
        "to",
        "by",
        "at",
        "on",
        "if",
        "than",
        "that",
        "this",
        "these",
        "those",
        "it",
        "its",
        "as",
        "no",
        "an",
        "a",
        "which",
        "who",
        "when",
        "while",
        "after",
        "before",
        "without",
        "within",
        "during",
        "until",
        "more",
        "less",
        "only",
        "both",
        "either",
        "has",
        "have",
        "had",
        "may",
        "can",
        "must",
        "should",
        "would",
        "their",
        "there",
        "any",
        "all",
        "each",
        "every",
        "between",
        "into",
        "over",
        "under",
        "about",
    ]
)
_CITED_TEXT = re.compile(f"(: )?{CITED[0]}[^{CITED[1]}]*{CITED[1]}")
_STRAIGHT = re.compile(r'"([^"]*)"')
Page = TypeVar("Page")
WORD = re.compile(r"[^\W\d_]+")
SAYING = re.compile(r"[^\W\d_]{2,}|\bv\b")  # a word that says something: of two letters or more, or `v` between two arms
_SHOWN = str.maketrans({QUOTED[0]: OPEN, QUOTED[1]: CLOSE, CITED[0]: None, CITED[1]: None})


def quote(text: str) -> str:
    """Words of the other language, to be shown as a quotation; a full stop at the end stays outside."""
    inner = text.rstrip(ENDS)
    return f"{QUOTED[0]}{inner}{QUOTED[1]}{text[len(inner) :]}"


def cite(text: str) -> str:
    """Words of the other language that stand by themselves: the name of a work."""
    return f"{CITED[0]}{text}{CITED[1]}" if text else text


def quote_record(text: str) -> str:
    """Words of a record: their language is told where it is seen."""
    return quote(text) if is_english(text) else f"{OPEN}{text}{CLOSE}"


def quote_words(text: str) -> str:
    """A text in which words of a record stand in straight quotation marks, with those of a page and their language."""
    return _STRAIGHT.sub(lambda met: quote_record(met[1]) if met[1] else met[0], text)


def is_english(text: str) -> bool:
    """Whether a text holds a word that only English has."""
    return any(word.lower() in FUNCTION_WORDS - GERMAN_TOO for word in WORD.findall(text))


GERMAN_TOO = frozenset(("so", "was", "an", "a", "more", "all", "over", "under", "had", "has", "about", "been"))


def show_quotations(text: str) -> str:
    """The text for a format without languages: quotation marks stand for the marks."""
    return text.translate(_SHOWN)


def leave_out_cited(text: str, instead: str = "") -> str:
    """The text where no part can have a language of its own: something else, or nothing, stands for words of the other one."""
    return show_quotations(_CITED_TEXT.sub(lambda met: f"{met[1] or ''}{instead}" if instead else "", text))


def balance_lines(lines: Iterable[str]) -> Iterator[str]:
    """Lines of one text, each with all of its marks: one that runs on is ended and begun again."""
    running = ""
    for line in lines:
        whole = f"{running}{line}"
        begun = max((CITED, QUOTED), key=lambda pair: whole.rfind(pair[0]))
        running = begun[0] if whole.rfind(begun[0]) > whole.rfind(begun[1]) else ""
        yield f"{whole}{begun[1]}" if running else whole


def show_quotations_of(page: Page) -> Page:
    """The same of every text of a page."""
    shown = _show(page)
    assert isinstance(shown, type(page))
    return shown


def _show(value: object) -> object:
    if isinstance(value, str):
        return show_quotations(value)
    if isinstance(value, tuple):
        return tuple(map(_show, value))
    if isinstance(value, msgspec.Struct):
        return replace(value, **{name: _show(getattr(value, name)) for name in value.__struct_fields__})
    return value
