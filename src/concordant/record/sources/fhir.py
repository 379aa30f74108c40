"""FHIR as a source: what is FHIR, and its patients one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concordant.errors import Complaint, Unreadable, quote_word
from concordant.patient.account import Account
from concordant.record.sources import Patient
from concordant.record.sources.asked import AsOf

if TYPE_CHECKING:
    from concordant.record.fhir.tables import FhirTables  # loaded only for FHIR

NAMES = (".ndjson", ".jsonl", ".gz")
MARK = b'"resourceType"'
CHECKED_BYTES = 10_000_000  # up to here a document is searched for keys that stand twice
HEAD_BYTES = 1_000_000
MOST_TRIED = 50  # files of a folder, until it is taken for no FHIR


def is_fhir(source: str) -> bool:
    """Whether a named source is FHIR: by its name, by what a folder holds, or because it speaks of resource types."""
    path = Path(source)
    if path.is_dir():
        return any(p.is_file() and is_fhir(str(p)) for p in islice(_iter_data_files(path), MOST_TRIED))
    if source.lower().endswith(NAMES):
        return path.is_file()
    try:
        with path.open("rb") as file:
            return is_fhir_content(file.read(HEAD_BYTES))
    except OSError:
        return False


def _iter_data_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.name.lower().endswith((".json", *NAMES)))


def is_fhir_content(head: bytes) -> bool:
    """JSON, or gzip, that names a resource type."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:2] == b"\x1f\x8b" or (text[:1] in (b"{", b"[") and MARK in text)


def iter_path_patients(source: str, tables: FhirTables, as_of: AsOf, rest: Account) -> Iterator[Patient]:
    """The patients of a file or a folder; what belongs to none of them goes to `rest` at the end."""
    from concordant.record.fhir.stream import iter_patients

    path = Path(source)
    if path.is_file() and path.stat().st_size <= CHECKED_BYTES and source.lower().endswith(".json"):
        refuse_repeated_keys(path.read_bytes(), source)
    stream = iter_patients(path, tables, as_of.get_day(source), given=as_of.cuts_record)
    yield from stream
    rest.add_accounts([stream.rest])
    rest.beyond += stream.beyond


def iter_document_patients(data: bytes, name: str, tables: FhirTables, as_of: AsOf, rest: Account) -> Iterator[Patient]:
    """The patients of a document that is at hand already."""
    from concordant.record.fhir.read import read_document

    refuse_repeated_keys(data, name)
    reading = read_document(data, name, tables, as_of.get_day(name), given=as_of.cuts_record)
    yield from reading.patients
    rest.add_accounts([reading.rest])


def refuse_repeated_keys(data: bytes, name: str) -> None:
    """Refuse a document in which a key stands twice in one object: only one of the two could be read."""
    try:
        json.loads(data, object_pairs_hook=_refuse_repeated)
    except _RepeatedKeyError as error:
        says = f"the key {quote_word(str(error))} stands twice in one object"
        raise Unreadable(Complaint(says, name, way_out="Leave one of the two")) from None
    except (ValueError, RecursionError):
        return  # what is no JSON is told by the reader


class _RepeatedKeyError(Exception):
    """A key that stands twice."""


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> None:
    keys = {key for key, _ in pairs}
    if len(keys) < len(pairs):
        seen: set[str] = set()
        raise _RepeatedKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
