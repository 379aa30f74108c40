"""The same entries in other words and codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.writers.as_fhir import LOINC, SNOMED, concept
from tests.writers.perturbed import Resource, Told, words
from tests.writers.perturbed.walking import each, each_resource, first_code

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
GM, WHO = "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://hl7.org/fhir/sid/icd-10"
ATC = "http://www.whocc.no/atc"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
DRUG = "medicationCodeableConcept"


def _in_language(told: Told, language: str) -> list[Resource]:
    """Displays in another language; what is not known in it has none."""

    def change(item: Resource) -> Resource:
        if "system" not in item or "display" not in item:
            return item
        display = words()[language].get(item["code"])
        return {**{key: value for key, value in item.items() if key != "display"}, **({"display": display} if display else {})}

    return each(told, change)


def german_displays(told: Told) -> list[Resource]:
    return _in_language(told, "german")


def french_displays(told: Told) -> list[Resource]:
    return _in_language(told, "french")


def no_displays(told: Told) -> list[Resource]:
    return each(told, lambda item: {key: value for key, value in item.items() if key != "display"})


def shouted(told: Told) -> list[Resource]:
    def change(item: Resource) -> Resource:
        loud = {key: f"  {item[key].upper()} " for key in ("display", "text") if isinstance(item.get(key), str)}
        return {**item, **loud}

    return each(told, change)


def local_codes_beside(told: Told) -> list[Resource]:
    def change(item: Resource) -> Resource:
        if "coding" not in item:
            return item
        own = {"system": "http://hospital.example/codes", "code": f"H-{item['coding'][0]['code']}"}
        return {**item, "coding": [own, *item["coding"]]}

    return each(told, change)


def systems_as_oids(told: Told) -> list[Resource]:
    oids = words()["oids"]
    return each(told, lambda item: {**item, "system": oids.get(item["system"], item["system"])} if "system" in item else item)


# Drugs.


def _with_drugs(told: Told, name: Callable[[Any], Resource]) -> list[Resource]:
    """Each drug that the plain bundle has a code or a name for, as the function tells it."""
    by_code = {code.code: drug for drug in told.knowledge.drugs for code in drug.codes if code.system == "rxnorm"}
    by_name = {drug.name: drug for drug in told.knowledge.drugs}

    def change(resource: Resource) -> Resource:
        drug = by_code.get(first_code(resource.get(DRUG))) or by_name.get(resource.get(DRUG, {}).get("text", ""))
        return {**resource, DRUG: name(drug)} if drug is not None else resource

    return each_resource(told, change)


def drugs_in_atc(told: Told) -> list[Resource]:
    def name(drug: Any) -> Resource:
        code = next((code for code in drug.codes if code.system == "atc"), None)
        return concept(ATC, (code.code, code.display)) if code is not None else {"text": drug.name}

    return _with_drugs(told, name)


def drugs_in_snomed(told: Told) -> list[Resource]:
    known = words()["snomed_drugs"]
    return _with_drugs(told, lambda drug: concept(SNOMED, known[drug.id]) if drug.id in known else {"text": drug.name})


def drugs_as_text(told: Told) -> list[Resource]:
    return _with_drugs(told, lambda drug: {"text": drug.name})


def drugs_by_brand(told: Told) -> list[Resource]:
    return _with_drugs(told, lambda drug: {"text": drug.brands[0] if drug.brands else drug.name})


# Tests and results.


def tests_as_text(told: Told) -> list[Resource]:
    def change(resource: Resource) -> Resource:
        coding = (resource.get("code", {}).get("coding") or [{}])[0]
        about_results = resource["resourceType"] == "Observation" and coding.get("system") == LOINC
        stated = coding.get("code") in ("42802-9", "97509-4")  # no results: what they are about is said by a code alone
        return {**resource, "code": {"text": coding["display"]}} if about_results and not stated else resource

    return each_resource(told, change)


def _with_results(told: Told, name: Callable[[str], Resource], key: str = "valueCodeableConcept") -> list[Resource]:
    def change(resource: Resource) -> Resource:
        code = first_code(resource.get("valueCodeableConcept"))
        if code not in words()["results_as_text"]:
            return resource
        return {**{k: v for k, v in resource.items() if k != "valueCodeableConcept"}, key: name(code)}

    return each_resource(told, change)


def results_as_text(told: Told) -> list[Resource]:
    return _with_results(told, lambda code: {"text": words()["results_as_text"][code]})


def results_in_loinc(told: Told) -> list[Resource]:
    return _with_results(told, lambda code: concept(LOINC, words()["results_in_loinc"][code]))


def results_as_interpretation(told: Told) -> list[Resource]:
    def name(code: str) -> Any:
        return [concept(INTERPRETATION, words()["results_as_interpretation"][code])]

    return _with_results(told, name, "interpretation")


# Diagnoses.


def _with_diagnoses(told: Told, name: Callable[[str], Resource], table: str) -> list[Resource]:
    def change(resource: Resource) -> Resource:
        code = first_code(resource.get("code")) if resource["resourceType"] == "Condition" else ""
        return {**resource, "code": name(code)} if code in words()[table] else resource

    return each_resource(told, change)


def diagnoses_in_icd10_cm(told: Told) -> list[Resource]:
    return _with_diagnoses(told, lambda code: concept(ICD10, words()["icd10_cm"][code]), "icd10_cm")


def diagnoses_in_icd10_gm(told: Told) -> list[Resource]:
    return _with_diagnoses(told, lambda code: concept(GM, words()["icd10_gm"][code]), "icd10_gm")


def diagnoses_in_icd10_who(told: Told) -> list[Resource]:
    return _with_diagnoses(told, lambda code: concept(WHO, words()["icd10_who"][code]), "icd10_who")


def diagnoses_as_text(told: Told) -> list[Resource]:
    return _with_diagnoses(told, lambda code: {"text": words()["diagnoses_as_text"][code]}, "diagnoses_as_text")
