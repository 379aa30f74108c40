"""The same entries among others that say nothing of the patient: older versions, errors, strangers, notes."""

from __future__ import annotations

import copy
from typing import Any

from tests.writers.as_fhir import LOINC, RXNORM, SNOMED, VERIFIED, concept
from tests.writers.perturbed import Resource, Told
from tests.writers.perturbed.walking import each_resource, first_code

NEGATIVE, POSITIVE = ("260385009", "Negative (qualifier value)"), ("10828004", "Positive (qualifier value)")
LAPATINIB = ("672149", "lapatinib")
TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">HER2 negative, stage I, never treated</div>'}


def shuffled(told: Told) -> list[Resource]:
    return told.chance.sample(told.entries, len(told.entries))


def duplicates(told: Told) -> list[Resource]:
    return [*told.entries, *copy.deepcopy(told.entries)]


def same_under_another_id(told: Told) -> list[Resource]:
    """Results and diagnoses alone: what happened once and is told under two ids may have happened twice."""
    again = []
    for entry in copy.deepcopy(told.entries):
        resource = entry["resource"]
        result = resource["resourceType"] == "Observation" and first_code(resource["code"]) not in ("97509-4", "line-of-therapy")
        if result or resource["resourceType"] == "Condition":
            again.append({"resource": resource | {"id": f"again-{resource['id']}"}})
    return [*told.entries, *again]


def _otherwise(resource: Resource) -> Resource:
    """The entry, saying something else."""
    false: Resource = copy.deepcopy(resource)
    if "valueCodeableConcept" in false:
        is_negative = first_code(false["valueCodeableConcept"]) == NEGATIVE[0]
        false["valueCodeableConcept"] = concept(SNOMED, POSITIVE if is_negative else NEGATIVE)
    if "valueQuantity" in false:
        false["valueQuantity"]["value"] = 1
    if "medicationCodeableConcept" in false:
        false["medicationCodeableConcept"] = concept(RXNORM, LAPATINIB)
    if false["resourceType"] == "Condition":
        false["code"] = concept(SNOMED, ("94225005", "Metastatic (secondary) malignant neoplasm to brain (disorder)"))
    return false


def older_versions(told: Told) -> list[Resource]:
    entries = []
    for entry in told.entries:
        resource = entry["resource"]
        older = {"versionId": "1", "lastUpdated": "2015-01-01T08:00:00Z"}
        newest = {"versionId": "2", "lastUpdated": "2016-01-01T08:00:00Z"}
        entries += [
            {**entry, "resource": {**_otherwise(resource), "meta": older}},
            {**entry, "resource": {**resource, "meta": newest}},
        ]
    return entries


def entered_in_error(told: Told) -> list[Resource]:
    false = []
    for entry in told.entries:
        twin = _otherwise(entry["resource"]) | {"id": f"error-{entry['resource']['id']}"}
        if twin["resourceType"] == "Patient":
            continue
        if twin["resourceType"] == "Condition":
            twin["verificationStatus"] = concept(VERIFIED, ("entered-in-error", "Entered in Error"))
        else:
            twin["status"] = "entered-in-error"
        false.append({"resource": twin})
    return [*told.entries, *false]


def unrelated(told: Told) -> list[Resource]:
    mine = {"subject": {"reference": "Patient/p1"}}
    glucose = concept(LOINC, ("2339-0", "Glucose [Mass/volume] in Blood"))
    others: list[Resource] = [
        {"resourceType": "Condition", "id": "cold", **mine, "code": concept(SNOMED, ("82272006", "Common cold"))},
        {"resourceType": "Appointment", "id": "visit", "status": "booked"},
        {"resourceType": "Claim", "id": "claim", "status": "active", "patient": mine["subject"]},
        {"resourceType": "Encounter", "id": "stay", "status": "finished", **mine},
        {"resourceType": "Immunization", "id": "shot", "status": "completed", "patient": mine["subject"]},
        {"resourceType": "Organization", "id": "house", "name": "Hospital"},
        {
            "resourceType": "Observation",
            "id": "sugar",
            "status": "final",
            **mine,
            "code": glucose,
            "valueQuantity": {"value": 90, "unit": "mg/dL"},
        },
    ]
    return [*told.entries, *({"resource": other} for other in others)]


def other_patients(told: Told) -> list[Resource]:
    strangers = []
    for entry in copy.deepcopy(told.entries):
        resource = entry["resource"]
        if "subject" in resource:
            stranger = _otherwise(resource) | {"id": f"other-{resource['id']}", "subject": {"reference": "Patient/p2"}}
            strangers.append({"resource": stranger})
    return [*told.entries, *strangers]


def notes_and_extensions(told: Told) -> list[Resource]:
    unknown: Any = {"url": "http://hospital.example/StructureDefinition/ward", "valueString": "HER2 negative"}

    def change(resource: Resource) -> Resource:
        resource["extension"] = [*resource.get("extension", []), unknown]
        resource |= {"text": TEXT, "language": "de", "meta": {"tag": [{"code": "negative"}], "source": "#ward"}}
        resource["identifier"] = [{"value": "4711"}]
        return resource | ({} if resource["resourceType"] == "Patient" else {"note": [{"text": "no trastuzumab so far"}]})

    return each_resource(told, change)
