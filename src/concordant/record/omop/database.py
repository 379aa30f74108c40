"""A CDM wherever it lies, opened for reading through DuckDB; nothing is written and nothing is fetched from a network."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concordant.errors import Complaint, Refused, Unreadable, quote_word
from concordant.record.omop.csv_files import make_csv_options
from concordant.record.omop.schema import CONCEPT, EPISODE_EVENT, FILES, PERSON, READ, Cdm, CdmTable, Row

OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".tsv.gz")
MEMORY = "1GB"  # what DuckDB may hold; what it sorts beyond that goes to a temporary folder
AT_ONCE = 2000


@dataclass(slots=True)
class CdmDatabase:
    """The open tables: for each the SQL that names it, and the columns it has."""

    name: str
    connection: Any
    tables: dict[str, str]
    columns: dict[str, set[str]] = field(default_factory=dict)
    scratch: Any = None
    cursors: list[Any] = field(default_factory=list)

    def close(self) -> None:
        """Give the file free, and remove what was sorted on disk."""
        self.connection.close()
        if self.scratch is not None:
            self.scratch.cleanup()

    def iter_rows(self, table: CdmTable, person: int | None = None) -> Iterator[tuple[int | None, Row]]:
        """The rows of a table in the order of their persons (first those whose person is no number), as text."""
        if table.name not in self.tables:
            return
        cursor = self._run_query(self._build_query(table, person))
        while batch := self._fetch_batch(cursor):
            for values in batch:
                yield values[0], dict(zip(table.columns, values[1:], strict=True))

    def _build_query(self, table: CdmTable, person: int | None) -> str:
        pid = "TRY_CAST(CAST(person_id AS VARCHAR) AS BIGINT)"
        key = f"TRY_CAST(CAST({table.key} AS VARCHAR) AS BIGINT)"
        where = f"WHERE {pid} = {person:d}" if person is not None else ""
        return f"SELECT {pid}, {self._select_as_text(table)} FROM {self.tables[table.name]} {where} ORDER BY 1 NULLS FIRST, {key}"

    def _select_as_text(self, table: CdmTable) -> str:
        have = self.columns[table.name]
        return ", ".join(f"CAST({c} AS VARCHAR)" if c in have else f"CAST(NULL AS VARCHAR) AS {c}" for c in table.columns)

    def read_concepts(self, person: int | None = None) -> dict[str, tuple[str, str, str]]:
        """Vocabulary, code and name of every concept that the read rows hold; empty where the CDM has no concept table."""
        if CONCEPT.name not in self.tables:
            return {}
        used = " UNION ".join(
            self._select_concept_ids(table, person) for table in READ if table.name in self.tables and table.concepts
        )
        wanted = "CAST(vocabulary_id AS VARCHAR), CAST(concept_code AS VARCHAR), CAST(concept_name AS VARCHAR)"
        id_ = "TRY_CAST(CAST(concept_id AS VARCHAR) AS BIGINT)"
        query = f"SELECT {id_}, {wanted} FROM {self.tables[CONCEPT.name]} WHERE {id_} IN ({used})"
        return {str(id_): (vocabulary or "", code or "", name or "") for id_, vocabulary, code, name in self._fetch_all(query)}

    def _select_concept_ids(self, table: CdmTable, person: int | None) -> str:
        where = f" WHERE TRY_CAST(CAST(person_id AS VARCHAR) AS BIGINT) = {person:d}" if person is not None else ""
        named = self.tables[table.name]
        have = [column for column in table.concepts if column in self.columns[table.name]]
        return " UNION ".join(f"SELECT TRY_CAST(CAST({c} AS VARCHAR) AS BIGINT) FROM {named}{where}" for c in have)

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
        """The lines of CSV files that are no rows: file, line and why; each reading keeps its own list of them."""
        query = "SELECT file_path, line, error_type FROM reject_errors JOIN reject_scans USING (scan_id, file_id)"
        rows = [row for cursor in self.cursors if _has_rejects(cursor) for row in cursor.execute(query).fetchall()]
        return sorted({(Path(str(path)).name, int(line), str(why).lower()) for path, line, why in rows})

    def _fetch_all(self, query: str) -> list[Any]:
        cursor = self._run_query(query)
        return list(self._iter_batches(cursor))

    def _iter_batches(self, cursor: Any) -> Iterator[Any]:
        while batch := self._fetch_batch(cursor):
            yield from batch

    def _run_query(self, query: str) -> Any:
        import duckdb

        try:
            self.cursors.append(self.connection.cursor())
            return self.cursors[-1].execute(query)
        except duckdb.Error as error:
            raise Unreadable(Complaint(f"the database cannot be read ({_shorten_error(error)})", self.name)) from None

    def _fetch_batch(self, cursor: Any) -> list[Any]:
        import duckdb

        try:
            rows: list[Any] = cursor.fetchmany(AT_ONCE)
            return rows
        except duckdb.Error as error:
            raise Unreadable(Complaint(f"the database cannot be read ({_shorten_error(error)})", self.name)) from None


def open_database(source: Path | str) -> CdmDatabase:
    """Open a CDM by its file, folder or address. Raises Unreadable or Refused."""
    _import_duckdb()
    text = str(source)
    if is_address(text):
        database = _open_postgres(text)
    else:
        path = Path(source)
        database = _open_folder(path) if path.is_dir() else _open_file(path)
    _check_tables(database)
    return database


def is_address(source: str) -> bool:
    """True for the address of a PostgreSQL database."""
    return source.startswith(("postgresql://", "postgres://"))


def _import_duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise Unreadable(
            Complaint("reading OMOP needs the package 'duckdb'", way_out="Install it: pip install 'concordant[omop]'")
        ) from None
    return duckdb


def _connect_duckdb(path: str, *, read_only: bool) -> tuple[Any, Any]:
    scratch = tempfile.TemporaryDirectory(prefix="concordant-")
    config = {**OFFLINE, "memory_limit": MEMORY, "temp_directory": scratch.name}
    try:
        return _import_duckdb().connect(path, read_only=read_only, config=config), scratch
    except BaseException:
        scratch.cleanup()
        raise


def _open_file(path: Path) -> CdmDatabase:
    if not path.exists():
        raise Unreadable(Complaint("no such file", str(path), way_out="Check the name"))
    duckdb = _import_duckdb()
    try:
        connection, scratch = _connect_duckdb(str(path), read_only=True)
    except duckdb.Error as error:
        raise Unreadable(Complaint(f"this is no DuckDB file that can be opened ({_shorten_error(error)})", str(path))) from None
    return _add_catalogue(CdmDatabase(str(path), connection, {}, scratch=scratch), "current_database()")


def _open_postgres(address: str) -> CdmDatabase:
    """The address may hold a password, so no message shows it."""
    shown = "the PostgreSQL database"
    duckdb = _import_duckdb()
    connection, scratch = _connect_duckdb(":memory:", read_only=False)
    try:
        connection.execute("LOAD postgres")
    except duckdb.Error:
        way_out = "Run `INSTALL postgres` in DuckDB once where there is a network, or export the tables to Parquet"
        raise Unreadable(Complaint("DuckDB's extension for PostgreSQL is not installed here", shown, way_out=way_out)) from None
    try:
        escaped = address.replace("'", "''")
        connection.execute(f"ATTACH '{escaped}' AS cdm (TYPE postgres, READ_ONLY)")
    except duckdb.Error:
        way_out = "Check the address, and that the server answers; it is not shown here because it may hold a password"
        raise Unreadable(Complaint("the database cannot be reached", shown, way_out=way_out)) from None
    return _add_catalogue(CdmDatabase(shown, connection, {}, scratch=scratch), "'cdm'")


def _add_catalogue(database: CdmDatabase, catalogue: str) -> CdmDatabase:
    """The tables of the schema that holds the persons."""
    query = f"SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_catalog = {catalogue}"
    by_schema: dict[str, dict[str, set[str]]] = {}
    for schema, table, column in database._fetch_all(query):
        by_schema.setdefault(schema, {}).setdefault(table, set()).add(column.lower())
    holding = sorted(s for s, tables in by_schema.items() if PERSON.name in {t.lower() for t in tables})
    if len(holding) > 1:
        says = f"several schemas hold a table 'person' ({', '.join(map(quote_word, holding))})"
        raise Refused(Complaint(says, database.name, way_out="Keep one, or export it to a folder of its own"))
    wanted = {table.name for table in FILES}
    prefix = "cdm." if catalogue == "'cdm'" else ""
    for table, columns in by_schema[holding[0]].items() if holding else ():
        if table.lower() in wanted:
            database.tables[table.lower()] = f'{prefix}"{holding[0]}"."{table}"'
            database.columns[table.lower()] = columns
    return database


def _open_folder(path: Path) -> CdmDatabase:
    connection, scratch = _connect_duckdb(":memory:", read_only=False)
    database = CdmDatabase(str(path), connection, {}, scratch=scratch)
    wanted = {table.name for table in FILES}
    for item in sorted(path.iterdir()):
        name, ending = _split_ending(item)
        if name in wanted and ending:
            if name in database.tables:
                says = f"the table {quote_word(name)} stands there twice"
                raise Refused(Complaint(says, str(path), way_out="Keep one of the two files"))
            database.tables[name] = _make_reader_sql(item, ending)
    for name, named in database.tables.items():
        database.columns[name] = {str(row[0]).lower() for row in database._fetch_all(f"DESCRIBE SELECT * FROM {named}")}
    return database


def _split_ending(item: Path) -> tuple[str, str]:
    low = item.name.lower()
    if item.is_dir() and any(item.glob("*.parquet")):
        return low.removesuffix(".parquet"), "/"
    ending = next((ending for ending in ENDINGS if low.endswith(ending)), "")
    return low.removesuffix(ending), ending


def _make_reader_sql(item: Path, ending: str) -> str:
    escaped = str(item).replace("'", "''")
    if ending == "/":
        return f"read_parquet('{escaped}/*.parquet')"
    if ending == ".parquet":
        return f"read_parquet('{escaped}')"
    return f"read_csv('{escaped}', {make_csv_options(item)})"


def is_cdm_folder(path: Path) -> bool:
    """True for a folder that holds the table of persons."""
    return path.is_dir() and any(_split_ending(item) in {(PERSON.name, e) for e in (*ENDINGS, "/")} for item in path.iterdir())


def _check_tables(database: CdmDatabase) -> None:
    """The persons have to be there; of every table that is there, the columns that it cannot do without."""
    if PERSON.name not in database.tables:
        database.close()
        says = "there is no table 'person', so this is no OMOP CDM"
        raise Refused(Complaint(says, database.name, way_out="Name the DuckDB file or the folder that holds the CDM's tables"))
    wrong = [
        Complaint(
            f"the table {quote_word(table.name)} has no column {quote_word(column)}",
            database.name,
            way_out="The CDM 5.4 asks for it",
        )
        for table in FILES
        if table.name in database.tables
        for column in table.needed
        if column not in database.columns[table.name]
    ]
    if wrong:
        database.close()
        raise Refused(wrong)


def list_missing_tables(database: Cdm) -> list[str]:
    """The tables that are read where they are, and are not there."""
    return [table.name for table in FILES if table.name not in database.tables]


def _has_rejects(cursor: Any) -> bool:
    row = cursor.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchone()
    return bool(row and row[0])


def _shorten_error(error: BaseException) -> str:
    """The first line of what DuckDB says, without the statement."""
    return str(error).split("\n", 1)[0][:160]
