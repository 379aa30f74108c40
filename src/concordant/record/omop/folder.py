"""The tables of a CDM that is a folder: a file a table, or a folder of Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from concordant.errors import Complaint, ConcordantError, Refused, Unreadable, quote_word
from concordant.inputs import find_packed_fault
from concordant.record.omop.checks import INDISPENSABLE
from concordant.record.omop.csv_files import make_csv_options
from concordant.record.omop.duck import escape_pattern
from concordant.record.omop.schema import FILES, PERSON

if TYPE_CHECKING:
    from concordant.record.omop.database import CdmDatabase

ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".tsv.gz")
WANTED = frozenset(table.name for table in FILES)


def add_files(database: CdmDatabase, folder: Path) -> None:
    """Note every table of a folder that is read. Raises Refused for one that stands there twice."""
    for item in sorted(folder.iterdir()):
        name, ending = _split_ending(item)
        if name in WANTED and ending:
            if name in database.tables or name in database.damaged:
                says = f"the table {quote_word(name)} stands there twice"
                raise Refused(Complaint(says, str(folder), way_out="Keep one of the two files"))
            _add_table_file(database, name, item, ending)


def _add_table_file(database: CdmDatabase, name: str, item: Path, ending: str) -> None:
    """A table; of a file that is damaged it is noted why, where there is sense in reading the others."""
    is_text = ending not in ("/", ".parquet")
    fault = find_packed_fault(item) if is_text else ""
    if fault and name in INDISPENSABLE:
        raise Unreadable(Complaint(fault, str(item), way_out="Copy the file again"))
    if not fault:
        try:
            named = _make_reader_sql(item, ending, _list_readable_parts(database, name, item) if ending == "/" else ())
            columns = {str(row[0]).lower(): str(row[1]) for row in database._fetch_all(f"DESCRIBE SELECT * FROM {named}")}
        except ConcordantError as error:
            if name in INDISPENSABLE:
                raise
            fault = error.complaints[0].says
    if fault:
        database.damaged[name] = f"{item.name}: {fault}"
    else:
        database.add_table(name, named, columns)
        database.text_tables += [name] if is_text else []


def _list_readable_parts(database: CdmDatabase, name: str, folder: Path) -> list[Path]:
    """The files of a table that is a folder. One that is damaged is noted; raises Unreadable where the table has to be whole."""
    parts = []
    for part in sorted(folder.glob("*.parquet")):
        try:
            database._fetch_all(f"SELECT num_rows FROM parquet_file_metadata('{escape_pattern(part)}')")
            parts.append(part)
        except Unreadable as error:
            if name in INDISPENSABLE:
                raise
            database.damaged[f"{name}/{part.name}"] = error.complaints[0].says
    return parts


def _split_ending(item: Path) -> tuple[str, str]:
    low = item.name.lower()
    if item.is_dir() and any(item.glob("*.parquet")):
        return low.removesuffix(".parquet"), "/"
    ending = next((ending for ending in ENDINGS if low.endswith(ending)), "")
    return low.removesuffix(ending), ending


def _make_reader_sql(item: Path, ending: str, parts: Sequence[Path]) -> str:
    """SQL for the rows of a file, or of the Parquet files of a folder; nothing is read out of the names of folders."""
    if ending in ("/", ".parquet"):
        paths = ", ".join(f"'{escape_pattern(path)}'" for path in parts or [item])
        return f"read_parquet([{paths}], hive_partitioning = false)"
    return f"read_csv('{escape_pattern(item)}', hive_partitioning = false, {make_csv_options(item)})"


def is_cdm_folder(path: Path) -> bool:
    """True for a folder that holds the table of persons."""
    return path.is_dir() and any(_split_ending(item) in {(PERSON.name, e) for e in (*ENDINGS, "/")} for item in path.iterdir())
