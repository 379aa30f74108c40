"""A running treatment told by a class or a protocol, in every source: no class stands as a drug, and it is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from concordant.answer.engine import answer_record
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.terminology.names import Words
from tests.record.told import Told

SOURCES = ("fhir", "omop", "table")
NAMES = {  # written name: drugs, classes
    "Chemotherapy": ((), ("chemotherapy",)),
    "THP": (("trastuzumab", "pertuzumab"), ("taxane",)),
    "AC-TH": (("doxorubicin", "cyclophosphamide", "trastuzumab"), ("taxane",)),
    "taxane": ((), ("taxane",)),
    "taxane + trastuzumab": (("trastuzumab",), ("taxane",)),
    "HER2 therapy": ((), ("her2_targeted",)),
    "hormone therapy": ((), ("endocrine_therapy",)),
    "aromatase inhibitor": ((), ("aromatase_inhibitor",)),
}


@pytest.fixture
def told(tmp_path: Path, knowledge: Knowledge, words: Words) -> Told:
    return Told(tmp_path, knowledge, words)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", NAMES)
def test_a_class_is_no_drug(name: str, source: str, told: Told, knowledge: Knowledge) -> None:
    record = told.sources[source](name)
    [course] = record.courses
    assert (set(course.drugs), set(course.classes), course.unknown_drugs) == (*map(set, NAMES[name]), ())
    assert answer_record(record, knowledge).answer in ("needs_data", "recommends", "out_of_scope")


def test_every_class_and_protocol_that_runs_is_answered(told: Told, knowledge: Knowledge, words: Words) -> None:
    """By the knowledge, not by a list: a class or protocol that is added tomorrow is tried as well."""
    ids = {drug.id for drug in knowledge.drugs}
    for name in (*knowledge.classes.values(), *knowledge.vocabulary.protocols, *knowledge.vocabulary.class_words):
        record: PatientRecord = told.as_fhir(name)
        for course in record.courses:
            assert ids.issuperset(course.drugs) and set(knowledge.classes).issuperset(course.classes), name
        answer_record(record, knowledge)


UNNAMED = [
    "Antineoplastic agent",
    "Zytostatikum i.v.",
    "chemotherapy NOS",
    "immunotherapy",
    "systemic therapy",
    "Targeted therapy",
    "monoclonal antibody infusion",
    "EC x4 followed by TH",
    "Chemotherapie n.n.b.",
    "anti-HER2 infusion",
]
OTHERS = ["vitamin D3", "ibuprofen 400", "herbal tea", "saline flush"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", [*UNNAMED, *OTHERS])
def test_treatment_without_its_drug_is_treatment(name: str, source: str, told: Told) -> None:
    """It may have been any drug of the cancer; another medicine is none."""
    if source == "table" and name in OTHERS:
        return  # a column of treatments holds nothing else
    assert bool(told.sources[source](name).courses) is (name in UNNAMED)
