"""What one result says in words and in numbers, and whether they can all be; the same for every source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from concordant.errors import quote_word
from concordant.logic.intervals import Interval, format_interval, parse_quantity, write_decimal_point
from concordant.model.knowledge import VocabularyField
from concordant.terminology.codes import NO, YES, Terminology
from concordant.terminology.names import is_doubted, normalize_name

PIECES = re.compile(r"[()\[\];,]|(?<![<>])=|\s[-–]\s|(?<!\d):")
LONGEST = 120
Quantity = tuple[Interval, str]


class ToldResult(msgspec.Struct, frozen=True, gc=False):
    """The words of a result, and its numbers, each with the unit as it is written."""

    words: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()


def parse_result_text(text: str, field: VocabularyField | None, terms: Terminology) -> ToldResult | None:
    """What a text says: `3+`, `Positive (Score 3+)`, `2,4 (amplified)`. None when any part of it is not understood."""
    if len(text) > LONGEST or is_doubted(text):
        return None
    words: dict[str, None] = {}
    quantities: list[Quantity] = []
    for piece in filter(None, map(str.strip, PIECES.split(write_decimal_point(text)))):
        plain = _drop_fillers(piece, terms)
        if (word := _find_word(piece, field, terms) or _find_word(plain, field, terms)) is not None:
            words[word] = None
        elif (quantity := parse_number(piece)) is not None:
            quantities.append(quantity)
        elif plain:
            return None
    return ToldResult(tuple(words), tuple(quantities)) if words or quantities else None


def _drop_fillers(piece: str, terms: Terminology) -> str:
    return " ".join(word for word in normalize_name(piece).split() if word not in terms.result_words)


def _find_word(text: str, field: VocabularyField | None, terms: Terminology) -> str | None:
    if field is not None and text in field.words:
        return text
    meaning = terms.find_text_concept("value", text)
    return meaning.name if meaning is not None else None


def parse_number(text: str) -> Quantity | None:
    """The number that a text is, with its unit; None for another text, and for a number that is written as two."""
    try:
        return parse_quantity(text)
    except ValueError:
        return None


def combine_words(told: Iterable[str], field: VocabularyField | None, plain_words: Mapping[str, str]) -> tuple[str | None, str]:
    """The one word that all of them come to, in the words of the test where it has one; or why there is none."""
    words = tuple(dict.fromkeys(told))
    if len({_to_plain_word(word, plain_words) for word in words}) > 1:
        return words[0], f"its value and its interpretation differ ({', '.join(words)})"
    own = [word for word in words if field is not None and word in field.words]
    return next(iter((*own, *words)), None), ""


def _to_plain_word(word: str, plain_words: Mapping[str, str]) -> str:
    return "positive" if word in YES else "negative" if word in NO else plain_words.get(word, word)


def explain_contradiction(word: str | None, numbers: Mapping[str, Interval], field: VocabularyField) -> str:
    """Why the word of a result and one of its numbers cannot both be; empty when they can."""
    if word is None or field.means is None:
        return ""
    for part, number in numbers.items():
        written = field.means.numbers.get(part, {}).get(word)
        if written is not None and parse_quantity(written)[0].intersect_with(number) is None:
            return f"its {part} ({format_interval(number)}) and the word beside it ({quote_word(word)}) contradict each other"
    return ""
