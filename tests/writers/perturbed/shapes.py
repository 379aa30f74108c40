"""The same entries in other elements, references and pieces."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from tests.writers.perturbed import Resource, Told
from tests.writers.perturbed.walking import each, each_resource

DRUG = "medicationCodeableConcept"
SERVER = "http://hospital.example/"
ADHERENCE = "http://hl7.org/fhir/CodeSystem/medication-statement-adherence"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EVERY, PART = dt.timedelta(days=21), dt.timedelta(days=60)


# References.


def absolute_references(told: Told) -> list[Resource]:
    def change(item: Resource) -> Resource:
        address = item.get("reference")
        return {**item, "reference": SERVER + address} if isinstance(address, str) else item

    return each(told, change)


def uuids(told: Told) -> list[Resource]:
    def urn(address: str) -> str:
        kind, _, id_ = address.partition("/")
        return f"urn:uuid:00000000-0000-4000-8000-{abs(hash_of(kind + id_)):012d}"

    def change(item: Resource) -> Resource:
        return {**item, "reference": urn(item["reference"])} if isinstance(item.get("reference"), str) else item

    return [{**entry, "fullUrl": urn(entry["fullUrl"].removeprefix(SERVER))} for entry in each(told, change)]


def hash_of(text: str) -> int:
    """A number that is the same on every machine."""
    return sum((place + 1) * ord(sign) ** 2 for place, sign in enumerate(text))


def medications_contained(told: Told) -> list[Resource]:
    def change(resource: Resource) -> Resource:
        if DRUG not in resource:
            return resource
        medication = {"resourceType": "Medication", "id": "drug", "code": resource.pop(DRUG)}
        return {**resource, "contained": [medication], "medicationReference": {"reference": "#drug"}}

    return each_resource(told, change)


def medications_referenced(told: Told) -> list[Resource]:
    entries: list[Resource] = []
    for entry in each_resource(told, dict):
        resource = entry["resource"]
        if DRUG in resource:
            id_ = f"drug-{len(entries)}"
            medication = {"resourceType": "Medication", "id": id_, "code": resource.pop(DRUG)}
            resource["medicationReference"] = {"reference": f"Medication/{id_}"}
            entries.append({"fullUrl": f"{SERVER}Medication/{id_}", "resource": medication})
        entries.append(entry)
    return entries


# Dates and versions of FHIR.


def instants(told: Told) -> list[Resource]:
    def change(item: Resource) -> Resource:
        dates = [key for key, value in item.items() if key != "birthDate" and isinstance(value, str) and DAY.fullmatch(value)]
        return {**item, **{key: f"{item[key]}T10:00:00.000+01:00" for key in dates}}

    return each(told, change)


def r5(told: Told) -> list[Resource]:
    """Drugs as codeable references, adherence in place of the status, what was performed as what occurred."""

    def change(resource: Resource) -> Resource:
        if DRUG in resource:
            resource["medication"] = {"concept": resource.pop(DRUG)}
        if resource["resourceType"] == "MedicationStatement":
            status = {"active": "taking", "completed": "stopped-as-directed", "stopped": "stopped"}[resource["status"]]
            reason = resource.pop("statusReason", [None])[0]
            adherence: Resource = {"code": {"coding": [{"system": ADHERENCE, "code": status}]}}
            resource |= {"status": "recorded", "adherence": adherence | ({"reason": reason} if reason else {})}
        if "performedDateTime" in resource:
            resource["occurrenceDateTime"] = resource.pop("performedDateTime")
        return resource

    return each_resource(told, change)


def r3(told: Told) -> list[Resource]:
    """Status as bare words, the stage not in a list, what was taken said beside the status."""

    def change(resource: Resource) -> Resource:
        for key in ("clinicalStatus", "verificationStatus"):
            if key in resource:
                resource[key] = resource[key]["coding"][0]["code"]
        if isinstance(resource.get("stage"), list):
            resource["stage"] = resource["stage"][0]
        if resource["resourceType"] == "MedicationStatement":
            resource["taken"] = "y"
        return resource

    return each_resource(told, change)


# Courses in pieces, and beside them what else a hospital writes.


def _days(resource: Resource) -> tuple[dt.date, dt.date | None] | None:
    """Start and end, of a course that has days for them."""
    period = resource.get("effectivePeriod") or {}
    start, end = period.get("start", ""), period.get("end", "")
    if resource["resourceType"] != "MedicationStatement" or not DAY.fullmatch(start) or (end and not DAY.fullmatch(end)):
        return None
    return dt.date.fromisoformat(start), dt.date.fromisoformat(end) if end else None


def statements_in_parts(told: Told) -> list[Resource]:
    return [part for entry in told.entries for part in _parts(entry, told.record.as_of)]


def _parts(entry: Resource, as_of: dt.date) -> Iterator[Resource]:
    resource, days = entry["resource"], _days(entry["resource"])
    if days is None or (days[1] is None and resource["status"] != "active"):
        yield entry
        return
    start, end = days
    number = 0
    while start + PART < (end or as_of):
        period = {"start": f"{start}", "end": f"{start + PART - dt.timedelta(days=1)}"}
        more = {"id": f"{resource['id']}-{number}", "status": "completed", "effectivePeriod": period}
        yield {"resource": {key: value for key, value in resource.items() if key != "statusReason"} | more}
        start, number = start + PART, number + 1
    yield {"resource": resource | {"effectivePeriod": {"start": f"{start}"} | ({"end": f"{end}"} if end else {})}}


def administrations_beside(told: Told) -> list[Resource]:
    return [*told.entries, *(dose for entry in told.entries for dose in _doses(entry["resource"], told.record.as_of))]


def _doses(resource: Resource, as_of: dt.date) -> Iterator[Resource]:
    days = _days(resource)
    if days is None or (days[1] is None and resource["status"] != "active"):
        return
    day, last = days[0], days[1] or as_of
    while day <= last:
        id_ = f"dose-{resource['id']}-{day}"
        yield {"resource": _beside(resource, "MedicationAdministration", id_, effectiveDateTime=f"{day}", status="completed")}
        day += EVERY


def orders_beside(told: Told) -> list[Resource]:
    return [*told.entries, *(order for entry in told.entries for order in _orders(entry["resource"]))]


def _orders(resource: Resource) -> Iterator[Resource]:
    start = (resource.get("effectivePeriod") or {}).get("start")
    if resource["resourceType"] == "MedicationStatement" and start:
        told = {"authoredOn": start, "status": "completed", "intent": "order"}
        yield {"resource": _beside(resource, "MedicationRequest", f"order-{resource['id']}", **told)}


def _beside(resource: Resource, kind: str, id_: str, **more: Any) -> Resource:
    return {"resourceType": kind, "id": id_, "subject": resource["subject"], DRUG: resource[DRUG], **more}
