"""A facts table and the planes that are read of it, 64 rows a word. One row a patient; docs/how-to/many-patients.md.

A feature of words has a column of its own: empty, a word, or the words that are left with `|` between. A feature of numbers has
two, `NAME_low` and `NAME_high`: a closed interval, empty where that side has no bound.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray

from concordant.logic.intervals import Interval
from concordant.model.features import Feature
from concordant.patient.fact_table import HIGH, LOW, PATIENT, RUNNING
from concordant.patient.facts import Value, value_from_words
from concordant.readers.columns import Plane
from concordant.readers.planes import ALL_ROWS, Words, count_words, merge_planes, pack_rows

STATED = "stated"  # beside the columns that every table of facts may have
MOST_CODES = 8  # that are compared with one by one
SMALL_CODES = 255  # of fewer each fits into a byte
BLOCK_ROWS, BLOCK_CODES = 1 << 15, 1 << 18  # a block of numbers, or of codes, and one of truths beside it stay in a near cache
Numbers = NDArray[np.float64]
Codes = NDArray[np.integer]
ArrowTable: TypeAlias = pa.Table  # Arrow tells no types: these names say what is handed over
ArrowArray: TypeAlias = pa.Array
Rows = NDArray[np.bool_]


@dataclass
class FactsTable:
    """A table whose columns have been checked. Planes are made when they are first asked for, and kept.

    `notes` says what the table does not tell.
    """

    source: ArrowTable
    columns: Mapping[str, ArrowArray]
    rows: int
    features: Mapping[str, Feature]
    drugs: tuple[str, ...]
    notes: tuple[str, ...]
    planes: dict[Hashable, Words] = field(default_factory=dict)

    @cached_property
    def patients(self) -> ArrowArray:
        """The column of patients, as Arrow has it."""
        return self.columns[PATIENT]

    @property
    def words(self) -> int:
        """How many words a plane has."""
        return count_words(self.rows)

    def find_planes(self, wanted: Iterable[Hashable]) -> Mapping[Hashable, Words]:
        """The planes, made where they are not there yet: each column is gone through once for all that is wanted of it."""
        missing: dict[str, list[Plane]] = {}
        for key in wanted:
            if key not in self.planes and isinstance(key, Plane):
                name = {"stated": STATED, "taken": RUNNING}.get(key.kind, key.feature)
                missing.setdefault(name, []).append(key)
        for name, keys in missing.items():
            self.planes.update(self._make_planes(name, keys))
        return self.planes

    def _make_planes(self, name: str, keys: Sequence[Plane]) -> Mapping[Hashable, Words]:
        feature = self.features.get(name)
        if feature is not None and feature.is_numeric:
            return self._make_number_planes(name, keys)
        column = self.columns.get(name)
        if column is None:
            return {key: np.zeros(self.words, np.uint64) for key in keys}
        return self._make_word_planes(column, keys, feature)

    def _make_number_planes(self, name: str, keys: Sequence[Plane]) -> Mapping[Hashable, Words]:
        low, high = (self.columns.get(name + side) or make_empty_column(self.rows) for side in (LOW, HIGH))
        made = {key: self._make_plane(key, low, high) for key in keys}
        for start in range(0, self.rows, BLOCK_ROWS):
            ends = low.numbers[start : start + BLOCK_ROWS], high.numbers[start : start + BLOCK_ROWS]
            for key in keys:
                if key.kind != "known":
                    pack_rows(_find_rows(key, *ends), made[key], start)
        for key in keys:
            self._mask_plane(key, made[key], low, high)
        return dict(made.items())

    def _make_plane(self, key: Plane, low: NumberColumn, high: NumberColumn) -> Words:
        return low.told | high.told if key.kind == "known" else np.zeros(self.words, np.uint64)

    def _mask_plane(self, key: Plane, plane: Words, low: NumberColumn, high: NumberColumn) -> None:
        """Nothing holds of an end that is not told."""
        for column, kinds in ((low, ("at_least", "above", "exact")), (high, ("at_most", "below", "exact"))):
            if key.kind in kinds:
                np.bitwise_and(plane, column.told, out=plane)

    def _make_word_planes(self, column: WordColumn, keys: Sequence[Plane], feature: Feature | None) -> Mapping[Hashable, Words]:
        told = {key: column.find_codes(key, feature) for key in keys}
        codes = sorted({code for some in told.values() for code in some})
        many = len(codes) > MOST_CODES and len(column.left) < SMALL_CODES
        return self._look_codes_up(column, told) if many else self._compare_codes(column, told, codes)

    def _compare_codes(self, column: WordColumn, told: Mapping[Plane, list[int]], wanted: list[int]) -> Mapping[Hashable, Words]:
        """Of each code that anything is wanted of one plane, and of those the planes that are wanted."""
        codes = {code: np.zeros(self.words, np.uint64) for code in wanted}
        for start in range(0, self.rows, BLOCK_CODES):
            part = column.read_codes(start)
            for code, plane in codes.items():
                pack_rows(part == code, plane, start)
        for plane in codes.values():
            np.bitwise_and(plane, column.told, out=plane)
        return {key: _join_codes([codes[code] for code in some], self.words) for key, some in told.items()}

    def _look_codes_up(self, column: WordColumn, told: Mapping[Plane, list[int]]) -> Mapping[Hashable, Words]:
        """Of many codes the eight bits of a byte are looked up together: each of them is a plane."""
        made: dict[Hashable, Words] = {key: np.zeros(self.words, np.uint64) for key in told}
        keys = list(told)
        for some in (keys[first : first + 8] for first in range(0, len(keys), 8)):
            table = np.zeros(256, np.uint8)
            for place, key in enumerate(some):
                table[told[key]] |= np.uint8(1 << place)
            for start in range(0, self.rows, BLOCK_CODES):
                found = table[column.read_codes(start).view(np.uint8)]
                for place, key in enumerate(some):
                    pack_rows(found & np.uint8(1 << place), made[key], start)
        for plane in made.values():
            np.bitwise_and(plane, column.told, out=plane)
        return made

    def list_values(self, name: str, rows: Sequence[int]) -> list[Value]:
        """The facts of some rows."""
        feature, at = self.features[name], pa.array(rows, pa.int64())
        if not feature.is_numeric:
            column = self.columns.get(name)
            return column.list_values(at, feature) if column is not None else [None] * len(rows)
        ends = [
            self.columns[name + side].array.take(at).to_pylist() if name + side in self.columns else [None] * len(rows)
            for side in (LOW, HIGH)
        ]
        return [make_interval(low, high) for low, high in zip(*ends, strict=True)]

    def list_names(self, column: str, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """What the columns of stated features, or of drugs, name in some rows."""
        told = self.columns.get(column)
        return told.list_left(pa.array(rows, pa.int64())) if told is not None else [()] * len(rows)


@dataclass(frozen=True)
class Column:
    """An array of Arrow in one piece."""

    array: ArrowArray

    @cached_property
    def told(self) -> Words:
        """The rows that are not empty."""
        return read_told(self.array)


@dataclass(frozen=True)
class NumberColumn(Column):
    """The low or the high ends of a feature of numbers."""

    @cached_property
    def numbers(self) -> Numbers:
        """The numbers where they lie, whatever stands where a row is empty."""
        numbers: Numbers = read_numbers(self.array)
        return numbers


@dataclass(frozen=True)
class WordColumn(Column):
    """A column of words: a code for each row that is told, and the words that are left by each code."""

    left: tuple[tuple[str, ...], ...]

    @cached_property
    def codes(self) -> Codes:
        """The codes where they lie, whatever stands where a row is empty."""
        codes: Codes = read_numbers(self.array)
        return codes

    def find_codes(self, key: Plane, feature: Feature | None) -> list[int]:
        """The codes whose rows have what a plane is of."""
        match key.kind:
            case "ruled_out":
                return [code for code, left in enumerate(self.left) if left and key.word not in left]
            case "known":
                return [code for code, left in enumerate(self.left) if left]
            case "stated":
                return [code for code, left in enumerate(self.left) if key.feature in left]
            case "taken":
                return [code for code, left in enumerate(self.left) if key.word in left]
            case _:
                raise KeyError(f"{feature.name if feature else ''} has no plane {key.kind}")

    def read_codes(self, start: int) -> Codes:
        """A block of codes, as small as they can be: there are many comparisons with them."""
        codes = self.codes[start : start + BLOCK_CODES]
        return codes.astype(np.uint8) if len(self.left) < SMALL_CODES and codes.itemsize > 1 else codes

    def list_left(self, rows: ArrowArray) -> list[tuple[str, ...]]:
        """The words of some rows; none where nothing is told."""
        return [() if code is None else self.left[code] for code in self.array.take(rows).to_pylist()]

    def list_values(self, rows: ArrowArray, feature: Feature) -> list[Value]:
        """The facts of some rows."""
        values = [value_from_words(feature, left) if left else None for left in (*self.left, ())]
        return [values[-1 if code is None else code] for code in self.array.take(rows).to_pylist()]


def make_empty_column(rows: int) -> NumberColumn:
    """A column in which nothing is told."""
    return NumberColumn(pa.nulls(rows, pa.float64()))


def make_interval(low: float | None, high: float | None) -> Value:
    """The fact of a number with these ends; nothing is known without any."""
    first = -math.inf if low is None else float(low)
    last = math.inf if high is None else float(high)
    return None if first == -math.inf and last == math.inf else Interval(first, last)


def _find_rows(key: Plane, low: Numbers, high: Numbers) -> Rows:
    """The rows that have what a plane is of, as far as their ends are told."""
    found: Rows
    match key.kind:
        case "at_least":
            found = low >= key.bound
        case "above":
            found = low > key.bound
        case "at_most":
            found = high <= key.bound
        case "below":
            found = high < key.bound
        case "exact":
            found = low == high
        case _:
            raise KeyError(f"a number has no plane {key.kind}")
    return found


def read_told(array: ArrowArray) -> Words:
    """The rows of an array that are not empty: Arrow keeps them as a plane of bits already."""
    told = np.zeros(count_words(len(array)), np.uint64)
    bits, offset, rows = array.buffers()[0], array.offset, len(array)
    if bits is None or array.null_count == 0:
        told[:] = ALL_ROWS
    elif offset % 8:
        pack_rows(np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[offset : offset + rows].view(np.bool_), told, 0)
    else:
        size = -(-rows // 8)
        told.view(np.uint8)[:size] = np.frombuffer(bits, np.uint8, size, offset // 8)
    return told


def read_numbers(array: ArrowArray) -> ArrowArray:
    """The numbers of an array where they lie, whatever stands where a row is empty."""
    kind = np.dtype(array.type.to_pandas_dtype())
    if array.buffers()[1] is None or not len(array):
        return np.zeros(len(array), kind)
    return np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)


def _join_codes(planes: Sequence[Words], words: int) -> Words:
    return planes[0] if len(planes) == 1 else merge_planes(planes, words)
