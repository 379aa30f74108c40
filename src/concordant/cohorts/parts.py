"""The parts of a cohort on disk: each whole or not there, so that a run that was stopped goes on where it was.

A part is four tables of one name in four folders. That of the points is put in place last: where it stands, the part is done.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts.columns import DATE, NUMBER, POINT
from concordant.errors import Complaint, Refused, Unreadable
from concordant.outputs import report_write_errors, write_file
from concordant.patient.fact_table import PATIENT
from concordant.readers.facts_table import ArrowTable

POINTS, FACTS, ACCOUNT, REFUSED, COMPARED = "points", "facts", "account", "refused", "compare"
FOLDERS = (FACTS, ACCOUNT, REFUSED, POINTS)
FLOW = b"concordant.flow"
ACCOUNT_SCHEMA = pa.schema([(PATIENT, pa.string()), ("table", pa.string()), ("fate", pa.string()), ("entries", pa.int64())])
REFUSED_SCHEMA = pa.schema([(PATIENT, pa.string()), ("why", pa.string())])


class Part(NamedTuple):
    """What comes of some patients; `flow` counts them."""

    facts: ArrowTable
    account: ArrowTable
    refused: ArrowTable
    points: ArrowTable
    flow: Mapping[str, int]


def count_flow(patients: int, refused: int, points: ArrowTable) -> dict[str, int]:
    """How many patients were read, refused, have no point and have some; and the points of each kind."""
    with_points = len(points.column(PATIENT).unique())
    kinds = Counter(points.column(POINT).to_pylist())
    told = {"patients": patients, "refused": refused, "without_point": patients - refused - with_points}
    return {**told, "with_points": with_points, **{f"points.{kind}": number for kind, number in sorted(kinds.items())}}


def write_part(folder: Path, number: int, part: Part) -> None:
    """Write a part, the points last. Raises Unreadable where the disk does not take it: then the part is not there."""
    write_packed(folder, number, pack_part(part))


def pack_part(part: Part) -> dict[str, bytes]:
    """The four files of a part, in the order in which they are put in place."""
    told = {FLOW: json.dumps(dict(part.flow), sort_keys=True)}
    tables = {FACTS: part.facts, ACCOUNT: part.account, REFUSED: part.refused, POINTS: part.points.replace_schema_metadata(told)}
    return {name: _pack_table(tables[name]) for name in FOLDERS}


def write_packed(folder: Path, number: int, packed: Mapping[str, bytes]) -> None:
    """Write a part whose files were made elsewhere. Raises Unreadable as `write_part` does."""
    for name in FOLDERS:
        _write_bytes(packed[name], name_part(folder, name, number))


def write_compared(folder: Path, tables: Iterable[ArrowTable]) -> None:
    """Write what two guidelines say of the points, part by part."""
    for number, table in enumerate(tables):
        _write_bytes(_pack_table(table), name_part(folder, COMPARED, number))


def _pack_table(table: ArrowTable) -> bytes:
    held = io.BytesIO()
    pq.write_table(table, held, compression="zstd")
    return held.getvalue()


def _write_bytes(data: bytes, target: Path) -> None:
    with report_write_errors(str(target)):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_file(data, str(target))


def name_part(folder: Path, kind: str, number: int) -> Path:
    """Where the table of a part stands."""
    return folder / kind / f"part-{number:05}.parquet"


def is_part_done(folder: Path, number: int) -> bool:
    """Whether a part was written to its end."""
    return name_part(folder, POINTS, number).is_file()


def read_flow(folder: Path, number: int) -> dict[str, int]:
    """The counts of a part. Raises Unreadable for one that is damaged."""
    path = name_part(folder, POINTS, number)
    try:
        told = (pq.read_schema(path).metadata or {})[FLOW]
        flow: dict[str, int] = json.loads(told)
    except (OSError, pa.ArrowException, KeyError, ValueError):
        raise Unreadable(
            Complaint("this part is damaged", str(path), way_out="Delete it, and run the same command again")
        ) from None
    return flow


def read_parts(folder: Path, kind: str) -> Iterator[ArrowTable]:
    """The tables of a kind, part by part. Raises Unreadable for one that is damaged."""
    for path in sorted((folder / kind).glob("part-*.parquet")):
        try:
            yield pq.read_table(path)
        except (OSError, pa.ArrowException):
            way_out = "Delete it, and run the same command again"
            raise Unreadable(Complaint("this part is damaged", str(path), way_out=way_out)) from None


def iter_fact_tables(path: Path, size: int) -> Iterator[ArrowTable]:
    """A file of facts, so many rows at a time; `point` and `number` are those of a cohort, or each row is one that was asked for.

    Raises Unreadable for what is no Parquet, and Refused without the columns `patient` and `date`.
    """
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException):
        raise Unreadable(Complaint("this is no Parquet file that can be read", str(path), way_out="Export it again")) from None
    lacking = [name for name in (PATIENT, DATE) if name not in file.schema_arrow.names]
    if lacking:
        way_out = "Each row needs the patient, and the day for which a guideline is asked (docs/how-to/cohorts.md)"
        raise Refused(Complaint(f"there is no column {' and no column '.join(lacking)}", str(path), way_out=way_out))
    held: ArrowTable | None = None
    for batch in file.iter_batches(batch_size=size):
        table = pa.Table.from_batches([batch])
        table = pa.concat_tables([held, table]) if held is not None else table
        whole = _count_whole(table)
        if whole:
            yield _add_point_columns(table.slice(0, whole))
        held = table.slice(whole)
    if held is not None and held.num_rows:
        yield _add_point_columns(held)


def _count_whole(table: ArrowTable) -> int:
    """The rows before those of the last patient, of whom more may follow: the points of one patient stand in one part."""
    patients = table.column(PATIENT)
    return int(pc.index(patients, patients[-1]).as_py())


def _add_point_columns(table: ArrowTable) -> ArrowTable:
    rows = table.num_rows
    if POINT not in table.column_names:
        table = table.append_column(POINT, pa.array(["asked"] * rows))
    if NUMBER not in table.column_names:
        table = table.append_column(NUMBER, pa.array([1] * rows, pa.int32()))
    return table


def make_table(rows: list[dict[str, Any]], schema: pa.Schema) -> ArrowTable:
    """Rows as a table with these columns."""
    return pa.Table.from_pylist(rows, schema)
