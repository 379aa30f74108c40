"""Entries of lines, of single resources and of joined documents, put on disk by the patient whom they name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import msgspec

from concordant.errors import ConcordantError, Unreadable
from concordant.inputs import TOO_MUCH, PackedFault, make_packed_complaint, open_unpacked
from concordant.patient.account import Account
from concordant.record.fhir.addresses import find_server, to_patient_address
from concordant.record.fhir.charting import READ_BY_REFERENCE, READERS
from concordant.record.fhir.decode import (
    LocatedResource,
    decode_resources,
    describe_error,
    describe_malformed,
    entry_place,
    is_bundle,
)
from concordant.record.fhir.elements import NOTHING, PatientLink, Reference
from concordant.record.fhir.files import LONGEST_LINE, iter_limited_lines
from concordant.record.fhir.folder import FileHead, read_number_keys
from concordant.record.fhir.identity import GOVERNS, list_sought_keys, read_links
from concordant.record.fhir.incoming import BAD_BYTE, find_line_fault, is_head_repeated, refuse_repeated_keys, replace_bad_bytes
from concordant.record.fhir.pages import describe_missing_pages, read_pages
from concordant.record.fhir.spool import OPEN, Spool, SpooledEntry
from concordant.record.fhir.subjects import Subjects, index_subjects
from concordant.record.fhir.versions import pass_over_old_versions
from concordant.visible import make_json_visible

LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
DOCUMENTS = (".json", ".json.gz")
MOST_ROWS = 100_000  # of entries that belong to no patient; those beyond are counted
SUBJECT = re.compile(rb'"(?:subject|patient)"\s*:\s*\{[^{}]*"reference"\s*:\s*"([^"\\]{1,200})"')


class LineHead(msgspec.Struct, gc=False):
    """What has to be known of a line to put it away."""

    resourceType: str | None = None  # noqa: N815
    id: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    identifier: msgspec.Raw = NOTHING
    link: msgspec.Raw = NOTHING
    entry: msgspec.Raw = NOTHING

    @property
    def is_bundle(self) -> bool:
        """Whether other resources stand in it."""
        return is_bundle(self.resourceType, bytes(self.entry) or None)


HEAD = msgspec.json.Decoder(LineHead)
KEPT = frozenset((*READERS, *READ_BY_REFERENCE))  # of other kinds nothing is read but whom they are about
TYPE = b'"resourceType"'


@dataclass(slots=True)
class SourceFiles:
    """What was put away of a source, what of it belongs to nobody, and what is missing: for everybody, or for one patient."""

    path: Path
    rest: Account
    spool: Spool = field(default_factory=Spool)
    beyond: int = 0
    missing: list[str] = field(default_factory=list)
    linked: list[tuple[str, str]] = field(default_factory=list)
    missing_by_owner: dict[str, list[str]] = field(default_factory=dict)

    def note_missing(self, owner: str, says: Iterable[str]) -> None:
        """What is missing from the record of one patient."""
        self.missing_by_owner.setdefault(owner, []).extend(says)

    def missing_of(self, owner: str) -> list[str]:
        """What is missing from the record of this patient, and from those of linked ones."""
        parts = [part for part, main in self.linked if main == owner]
        return [says for one in (owner, *parts) for says in self.missing_by_owner.get(one, ())]

    def add_row(self, place: str, kind: str, aside: str, ignored: str) -> None:
        """An entry of nobody: set aside, or ignored."""
        if len(self.rest.rows) >= MOST_ROWS:
            self.beyond += 1
        elif aside:
            self.rest.mark_set_aside(place, kind, aside)
        else:
            self.rest.mark_ignored(place, kind, ignored)

    # -- lines and single resources ----------------------------------------------------------------

    def put_lines_away(self, path: Path, name: str, content: bytes | None = None) -> None:
        """Every line of a file, or of what came from elsewhere; where it ends in the middle, that is missing from every record.
        Raises Unreadable for a source by itself that grows without bound.
        """
        try:
            with open_unpacked(path) if content is None else BytesIO(content) as lines:
                for number, line in enumerate(iter_limited_lines(lines), 1):
                    text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
                    if text:
                        self._put_line_away(text, f"{name}:{number}", name, is_whole=line.endswith(b"\n"))
        except OSError as error:
            if isinstance(error, PackedFault) and path == self.path and error.says == TOO_MUCH:
                raise Unreadable(make_packed_complaint(error, name)) from None
            self.add_row(name, "file", f"the file cannot be read to its end ({error.strerror})", "")
            self.missing.append(f"{Path(name).name} is cut off or damaged: what stood behind that place is missing.")

    def _put_line_away(self, text: bytes, place: str, name: str, *, is_whole: bool) -> None:
        if len(text) > LONGEST_LINE:
            self._miss_line(text, place, "the line is too long")
            return
        text = make_json_visible(text)
        try:
            head = HEAD.decode(replace_bad_bytes(text))
            if head.is_bundle:
                self._put_bundle_away(text, place)
            else:
                self._put_resource_away(text, head, place, name)
        except msgspec.ValidationError as error:
            self._miss_line(text, place, describe_error(error))
        except RecursionError:
            self._miss_line(text, place, "it is nested too deeply")
        except msgspec.DecodeError as error:
            why = describe_malformed(text, "", str(error)).says
            if is_whole:
                self._miss_line(text, place, why)
            else:
                self.add_row(place, "line", why, "")
                self.missing.append(f"{Path(name).name} ends in the middle of a line: what stood behind that place is missing.")

    def _miss_line(self, text: bytes, place: str, why: str) -> None:
        """A line that cannot be read: missing from the record of the patient whom it names, else from every record."""
        self.add_row(place, "line", why, "")
        says = f"{Path(place).name} cannot be read ({why})."
        subject = SUBJECT.search(text)
        owner = to_patient_address(subject[1].decode("utf-8", "replace")) if subject is not None else ""
        if owner:
            self.note_missing(owner, [says])
        else:
            self.missing.append(says)

    def _put_bundle_away(self, text: bytes, place: str) -> None:
        """A line that is a bundle: its entries, each to its patient."""
        try:
            refuse_repeated_keys(text, place)
            number = self.put_document_away(text, place)
        except ConcordantError as error:
            self._miss_line(text, place, error.complaints[0].says)
            return
        if not number:
            self.add_row(place, "Bundle", "", "a bundle without entries")

    def put_single_away(self, data: bytes, name: str) -> bool:
        """A file of one resource is put away like a line; False for any other."""
        try:
            head = HEAD.decode(replace_bad_bytes(data))
        except (msgspec.MsgspecError, RecursionError):
            return False
        if head.resourceType is None or head.is_bundle:
            return False
        self._put_resource_away(data, head, name, name)
        return True

    def _put_resource_away(self, data: bytes, head: LineHead, place: str, name: str) -> None:
        kind = head.resourceType or "?"
        why = find_line_fault(data) if kind in KEPT or data.count(TYPE) > 1 else ""
        if why and (is_head_repeated(data) or BAD_BYTE in f"{head.id}{_find_address(head.subject or head.patient)}"):
            self._miss_line(b"", place, why)  # it may be about anybody
            return
        shown = f"{kind}/{head.id}" if head.id and len(head.id) <= 64 else place
        if kind == "Patient" and head.id:
            self._put_numbers_away(f"Patient/{head.id}", head.identifier, head.link)
        if kind in READ_BY_REFERENCE and head.id and not why:
            self.spool.add_shared(f"{kind}/{head.id}", data)
        reference = head.subject or head.patient
        owner = f"Patient/{head.id}" if kind == "Patient" and head.id else _find_address(reference)
        if not owner and kind not in READERS:
            self.add_row(shown, kind, "", "it is about no patient")
        else:
            kept = b"" if kind in READ_BY_REFERENCE else data
            self.spool.add_entry(SpooledEntry(owner or OPEN, name, place, kind, why, None, kept))

    def _put_numbers_away(self, owner: str, identifier: msgspec.Raw, link: msgspec.Raw) -> None:
        self.spool.add_numbers(read_number_keys(identifier), owner)
        links = read_links(link) or ()  # what cannot be read of them is told when the patient is read
        self.linked += filter(None, (_pair_linked(owner, one) for one in links))

    # -- documents ---------------------------------------------------------------------------------

    def read_faulty_head(self, data: bytes, name: str) -> FileHead:
        """The head of a document of which a part is faulty. Raises Unreadable."""
        names: set[str] = set()
        for entry in decode_resources(data, name):
            resource = entry.resource
            if resource.resourceType == "Patient":
                names.update([f"Patient/{resource.id}"] if resource.id else [])
                names.update(f"{OPEN}{key}" for key in read_number_keys(resource.identifier))
            names.add(_find_address(resource.subject or resource.patient))
        return FileHead(frozenset(names - {"", OPEN}), tuple(read_pages(data)))

    def put_document_away(self, data: bytes, name: str) -> int:
        """The entries of a bundle, each to its patient; how many there are. Raises Unreadable."""
        entries = decode_resources(make_json_visible(data), name)
        pass_over_old_versions(entries)
        subjects = index_subjects(entries)
        for entry in entries:
            self._put_entry_away(entry, subjects, name)
        for says in describe_missing_pages(read_pages(data)) if ":" in name else ():
            self._note_page_of_line(subjects, f"{Path(name).name}: {says}")
        return len(entries)

    def _note_page_of_line(self, subjects: Subjects, says: str) -> None:
        if subjects.only is not None:
            self.note_missing(f"Patient/{subjects.only}", [says])
        else:
            self.missing.append(says)

    def _put_entry_away(self, entry: LocatedResource, subjects: Subjects, name: str) -> None:
        resource, place = entry.resource, f"{name}: {entry.place}" if entry.place else name
        kind = resource.resourceType or "?"
        if entry.deleted is not None:
            self.spool.add_deleted(f"{kind}/{resource.id}", entry.deleted)
            self.add_row(place, kind, "", entry.passed)
            return
        owner, why = self._choose_owner(entry, subjects)
        is_read = kind not in READ_BY_REFERENCE or bool(resource.contained)
        data = msgspec.json.encode(resource)
        for address in (entry.url, f"{kind}/{resource.id}" if resource.id else "") if kind in READ_BY_REFERENCE else ():
            if address:
                self.spool.add_shared(address, data)
        if owner:
            kept = SpooledEntry(owner, name, place, kind, entry.why, entry.url, data if is_read else b"")
            self.spool.add_entry(kept)
        else:
            self.add_row(
                f"{name}: {entry_place(entry)}", kind, entry.why or why, READ_BY_REFERENCE.get(kind) or "it is about no patient"
            )

    def _choose_owner(self, entry: LocatedResource, subjects: Subjects) -> tuple[str, str]:
        """Where an entry is put: with the patient of its document, else with the one of another file whom it names."""
        id_, why = subjects.find_owner(entry)
        resource = entry.resource
        if resource.resourceType == "Patient" and id_ is not None and not entry.passed:
            self._put_numbers_away(f"Patient/{id_}", resource.identifier, resource.link)
            if entry.url and (named := to_patient_address(entry.url)) != f"Patient/{id_}":
                self.linked.append((named, f"Patient/{id_}"))
        if id_ is not None:
            return f"Patient/{id_.removeprefix('urn:uuid:')}", ""
        reference = resource.subject or resource.patient
        if not why or (reference is not None and find_server(reference.reference or "")):
            return "", why
        return _find_address(reference) or OPEN, why


def _find_address(reference: Reference | None) -> str:
    """Under which address the patient of an entry stands; of one who is named by a number, that; empty where none is named."""
    if reference is None:
        return ""
    if reference.reference:
        return to_patient_address(reference.reference)
    keys = list_sought_keys(reference.identifier)
    return f"{OPEN}{keys[0]}" if keys else ""


def _pair_linked(owner: str, link: PatientLink) -> tuple[str, str] | None:
    """A linked patient and the one who governs."""
    other = to_patient_address((link.other.reference if link.other else None) or "")
    if not other or other == owner:
        return None
    return (other, owner) if GOVERNS.get(link.type or "", True) else (owner, other)
