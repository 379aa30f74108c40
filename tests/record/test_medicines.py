"""Medicines that are taken beside: their names as records write them, what they are read as, what becomes of each entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from concordant.model.knowledge import Knowledge
from concordant.patient.events import Medication
from concordant.terminology.codes import Terminology, make_terminology
from concordant.terminology.names import Words, medicines_from_name
from tests.conftest import ReadCase
from tests.record.fhir.builders import coded, dose, resource, woman
from tests.record.fhir.builders import read as read_fhir
from tests.shipped import failing
from tests.stories import Story, told_by

NAMES = YAML(typ="safe").load(Path(__file__).with_name("medicines.yaml"))
ATC = "http://www.whocc.no/atc"


@pytest.fixture(scope="module")
def terms(knowledge: Knowledge, words: Words) -> Terminology:
    return make_terminology(knowledge, words)


@pytest.mark.parametrize(("name", "expected"), NAMES["written"].items(), ids=str)
def test_a_name_as_records_write_it(name: str, expected: list[str], words: Words) -> None:
    assert list(medicines_from_name(name, words)) == expected


def test_a_name_with_a_strange_word_is_not_understood(words: Words) -> None:
    def law(name: str) -> None:
        assert medicines_from_name(name, words) == ()

    assert failing(law, NAMES["not_understood"]) == {}


def test_an_everyday_medicine_holds_nothing_back(words: Words, knowledge: Knowledge) -> None:
    def law(name: str) -> None:
        reasons = {term.id: term.no_bearing for term in knowledge.vocabulary.medications}
        parts = medicines_from_name(name, words)
        assert parts
        assert all(reasons[part] for part in parts)

    assert failing(law, NAMES["everyday"]) == {}


@pytest.mark.parametrize(("name", "features"), NAMES["read"].items(), ids=str)
def test_a_medicine_that_a_rule_reads(name: str, features: list[str], words: Words, knowledge: Knowledge) -> None:
    tags = {term.id: term.tags for term in knowledge.vocabulary.medications}
    found = {tag for part in medicines_from_name(name, words) for tag in tags[part]}
    assert found == set(features)


@pytest.mark.parametrize(("code", "term"), NAMES["atc"].items())
def test_a_code_of_a_block_is_one_of_the_family(code: str, term: str | None, terms: Terminology) -> None:
    found = terms.find_concept(ATC, code)
    assert (found.name if found else None) == term


@told_by("medications", "entries")
def test_the_entries_of_a_case_file(story: Story, read: ReadCase) -> None:
    record, expect = read(story.record), story.expect
    assert [[m.term, m.name] for m in record.medications] == expect["medications"]
    assert [f"{' '.join(c.drugs)}, {c.stopped}, {c.entry.place}" for c in record.courses] == expect["courses"]
    assert str(len(record.not_understood)) == expect["not understood"]


@told_by("medications", "twice")
def test_a_treatment_that_is_told_twice_counts_once(story: Story, read: ReadCase) -> None:
    assert str(len(read(story.record).courses)) == story.expect["courses"]


TAKEN: list[tuple[dict[str, Any], list[tuple[str | None, str]]]] = [
    ({"text": "amLODIPine 5 MG Oral Tablet"}, [("amlodipine", "amLODIPine 5 MG Oral Tablet")]),
    ({"text": "Xyzzyzol 5 mg"}, [(None, "Xyzzyzol 5 mg")]),
    ({"text": "Ramipril / Xyzzyzol"}, [(None, "Ramipril / Xyzzyzol")]),
    (coded(ATC, "C08CA01", "Xyzzyzol"), [("family_dihydropyridines", "Xyzzyzol")]),
    (coded(ATC, "C08CA01", "Xyzzyzol", "amlodipine 5 mg"), [("amlodipine", "amlodipine 5 mg")]),
    (coded(ATC, "J02AC01", "Xyzzyzol"), [("fluconazole", "Xyzzyzol")]),
    (coded(ATC, "H02AB07", "prednisone"), [("prednisone", "prednisone")]),
]


@pytest.mark.parametrize(("concept", "expected"), TAKEN)
def test_what_fhir_says_is_taken_now(concept: dict[str, Any], expected: list[tuple[str | None, str]]) -> None:
    statement = resource("MedicationStatement", "m", status="active", medicationCodeableConcept=concept)
    patient = read_fhir(woman(), statement)
    assert [(m.term, m.name) for m in patient.record.medications] == expected
    assert [(row.fate, row.why) for row in patient.account.rows if row.place == "MedicationStatement/m"] == [
        ("used", "medication")
    ]


def test_what_was_taken_before_is_not_listed() -> None:
    patient = read_fhir(woman(), dose("m", "x", "2023-02-01", medicationCodeableConcept={"text": "Xyzzyzol"}))
    assert patient.record.medications == ()
    assert [row.fate for row in patient.account.rows if row.place.endswith("/m")] == ["ignored"]


def test_a_supportive_drug_that_runs_is_understood() -> None:
    drug = {"medicationCodeableConcept": {"text": "denosumab"}, "effectivePeriod": {"start": "2023-01-01"}}
    record = read_fhir(woman(), resource("MedicationStatement", "m", status="active", **drug)).record
    assert [m.term for m in record.medications] == ["denosumab"]
    assert isinstance(record.medications[0], Medication)
