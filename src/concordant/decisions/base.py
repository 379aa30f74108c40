"""The database of a decision record, opened: its few queries, in words that both kinds of database understand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from concordant.decisions.address import POSTGRESQL, SQLITE, RecordAddress
from concordant.decisions.dialect import FOREIGN, Connection, Dialect, report_failure
from concordant.decisions.entries import FORMAT, Entry, hash_beginning
from concordant.errors import Complaint, Refused, Unreadable
from concordant.outputs import report_write_errors

ABOUT, ENTRIES = "concordant_about", "concordant_entries"
COLUMNS = "n, sealed, hash, patient, salt, personal"
PAGE = 200  # rows that are read at once


class RecordBase:
    """One connection. Whoever writes does it between `begin` and `commit`, and is alone with it meanwhile."""

    def __init__(self, connection: Connection, dialect: Dialect, id_: str) -> None:
        self._connection, self._dialect, self.id = connection, dialect, id_

    def begin(self) -> None:
        """Be the one who writes."""
        for statement in self._dialect.begin:
            self._connection.execute(statement)

    def commit(self) -> None:
        """It is on the disk when this returns."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Nothing was written."""
        self._connection.execute("ROLLBACK")

    def clean(self) -> None:
        """Nothing that was erased is left in free pages or dead rows."""
        self._connection.execute(self._dialect.clean)

    def ask_moment(self) -> str:
        """The moment in UTC, by the clock of the database."""
        return str(self._connection.execute(self._dialect.clock).fetchone()[0])

    def find_last(self) -> tuple[int, str]:
        """Number and hash of the last entry; before the first one 0 and the hash of the beginning."""
        row = self._run(f"SELECT n, hash FROM {ENTRIES} ORDER BY n DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row is not None else (0, hash_beginning(self.id))

    def find_hash(self, n: int) -> str:
        """The hash of an entry; empty where there is none."""
        if n == 0:
            return hash_beginning(self.id)
        row = self._run(f"SELECT hash FROM {ENTRIES} WHERE n = ?", (n,)).fetchone()
        return str(row[0]) if row is not None else ""

    def add_entry(self, entry: Entry) -> None:
        """Add a row."""
        values = (entry.n, entry.sealed, entry.hash, entry.patient, entry.salt, entry.personal)
        self._run(f"INSERT INTO {ENTRIES} ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)

    def erase_personal(self, n: int) -> None:
        """Take the personal part of an entry away."""
        self._run(f"UPDATE {ENTRIES} SET patient = NULL, salt = NULL, personal = NULL WHERE n = ?", (n,))

    def iter_entries(self) -> Iterator[Entry]:
        """All rows in order, some at a time: a record may be larger than the memory, and others go on writing."""
        where = ""
        params: tuple[Any, ...] = ()
        while rows := self._run(f"SELECT {COLUMNS} FROM {ENTRIES} {where} ORDER BY n LIMIT {PAGE}", params).fetchall():
            yield from (_make_entry(row) for row in rows)
            where, params = "WHERE n > ?", (rows[-1][0],)

    def _run(self, query: str, params: Sequence[Any] = ()) -> Any:
        return self._connection.execute(query.replace("?", self._dialect.mark), params)


def _make_entry(row: Sequence[Any]) -> Entry:
    """A row as an entry; a cell of another type than it should have is given as it stands, for who checks it."""
    salt, personal = (bytes(cell) if isinstance(cell, memoryview) else cell for cell in row[4:6])
    return Entry(row[0], row[1], row[2], row[3], salt, personal)


def find_dialect(address: RecordAddress) -> Dialect:
    """The kind of database that an address names. Raises Unreadable where what it needs is not installed."""
    if address.kind == POSTGRESQL:
        from concordant.decisions.postgres import make_dialect

        return make_dialect(address)
    from concordant.decisions.sqlite import SQLITE_DIALECT

    return SQLITE_DIALECT


@contextmanager
def open_base(address: RecordAddress, doing: str, *, make: bool) -> Iterator[RecordBase]:
    """The record at an address; with `make` one that is new where there is none. Raises Unreadable or Refused."""
    dialect = find_dialect(address)
    if address.kind == SQLITE:
        _prepare_file(address, make=make)
    with report_failure(dialect, address, doing):
        connection = dialect.connect(address)
        try:
            yield RecordBase(connection, dialect, _find_id(connection, dialect, address, make=make))
        finally:
            connection.close()


def _prepare_file(address: RecordAddress, *, make: bool) -> None:
    if make:
        from concordant.decisions.sqlite import make_private_file

        with report_write_errors(address.name):
            make_private_file(address.place)
    if not Path(address.place).is_file():
        way_out = "Name the file that was given to --record"
        raise Unreadable(Complaint("there is no decision record", address.name, way_out=way_out))


def _find_id(connection: Connection, dialect: Dialect, address: RecordAddress, *, make: bool) -> str:
    """The number by which this record is told from any other. Raises Refused for what is none, or a later one."""
    if ABOUT not in _list_tables(connection, dialect):
        if not make:
            raise Refused(Complaint(FOREIGN[0], address.name, way_out=FOREIGN[1]))
        _make_tables(connection, dialect, address)
    told = dict(connection.execute(f"SELECT name, value FROM {ABOUT}").fetchall())
    if str(told.get("format")) != str(FORMAT):
        says = f"it is a decision record of format {told.get('format')}, and this concordant knows format {FORMAT}"
        raise Refused(Complaint(says, address.name, way_out="Take the concordant that wrote it, or a later one"))
    return str(told.get("id"))


def _list_tables(connection: Connection, dialect: Dialect) -> set[str]:
    return {row[0] for row in connection.execute(dialect.tables).fetchall()}


def _make_tables(connection: Connection, dialect: Dialect, address: RecordAddress) -> None:
    """All at once, by one writer alone; never in a file that belongs to something else."""
    for statement in dialect.begin:
        connection.execute(statement)
    tables = _list_tables(connection, dialect)
    if ABOUT not in tables:
        if tables and address.kind == SQLITE:
            raise Refused(Complaint("it is a database of something else", address.name, way_out=FOREIGN[1]))
        connection.execute(f"CREATE TABLE {ABOUT} (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute(
            f"CREATE TABLE {ENTRIES} (n BIGINT NOT NULL PRIMARY KEY, sealed TEXT NOT NULL, hash TEXT NOT NULL, "
            f"patient TEXT, salt {dialect.blob}, personal {dialect.blob})"
        )
        connection.execute(f"CREATE INDEX {ENTRIES}_patient ON {ENTRIES} (patient)")
        connection.execute(f"INSERT INTO {ABOUT} VALUES ('format', '{FORMAT}'), ('id', '{os.urandom(16).hex()}')")
    connection.execute("COMMIT")
