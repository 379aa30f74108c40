"""FHIR to patients: every entry goes to the patient whom its subject names, and to nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from concordant.compiled import Knowledge
from concordant.complaints import Complaint, Refused
from concordant.record.account import Account
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.conditions import allergy, condition
from concordant.record.fhir.decode import Found, decoded, unzipped
from concordant.record.fhir.elements import Resource
from concordant.record.fhir.finish import finished
from concordant.record.fhir.kit import Kit, kit_of
from concordant.record.fhir.medications import medication
from concordant.record.fhir.observations import observation
from concordant.record.fhir.person import person
from concordant.record.fhir.procedures import procedure
from concordant.record.fhir.references import local, tidy
from concordant.record.sources import Patient
from concordant.record.terminology import Terminology

READERS: dict[str, Callable[[Resource, Chart], None]] = {
    "Patient": person,
    "Observation": observation,
    "Condition": condition,
    "AllergyIntolerance": allergy,
    "Procedure": procedure,
    "MedicationAdministration": medication,
    "MedicationRequest": medication,
    "MedicationStatement": medication,
    "MedicationUsage": medication,
    "MedicationDispense": medication,
    "MedicationOrder": medication,
}
HELD = {"Medication": "read where an entry refers to it", "Specimen": "read where an entry refers to it"}


@dataclass(slots=True)
class Reading:
    """The patients of a source, and what became of entries that belong to none of them."""

    patients: list[Patient]
    rest: Account = field(default_factory=Account)


def read_fhir(
    data: bytes, name: str, knowledge: Knowledge, terms: Terminology | None, as_of: dt.date, *, given: bool = False
) -> list[Patient]:
    """Every patient of a bundle, a list of resources or one resource. Raises Unreadable, or Refused when nobody is in it."""
    return read_with(data, name, kit_of(knowledge, terms), as_of, given=given).patients


def read_with(data: bytes, name: str, kit: Kit, as_of: dt.date, *, given: bool = False) -> Reading:
    """The same with the tables made before, for many files."""
    return patients_in(decoded(unzipped(data, name), name), name, kit, as_of, given=given)


def patients_in(found: list[Found], name: str, kit: Kit, as_of: dt.date, *, given: bool) -> Reading:
    """The patients that some resources make up."""
    owners, ambiguous = _owners(found)
    only = next(iter(set(owners.values()))) if len(set(owners.values())) == 1 else None
    groups: dict[str, list[Found]] = {}
    nobody: list[tuple[Found, str]] = []
    plainly = {} if ambiguous else owners
    for one in found:
        subject = one.resource.subject
        if subject is not None and (direct := plainly.get(subject.reference or "")) and one.resource.resourceType != "Patient":
            groups.setdefault(direct, []).append(one)  # as nearly all entries are; the rest needs a closer look
            continue
        owner, why = _owner(one, owners, ambiguous, only)
        if owner is None:
            nobody.append((one, why))
        else:
            groups.setdefault(owner, []).append(one)
    if not groups:
        raise Refused(Complaint(_nobody(found), name, 1, "A record needs a Patient, or entries with a subject"))
    shared = [one for one, why in nobody if not why]
    patients = [finished(_charted(id_, group, shared, kit, as_of), "", given=given) for id_, group in sorted(groups.items())]
    alone = len(patients) == 1
    rest = patients[0].account if alone else Account()
    for one, why in nobody:
        _row_of_nobody(one, why, rest)
    if alone and (told := _told_of_owners(found, nobody)):
        patients = [replace(patients[0], record=replace(patients[0].record, notices=(*patients[0].record.notices, *told)))]
    return Reading(patients, Account() if alone else rest)


def _told_of_owners(found: list[Found], nobody: list[tuple[Found, str]]) -> list[str]:
    """What has to be said where entries name another patient, or none."""
    strangers = sum(bool(why) for _, why in nobody)
    silent = sum(_is_silent(one.resource) for one in found) - sum(_is_silent(one.resource) for one, _ in nobody)
    told = []
    if strangers:
        told.append(f"{_entries(strangers, 'names', 'name')} no patient of this file, and count for nobody.")
    if silent:
        told.append(f"{_entries(silent, 'names', 'name')} no patient, and count for the only one of this file.")
    return told


def _is_silent(resource: Resource) -> bool:
    return resource.resourceType in READERS and resource.resourceType != "Patient" and not (resource.subject or resource.patient)


def _entries(number: int, one: str, many: str) -> str:
    return f"1 entry {one}" if number == 1 else f"{number} entries {many}"


def _nobody(found: list[Found]) -> str:
    kinds = sorted({one.resource.resourceType or "no type" for one in found})
    return f"no patient is in this FHIR data ({', '.join(kinds[:5]) or 'no entries'})"


def _owners(found: Iterable[Found]) -> tuple[dict[str, str], set[str]]:
    """Every address of a patient, to the id; addresses that two patients share."""
    owners: dict[str, str] = {}
    ambiguous: set[str] = set()
    told: dict[str, Resource] = {}
    for one in found:
        if one.resource.resourceType != "Patient":
            continue
        id_ = one.resource.id or one.url or one.place
        if told.setdefault(id_, one.resource) != one.resource:
            ambiguous.add(id_)
        if one.url is not None and one.url.startswith("http"):
            ambiguous.add(f"elsewhere {id_}")
        names = (f"Patient/{one.resource.id}", f"urn:uuid:{one.resource.id}") if one.resource.id else ()
        for address in filter(None, (one.url, *names)):
            if owners.get(address, id_) != id_:
                ambiguous.add(address)
            owners[address] = id_
        if one.url is None and one.resource.id is None:
            owners[one.place] = id_
    return owners, ambiguous


def _owner(one: Found, owners: dict[str, str], ambiguous: set[str], only: str | None) -> tuple[str | None, str]:
    """To whom an entry belongs; None with a reason, or without one when it is about nobody."""
    resource = one.resource
    kind = resource.resourceType
    if kind == "Patient":
        own = resource.id or one.url or one.place
        return (None, "two different patients have this id") if own in ambiguous else (own, "")
    reference = resource.subject or resource.patient
    text = reference.reference if reference is not None else None
    if text and text.startswith("#"):
        text = next((f"Patient/{one.id}" for one in resource.contained or () if f"#{one.id}" == text and one.id), None)
    if not text:
        if kind not in READERS:
            return (only, "") if only is not None and kind not in HELD else (None, "")
        return (only, "") if only is not None else (None, "it names no patient")
    found = owners.get(text)
    if found is None:
        text = tidy(text)
        found = owners.get(text) or owners.get(local(text))
        if found is not None and text.startswith("http") and f"elsewhere {found}" in ambiguous:
            found = owners.get(text)  # the same id on another server is another patient
    if found is not None:
        if ambiguous and not ambiguous.isdisjoint((text, local(text), found)):
            return None, "two different patients have this id"
        return found, ""
    told = local(text).removeprefix("Patient/")
    if owners or "/" in told:
        return None, "it belongs to a patient who is not in this file"
    return told, ""


def _charted(id_: str, group: list[Found], shared: list[Found], kit: Kit, as_of: dt.date) -> Chart:
    """All entries of one patient, read."""
    chart = Chart(kit, id_, as_of)
    chart.urls = _addresses([*shared, *group])
    seen: dict[str, Resource] = {}
    for one in group:
        resource = one.resource
        kind = resource.resourceType or "?"
        chart.at(_place(one), kind)
        if one.why:
            if kind in READERS or kind == "?":
                chart.put_aside(one.why)
            else:
                chart.ignored(f"nothing is read from {kind}")
            continue
        reader = READERS.get(kind)
        if reader is None:
            chart.ignored(HELD.get(kind) or f"nothing is read from {kind}")
        elif (earlier := seen.setdefault(chart.place.rstrip("'"), resource)) is not resource and earlier == resource:
            chart.ignored("the same entry again")
        else:
            reader(resource, chart)
    return chart


def _addresses(found: list[Found]) -> dict[str, Resource]:
    """What a reference can point at."""
    known: dict[str, Resource] = {}
    for one in found:
        if one.resource.resourceType in ("Condition", "Medication", "Specimen"):
            if one.url:
                known[one.url] = one.resource
            if one.resource.id:
                known[f"{one.resource.resourceType}/{one.resource.id}"] = one.resource
    return known


def _place(one: Found) -> str:
    resource = one.resource
    if resource.id and resource.resourceType and len(resource.id) <= 64:
        return f"{resource.resourceType}/{resource.id}"
    return one.place or resource.resourceType or "the resource"


def _row_of_nobody(one: Found, why: str, rest: Account) -> None:
    kind = one.resource.resourceType or "?"
    if one.why or why:
        rest.set_aside(_place(one), kind, one.why or why)
    else:
        rest.ignored(_place(one), kind, HELD.get(kind) or "it is about no patient")
