"""A CDM wherever it lies, opened for reading through DuckDB; nothing is written and nothing is fetched from a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concordant.errors import Complaint, Refused, Unreadable, quote_word
from concordant.record.omop.checks import INDISPENSABLE, NamedTables, check_tables
from concordant.record.omop.csv_files import list_rejects
from concordant.record.omop.duck import (
    connect_duckdb,
    count_cells,
    import_duckdb,
    make_row_visible,
    quote_name,
    report_query_errors,
    seal_connection,
    shorten_error,
)
from concordant.record.omop.folder import WANTED, add_files
from concordant.record.omop.queries import WHOLE, read_number, read_person, select_concepts, select_row_concepts
from concordant.record.omop.schema import CONCEPT, EPISODE_EVENT, FILES, PERSON, READ, CdmTable, Persons, Row

AT_ONCE = 2000
COLUMNS, TABLES = "system.information_schema.columns", "system.information_schema.tables"


@dataclass(slots=True)
class CdmDatabase:
    """The open tables: for each the SQL that names it, and the columns it has."""

    name: str
    connection: Any
    tables: dict[str, str]
    columns: dict[str, set[str]] = field(default_factory=dict)
    whole: dict[str, set[str]] = field(default_factory=dict)  # of these the whole numbers
    scratch: Any = None
    cursors: list[Any] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)  # tables, or files of one, that cannot be read, and why
    text_tables: list[str] = field(default_factory=list)  # those of CSV files, which may hold lines that are no rows
    rejects: list[tuple[str, int, str]] = field(default_factory=list)

    def add_table(self, name: str, named: str, columns: Mapping[str, str]) -> None:
        """Note a table: how SQL names it, and the type of each of its columns."""
        self.tables[name], self.columns[name] = named, set(columns)
        self.whole[name] = {column for column, type_ in columns.items() if type_ in WHOLE}

    def close(self) -> None:
        """Give the file free, and remove what was sorted on disk."""
        self.connection.close()
        if self.scratch is not None:
            self.scratch.cleanup()

    @contextmanager
    def closed_on_failure(self) -> Iterator[None]:
        """Close it when the block fails."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def iter_rows(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Row]]:
        """The rows of a table in the order of their persons (first those whose person is no number), as text."""
        if table.name not in self.tables:
            return
        cursor = self._run_query(self._build_query(table, among))
        while batch := self._fetch_batch(cursor):
            for values in batch:
                yield values[0], dict(zip(table.columns, values[1:], strict=True))

    def iter_unread_cells(self, table: CdmTable, among: Persons | None = None) -> Iterator[tuple[int | None, Mapping[str, int]]]:
        """How many cells with content each person has in columns that nothing reads."""
        unread = sorted(self.columns.get(table.name, set()).difference(table.columns))
        if unread:
            counts = ", ".join(map(count_cells, unread))
            told = f"SELECT {read_person(self, table.name)}, {counts} FROM {self.tables[table.name]}"
            query = f"{told} {self._only(table, among)} GROUP BY 1 ORDER BY 1 NULLS FIRST"
            for id_, *numbers in self._iter_batches(self._run_query(query)):
                yield id_, {column: number for column, number in zip(unread, numbers, strict=True) if number}

    def _build_query(self, table: CdmTable, among: Persons | None) -> str:
        told = f"SELECT {read_person(self, table.name)}, {self._select_as_text(table)} FROM {self.tables[table.name]}"
        return f"{told} {self._only(table, among)} ORDER BY 1 NULLS FIRST, {read_number(self, table.name, table.key)}"

    def _only(self, table: CdmTable, among: Persons | None) -> str:
        return f"WHERE {read_person(self, table.name)} BETWEEN {among.first:d} AND {among.last:d}" if among is not None else ""

    def _select_as_text(self, table: CdmTable) -> str:
        have = self.columns[table.name]
        return ", ".join(f"CAST({c} AS VARCHAR)" if c in have else f"CAST(NULL AS VARCHAR) AS {c}" for c in table.columns)

    def read_concepts(self, among: Persons | None = None) -> dict[str, tuple[str, str, str]]:
        """Vocabulary, code and name of every concept that the read rows hold; empty where the CDM has no concept table."""
        if CONCEPT.name not in self.tables:
            return {}
        where = {table.name: self._only(table, among) for table in READ}
        query = select_concepts(self, select_row_concepts(self, READ, self.tables, where))
        return {str(id_): (vocabulary or "", code or "", name or "") for id_, vocabulary, code, name in self._fetch_all(query)}

    def read_episode_events(self) -> dict[str, list[str]]:
        """The events of every episode: ids of rows by the id of the episode. Which table they stand in is told by its rows."""
        if EPISODE_EVENT.name not in self.tables:
            return {}
        by_episode: dict[str, list[str]] = {}
        for episode, event in self._fetch_all(
            f"SELECT CAST(episode_id AS VARCHAR), CAST(event_id AS VARCHAR) FROM {self.tables[EPISODE_EVENT.name]}"
        ):
            by_episode.setdefault(episode or "", []).append(event or "")
        return by_episode

    def list_rejects(self) -> list[tuple[str, int, str]]:
        """The lines of CSV files that are no rows: file, line and why."""
        return self.rejects

    def look_through_text(self) -> None:
        """Go through every CSV file once: find the lines that are no rows, and the files that cannot be read to their end.

        It is a reading of its own, which cuts off no other. Raises Unreadable where a table has to be whole and is not.
        """
        rejects = set()
        for name in self.text_tables:
            try:
                rejects.update(list_rejects(self._read_all_cells(name)))
            except Unreadable as error:
                if name in INDISPENSABLE:
                    raise
                self.damaged[name] = error.complaints[0].says
                del self.tables[name], self.columns[name]
        self.rejects = sorted(rejects)

    def _read_all_cells(self, name: str) -> Any:
        """A cursor that has gone through every cell of a table, or the faults of a column would not be met."""
        cursor = self._run_query(f"SELECT {', '.join(map(count_cells, sorted(self.columns[name])))} FROM {self.tables[name]}")
        self._fetch_batch(cursor)
        return cursor

    def _fetch_all(self, query: str) -> list[Any]:
        cursor = self._run_query(query)
        return list(self._iter_batches(cursor))

    def _iter_batches(self, cursor: Any) -> Iterator[Any]:
        while batch := self._fetch_batch(cursor):
            yield from batch

    def _run_query(self, query: str) -> Any:
        self.cursors.append(self.connection.cursor())
        with report_query_errors(self.name, self.cursors[-1]):
            return self.cursors[-1].execute(query)

    def _fetch_batch(self, cursor: Any) -> list[Any]:
        with report_query_errors(self.name, cursor):
            return [make_row_visible(row) for row in cursor.fetchmany(AT_ONCE)]


def open_database(source: Path | str) -> CdmDatabase:
    """Open a CDM by its file, folder or address. Raises Unreadable or Refused."""
    import_duckdb()
    text = str(source)
    if is_address(text):
        database = _open_postgres(text)
    else:
        path = Path(source)
        database = _open_folder(path) if path.is_dir() else _open_file(path)
    with database.closed_on_failure():
        check_tables(database)
        return database


def is_address(source: str) -> bool:
    """True for the address of a PostgreSQL database."""
    return source.startswith(("postgresql://", "postgres://"))


def _open_file(path: Path) -> CdmDatabase:
    if not path.exists():
        raise Unreadable(Complaint("no such file", str(path), way_out="Check the name"))
    duckdb = import_duckdb()
    try:
        connection, scratch = connect_duckdb(str(path.absolute()), read_only=True)
    except duckdb.Error as error:
        raise Unreadable(Complaint(f"this is no DuckDB file that can be opened ({shorten_error(error)})", str(path))) from None
    database = CdmDatabase(str(path), connection, {}, scratch=scratch)
    with database.closed_on_failure():
        seal_connection(connection, files=False)
        _refuse_views(database)
        return _add_catalogue(database, "current_database()")


def _open_postgres(address: str) -> CdmDatabase:
    """The address may hold a password, so no message shows it."""
    shown = "the PostgreSQL database"
    duckdb = import_duckdb()
    connection, scratch = connect_duckdb(":memory:")
    try:
        connection.execute("LOAD postgres")
    except duckdb.Error:
        way_out = "Run `INSTALL postgres` in DuckDB once where there is a network, or export the tables to Parquet"
        raise Unreadable(Complaint("DuckDB's extension for PostgreSQL is not installed here", shown, way_out=way_out)) from None
    try:
        escaped = address.replace("'", "''")
        connection.execute(f"ATTACH '{escaped}' AS cdm (TYPE postgres, READ_ONLY)")
        seal_connection(connection, files=True)
    except duckdb.Error:
        way_out = "Check the address, and that the server answers; it is not shown here because it may hold a password"
        raise Unreadable(Complaint("the database cannot be reached", shown, way_out=way_out)) from None
    database = CdmDatabase(shown, connection, {}, scratch=scratch)
    with database.closed_on_failure():
        return _add_catalogue(database, "'cdm'")


def _add_catalogue(database: CdmDatabase, catalogue: str) -> CdmDatabase:
    """The tables of the schema that holds the persons."""
    query = f"SELECT table_schema, table_name, column_name, data_type FROM {COLUMNS} WHERE table_catalog = {catalogue}"
    by_schema: dict[str, dict[str, dict[str, str]]] = {}
    for schema, table, column, type_ in database._fetch_all(query):
        by_schema.setdefault(schema, {}).setdefault(table, {})[column.lower()] = type_
    holding = sorted(s for s, tables in by_schema.items() if PERSON.name in {t.lower() for t in tables})
    if len(holding) > 1:
        says = f"several schemas hold a table 'person' ({', '.join(map(quote_word, holding))})"
        raise Refused(Complaint(says, database.name, way_out="Keep one, or export it to a folder of its own"))
    prefix = ("cdm",) if catalogue == "'cdm'" else ()
    for table, columns in by_schema[holding[0]].items() if holding else ():
        if table.lower() in WANTED:
            database.add_table(table.lower(), quote_name(*prefix, holding[0], table), columns)
    return database


def _refuse_views(database: CdmDatabase) -> None:
    """A view is a query that somebody wrote, and may read or do anything: tables alone are read."""
    query = f"SELECT table_name FROM {TABLES} WHERE table_catalog = current_database() AND table_type <> 'BASE TABLE'"
    views = sorted(name for (name,) in database._fetch_all(query) if name.lower() in WANTED)
    if views:
        says = f"{', '.join(map(quote_word, views))}: a view, not a table, and the query behind it is not run"
        way_out = "Make it a table (CREATE TABLE ... AS SELECT), or export it to a folder as Parquet"
        raise Refused(Complaint(says, database.name, way_out=way_out))


def _open_folder(path: Path) -> CdmDatabase:
    connection, scratch = connect_duckdb(":memory:")
    seal_connection(connection, files=True)
    database = CdmDatabase(str(path), connection, {}, scratch=scratch)
    with database.closed_on_failure():
        add_files(database, path)
        database.look_through_text()
        return database


def list_missing_tables(database: NamedTables) -> list[str]:
    """The tables that are read where they are, and are not there."""
    return [table.name for table in FILES if table.name not in database.tables and table.name not in database.damaged]
