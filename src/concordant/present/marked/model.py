"""A marked text as data: stretches of the text, each with what it is and the rows that speak of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

Kind = Literal["said", "convention", "offer", "other", "unread"]
KINDS: tuple[Kind, ...] = ("offer", "said", "convention", "unread", "other")  # the first of several that stand at one place
Span = tuple[int, int]


class Mark(msgspec.Struct, frozen=True):
    """Words with what they are; `sign` names the row that speaks of them."""

    span: Span
    kind: Kind
    sign: str = ""
    title: str = ""


class MarkedRow(msgspec.Struct, frozen=True):
    """A row of the table: its sign, its words, and what was made of them."""

    sign: str
    kind: Kind
    words: str
    told: str


class RowGroup(msgspec.Struct, frozen=True):
    """Rows of one kind under their title; `lead` says what to do about them."""

    title: str
    rows: tuple[MarkedRow, ...]
    lead: str = ""


class MarkedText(msgspec.Struct, frozen=True):
    """A text, its marks, and the tables beside it, in one language; `over` stands above all, `summary` counts.

    `words` are the phrases of the writers.
    """

    title: str
    text: str
    marks: tuple[Mark, ...]
    groups: tuple[RowGroup, ...]
    summary: str
    words: Mapping[str, str]
    language: str
    over: str = ""


class Segment(msgspec.Struct, frozen=True):
    """A stretch of text over which the marks are the same; `begins` and `ends` are the signs of the rows whose words
    begin or end here.
    """

    start: int
    end: int
    kind: Kind | None
    signs: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    title: str = ""


def iter_segments(text: str, marks: Sequence[Mark]) -> Iterator[Segment]:
    """The whole text in order, cut where a mark begins or ends."""
    edges = sorted({0, len(text), *(edge for mark in marks for edge in mark.span)})
    ordered = sorted(marks, key=lambda mark: mark.span)
    here: list[Mark] = []
    coming = 0
    for start, end in pairwise(edges):
        here = [mark for mark in here if mark.span[1] > start]
        begun = []
        while coming < len(ordered) and ordered[coming].span[0] <= start:
            if ordered[coming].span[1] > start:
                begun.append(ordered[coming])
            coming += 1
        here += begun
        yield _make_segment(start, end, here, begun)


def _make_segment(start: int, end: int, here: Sequence[Mark], begun: Sequence[Mark]) -> Segment:
    kinds = {mark.kind for mark in here}
    signs = tuple(dict.fromkeys(mark.sign for mark in here if mark.sign))
    begins = tuple(dict.fromkeys(mark.sign for mark in begun if mark.sign))
    going = {mark.sign for mark in here if mark.span[1] > end}
    ends = tuple(sign for sign in signs if sign not in going)
    title = "; ".join(dict.fromkeys(mark.title for mark in here if mark.title))
    return Segment(start, end, next((kind for kind in KINDS if kind in kinds), None), signs, begins, ends, title)
