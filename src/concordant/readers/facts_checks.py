"""A facts table is checked column by column: what is wrong is told with its column, its row and the way out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.errors import Complaint, NearWords, Refused, Unreadable, quote_word
from concordant.model.features import Feature
from concordant.patient.fact_table import BETWEEN, HIGH, LOW, PATIENT, RUNNING, list_fact_columns
from concordant.readers.facts_table import (
    BLOCK_ROWS,
    STATED,
    ArrowArray,
    ArrowTable,
    FactsTable,
    NumberColumn,
    Numbers,
    WordColumn,
)
from concordant.readers.planes import pack_rows

MOST_COMPLAINTS = 20


def open_facts_table(source: object, features: Iterable[Feature], drugs: Iterable[str]) -> FactsTable:
    """The table of a source that Arrow reads: one of Arrow or Polars, of DuckDB, or a mapping of columns to lists.

    Raises `Unreadable` for what is no table, and `Refused` with a complaint for each column that is wrong.
    """
    table = _make_arrow_table(source)
    by_name = {feature.name: feature for feature in features}
    checks = _Checks(table, by_name, tuple(drugs))
    columns = checks.check_columns()
    if checks.complaints:
        raise Refused(checks.complaints[:MOST_COMPLAINTS])
    taken = columns.get(RUNNING)
    running = dict.fromkeys(word for left in taken.left for word in left) if taken is not None else {}
    return FactsTable(table, columns, table.num_rows, by_name, tuple(running), tuple(checks.list_notes(columns)))


def _make_arrow_table(source: object) -> ArrowTable:
    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    if isinstance(source, pa.Table):
        return source
    try:
        return pa.table(dict(source) if isinstance(source, Mapping) else source)
    except (TypeError, ValueError, pa.ArrowException) as error:
        says = f"this is no table of columns ({error})"
        raise Unreadable(
            Complaint(says, "facts", way_out="Hand over a table of Arrow or Polars, or a mapping of lists")
        ) from None


class _Checks:
    """One table, its columns, and what is wrong with them."""

    def __init__(self, table: ArrowTable, features: Mapping[str, Feature], drugs: tuple[str, ...]) -> None:
        self.table = table
        self.features = features
        self.drugs = drugs
        self.complaints: list[Complaint] = []
        self.numbers = {f.name + side: f.name for f in features.values() if f.is_numeric for side in (LOW, HIGH)}
        self.known = (*(column.name for column in list_fact_columns(features.values())), STATED)

    def check_columns(self) -> dict[str, ArrowArray]:
        """The columns by name, each in one piece; what is wrong is complained of."""
        columns: dict[str, ArrowArray] = {}
        near = NearWords(self.known)
        known = frozenset(self.known)
        for number, name in enumerate(self.table.column_names):
            if name not in known:
                self._complain(name, None, "is not a column of a facts table", self._suggest_column(name, near))
            elif name in columns:
                self._complain(name, None, "stands here twice", "Leave one of the two out")
            else:
                columns[name] = self._check_column(name, self.table.column(number))
        if PATIENT not in self.table.column_names:
            self._complain(PATIENT, None, "is missing", "Each row needs the patient whose facts it holds")
        return self._check_intervals({name: column for name, column in columns.items() if column is not None})

    def list_notes(self, columns: Mapping[str, ArrowArray]) -> Iterator[str]:
        """What the table does not tell."""
        missing = [f.name for f in self.features.values() if not ({f.name, f.name + LOW, f.name + HIGH} & columns.keys())]
        if missing:
            yield f"unknown for every patient, because the table has no column for it: {', '.join(missing)}"
        for name in sorted(set(self.numbers.values())):
            sides = [side for side in (LOW, HIGH) if name + side in columns]
            if len(sides) == 1:
                yield f"{name}: the table has no column for its {'high' if sides == [LOW] else 'low'} end, which is open"
        if RUNNING not in columns:
            yield f"there is no column '{RUNNING}': nobody is taken to have a treatment now that may be continued"

    def _suggest_column(self, name: str, near: NearWords) -> str:
        feature = self.features.get(name)
        if feature is not None and feature.is_numeric:
            return f"It is a number: write '{name}{LOW}' and '{name}{HIGH}'"
        return near.suggest_word(name) or "Leave it out, or give it the name of a feature (docs/features.md)"

    def _check_column(self, name: str, column: ArrowArray) -> ArrowArray:
        if name in self.numbers:
            return self._check_numbers(name, column)
        if name == PATIENT:
            return self._check_patients(column)
        return self._check_words(name, column)

    def _check_patients(self, column: ArrowArray) -> ArrowArray:
        if column.null_count:
            self._complain(
                PATIENT, _find_first(pc.is_null(column)), "is empty", "Each row needs the patient whose facts it holds"
            )
        if not (pa.types.is_integer(column.type) or _is_text(column.type)):
            self._complain(PATIENT, None, f"holds {column.type}, and not text", "Write the ids of the patients as text")
            return column
        twice = _find_twice(_join_chunks(column))
        if twice is not None:
            says = f"names the patient of row {twice[0] + 1} again"
            self._complain(PATIENT, twice[1], says, "Keep one row for each patient, or give each row an id of its own")
        return column.cast(pa.string()) if pa.types.is_integer(column.type) else column

    def _check_numbers(self, name: str, column: ArrowArray) -> ArrowArray:
        if pa.types.is_integer(column.type) or pa.types.is_null(column.type):
            column = column.cast(pa.float64())
        if not pa.types.is_float64(column.type):
            way_out = "32-bit numbers lose the bounds beside a threshold" if pa.types.is_floating(column.type) else ""
            self._complain(name, None, f"holds {column.type}, and not 64-bit floats", way_out or "Write numbers")
            return None
        return self._check_finite(name, _join_chunks(column))

    def _check_finite(self, name: str, array: ArrowArray) -> NumberColumn | None:
        """The column; numbers that lie where a row is empty do not count."""
        column = NumberColumn(array)
        if _is_finite(column.numbers):
            return column
        endless = -math.inf if name.endswith(LOW) else math.inf
        array = pc.if_else(pc.equal(array, endless), None, array)
        row = _find_first(pc.is_nan(array))
        if row is not None:
            self._complain(name, row, "is not a number (NaN)", "Leave it empty where there is no bound")
        elif (row := _find_first(pc.is_inf(array))) is not None:
            self._complain(name, row, "is infinite on this side", "Leave it empty where there is no bound")
        return NumberColumn(array) if row is None else None

    def _check_intervals(self, columns: dict[str, ArrowArray]) -> dict[str, ArrowArray]:
        for name in dict.fromkeys(self.numbers.values()):
            low, high = columns.get(name + LOW), columns.get(name + HIGH)
            if low is not None and high is not None and _is_any_turned(low, high):
                self._check_ends(name, low.array, high.array)
        return columns

    def _check_ends(self, name: str, low: ArrowArray, high: ArrowArray) -> None:
        row = _find_first(pc.greater(low, high))
        if row is not None:
            says = f"runs from the larger number ({low[row].as_py():g}) to the smaller ({high[row].as_py():g})"
            self._complain(name + LOW, row, says, f"'{name}{HIGH}' is the larger one")

    def _check_words(self, name: str, column: ArrowArray) -> WordColumn | None:
        if pa.types.is_null(column.type):
            column = column.cast(pa.string())
        text = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not _is_text(text):
            way_out = "Write yes or no" if pa.types.is_boolean(text) else "Write its words"
            self._complain(name, None, f"holds {column.type}, and not text", way_out)
            return None
        coded = _encode_words(column)
        told = coded.dictionary.to_pylist()
        left = tuple(() if one is None else tuple(one.split(BETWEEN)) for one in told)
        for code, words in enumerate(left):
            self._check_word(name, coded.indices, code, words)
        return WordColumn(coded.indices, left)

    def _check_word(self, name: str, indices: ArrowArray, code: int, words: tuple[str, ...]) -> None:
        says, way_out = self._find_fault(name, words)
        if says and (row := _find_first(pc.equal(indices, code))) is not None:
            self._complain(name, row, says, way_out)

    def _find_fault(self, name: str, words: tuple[str, ...]) -> tuple[str, str]:
        known = {STATED: tuple(self.features), RUNNING: self.drugs}.get(name) or self.features[name].values
        for word in words:
            if word not in known:
                near = NearWords(known).suggest_word(word, listing=name not in (STATED, RUNNING))
                return f"{quote_word(word)} is no word of it", near or "Leave it empty where nothing is known"
        ordered = sorted(set(words), key=known.index)
        if name in (STATED, RUNNING):
            return ("a name stands here twice", "Name each once") if len(ordered) < len(words) else ("", "")
        if len(words) > 1 and len(ordered) == len(known):
            return "every word is left, so nothing is known", "Leave it empty"
        way_out = f"Write {quote_word(BETWEEN.join(ordered))}"
        return ("its words are not in their order", way_out) if list(words) != ordered else ("", "")

    def _complain(self, name: str, row: int | None, says: str, way_out: str) -> None:
        place = f"facts: column '{name}'" + (f", row {row + 1}" if row is not None else "")
        self.complaints.append(Complaint(says, place, way_out=way_out))


def _is_finite(numbers: Numbers) -> bool:
    """Whether all are numbers, and none is infinite: then their sum is finite as well, unless it is beyond all bounds."""
    return all(math.isfinite(numbers[start : start + BLOCK_ROWS].sum()) for start in range(0, len(numbers), BLOCK_ROWS))


def _is_any_turned(low: NumberColumn, high: NumberColumn) -> bool:
    """Whether any interval runs from the larger number to the smaller."""
    turned = np.zeros(len(low.told), np.uint64)
    for start in range(0, len(low.numbers), BLOCK_ROWS):
        ends = low.numbers[start : start + BLOCK_ROWS], high.numbers[start : start + BLOCK_ROWS]
        pack_rows(ends[0] > ends[1], turned, start)
    return bool((turned & low.told & high.told).any())


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_))


def _encode_words(column: ArrowArray) -> ArrowArray:
    """The column as one piece of codes and words."""
    if not pa.types.is_dictionary(column.type):
        if pa.types.is_string_view(column.type):
            column = column.cast(pa.large_string())
        return _join_chunks(column.dictionary_encode().unify_dictionaries())
    return _join_chunks(column.unify_dictionaries())


def _join_chunks(column: ArrowArray) -> ArrowArray:
    """The column in one piece, without a copy where it has only one."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _find_twice(array: ArrowArray) -> tuple[int, int] | None:
    """The first row whose id stood in another one before, and that one before it; ids in their order are looked at once."""
    if len(array) < 2 or pc.all(pc.less(array[:-1], array[1:]), skip_nulls=False).as_py():
        return None
    coded = array.dictionary_encode(null_encoding="encode")
    if len(coded.dictionary) == len(array):
        return None
    codes = coded.indices.to_numpy()  # the first of each id has the next number
    row = int(np.argmax(codes != np.arange(len(codes))))
    return (int(codes[row]), row) if array[row].is_valid else None


def _find_first(truths: ArrowArray) -> int | None:
    """The first row that is true."""
    row = pc.index(truths, pa.scalar(True)).as_py()
    return None if row is None or row < 0 else int(row)
