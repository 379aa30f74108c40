"""Codes: membership in pinned value sets; every name of a system; a planted change is found."""

from __future__ import annotations

import msgspec
import pytest

from concordant.model.knowledge import Knowledge
from concordant.terminology.codes import Terminology, hash_codes, make_terminology


@pytest.fixture(scope="module")
def terms(knowledge: Knowledge) -> Terminology:
    return make_terminology(knowledge)


def test_every_value_set_is_pinned(knowledge: Knowledge) -> None:
    sets = knowledge.vocabulary.value_sets
    assert len(sets) > 50
    assert [values.id for values in sets if hash_codes(values.codes) != values.sha256] == []


@pytest.mark.parametrize("part", ["code", "display", "system"])
def test_a_changed_code_breaks_the_pin(knowledge: Knowledge, part: str) -> None:
    values = knowledge.vocabulary.value_sets[0]
    changed = msgspec.structs.replace(values.codes[0], **{part: "other"})
    assert hash_codes((changed, *values.codes[1:])) != values.sha256


def test_the_order_of_codes_is_no_content(knowledge: Knowledge) -> None:
    values = max(knowledge.vocabulary.value_sets, key=lambda one: len(one.codes))
    assert hash_codes(reversed(values.codes)) == values.sha256


def test_every_concept_is_in_the_vocabulary(knowledge: Knowledge) -> None:
    vocabulary = knowledge.vocabulary
    known = {
        "test": {test.name for test in vocabulary.tests},
        "measurement": {field.name for field in vocabulary.measurements},
        "secondary": {site.id for site in vocabulary.sites} | {""},
        "site": {site.id for site in vocabulary.sites},
        "condition": {term.id for term in vocabulary.conditions},
        "medication": {term.id for term in vocabulary.medications},
        "drug": {drug.id for drug in knowledge.drugs},
        "stage": {*vocabulary.stages, "M0"},
    }
    wrong = [v.id for v in vocabulary.value_sets if v.kind in known and v.concept not in known[v.kind]]
    assert wrong == []


SYSTEMS = [
    "http://loinc.org",
    "https://loinc.org",
    "http://loinc.org/",
    "http://loinc.org|2.77",
    "urn:oid:2.16.840.1.113883.6.1",
    "2.16.840.1.113883.6.1",
    "LOINC",
    "loinc",
]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_goes_by_many_names(terms: Terminology, system: str) -> None:
    found = terms.find_concept(system, "85319-2")
    assert found is not None
    assert (found.kind, found.name) == ("test", "her2_ihc")


@pytest.mark.parametrize(
    ("system", "code", "kind", "name"),
    [
        ("ICD10CM", "C50.411", "cancer", "breast"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "c50411", "cancer", "breast"),
        ("http://hl7.org/fhir/sid/icd-10-gm", "C50.4", "cancer", "breast"),
        ("ICD10", "C78.02", "secondary", "lung"),
        ("ICD10CM", "I50.21", "condition", "heart_failure"),
        ("SNOMED", "10828004", "value", "positive"),
        ("RxNorm", "224905", "drug", "trastuzumab"),
        ("ATC", "L01FD04", "drug", "trastuzumab_deruxtecan"),
        ("http://cancerstaging.org", "4", "stage", "IV"),
    ],
)
def test_codes(terms: Terminology, system: str, code: str, kind: str, name: str) -> None:
    found = terms.find_concept(system, code)
    assert found is not None
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    ("system", "code"),
    [("http://loinc.org", "10828004"), ("http://snomed.info/sct", "85319-2"), ("urn:x", "224905"), (None, "4"), ("ICD10", "X79")],
)
def test_a_code_of_another_system_is_no_code(terms: Terminology, system: str | None, code: str) -> None:
    assert terms.find_concept(system, code) is None


def test_products_stand_for_their_drugs(terms: Terminology) -> None:
    found = terms.find_concept("http://www.nlm.nih.gov/research/umls/rxnorm", "2382603")
    assert found is not None
    assert found.drugs == ("pertuzumab", "trastuzumab")
    named = terms.drugs_from_text("5 ML hyaluronidase-oysk 2000 UNT/ML / trastuzumab 120 MG/ML Injection")
    assert named == ("trastuzumab",)
    assert terms.drugs_from_text("Paclitaxel 100 MG Injection") == ("paclitaxel",)
    assert terms.drugs_from_text("unheard 5 MG / paclitaxel 6 MG/ML Injection") == ()
    assert terms.drugs_from_text("TUKYSA 150 mg tab") == ("tucatinib",)
    assert terms.drugs_from_text("Xeloda 500 MG Tabs") == ("capecitabine",)


def test_the_memory_of_spellings_ends(terms: Terminology) -> None:
    for number in range(7000):
        assert terms.find_concept(f"urn:unheard:{number}", "4") is None
        assert terms.drugs_from_text(f"unheard {number}") == ()
    assert len(terms.systems) <= 5000
    assert len(terms.named) <= 5000
