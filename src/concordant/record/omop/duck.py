"""DuckDB on a short lead: no network, no extension, no file but the one that is named, and bounds of memory, disk and time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from concordant.errors import Complaint, Unreadable
from concordant.visible import make_visible

OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
BOUNDS = {"memory_limit": "1GB", "max_temp_directory_size": "20GB"}  # what is sorted beyond the memory goes to the disk
LONGEST_QUERY = 600.0  # seconds, until the next rows have to be there
NO_PATTERN = str.maketrans({sign: f"[{sign}]" for sign in "*?["})


def import_duckdb() -> Any:
    """The package. Raises Unreadable where it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise Unreadable(
            Complaint("reading OMOP needs the package 'duckdb'", way_out="Install it: pip install 'concordant[omop]'")
        ) from None
    return duckdb


def connect_duckdb(path: str, *, read_only: bool = False) -> tuple[Any, Any]:
    """A connection, and the folder for what it sorts on disk; the caller closes both."""
    scratch = tempfile.TemporaryDirectory(prefix="concordant-")
    try:
        config = {**OFFLINE, **BOUNDS, "temp_directory": scratch.name}
        return import_duckdb().connect(path, read_only=read_only, config=config), scratch
    except BaseException:
        scratch.cleanup()
        raise


def seal_connection(connection: Any, *, files: bool) -> None:
    """From here on nothing changes a setting, and, without `files`, no file is opened but the database itself: a database
    can bring views and functions of its own.
    """
    if not files:
        connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def report_query_errors(name: str, cursor: Any) -> Iterator[None]:
    """Turn what DuckDB cannot do, or not in time, into an Unreadable that names the database."""
    duckdb = import_duckdb()
    timer = Timer(LONGEST_QUERY, cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException:
        way_out = "Export the tables to Parquet, and name their folder"
        says = f"a table was read for more than {LONGEST_QUERY / 60:.0f} minutes without an end"
        raise Unreadable(Complaint(says, name, way_out=way_out)) from None
    except duckdb.Error as error:
        raise Unreadable(Complaint(f"the database cannot be read ({shorten_error(error)})", name)) from None
    finally:
        timer.cancel()


def quote_name(*parts: str) -> str:
    """A name in SQL, whatever signs are in it."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def count_cells(column: str) -> str:
    """SQL for how many cells of a column have content; the concept 0 is none."""
    text = f"trim(CAST({quote_name(column)} AS VARCHAR))"
    told = f"nullif({text}, '0')" if column.endswith("_concept_id") else text
    return f"count(nullif({told}, ''))"


def escape_pattern(path: Path) -> str:
    """A path that DuckDB takes as it is written: within an SQL text, and no sign of it a wildcard."""
    return str(path.absolute()).translate(NO_PATTERN).replace("'", "''")


def make_row_visible(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row, with nothing in its texts that steers a screen."""
    if "".join([cell for cell in row if isinstance(cell, str)]).isprintable():
        return row
    return tuple(make_visible(cell) if isinstance(cell, str) else cell for cell in row)


def shorten_error(error: BaseException) -> str:
    """The first line of what DuckDB says, without the statement."""
    return str(error).split("\n", 1)[0][:160]
