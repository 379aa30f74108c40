"""OMOP databases and plain tables as sources: what is one, and its patients one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from concordant.errors import ConcordantError
from concordant.inputs import read_head
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.sources import Patient
from concordant.record.sources.asked import AsOf
from concordant.terminology.names import Words
from concordant.texts import read_file

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
        from concordant.record.omop.folder import is_cdm_folder

        return is_cdm_folder(path)
    return read_head(path, HEAD_BYTES)[8:12] == DUCKDB


def is_table_mapping(source: str) -> bool:
    """A mapping file: YAML with the key `table` at its top."""
    return Path(source).suffix.lower() in (".yaml", ".yml") and MAPPING.search(read_head(Path(source), HEAD_BYTES)) is not None


def is_study_folder(source: str) -> bool:
    """A folder for whose tables a mapping is shipped."""
    from concordant.record.table.shipped import find_shipped_mapping

    return not source.startswith(ADDRESSES) and find_shipped_mapping(Path(source)) is not None


def list_mapped_files(mapping: str) -> list[str]:
    """The files that a mapping names; none of one that cannot be read, which is told when it is."""
    try:
        files = read_file(Path(mapping)).value["files"]
        return [str(Path(mapping).parent / file["path"]) for file in files.values()]
    except (ConcordantError, AttributeError, KeyError, TypeError):
        return []


def is_tabular(source: str) -> bool:
    """Any of them."""
    return is_cdm(source) or is_table_mapping(source) or is_study_folder(source)


def iter_table_patients(
    source: str, knowledge: Knowledge, words: Words, as_of: AsOf, rest: Account, only: str = ""
) -> Iterator[Patient]:
    """The patients; rows that belong to none of them go to `rest`.

    With `only`, the one of that id, found without telling the others; all of them where there is none, to be named.
    """
    if is_cdm(source):
        from concordant.record.omop.read import iter_patients
    else:
        from concordant.record.table.read import iter_patients
    day, has_patient = as_of.get_day(source), False
    if only:
        for patient in iter_patients(source, knowledge, words, day, given=as_of.cuts_record, only=only, rest=rest):
            has_patient = True
            yield patient
    if not has_patient:
        rest.rows.clear()
        yield from iter_patients(source, knowledge, words, day, given=as_of.cuts_record, rest=rest)
