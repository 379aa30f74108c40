"""To whom an entry belongs: the patient whom its subject names, by any address, number or name that the source gives.

What certainly names somebody else belongs to nobody here. What leaves open whether it is the only patient of the source is set
aside in that patient's own record, so that no silence speaks in its stead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from concordant.record.fhir.addresses import find_server, strip_version, to_local_reference
from concordant.record.fhir.charting import READ_BY_REFERENCE, READERS
from concordant.record.fhir.decode import LocatedResource
from concordant.record.fhir.elements import Reference
from concordant.record.fhir.identity import (
    describe_difference,
    join_linked,
    list_own_keys,
    list_sought_keys,
    read_identifiers,
    read_names,
    split_words,
)
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.versions import DELETED

Word = TypeVar("Word")
TWO = "two different patients have this id"
ELSEWHERE = "it belongs to a patient who is not in this file"
OTHER_NUMBER = "its subject is named by a number that no patient here has"
OPEN_NUMBER = "its subject is named by a number, and whether it is one of this patient is not told"
OTHER_NAME = "its subject is named only in words, and no patient here has that name"
OPEN_NAME = "its subject is named only in words, and whether that is this patient is not told"
OPEN_SERVER = "its subject stands on a server of which it is not told whether it is that of this patient"
Owner = tuple[str | None, str]
Telling = tuple[str | None, str | None, bytes]  # the birth date, the sex and the numbers of a patient


@dataclass(slots=True)
class Subjects:
    """Every address, number and name of a patient, to the id; what two patients share; ids whose patient has a web address.

    `systems` are those in which a patient has a number. `missing` says, by id, which other records of the person are not in the
    source; `notices` what else has to be said of links.
    """

    entries: Sequence[LocatedResource] = ()
    addresses: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    systems: set[str] = field(default_factory=set)
    names: dict[frozenset[str], str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    joined: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    notices: dict[str, list[str]] = field(default_factory=dict)
    only: str | None = None
    servers: frozenset[str] | None = None
    removed: set[str | None] = field(default_factory=set)  # ids of patients whom their source deleted

    def find_owner(self, item: LocatedResource) -> Owner:
        """The id of the patient, with a reason where the entry may be another's; None with a reason, or without one when the
        entry is about nobody.
        """
        resource = item.resource
        if resource.resourceType == "Patient":
            own = resource.id or item.url or item.place
            return (None, TWO) if own in self.ambiguous else (self.joined.get(own, own), "")
        reference = resource.subject or resource.patient
        text = reference.reference if reference is not None else None
        if text and text.startswith("#"):
            text = next((f"Patient/{item.id}" for item in resource.contained or () if f"#{item.id}" == text and item.id), None)
        owner = self._find_named_owner(text) if text else None
        if (owner is None or owner == (None, ELSEWHERE)) and reference is not None:
            owner = self._find_described_owner(reference) or owner
        return owner or self._find_default_owner(resource.resourceType)

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
            if owner is not None and text.startswith("http") and text not in self.addresses:
                owner, why = self._check_server(text, owner)
                if why:
                    return owner, why
        if owner is not None:
            shared = self.ambiguous and not self.ambiguous.isdisjoint((text, to_local_reference(text), owner))
            return (None, TWO) if shared else (owner, "")
        id_ = to_local_reference(text).removeprefix("Patient/")
        return (None, ELSEWHERE) if self.addresses or "/" in id_ else (id_, "")

    def _check_server(self, text: str, owner: str) -> Owner:
        """The same id on another server is another patient."""
        if owner in self.elsewhere:
            return None, ELSEWHERE
        if self.servers is None:
            self.servers = self._find_servers()
        if self.servers == {find_server(text)}:
            return owner, ""
        if find_server(text) not in self.servers and "" not in self.servers:
            return None, ELSEWHERE
        return (owner, OPEN_SERVER) if owner == self.only else (None, OPEN_SERVER)

    def _find_servers(self) -> frozenset[str]:
        """Where the entries stand; where they do not say so, the servers that their subjects name (empty for: this one)."""
        told = {find_server(entry.url) for entry in self.entries if entry.url is not None and entry.url.startswith("http")}
        if told:
            return frozenset(told)
        subjects = (entry.resource.subject or entry.resource.patient for entry in self.entries)
        texts = [subject.reference for subject in subjects if subject is not None and subject.reference]
        return frozenset(find_server(text) for text in texts if text.startswith(("http", "Patient/")))

    def _find_described_owner(self, reference: Reference) -> Owner | None:
        """By a number of the patient, else by a name; None where it has neither."""
        if not self.addresses:
            return None
        if keys := list_sought_keys(reference.identifier):
            return self._find_numbered_owner(keys, reference)
        if reference.display and not reference.reference:
            return self._find_owner_by_name(split_words(reference.display))
        return None

    def _find_numbered_owner(self, keys: Sequence[str], reference: Reference) -> Owner:
        owners = {self.numbers[key] for key in keys if key in self.numbers}
        if owners:
            return self._settle_owner(owners.pop() if len(owners) == 1 else "")
        system = reference.identifier.system if reference.identifier else None
        if self.only is None or system in self.systems:
            return None, OTHER_NUMBER
        return self.only, OPEN_NUMBER

    def _find_owner_by_name(self, words: frozenset[str]) -> Owner:
        if (named := self.names.get(words)) is not None:
            return self._settle_owner(named)
        if self.only is None or (self.names and all(words.isdisjoint(name) for name in self.names)):
            return None, OTHER_NAME
        return self.only, "" if any(name < words for name in self.names) else OPEN_NAME

    def _settle_owner(self, owner: str) -> Owner:
        return (owner, "") if owner and owner not in self.ambiguous else (None, TWO)


def index_subjects(entries: Sequence[LocatedResource]) -> Subjects:
    """The patients of a source, by their addresses, numbers and names."""
    subjects = Subjects(entries)
    patients: dict[str, list[Resource]] = {}
    told: dict[str, dict[Telling, Resource]] = {}
    for entry in entries:
        if entry.resource.resourceType != "Patient":
            continue
        if entry.passed == DELETED:
            subjects.removed.add(entry.resource.id)
        if not entry.passed:
            id_ = entry.resource.id or entry.url or entry.place
            if _is_other_patient(entry.resource, told.setdefault(id_, {})):
                subjects.ambiguous.add(id_)
            patients.setdefault(id_, []).append(entry.resource)
            _add_addresses(entry, id_, subjects)
    _join_links({id_: resources[-1] for id_, resources in patients.items()}, subjects)
    _add_descriptions(patients, subjects)
    ids = set(subjects.addresses.values())
    subjects.only = ids.pop() if len(ids) == 1 else None
    return subjects


def _is_other_patient(resource: Resource, told: dict[Telling, Resource]) -> bool:
    """Whether a patient cannot be the one whom others of the same id tell; one that tells the same was held against them."""
    telling = (resource.birthDate, resource.gender, bytes(resource.identifier))
    if telling in told:
        return False
    differs = any(describe_difference(other, resource, same_id=True) for other in told.values())
    told[telling] = resource
    return differs


def _join_links(patients: dict[str, Resource], subjects: Subjects) -> None:
    """Patients who are one person: every address of each leads to the one that governs."""
    found = join_linked(patients, subjects.addresses)
    subjects.joined, subjects.missing, subjects.notices = found.joined, found.missing, found.notices
    for address, id_ in subjects.addresses.items() if found.joined else ():
        subjects.addresses[address] = found.joined.get(id_, id_)


def _add_descriptions(patients: dict[str, list[Resource]], subjects: Subjects) -> None:
    for id_, resources in patients.items():
        owner = subjects.joined.get(id_, id_)
        for resource in resources:
            identifiers = read_identifiers(resource)
            subjects.systems.update(one.system for one in identifiers if one.system)
            _add_shared(subjects.numbers, (key for one in identifiers for key in list_own_keys(one)), owner)
            _add_shared(subjects.names, read_names(resource), owner)


def _add_shared(known: dict[Word, str], words: Iterable[Word], owner: str) -> None:
    """A word that two patients share tells neither of them."""
    for word in words:
        if known.setdefault(word, owner) != owner:
            known[word] = ""


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
