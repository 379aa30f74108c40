"""What is drawn: columns of words and numbers, each by the first case that holds for a patient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concordant.cohorts.simulate.streams import Numbers, Rows, Stream, Truths
from concordant.model.simulation import Bounds, Case, Draw, When

NO, YES = "no", "yes"
UNDRAWN = -1  # the code of a word that no case gave


@dataclass(frozen=True)
class Column:
    """A value for each patient: numbers, or the codes of words."""

    values: NDArray[Any]
    words: tuple[str, ...] = ()

    def take(self, rows: Rows) -> Column:
        """The values of some of them."""
        return Column(self.values[rows], self.words)

    def find_words(self, wanted: tuple[str, ...]) -> Truths:
        """Whether each has one of these words."""
        codes = [code for code, word in enumerate(self.words) if word in wanted]
        return np.isin(self.values, codes)


@dataclass
class Frame:
    """The columns of some patients, by name."""

    rows: int
    columns: dict[str, Column] = field(default_factory=dict)

    def take(self, rows: Rows) -> Frame:
        """The columns of some of them."""
        return Frame(len(rows), {name: column.take(rows) for name, column in self.columns.items()})

    def match(self, when: When) -> Truths:
        """Of whom all of it holds."""
        found: Truths = np.ones(self.rows, bool)
        for name, test in when.items():
            found &= self._match_one(self.columns[name], test)
        return found

    def _match_one(self, column: Column, test: str | tuple[str, ...] | Bounds) -> Truths:
        if isinstance(test, Bounds):
            low = -math.inf if test.at_least is None else test.at_least
            high = math.inf if test.below is None else test.below
            within: Truths = (column.values >= low) & (column.values < high)
            return within
        return column.find_words((test,) if isinstance(test, str) else test)

    def draw(self, draw: Draw, stream: Stream, turn: int = 0) -> None:
        """One more column."""
        self.columns[draw.name] = (
            _draw_words(draw, self, stream, turn) if _has_words(draw) else _draw_numbers(draw, self, stream, turn)
        )


def make_words(codes: NDArray[np.integer], words: tuple[str, ...]) -> Column:
    """A column of words by their codes."""
    return Column(codes.astype(np.int16), words)


def make_yes_no(truths: Truths) -> Column:
    """A column of yes and no."""
    return make_words(truths.astype(np.int16), (NO, YES))


def list_words(draw: Draw) -> tuple[str, ...]:
    """The words that a draw can give."""
    shares: Mapping[str, None] = dict.fromkeys(word for case in draw.cases for word in _share_words(case))
    return tuple(shares)


def _has_words(draw: Draw) -> bool:
    return bool(list_words(draw))


def _share_words(case: Case) -> Mapping[str, float]:
    return case.shares if case.chance is None else {NO: 1 - case.chance, YES: case.chance}


def _draw_words(draw: Draw, frame: Frame, stream: Stream, turn: int) -> Column:
    words, open_ = list_words(draw), np.ones(frame.rows, bool)
    drawn, codes = stream.draw_uniform(draw.name, turn), np.full(frame.rows, UNDRAWN, np.int16)
    for case in draw.cases:
        here = open_ & frame.match(case.where)
        shares = _share_words(case)
        ends = np.cumsum([shares.get(word, 0.0) for word in words])
        codes[here] = np.searchsorted(ends / ends[-1], drawn[here], side="right")
        open_ &= ~here
    return Column(codes, words)


def _draw_numbers(draw: Draw, frame: Frame, stream: Stream, turn: int) -> Column:
    open_, values = np.ones(frame.rows, bool), np.zeros(frame.rows)
    for case in draw.cases:
        here = np.flatnonzero(open_ & frame.match(case.where))
        if len(here):
            values[here] = _draw_case(case, frame, stream, here, f"{draw.name}#{turn}")
            open_[here] = False
    return Column(values if draw.digits is None else np.round(values, draw.digits))


def _draw_case(case: Case, frame: Frame, stream: Stream, rows: Rows, name: str) -> Numbers:
    values = _draw_plain(case, stream.take(rows), name)
    if case.plus:
        values = values + frame.columns[case.plus].values[rows]
    return np.clip(values, -math.inf if case.low is None else case.low, math.inf if case.high is None else case.high)


def _draw_plain(case: Case, stream: Stream, name: str) -> Numbers:
    if case.uniform is not None:
        return case.uniform[0] + (case.uniform[1] - case.uniform[0]) * stream.draw_uniform(name)
    if case.normal is not None:
        return case.normal[0] + case.normal[1] * _draw_normal(stream, name)
    if case.lognormal is not None:
        return case.lognormal[0] * np.exp(case.lognormal[1] * _draw_normal(stream, name))
    if case.weibull is not None:
        rest = -np.log1p(-stream.draw_uniform(name)) / math.log(2)
        return case.weibull[0] * rest ** (1 / case.weibull[1])
    return np.zeros(len(stream.keys))


def _draw_normal(stream: Stream, name: str) -> Numbers:
    """Box and Muller: one normal number of two uniform ones."""
    radius = np.sqrt(-2 * np.log1p(-stream.draw_uniform(name, 1)))
    drawn: Numbers = radius * np.cos(2 * math.pi * stream.draw_uniform(name, 2))
    return drawn
