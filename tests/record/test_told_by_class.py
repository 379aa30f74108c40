"""A running treatment told by a class or a protocol, in every source: no class stands as a drug, and it is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from concordant.answer.engine import answer_record
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.record.omop.read import iter_patients
from concordant.terminology.names import Words
from tests.record.fhir.builders import SCT, Json, coded, diagnosis, read, resource, woman
from tests.record.omop.build import database, person
from tests.record.told import AS_OF, START, Told

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


CPT, PCS, OPS = "http://www.ama-assn.org/go/cpt", "http://hl7.org/fhir/sid/icd-10-pcs", "http://fhir.de/CodeSystem/bfarm/ops"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
GIVEN = {"status": "completed", "performedDateTime": START}
BILL = {"status": "active", "created": START}
# kind of entry, what it says, and whether cancer drugs were given
TOLD_WITHOUT: list[tuple[str, Json, bool]] = [
    *(("Procedure", GIVEN | {"code": coded(*code)}, True) for code in ((CPT, "96413"), (PCS, "3E03305"), (OPS, "8-543"))),
    ("Procedure", GIVEN | {"code": coded(SCT, "266719004")}, True),
    ("Procedure", GIVEN | {"code": {"text": "Chemotherapy administration"}}, True),
    ("Procedure", GIVEN | {"code": {"text": "Immuntherapie"}}, True),
    ("Procedure", GIVEN | {"code": {"text": "Chemotherapy education"}}, False),
    ("Procedure", GIVEN | {"code": coded(CPT, "99213", "Office visit")}, False),
    ("Procedure", GIVEN | {"code": coded(CPT, "96413"), "status": "not-done"}, False),
    ("Condition", {"code": coded(ICD, "Z51.11"), "onsetDateTime": START}, True),
    ("Condition", {"code": coded(ICD, "Z92.21"), "onsetDateTime": START}, True),
    ("Condition", {"code": coded(ICD, "Z09"), "onsetDateTime": START}, False),
    ("Claim", BILL | {"item": [{"productOrService": coded(CPT, "96415"), "servicedDate": START}]}, True),
    ("Claim", BILL | {"item": [{"productOrService": coded(CPT, "99213"), "servicedDate": START}]}, False),
    ("Claim", BILL | {"item": [{"productOrService": {}, "servicedDate": START}]}, False),
]


@pytest.mark.parametrize(("kind", "told", "given"), TOLD_WITHOUT)
def test_treatment_told_by_another_entry_is_treatment(kind: str, told: Json, given: bool) -> None:
    record = read(woman(), diagnosis(), resource(kind, "x", **told), as_of=AS_OF).record
    assert bool(record.courses) is given


GIVEN_VALUES, TALKED_OF = ("96413", "8-543", "3E03305", "Chemotherapy administration"), ("Chemotherapy education", "99213")


@pytest.mark.parametrize("value", [*GIVEN_VALUES, *TALKED_OF])
def test_so_is_a_procedure_of_the_cdm(value: str, tmp_path: Path, knowledge: Knowledge, words: Words) -> None:
    done = {"procedure_occurrence_id": 1, "person_id": 1, "procedure_concept_id": 0, "procedure_date": START}
    rows = {"person": [person(1)], "procedure_occurrence": [done | {"procedure_source_value": value}]}
    [patient] = iter_patients(database(tmp_path / "c.duckdb", rows), knowledge, words, AS_OF, given=False)
    assert bool(patient.record.courses) is (value in GIVEN_VALUES)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", ["no trastuzumab", "kein Trastuzumab", "not Herceptin", "ohne Pertuzumab"])
def test_a_name_that_denies_its_drug_is_not_that_drug(name: str, source: str, told: Told) -> None:
    assert all(course.drugs == () and course.unknown_drugs for course in told.sources[source](name).courses)
