"""FHIR as a source: what is FHIR, and its patients one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from concordant.inputs import read_head
from concordant.patient.account import Account
from concordant.record.sources import Patient
from concordant.record.sources.asked import AsOf

if TYPE_CHECKING:
    from concordant.record.fhir.stream import PatientStream  # loaded only for FHIR
    from concordant.record.fhir.tables import FhirTables

LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
NAMES = (".json", ".json.gz", *LINES)
MARK = b'"resourceType"'
HEAD_BYTES = 1_000_000
MOST_TRIED = 50  # files of a folder, until it is taken for no FHIR


def is_fhir(source: str) -> bool:
    """Whether a named source is FHIR: by its name, by what a folder holds, or because it speaks of resource types."""
    path = Path(source)
    if path.is_dir():
        return any(p.is_file() and is_fhir(str(p)) for p in islice(_iter_data_files(path), MOST_TRIED))
    if source.lower().endswith(LINES):
        return path.is_file()
    return is_fhir_content(read_head(path, HEAD_BYTES))


def _iter_data_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.name.lower().endswith(NAMES))


def is_fhir_content(head: bytes) -> bool:
    """JSON that names a resource type."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text[:1] in (b"{", b"[") and MARK in text


def iter_path_patients(source: str, tables: FhirTables, as_of: AsOf, rest: Account) -> Iterator[Patient]:
    """The patients of a file or a folder; what belongs to none of them goes to `rest` at the end."""
    from concordant.record.fhir.stream import iter_patients

    yield from _iter_stream(iter_patients(Path(source), tables, as_of.get_day(source), given=as_of.cuts_record), rest)


def iter_document_patients(data: bytes, name: str, tables: FhirTables, as_of: AsOf, rest: Account) -> Iterator[Patient]:
    """The patients of a document, or of lines, that are at hand already."""
    from concordant.record.fhir.incoming import holds_lines
    from concordant.record.fhir.read import read_document
    from concordant.record.fhir.stream import iter_patients

    day = as_of.get_day(name)
    if holds_lines(data):
        yield from _iter_stream(iter_patients(Path(name), tables, day, given=as_of.cuts_record, content=data), rest)
        return
    reading = read_document(data, name, tables, day, given=as_of.cuts_record)
    yield from reading.patients
    rest.add_accounts([reading.rest])


def _iter_stream(stream: PatientStream, rest: Account) -> Iterator[Patient]:
    yield from stream
    rest.add_accounts([stream.rest])
    rest.beyond += stream.beyond
