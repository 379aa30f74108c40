"""A decision record in a database of PostgreSQL, for several servers that keep one record. Needs the extra `record`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from concordant.decisions.address import RecordAddress
from concordant.decisions.dialect import FULL, LOCKED, PATIENCE, READ_ONLY, UNKNOWN, UNREACHABLE, Connection, Dialect
from concordant.errors import Complaint, Unreadable

if TYPE_CHECKING:
    import psycopg

LOCK = 7_236_154_113  # of this program's own choosing: who writes holds it
FAILURES = {
    "53100": FULL,
    "53": ("the server is short of something", "Look into the log of the server"),
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "55P03": LOCKED,
    "57P": ("the server is stopping", "Try again when it runs"),
    "08": UNREACHABLE,
}


def make_dialect(address: RecordAddress) -> Dialect:
    """How PostgreSQL is spoken to. Raises Unreadable where the extra is not installed."""
    try:
        import psycopg
    except ImportError:
        says = "a record in PostgreSQL cannot be kept here"
        raise Unreadable(Complaint(says, address.name, way_out="Run: pip install 'concordant[record]'")) from None
    return Dialect(
        connect_server,
        psycopg.Error,
        describe_failure,
        "%s",
        "BYTEA",
        ("BEGIN", f"SELECT pg_advisory_xact_lock({LOCK})"),
        """SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""",
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
        "VACUUM FULL concordant_entries",
    )


def connect_server(address: RecordAddress) -> Connection:
    """The database. A commit is on the disk of the server before it is acknowledged, whatever its settings say."""
    import psycopg

    connection: Any = psycopg.connect(address.place, autocommit=True, connect_timeout=int(PATIENCE))
    try:
        connection.execute("SET synchronous_commit = on")
        connection.execute(f"SET lock_timeout = {int(PATIENCE * 1000)}")
    except BaseException:
        connection.close()
        raise
    found: Connection = connection
    return found


def describe_failure(error: psycopg.Error) -> tuple[str, str]:
    """What is wrong, and the way out; the words of the server, which may hold anything, are not told."""
    if error.sqlstate is None:
        return UNREACHABLE
    return next((told for start, told in FAILURES.items() if error.sqlstate.startswith(start)), UNKNOWN)
