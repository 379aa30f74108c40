"""The triage of a CDM that DuckDB opens: the persons who are kept as a folder of Parquet, in the order of their ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.outputs import report_write_errors
from concordant.record.omop.database import CdmDatabase, list_missing_tables, open_database
from concordant.record.omop.duck import report_query_errors
from concordant.record.omop.queries import read_person
from concordant.record.omop.read import describe_lacking_columns, list_missing_parts
from concordant.record.omop.schema import CONCEPT, EPISODE_EVENT
from concordant.record.omop.triage import TriageQueries
from concordant.terminology.names import Words

LEFT_OUT = "left_out"
ROWS_AT_ONCE = 20_000  # and rows of a group, so that a range of persons is found without the others
Rows: TypeAlias = pa.Table
Reader: TypeAlias = pa.RecordBatchReader


class Triage(NamedTuple):
    """How many persons there are and were kept, and how many entries count for nobody, with what cannot be read; `missing` are
    sentences about what may be missing from any record, `notices` about what the source does not tell of anybody.
    """

    persons: int
    kept: int
    of_nobody: int
    missing: tuple[str, ...]
    notices: tuple[str, ...]


def triage_database(source: Path | str, words: Words, folder: Path) -> Triage:
    """Write the persons who may be of the cancer to a folder of Parquet, and beside it `left_out.parquet`: the rows of the others
    by table and code. Raises Unreadable or Refused for the database.
    """
    database = open_database(source)
    try:
        return _write_kept(database, TriageQueries(database, _DuckSystem(database), words), folder)
    finally:
        database.close()


class _DuckSystem:
    """All queries run on one connection, on which its own tables stand."""

    def __init__(self, database: CdmDatabase) -> None:
        self.database = database

    def answer_query(self, query: str) -> Rows:
        """What a query gives."""
        return self.open_query(query).read_all()

    def open_query(self, query: str) -> Reader:
        """What a query gives, some rows at a time."""
        with report_query_errors(self.database.name, self.database.connection):
            return self.database.connection.sql(query).to_arrow_reader(ROWS_AT_ONCE)

    def keep_query(self, name: str, query: str) -> None:
        """Work a query out once, and name what it gives."""
        with report_query_errors(self.database.name, self.database.connection):
            self.database.connection.execute(f"CREATE TEMP TABLE {name} AS {query}")

    def add_rows(self, name: str, rows: Rows) -> None:
        """Name some rows."""
        self.database.connection.register(name, rows)


def _write_kept(database: CdmDatabase, triage: TriageQueries, folder: Path) -> Triage:
    triage.keep_persons()
    system: Any = triage.system
    for name, kept in triage.kept.items():
        order = "" if name == EPISODE_EVENT.name else f" ORDER BY {read_person(database, name)} NULLS FIRST"
        with report_query_errors(database.name, database.connection):
            write_rows(system.open_query(f"SELECT * FROM {kept}{order}"), folder, name)
    if (concepts := triage.list_concepts()) is not None:
        write_rows(concepts.to_reader(), folder, CONCEPT.name)
    write_rows(triage.count_left_out().to_reader(), folder, LEFT_OUT)
    missing = tuple(list_missing_parts(database, list_missing_tables(database)))
    unread = len(database.damaged) + len(database.list_rejects())
    return Triage(*triage.count_persons(), triage.count_of_nobody() + unread, missing, tuple(describe_lacking_columns(database)))


def write_rows(batches: Reader, folder: Path, name: str) -> None:
    """Write a table of a triage. Raises Unreadable where the disk does not take it."""
    with report_write_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(folder / f"{name}.parquet", batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
