"""Every answer fits a context window: a firm bound on its characters, what could harm kept to the last, what was cut said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from concordant.assistant.answers import More, Told
from concordant.assistant.foreign_words import ForeignWords, show_pointers
from concordant.assistant.words import REMINDER

MOST_CHARACTERS = 8_000
MOST_OF_DANGERS = 3_000  # beside a page of something else
MOST_ON_A_PAGE = 400
LEVELS = (12, 6, 3, 1, 0)
SOFT_LEVELS = ((12, 6, 4), (3, 2, 1))
HARD = 2  # lists, the last ones, that are cut when nothing else is left to cut
TEXT_LEVELS = (600, 300, 150)
CUT_OFF = "…"
T = TypeVar("T", bound=Told)


def count_characters(answer: Any) -> int:
    """How long an answer is as JSON, as an assistant reads it."""
    return len(msgspec.json.encode(answer).decode())


def finish_answer(answer: T, words: ForeignWords | None, gives_way: Sequence[str], way_out: str = "") -> T:
    """The answer with the words of the record taken out, within the bound.

    `gives_way` are its lists, what gives way first first; `way_out` says by which call the rest is had.
    """
    told = replace(words.take_out(answer) if words is not None else answer, reminder=REMINDER)
    wholes = {name: len(getattr(told, name)) for name in gives_way}
    for cut in _iter_cuts(told, gives_way):
        told = _add_quoted(_say_what_is_cut(_drop_uncited(cut), wholes, way_out), words)
        if count_characters(told) <= MOST_CHARACTERS:
            break
    return show_pointers(told)


def fit_lines(lines: Sequence[str], most: int) -> list[str]:
    """The first lines, as many as fit into so many characters; each that is long is cut off."""
    shown: list[str] = []
    for line in lines:
        short: str = _shorten_texts(line, TEXT_LEVELS[0])
        most -= len(short)
        if most < 0:
            break
        shown.append(short)
    return shown


def fit_page(entries: Sequence[Any], page: int, make: Callable[[list[Any], int | None], T]) -> T:
    """The page of entries that is asked for; each page takes as many as fit. `make` puts an answer around them."""
    start = 0
    for number in range(1, page + 1):
        count = _count_fitting(entries[start:], make)
        if number == page:
            return make(_pick(entries[start:], count, make), page + 1 if start + count < len(entries) else None)
        start += count
    raise AssertionError("pages are counted from 1")


def _count_fitting(entries: Sequence[Any], make: Callable[[list[Any], int | None], Told]) -> int:
    """How many entries fit: found by halves, because an answer with more of them is longer."""
    low, high = min(1, len(entries)), min(len(entries), MOST_ON_A_PAGE)
    while low < high:
        middle = (low + high + 1) // 2
        if count_characters(make(list(entries[:middle]), 1)) <= MOST_CHARACTERS:
            low = middle
        else:
            high = middle - 1
    return low


def _pick(entries: Sequence[Any], count: int, make: Callable[[list[Any], int | None], Told]) -> list[Any]:
    """The entries of a page; the texts of a single one that is too long are cut."""
    chosen = list(entries[:count])
    for most in (None, *TEXT_LEVELS):
        shown = chosen if most is None else _shorten_texts(chosen, most)
        if count_characters(make(shown, 1)) <= MOST_CHARACTERS:
            return shown
    return [_shorten_texts(chosen, TEXT_LEVELS[-1] // 3)] if chosen else chosen


def _iter_cuts(answer: T, gives_way: Sequence[str]) -> Iterator[T]:
    """The answer, ever shorter: its lists one after the other but the last ones, then its texts, then all lists."""
    yield answer
    if not gives_way:
        return
    cut = answer
    for name, most in ((name, most) for levels in SOFT_LEVELS for name in gives_way[:-HARD] for most in levels):
        cut = replace(cut, **{name: getattr(cut, name)[:most]})
        yield cut
    for most in TEXT_LEVELS:
        cut = _shorten_texts(cut, most)
        yield cut
    for most in LEVELS:
        cut = replace(cut, **{name: getattr(cut, name)[:most] for name in gives_way})
        yield cut


def _shorten_texts(value: Any, most: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= most else f"{value[:most].rpartition(' ')[0] or value[:most]} {CUT_OFF}"
    if isinstance(value, msgspec.Struct):
        return replace(value, **{name: _shorten_texts(getattr(value, name), most) for name in value.__struct_fields__})
    if isinstance(value, dict):
        return {key: _shorten_texts(one, most) for key, one in value.items()}
    return [_shorten_texts(one, most) for one in value] if isinstance(value, list) else value


def _drop_uncited(answer: T) -> T:
    """Without the sources of what was cut; one that has a number is referred to by it."""
    told = msgspec.json.encode(replace(answer, sources=[])).decode()
    return replace(answer, sources=[one for one in answer.sources if one.n or one.short in told])


def _say_what_is_cut(answer: T, wholes: dict[str, int], way_out: str) -> T:
    own = [More(part=name, shown=len(getattr(answer, name)), of=whole) for name, whole in wholes.items()]
    cut = [one for one in own if one.shown < one.of]
    told = {one.part for one in cut}
    more = [*cut, *(one for one in answer.more if one.part not in told)]
    return replace(answer, more=more, how_to_get_more=way_out if more else "")


def _add_quoted(answer: T, words: ForeignWords | None) -> T:
    return answer if words is None else replace(answer, record_words=words.list_quoted(msgspec.json.encode(answer)))
