"""To whom an entry belongs: the patient whom its subject names, by any address under which that patient stands in the source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from concordant.record.fhir.charting import HELD, READERS
from concordant.record.fhir.decode import Found
from concordant.record.fhir.elements import Resource
from concordant.record.fhir.references import local, tidy

TWO = "two different patients have this id"
Owner = tuple[str | None, str]


@dataclass(slots=True)
class Owners:
    """Every address of a patient, to the id; ids and addresses that two patients share; ids whose patient has a web address."""

    addresses: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    only: str | None = None

    def owner(self, one: Found) -> Owner:
        """The id of the patient; None with a reason, or without one when the entry is about nobody."""
        resource = one.resource
        if resource.resourceType == "Patient":
            own = resource.id or one.url or one.place
            return (None, TWO) if own in self.ambiguous else (own, "")
        reference = resource.subject or resource.patient
        text = reference.reference if reference is not None else None
        if text and text.startswith("#"):
            text = next((f"Patient/{one.id}" for one in resource.contained or () if f"#{one.id}" == text and one.id), None)
        return self._named(text) if text else self._unnamed(resource.resourceType)

    def _unnamed(self, kind: str | None) -> Owner:
        """Of an entry that names nobody: the only patient there is."""
        if kind not in READERS:
            return (self.only if kind not in HELD else None), ""
        return (self.only, "") if self.only is not None else (None, "it names no patient")

    def _named(self, text: str) -> Owner:
        found = self.addresses.get(text)
        if found is None:
            text = tidy(text)
            found = self.addresses.get(text) or self.addresses.get(local(text))
            if found in self.elsewhere and text.startswith("http"):
                found = self.addresses.get(text)  # the same id on another server is another patient
        if found is not None:
            shared = self.ambiguous and not self.ambiguous.isdisjoint((text, local(text), found))
            return (None, TWO) if shared else (found, "")
        told = local(text).removeprefix("Patient/")
        if self.addresses or "/" in told:
            return None, "it belongs to a patient who is not in this file"
        return told, ""


def owners_of(found: Iterable[Found]) -> Owners:
    """The patients of a source, by their addresses."""
    owners = Owners()
    told: dict[str, Resource] = {}
    for one in found:
        if one.resource.resourceType == "Patient":
            id_ = one.resource.id or one.url or one.place
            if told.setdefault(id_, one.resource) != one.resource:
                owners.ambiguous.add(id_)
            _enter(one, id_, owners)
    ids = set(owners.addresses.values())
    owners.only = ids.pop() if len(ids) == 1 else None
    return owners


def _enter(one: Found, id_: str, owners: Owners) -> None:
    if one.url is not None and one.url.startswith("http"):
        owners.elsewhere.add(id_)
    names = (f"Patient/{one.resource.id}", f"urn:uuid:{one.resource.id}") if one.resource.id else ()
    for address in filter(None, (one.url, *names)):
        if owners.addresses.get(address, id_) != id_:
            owners.ambiguous.add(address)
        owners.addresses[address] = id_
    if one.url is None and one.resource.id is None:
        owners.addresses[one.place] = id_
