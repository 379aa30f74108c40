"""What differs between the databases of a decision record: how they are connected to, spell a few words, and fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from concordant.decisions.address import RecordAddress
from concordant.errors import Complaint, Unreadable

PATIENCE = 10.0  # seconds to wait while others write
FULL = ("there is no room left", "Make room where the record is kept")
READ_ONLY = ("it may only be read here", "Check the permissions of the file, its folder or the user of the database")
LOCKED = ("another program held it for too long", "Try again; if it stays so, end the program that has it open")
DAMAGED = ("it is damaged", "Take the last copy of it and of its head, and see how-to/decision-record")
FOREIGN = ("it is no decision record", "Name another file")
UNREACHABLE = ("it cannot be reached", "Check that it is there, and its address")
UNKNOWN = ("the database failed", "Look into its log")


class Connection(Protocol):
    """What sqlite3 and psycopg have in common."""

    def execute(self, query: str, params: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""

    def close(self) -> None:
        """End it; what was not committed is undone."""


class Dialect(msgspec.Struct, frozen=True):
    """One kind of database. `begin` opens a transaction that one writer has at a time, `clock` asks for the moment in UTC.

    `describe` says of one of its `errors` what is wrong and the way out. `clean` frees what erased rows took, and overwrites it.
    """

    connect: Callable[[RecordAddress], Connection]
    errors: type[Exception]
    describe: Callable[[Any], tuple[str, str]]
    mark: str
    blob: str
    begin: tuple[str, ...]
    clock: str
    tables: str
    clean: str


@contextmanager
def report_failure(dialect: Dialect, address: RecordAddress, doing: str) -> Iterator[None]:
    """Turn an error of the database into one sentence. Raises Unreadable."""
    try:
        yield
    except dialect.errors as error:
        says, way_out = dialect.describe(error)
        raise Unreadable(Complaint(f"the decision record cannot be {doing}: {says}", address.name, way_out=way_out)) from None
