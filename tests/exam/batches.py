"""Very many patients, a batch at a time: the patients of the exam crossed with each other, through columns and DuckDB."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from concordant.export.sql.levels import DecisionLevels
from tests.exam.hold import Line
from tests.exam.patients import make_patients
from tests.exam.readers import Paper, tell_columns, tell_duckdb, write_query
from tests.exam.sitting import Sitting
from tests.exam.told import Told, compare

BASE, BATCH = 4000, 50_000
SHARES = (0.0, 0.02, 0.1, 0.4)  # of a patient's facts so many are another one's


def iter_batches(sitting: Sitting, count: int, seed: int) -> Iterator[Any]:
    """Tables of patients: first those of the exam, then each of them with some columns of another."""
    base = sitting.table_of(make_patients(sitting, min(BASE, count), seed, look=count > BASE).rows)
    for number, first in enumerate(range(0, count, BATCH)):
        rows = min(BATCH, count - first)
        yield cross_patients(base, rows, np.random.default_rng([seed, number]), first)


def cross_patients(base: Any, rows: int, drawn: np.random.Generator, first: int) -> Any:
    """So many rows, each one patient with a drawn share of the facts of another; the two ends of a number stay together."""
    own, other = (drawn.integers(0, base.num_rows, rows) for _ in range(2))
    share = np.asarray(SHARES)[drawn.integers(0, len(SHARES), rows)]
    columns: dict[str, Any] = {"patient": pa.array([f"p{first + n}" for n in range(rows)])}
    place = None
    for name in base.column_names[1:]:
        if place is None or not name.endswith("_high"):
            place = pa.array(np.where(drawn.random(rows) < share, other, own))
        columns[name] = base[name].combine_chunks().take(place)
    return pa.table(columns)


def hold_batches(sitting: Sitting, count: int, seed: int, tell: Callable[[int], None]) -> dict[str, Line]:
    """Columns and DuckDB on the same batches; `tell` hears how far it is. Memory holds one batch."""
    lines = {"columns": Line(), "duckdb": Line()}
    query = write_query(sitting, "duckdb")
    done = 0
    for table in iter_batches(sitting, count, seed):
        paper = Paper(sitting, (), table)
        columns = _ask(lines["columns"], table.num_rows, lambda paper=paper: tell_columns(paper, bars=False))
        duckdb = _ask(lines["duckdb"], table.num_rows, lambda paper=paper: _ask_duckdb(paper, query))
        lines["duckdb"].differences += [(f"from {done}", one) for one in compare(duckdb, columns, lines["duckdb"].compared)]
        done += table.num_rows
        tell(done)
    return lines


def _ask_duckdb(paper: Paper, query: tuple[str, DecisionLevels]) -> Told:
    return tell_duckdb(paper, query)


def _ask(line: Line, rows: int, ask: Callable[[], Told]) -> Told:
    begun = time.process_time()
    told = ask()
    line.seconds += time.process_time() - begun
    line.patients += rows
    return told
