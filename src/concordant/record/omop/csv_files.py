"""How a CSV file of a CDM is written: told by its first line and never guessed from its rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from concordant.errors import Complaint, Refused, Unreadable, quote_word
from concordant.inputs import is_packed, open_unpacked

LONGEST_HEADER = 100_000


def make_csv_options(path: Path) -> str:
    """The options with which DuckDB reads the file: every column as text, and a list of the lines that are no rows."""
    line = _read_first_line(path)
    tab = "\t" in line
    names = _split_names(path, line, "\t" if tab else ",")
    _check_names(path, names)
    columns = ", ".join(f"'{_escape_quotes(name)}': 'VARCHAR'" for name in names)
    # The vocabularies' own export has tabs and no quotes, and names with a quote in them.
    written = "delim = '\t', quote = '', escape = ''" if tab else "delim = ',', quote = '\"', escape = '\"'"
    packed = "gzip" if is_packed(path) else "none"  # whatever its name says
    return (
        f"header = true, auto_detect = false, compression = '{packed}', columns = {{{columns}}}, {written}, store_rejects = true"
    )


def _read_first_line(path: Path) -> str:
    try:
        with open_unpacked(path) as file:
            return file.readline(LONGEST_HEADER).decode("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise Unreadable(Complaint("its first line cannot be read", str(path), 1, "Save the file as UTF-8")) from None


def _split_names(path: Path, line: str, separator: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        raise Unreadable(
            Complaint("its first line does not name columns", str(path), 1, "Write their names, with commas")
        ) from None


def _check_names(path: Path, names: list[str]) -> None:
    if not any(names):
        raise Unreadable(Complaint("the file is empty", str(path), way_out="The first line has to name the columns"))
    low = [name.lower() for name in names]
    twice = sorted({name for name in low if low.count(name) > 1})
    if twice:
        raise Refused(
            [Complaint(f"the column {quote_word(name)} stands twice", str(path), 1, "Rename one of the two") for name in twice]
        )
    if "" in low:
        raise Refused(Complaint("a column has no name", str(path), 1, "Name every column in the first line"))


def _escape_quotes(name: str) -> str:
    return name.replace("'", "''")


def list_rejects(cursor: Any) -> list[tuple[str, int, str]]:
    """The lines that were no rows when a cursor went through CSV files: file, line and why."""
    row = cursor.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchone()
    if not (row and row[0]):
        return []
    query = "SELECT file_path, line, error_type FROM reject_errors JOIN reject_scans USING (scan_id, file_id)"
    return [(Path(str(path)).name, int(line), str(why).lower()) for path, line, why in cursor.execute(query).fetchall()]
