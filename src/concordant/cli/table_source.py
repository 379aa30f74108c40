"""OMOP databases and plain tables at the command line: what is one, and its patients one after the other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from concordant.cli.fhir_source import tell_rest
from concordant.compiled import Knowledge
from concordant.record.account import Account
from concordant.record.sources import Patient
from concordant.record.vocabulary import words_of

ADDRESSES = ("postgresql://", "postgres://")
DUCKDB = b"DUCK"  # stands in every DuckDB file behind its first checksum
MAPPING = re.compile(rb"(?m)^[\"']?table[\"']?\s*:")
HEAD_BYTES = 100_000


def is_cdm(source: str) -> bool:
    """An address of PostgreSQL, a DuckDB file, or a folder with a table of persons."""
    if source.startswith(ADDRESSES) or source.lower().endswith(".duckdb"):
        return True
    path = Path(source)
    if path.is_dir():
        from concordant.record.omop.database import is_cdm_folder

        return is_cdm_folder(path)
    return _head(path)[8:12] == DUCKDB


def is_table_mapping(source: str) -> bool:
    """A mapping file: YAML with the key `table` at its top."""
    return Path(source).suffix.lower() in (".yaml", ".yml") and MAPPING.search(_head(Path(source))) is not None


def is_tabular(source: str) -> bool:
    """Either of the two."""
    return is_cdm(source) or is_table_mapping(source)


def patients_of_tables(
    source: str, knowledge: Knowledge, as_of: dt.date, rest: Account, *, given: bool, only: str = ""
) -> Iterator[Patient]:
    """The patients; rows that belong to none of them go to `rest`, and are told at the end.

    With `only`, the one of that id, found without telling the others; all of them where there is none, to be named.
    """
    if is_cdm(source):
        from concordant.record.omop.read import patients_of
    else:
        from concordant.record.table.read import patients_of
    words, found = words_of(knowledge), False
    if only:
        for patient in patients_of(source, knowledge, words, as_of, given=given, only=only, rest=rest):
            found = True
            yield patient
    if not found:
        rest.rows.clear()
        yield from patients_of(source, knowledge, words, as_of, given=given, rest=rest)
    tell_rest(rest, 0)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""
