"""A decision record in one file. It is made for its owner alone, and a commit is on the disk before it is acknowledged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from concordant.decisions.address import RecordAddress
from concordant.decisions.dialect import (
    DAMAGED,
    FOREIGN,
    FULL,
    LOCKED,
    PATIENCE,
    READ_ONLY,
    UNKNOWN,
    UNREACHABLE,
    Connection,
    Dialect,
)
from concordant.decisions.head import OWN

# EXTRA is FULL, and the end of the journal is on the disk too. What is erased is overwritten.
PRAGMAS = ("PRAGMA synchronous=EXTRA", "PRAGMA secure_delete=ON")
FAILURES = {
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": FOREIGN,
    "SQLITE_CANTOPEN": UNREACHABLE,
    "SQLITE_IOERR": ("the disk failed", "Check the disk; nothing was kept"),
}


def connect_file(address: RecordAddress) -> Connection:
    """The file, which is there. Nothing is begun that was not asked for."""
    uri = f"{Path(address.place).absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE)
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def make_private_file(path: str) -> None:
    """An empty file for its owner alone, where there is none. Raises OSError."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWN))


def describe_failure(error: sqlite3.Error) -> tuple[str, str]:
    """What is wrong, and the way out."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return next((told for start, told in FAILURES.items() if name.startswith(start)), UNKNOWN)


SQLITE_DIALECT = Dialect(
    connect_file,
    sqlite3.Error,
    describe_failure,
    "?",
    "BLOB",
    ("BEGIN IMMEDIATE",),
    "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    "SELECT name FROM sqlite_master WHERE type = 'table'",
    "VACUUM",
)
