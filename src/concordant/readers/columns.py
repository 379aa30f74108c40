"""Facts of many patients in columns: what is read of a column is a wire, and a sentence about a feature comes to rails of them.

A word is ruled out or not, and a number has a bound or not: so one reading serves what is known, what is known in part and what
is not known at all, as `judge_leaf` has it for one patient.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Literal, NamedTuple, Protocol

from concordant.logic.conditions import Compare, Leaf
from concordant.logic.intervals import Interval
from concordant.model.features import Feature
from concordant.patient.facts import Value, list_words_left
from concordant.readers.wires import Board, Wire

WireRails = tuple[Wire, Wire]
Side = Literal["at_least", "above", "at_most", "below"]
Kind = Literal["ruled_out", "known", "exact", "stated", "taken", "set"] | Side


class Plane(NamedTuple):
    """What is read of the columns of a feature: a row has it or has not.

    `ruled_out`: a word that cannot be; `known`: anything is known; `exact`: one number; `at_least` and `above`: the low end
    beside a bound; `at_most` and `below`: the high end; `stated`: the owner of the table stated it; `taken`: a drug that the
    patient takes now; `set`: a plane that was worked out beside the table.
    """

    kind: Kind
    feature: str
    word: str = ""
    bound: float = 0.0


class Reading(Protocol):
    """What is known of one feature in each row: of a feature of words which are ruled out, of one of numbers the bounds."""

    def rule_out(self, word: str) -> Wire:
        """The rows in which it cannot be this word."""

    def compare(self, side: Side, bound: float) -> Wire:
        """The rows whose low end is `at_least` or `above` the bound, or whose high end is `at_most` or `below` it."""

    def know(self) -> Wire:
        """The rows in which anything is known of it."""


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """A feature as the columns of the table have it."""

    board: Board
    feature: str

    def rule_out(self, word: str) -> Wire:
        """From the column of words."""
        return self.board.find_input(Plane("ruled_out", self.feature, word))

    def compare(self, side: Side, bound: float) -> Wire:
        """From the columns of low and high ends."""
        return self.board.find_input(Plane(side, self.feature, "", bound))

    def know(self) -> Wire:
        """Where a column has a value."""
        return self.board.find_input(Plane("known", self.feature))


@dataclass(frozen=True, slots=True)
class FixedReading:
    """The same value in every row."""

    board: Board
    value: Value

    def rule_out(self, word: str) -> Wire:
        """Everywhere, or nowhere."""
        left = list_words_left(self.value)
        return self.board.full if left is not None and word not in left else self.board.none

    def compare(self, side: Side, bound: float) -> Wire:
        """Everywhere, or nowhere."""
        is_so = isinstance(self.value, Interval) and _compare_end(self.value, side, bound)
        return self.board.full if is_so else self.board.none

    def know(self) -> Wire:
        """Everywhere, unless it is fixed as not known."""
        return self.board.none if self.value is None else self.board.full


@dataclass(frozen=True, slots=True)
class NarrowedReading:
    """A number as another reading has it, and within a range."""

    reading: Reading
    within: Interval
    board: Board

    def rule_out(self, word: str) -> Wire:
        """A number is no word."""
        return self.reading.rule_out(word)

    def compare(self, side: Side, bound: float) -> Wire:
        """Everywhere where the range alone says so."""
        return self.board.full if _compare_end(self.within, side, bound) else self.reading.compare(side, bound)

    def know(self) -> Wire:
        """A range is known."""
        return self.board.full


@dataclass(frozen=True, slots=True)
class WordReading:
    """A feature of words, of which it has been worked out what is ruled out."""

    ruled_out: Mapping[str, Wire]
    board: Board

    def rule_out(self, word: str) -> Wire:
        """As it was worked out."""
        return self.ruled_out.get(word, self.board.none)

    def compare(self, side: Side, bound: float) -> Wire:  # noqa: ARG002
        """A word is no number."""
        return self.board.none

    def know(self) -> Wire:
        """Where a word is ruled out, something is known."""
        return merge_all(self.board, self.ruled_out.values())


def _compare_end(interval: Interval, side: Side, bound: float) -> bool:
    match side:
        case "at_least":
            return interval.low >= bound
        case "above":
            return interval.low > bound
        case "at_most":
            return interval.high <= bound
        case "below":
            return interval.high < bound


def read_leaf_rails(leaf: Leaf, feature: Feature, reading: Reading, board: Board) -> WireRails:
    """The rows in which the sentence is known to be true, and those in which it is known to be false."""
    if isinstance(leaf, Compare):
        return _compare_number(leaf, reading) if feature.is_numeric else (board.none, board.none)
    if feature.is_numeric:
        return board.none, board.none
    inside = [word for word in feature.values if word in leaf.values]
    outside = [word for word in feature.values if word not in leaf.values]
    if not inside:
        return board.none, reading.know()
    if not outside:
        return reading.know(), board.none
    return join_all(board, map(reading.rule_out, outside)), join_all(board, map(reading.rule_out, inside))


def _compare_number(leaf: Compare, reading: Reading) -> WireRails:
    at = leaf.bound
    match leaf.op:
        case "<=":
            return reading.compare("at_most", at), reading.compare("above", at)
        case ">":
            return reading.compare("above", at), reading.compare("at_most", at)
        case ">=":
            return reading.compare("at_least", at), reading.compare("below", at)
        case "<":
            return reading.compare("below", at), reading.compare("at_least", at)
        case "==":
            true = reading.compare("at_least", at) & reading.compare("at_most", at)
            return true, reading.compare("above", at) | reading.compare("below", at)


def find_settled(feature: Feature, reading: Reading, board: Board) -> Wire:
    """The rows in which one word, or one number, is known of the feature."""
    if feature.is_numeric:
        if isinstance(reading, FixedReading):
            return board.full if isinstance(reading.value, Interval) and reading.value.is_exact else board.none
        return board.find_input(Plane("exact", feature.name))
    words = [reading.rule_out(word) for word in feature.values]
    if len(words) == 1:
        return reading.know()
    before = [board.full]
    for wire in words:
        before.append(before[-1] & wire)
    settled, after = board.none, board.full
    for number in range(len(words) - 1, -1, -1):
        settled |= before[number] & after
        after &= words[number]
    return settled


def find_part_known(feature: Feature, reading: Reading, board: Board) -> Wire:
    """The rows in which several words are left of the feature, and not all."""
    return merge_all(board, map(reading.rule_out, feature.values)) & ~find_settled(feature, reading, board)


def find_possible(value: Value, feature: Feature, reading: Reading, board: Board) -> Wire:
    """The rows whose fact is the value, or may be narrowed by it."""
    if isinstance(value, Interval):
        low = reading.compare("above", value.high) if value.high < math.inf else board.none
        high = reading.compare("below", value.low) if value.low > -math.inf else board.none
        return ~low & ~high
    return ~join_all(board, map(reading.rule_out, list_words_left(value) or feature.values))


def find_differing(feature: Feature, reading: Reading, before: Reading, board: Board) -> Wire:
    """The rows in which a reading is not the one before."""
    if isinstance(reading, NarrowedReading):
        part = reading.within
        low = before.compare("at_least", part.low) if part.low > -math.inf else board.full
        high = before.compare("at_most", part.high) if part.high < math.inf else board.full
        return ~before.know() | ~low | ~high
    if isinstance(reading, FixedReading) and isinstance(reading.value, Interval):
        return ~(before.know() & _find_same_number(before, reading.value))
    if feature.is_numeric:
        return before.know()  # what is fixed as not known
    words = merge_all(board, (before.rule_out(word) ^ reading.rule_out(word) for word in feature.values))
    return words | (before.know() ^ reading.know()) if len(feature.values) == 1 else words


def _find_same_number(column: Reading, value: Interval) -> Wire:
    at_least, at_most = column.compare("at_least", value.low), column.compare("at_most", value.high)
    low = at_least & ~column.compare("above", value.low) if value.low > -math.inf else ~at_least
    high = at_most & ~column.compare("below", value.high) if value.high < math.inf else ~at_most
    return low & high


def join_all(board: Board, wires: Iterable[Wire]) -> Wire:
    """The rows on all of them."""
    return reduce(board.join, wires, board.full)


def merge_all(board: Board, wires: Iterable[Wire]) -> Wire:
    """The rows on any of them."""
    return reduce(board.merge, wires, board.none)
