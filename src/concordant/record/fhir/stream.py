"""Many patients, one after the other: NDJSON, a folder of files, a bulk export with a file for each resource type.

A bundle is read by itself. Lines and single resources are put on disk by the patient they name, so that memory stays constant.
"""

from __future__ import annotations

import datetime as dt
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from concordant.errors import Complaint, ConcordantError, Unreadable
from concordant.patient.account import Account
from concordant.record.fhir.charting import READERS
from concordant.record.fhir.decode import MAX_BYTES, LocatedResource, decode_one, describe_error, describe_malformed
from concordant.record.fhir.read import build_patients, read_document
from concordant.record.fhir.references import strip_version, to_local_reference
from concordant.record.fhir.resources import Reference
from concordant.record.fhir.spool import Spool, SpooledEntry
from concordant.record.fhir.tables import FhirTables
from concordant.record.sources import Patient

LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
DOCUMENTS = (".json", ".json.gz")
LONGEST_LINE = 50_000_000
MOST_ROWS = 100_000  # of entries that belong to no patient; those beyond are counted


class LineHead(msgspec.Struct, gc=False):
    """What has to be known of a line to put it away."""

    resourceType: str | None = None  # noqa: N815
    id: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None


HEAD = msgspec.json.Decoder(LineHead)


@dataclass(slots=True)
class PatientStream:
    """The patients of a path. `rest` fills up while they are read: entries of nobody, lines and files that cannot be read."""

    path: Path
    tables: FhirTables
    as_of: dt.date
    given: bool = False
    rest: Account = field(default_factory=Account)
    beyond: int = 0

    def __iter__(self) -> Iterator[Patient]:
        files = sorted(p for p in self.path.rglob("*") if p.is_file()) if self.path.is_dir() else [self.path]
        spool = Spool()
        seen: set[str] = set()
        try:
            for path in files:
                yield from self._read_file(path, spool, seen, alone=path == self.path)
            yield from self._read_spool(spool, seen)
        finally:
            spool.close()

    def _read_file(self, path: Path, spool: Spool, seen: set[str], *, alone: bool) -> Iterator[Patient]:
        name = str(path) if path == self.path else path.relative_to(self.path).as_posix()
        if name.lower().endswith(LINES):
            self._spool_lines(path, name, spool)
        elif name.lower().endswith(DOCUMENTS) or alone:
            yield from self._read_document(path, name, spool, seen, alone=alone)
        else:
            self._add_row(name, "file", "", "no JSON file")

    def _read_document(self, path: Path, name: str, spool: Spool, seen: set[str], *, alone: bool) -> Iterator[Patient]:
        try:
            data = read_limited_bytes(path)
            if not alone and self._spool_single(data, name, spool):
                return
            reading = read_document(data, name, self.tables, self.as_of, given=self.given)
        except ConcordantError as error:
            if alone:
                raise
            self._add_row(name, "file", error.complaints[0].says, "")
            return
        self.rest.add_accounts([reading.rest])
        for patient in reading.patients:
            if patient.id in seen:
                for row in patient.account.rows:
                    self._add_row(f"{name}: {row.place}", row.kind, "its patient's id stands in another file as well", "")
                continue
            seen.add(patient.id)
            yield patient

    def _spool_single(self, data: bytes, name: str, spool: Spool) -> bool:
        """A file of one resource is put away like a line."""
        try:
            head = HEAD.decode(data)
        except (msgspec.MsgspecError, RecursionError):
            return False
        if head.resourceType in (None, "Bundle"):
            return False
        self._spool_resource(data, head, name, spool)
        return True

    def _spool_lines(self, path: Path, name: str, spool: Spool) -> None:
        try:
            with open_unpacked(path) as lines:
                for number, line in enumerate(_iter_limited_lines(lines), 1):
                    text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
                    if text:
                        self._spool_line(text, f"{name}:{number}", spool)
        except (OSError, EOFError, zlib.error):
            self._add_row(name, "file", "the file cannot be read to its end", "")

    def _spool_line(self, text: bytes, place: str, spool: Spool) -> None:
        if len(text) > LONGEST_LINE:
            self._add_row(place, "line", "the line is too long", "")
            return
        try:
            self._spool_resource(text, HEAD.decode(text), place, spool)
        except msgspec.ValidationError as error:
            self._add_row(place, "line", describe_error(error), "")
        except RecursionError:
            self._add_row(place, "line", "it is nested too deeply", "")
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._add_row(place, "line", describe_malformed(text, "", str(error)).says, "")

    def _spool_resource(self, data: bytes, head: LineHead, place: str, spool: Spool) -> None:
        kind = head.resourceType or "?"
        shown = f"{kind}/{head.id}" if head.id and len(head.id) <= 64 else place
        reference = head.subject or head.patient
        owner = f"Patient/{head.id}" if kind == "Patient" else _find_owner(reference)
        if kind in ("Medication", "Specimen") and head.id:
            spool.add_shared(f"{kind}/{head.id}", data)
        if not owner:
            self._add_row(shown, kind, "it names no patient" if kind in READERS else "", "it is about no patient")
        else:
            spool.add_entry(SpooledEntry(owner, place, kind, "", data if kind in READERS else b"{}"))

    def _read_spool(self, spool: Spool, seen: set[str]) -> Iterator[Patient]:
        for group in spool.iter_groups():
            entries: list[LocatedResource] = []
            for kept in group:
                if kept.data == b"{}":
                    entries += _make_bare_entry(kept)
                else:
                    entries += decode_one(kept.data, None, kept.place)
            entries += self._find_referenced(entries, spool)
            try:
                reading = build_patients(entries, str(self.path), self.tables, self.as_of, given=self.given)
            except ConcordantError as error:
                for kept in group:
                    self._add_row(kept.place, kept.kind, error.complaints[0].says, "")
                continue
            for patient in reading.patients:
                if patient.id in seen:
                    self._add_row(str(self.path), "Patient", f"another file has a patient of the id '{patient.id[:64]}'", "")
                else:
                    yield patient
            self.rest.add_accounts([reading.rest])

    def _find_referenced(self, entries: list[LocatedResource], spool: Spool) -> list[LocatedResource]:
        """The medications and specimens that the entries refer to."""
        wanted: dict[str, None] = {}
        for each in entries:
            for reference in (each.resource.medicationReference, each.resource.specimen):
                if isinstance(reference, Reference) and reference.reference:
                    wanted[to_local_reference(strip_version(reference.reference))] = None
        data = {address: raw for address in wanted if (raw := spool.find_shared(address)) is not None}
        return [
            LocatedResource(part.place, address, part.resource)
            for address, raw in data.items()
            for part in decode_one(raw, address, address)
        ]

    def _add_row(self, place: str, kind: str, aside: str, ignored: str) -> None:
        if len(self.rest.rows) >= MOST_ROWS:
            self.beyond += 1
        elif aside:
            self.rest.mark_set_aside(place, kind, aside)
        else:
            self.rest.mark_ignored(place, kind, ignored)


def iter_patients(path: Path, tables: FhirTables, as_of: dt.date, *, given: bool = False) -> PatientStream:
    """The patients of a file or a folder, one after the other. Raises Unreadable for a single file that cannot be read."""
    return PatientStream(path, tables, as_of, given)


def open_unpacked(path: Path) -> BinaryIO:
    """Open the file for reading; one that is gzip is unpacked as it is read."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _iter_limited_lines(lines: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long only its beginning, so that memory stays constant."""
    while line := lines.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = lines.readline(LONGEST_LINE + 1)


def read_limited_bytes(path: Path) -> bytes:
    """The bytes of one document; no more than the limit, so that the complaint comes in time."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        way_out = "Check its name and permissions"
        raise Unreadable(Complaint(f"cannot be opened ({error.strerror})", str(path), way_out=way_out)) from None


def _find_owner(reference: Reference | None) -> str:
    if reference is None or not reference.reference or reference.reference.startswith("#"):
        return ""
    text = to_local_reference(strip_version(reference.reference))
    return text.replace("urn:uuid:", "Patient/", 1) if text.startswith("urn:uuid:") else text


def _make_bare_entry(kept: SpooledEntry) -> list[LocatedResource]:
    """An entry from which nothing is read: it is counted."""
    data = msgspec.json.encode({"resourceType": kept.kind, "subject": {"reference": kept.owner}})
    return list(decode_one(data, None, kept.place))
