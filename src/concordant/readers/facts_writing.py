"""Rows of facts as a table of Arrow, as `facts_table` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.model.features import Feature
from concordant.patient.fact_table import PATIENT, Cell, FactColumn, list_fact_columns
from concordant.readers.facts_table import STATED


def write_facts_table(rows: Iterable[Mapping[str, Cell]], features: Sequence[Feature], metadata: Mapping[str, str]) -> pa.Table:
    """The table, with a column for every feature; words by their code, numbers as 64-bit floats."""
    columns = [*list_fact_columns(features), FactColumn(STATED, "text")]
    cells: dict[str, list[Cell]] = {column.name: [] for column in columns}
    for row in rows:
        for name, told in cells.items():
            told.append(row.get(name))
    return pa.table({column.name: _make_array(column, cells[column.name]) for column in columns}, metadata=dict(metadata))


def _make_array(column: FactColumn, cells: Sequence[Cell]) -> pa.Array:
    if column.kind == "double":
        return pa.array(cells, pa.float64())
    words = pa.array(cells, pa.string())
    if column.name == PATIENT:
        return words
    coded = words.dictionary_encode()
    return coded.cast(pa.dictionary(pa.int8() if len(coded.dictionary) < 128 else pa.int32(), pa.string()))
