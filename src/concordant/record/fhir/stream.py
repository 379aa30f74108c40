"""Many patients, one after the other: NDJSON, a folder of files, a bulk export with a file for each resource type.

A bundle whose patients stand in no other file is read by itself. Everything else is put on disk by the patient it names, so that
memory stays constant, and one patient of several files is one record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from concordant.errors import ConcordantError
from concordant.inputs import read_head
from concordant.patient.account import Account
from concordant.record.fhir.addresses import strip_version, to_local_reference
from concordant.record.fhir.decode import LocatedResource, decode_one, unzip_data
from concordant.record.fhir.elements import Reference
from concordant.record.fhir.files import read_limited_bytes
from concordant.record.fhir.folder import Companions, FileHead, read_file_head
from concordant.record.fhir.identity import describe_difference
from concordant.record.fhir.incoming import holds_lines, refuse_repeated_keys
from concordant.record.fhir.manifest import describe_missing_files, read_manifest
from concordant.record.fhir.pages import describe_missing_pages
from concordant.record.fhir.putting_away import DOCUMENTS, LINES, SourceFiles
from concordant.record.fhir.read import build_patients, read_document
from concordant.record.fhir.references import list_referenced
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.spool import OPEN, Spool, SpooledEntry, report_disk_errors
from concordant.record.fhir.subjects import TWO
from concordant.record.fhir.tables import FhirTables
from concordant.record.fhir.versions import pass_over_old_versions
from concordant.record.sources import Patient, change_record
from concordant.visible import make_json_visible

HEAD_BYTES = 1_000_000
DEEPEST_REFERENCE = 3  # an entry, its medication, what that holds, and what this is made of


@dataclass(slots=True)
class PatientStream:
    """The patients of a path. `rest` fills up while they are read: entries of nobody, lines and files that cannot be read."""

    path: Path
    tables: FhirTables
    as_of: dt.date
    given: bool = False
    content: bytes | None = None  # the lines, where they are at hand already
    rest: Account = field(default_factory=Account)
    files: SourceFiles = field(init=False)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.files = SourceFiles(self.path, self.rest)

    @property
    def beyond(self) -> int:
        """How many rows of nobody were not kept."""
        return self.files.beyond

    def __iter__(self) -> Iterator[Patient]:
        paths = sorted(p for p in self.path.rglob("*") if p.is_file()) if self.path.is_dir() else [self.path]
        try:
            with report_disk_errors(str(self.path)):
                yield from self._read_files(paths, self.files.spool)
        finally:
            self.files.spool.close()

    def _read_files(self, paths: list[Path], spool: Spool) -> Iterator[Patient]:
        """Lines first, then the documents that stand alone, then all that was put away."""
        documents = [path for path in paths if not self._put_lines_away(path)]
        if documents == [self.path]:
            yield from self._read_document(self.path, alone=True)
        else:
            for path in self._put_joined_away(documents):
                yield from self._read_document(path, alone=False)
        spool.settle_owners(self.files.linked)
        for group in spool.iter_groups():
            yield from self._read_group(group, spool)

    def _put_lines_away(self, path: Path) -> bool:
        name = self._name_file(path)
        alone = path == self.path
        if self.content is not None or name.lower().endswith(LINES) or (alone and holds_lines(read_head(path, HEAD_BYTES))):
            self.files.put_lines_away(path, name, self.content)
            return True
        if name.lower().endswith(DOCUMENTS) or alone:
            return False
        self.files.add_row(name, "file", "", "no JSON file")
        return True

    def _name_file(self, path: Path) -> str:
        return str(path) if path == self.path else path.relative_to(self.path).as_posix()

    def _put_joined_away(self, documents: list[Path]) -> list[Path]:
        """Put away the documents whose patients stand elsewhere as well; the others are left to be read by themselves."""
        heads = {path: head for path in documents if (head := self._read_head(path)) is not None}
        companions = Companions()
        for number, head in enumerate(heads.values()):
            companions.add_file(number, head.names)
        joined = companions.find_joined()
        self._note_missing_pages(heads)
        alone = []
        for number, (path, head) in enumerate(heads.items()):
            if number in joined or not head.patients or self.files.spool.has_owner(head.names):
                self._put_document_away(path)
            else:
                alone.append(path)
        return alone

    def _read_head(self, path: Path) -> FileHead | None:
        """What a document speaks of; one that cannot be read is a row, and leaves every patient's record open."""
        name = self._name_file(path)
        try:
            data = make_json_visible(unzip_data(read_limited_bytes(path), name))
            if self._note_missing_files(data, name) or self.files.put_single_away(data, name):
                return None
            refuse_repeated_keys(data, name)
            return read_file_head(data) or self.files.read_faulty_head(data, name)
        except ConcordantError as error:
            self.files.add_row(name, "file", error.complaints[0].says, "")
            self.files.missing.append(f"The file {name} could not be read, and may be about this patient.")
            return None

    def _note_missing_files(self, data: bytes, name: str) -> bool:
        """What of a bulk export is missing from the folder, where the document is its manifest; False for any other."""
        manifest = read_manifest(data)
        if manifest is None:
            return False
        here = [path.name for path in self.path.rglob("*") if path.is_file()] if self.path.is_dir() else []
        self.files.missing += describe_missing_files(manifest, here)
        self.files.add_row(name, "file", "", "the manifest of an export")
        return True

    def _note_missing_pages(self, heads: dict[Path, FileHead]) -> None:
        """Pages that are not there: of the patients of a bundle, or of everybody where a page may be about anybody."""
        among = [page for head in heads.values() for page in head.pages]
        for path, head in heads.items():
            says = [f"{self._name_file(path)}: {one}" for one in describe_missing_pages(head.pages, among)]
            if len(head.patients) == 1:
                self.files.note_missing(head.patients[0], says)
            else:
                self.files.missing += says

    def _put_document_away(self, path: Path) -> None:
        name = self._name_file(path)
        try:
            self.files.put_document_away(unzip_data(read_limited_bytes(path), name), name)
        except ConcordantError as error:  # it was read before: a file that changed meanwhile
            self.files.add_row(name, "file", error.complaints[0].says, "")

    def _read_document(self, path: Path, *, alone: bool) -> Iterator[Patient]:
        name = self._name_file(path)
        try:
            data = read_limited_bytes(path)
            reading = read_document(data, name, self.tables, self.as_of, given=self.given, is_all=alone)
        except ConcordantError as error:
            if alone:
                raise
            self.files.add_row(name, "file", error.complaints[0].says, "")
            return
        self.rest.add_accounts([reading.rest])
        for patient in reading.patients:
            yield self._finish_patient(patient, name)

    def _finish_patient(self, patient: Patient, name: str) -> Patient:
        """The patient, with what is missing from the source as a whole; a second one without an id of its own gets one."""
        id_ = f"{name}: {patient.id}" if patient.id in self.seen else patient.id
        self.seen.add(id_)
        missing = (*self.files.missing, *self.files.missing_of(f"Patient/{patient.id}"))
        told = replace(patient, id=id_)
        return change_record(told, lambda one: replace(one, incomplete=tuple(dict.fromkeys((*one.incomplete, *missing)))))

    def _read_group(self, group: list[SpooledEntry], spool: Spool) -> Iterator[Patient]:
        """One patient of those that were put away."""
        if group[0].owner.startswith(OPEN):
            for kept in group:
                self.files.add_row(kept.place, kept.kind, kept.why or "it names no patient of this source", "")
            return
        entries, conflict = self._take_one_person([(kept, part) for kept in group for part in _read_kept_entry(kept)])
        entries += self._find_referenced(entries, spool)
        deleted = spool.find_deleted(f"{entry.resource.resourceType}/{entry.resource.id}" for entry in entries)
        try:
            reading = build_patients(entries, str(self.path), self.tables, self.as_of, given=self.given, deleted=deleted)
        except ConcordantError as error:
            for kept in group:
                self.files.add_row(kept.place, kept.kind, error.complaints[0].says, "")
            return
        for patient in reading.patients:
            yield self._finish_patient(_add_conflict(patient, conflict), group[0].file)
        self.rest.add_accounts([reading.rest])

    def _take_one_person(self, entries: list[tuple[SpooledEntry, LocatedResource]]) -> tuple[list[LocatedResource], str]:
        """The entries of the patient, with a sentence where two people have one id: then those of the first file."""
        if len({kept.file for kept, entry in entries if entry.resource.resourceType == "Patient"}) < 2:
            return [entry for _, entry in entries], ""  # as nearly all: nobody else can have this id
        pass_over_old_versions([entry for _, entry in entries], until=self.as_of if self.given else None)
        others = _find_other_people(entries)
        for kept, _ in entries if others else ():
            if kept.file in others:
                self.files.add_row(kept.place, kept.kind, TWO, "")
        told = "; ".join(f"{file} has another patient of this id ({why})" for file, why in others.items())
        return [entry for kept, entry in entries if kept.file not in others], told

    def _find_referenced(self, entries: list[LocatedResource], spool: Spool) -> list[LocatedResource]:
        """The medications, specimens and structures that the entries refer to, and the substances that those hold."""
        found: dict[str, list[LocatedResource]] = {}
        asking = entries
        for _ in range(DEEPEST_REFERENCE):
            wanted = dict.fromkeys(address for each in asking for address in _iter_addresses(each.resource))
            data = {one: raw for one in wanted if one not in found and (raw := spool.find_shared(one)) is not None}
            asking = []
            for address, raw in data.items():
                parts = decode_one(raw, address, address)
                found[address] = [LocatedResource(part.place, address, part.resource) for part in parts]
                asking += found[address]
        return [part for parts in found.values() for part in parts]


def iter_patients(
    path: Path, tables: FhirTables, as_of: dt.date, *, given: bool = False, content: bytes | None = None
) -> PatientStream:
    """The patients of a file, a folder, or the lines at hand in `content`, one after the other. Raises Unreadable for a single
    file that cannot be read.
    """
    return PatientStream(path, tables, as_of, given, content)


def _iter_addresses(resource: Resource) -> Iterator[str]:
    """Where what a resource refers to may have been put away."""
    for reference in list_referenced(resource):
        if reference.reference:
            text = strip_version(reference.reference)
            yield text
            yield to_local_reference(text)


def _find_other_people(entries: list[tuple[SpooledEntry, LocatedResource]]) -> dict[str, str]:
    """The files whose Patient cannot be the one of the first file that has this id, with the reason."""
    firsts: dict[str, tuple[str, Resource]] = {}
    others: dict[str, str] = {}
    for kept, entry in entries:
        resource = entry.resource
        if resource.resourceType != "Patient" or not resource.id or entry.passed:
            continue
        file, first = firsts.setdefault(resource.id, (kept.file, resource))
        if kept.file != file and (difference := describe_difference(first, resource, same_id=True)):
            others[kept.file] = difference
    return others


def _read_kept_entry(kept: SpooledEntry) -> Iterator[LocatedResource]:
    """An entry as it stood in its file; of a kind from which nothing is read, that there was one."""
    if not kept.data:
        yield LocatedResource(kept.place, None, Resource(resourceType=kept.kind, subject=Reference(kept.owner)), kept.why)
        return
    for entry in decode_one(kept.data, kept.url, kept.place):
        entry.why = entry.why or kept.why
        yield entry


def _add_conflict(patient: Patient, says: str) -> Patient:
    if not says:
        return patient
    missing = f"{says[:1].upper()}{says[1:]}: nothing of it was read."
    return change_record(
        patient,
        lambda record: replace(record, set_aside=(*record.set_aside, says), incomplete=(*record.incomplete, missing)),
    )
