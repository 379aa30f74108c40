"""To whom an entry belongs: the patient whom its subject names, by any address under which that patient stands in the source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from concordant.record.fhir.charting import READ_BY_REFERENCE, READERS
from concordant.record.fhir.decode import LocatedResource
from concordant.record.fhir.references import strip_version, to_local_reference
from concordant.record.fhir.resources import Resource

TWO = "two different patients have this id"
Owner = tuple[str | None, str]


@dataclass(slots=True)
class Subjects:
    """Every address of a patient, to the id; ids and addresses that two patients share; ids whose patient has a web address."""

    addresses: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    only: str | None = None

    def find_owner(self, item: LocatedResource) -> Owner:
        """The id of the patient; None with a reason, or without one when the entry is about nobody."""
        resource = item.resource
        if resource.resourceType == "Patient":
            own = resource.id or item.url or item.place
            return (None, TWO) if own in self.ambiguous else (own, "")
        reference = resource.subject or resource.patient
        text = reference.reference if reference is not None else None
        if text and text.startswith("#"):
            text = next((f"Patient/{item.id}" for item in resource.contained or () if f"#{item.id}" == text and item.id), None)
        return self._find_named_owner(text) if text else self._find_default_owner(resource.resourceType)

    def _find_default_owner(self, kind: str | None) -> Owner:
        """Of an entry that names nobody: the only patient there is."""
        if kind not in READERS:
            return (self.only if kind not in READ_BY_REFERENCE else None), ""
        return (self.only, "") if self.only is not None else (None, "it names no patient")

    def _find_named_owner(self, text: str) -> Owner:
        owner = self.addresses.get(text)
        if owner is None:
            text = strip_version(text)
            owner = self.addresses.get(text) or self.addresses.get(to_local_reference(text))
            if owner in self.elsewhere and text.startswith("http"):
                owner = self.addresses.get(text)  # the same id on another server is another patient
        if owner is not None:
            shared = self.ambiguous and not self.ambiguous.isdisjoint((text, to_local_reference(text), owner))
            return (None, TWO) if shared else (owner, "")
        id_ = to_local_reference(text).removeprefix("Patient/")
        if self.addresses or "/" in id_:
            return None, "it belongs to a patient who is not in this file"
        return id_, ""


def index_subjects(entries: Iterable[LocatedResource]) -> Subjects:
    """The patients of a source, by their addresses."""
    subjects = Subjects()
    patients: dict[str, Resource] = {}
    for entry in entries:
        if entry.resource.resourceType == "Patient":
            id_ = entry.resource.id or entry.url or entry.place
            if patients.setdefault(id_, entry.resource) != entry.resource:
                subjects.ambiguous.add(id_)
            _add_addresses(entry, id_, subjects)
    ids = set(subjects.addresses.values())
    subjects.only = ids.pop() if len(ids) == 1 else None
    return subjects


def _add_addresses(entry: LocatedResource, id_: str, subjects: Subjects) -> None:
    if entry.url is not None and entry.url.startswith("http"):
        subjects.elsewhere.add(id_)
    names = (f"Patient/{entry.resource.id}", f"urn:uuid:{entry.resource.id}") if entry.resource.id else ()
    for address in filter(None, (entry.url, *names)):
        if subjects.addresses.get(address, id_) != id_:
            subjects.ambiguous.add(address)
        subjects.addresses[address] = id_
    if entry.url is None and entry.resource.id is None:
        subjects.addresses[entry.place] = id_
