"""A drug misspelt, transliterated, abbreviated or with its form, and a drug coded in any of the ways of bills and products."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concordant.answer.engine import answer_record, build_situation
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import Course, PatientRecord
from concordant.record.omop.read import iter_patients
from concordant.terminology.codes import make_terminology
from concordant.terminology.names import Words
from tests.record.fhir.builders import RXN, coded, diagnosis, observation, read, resource, woman
from tests.record.omop.build import CANCER, condition, database, drug, person
from tests.record.told import AS_OF, Told

SOURCES = ("fhir", "omop", "table")
NEAR = {  # what is written: the known name that is meant
    "tratuzumab": "trastuzumab",
    "trastuzumabum": "trastuzumab",
    "trastuzumb": "trastuzumab",
    "Trastuzumabe": "trastuzumab",
    "TRASTUZ 440 mg": "trastuzumab",
    "TRAST": "trastuzumab",
    "pertuzumap": "pertuzumab",
    "PERTUZ": "pertuzumab",
    "herceptine": "herceptin",
    "enhert": "enhertu",
    "trastuzumab emtansin XR": "trastuzumab emtansine",
}
OTHER_LETTERS = ("трастузумаб", "曲妥珠单抗", "トラスツズマブ")
READ = {  # what is written: the drugs that it certainly is
    "TDM-1": {"trastuzumab_emtansine"},
    "T DM 1": {"trastuzumab_emtansine"},
    "TCHP cycle 3 of 6": {"docetaxel", "carboplatin", "trastuzumab", "pertuzumab"},
    "neoadjuvant TCHP x6": {"docetaxel", "carboplatin", "trastuzumab", "pertuzumab"},
    "Cycle 2 TCH": {"docetaxel", "carboplatin", "trastuzumab"},
}
PRODUCTS = {  # among doses and forms, in sources that tell products
    "trastuzumab inj, solution reconstituted 440 mg": {"trastuzumab"},
    "doxorubicin liposomal 2 mg/ml": {"liposomal_doxorubicin"},
    "doxorubicin hydrochloride liposome injection": {"liposomal_doxorubicin"},
}
OTHERS = ("ustekinumab", "adalimumab", "Infusion bag 250 ml", "ACTH", "multivitamin", "EC tablet", "ibuprofen")
HCPCS, NDC, ATC = (
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "http://hl7.org/fhir/sid/ndc",
    "http://www.whocc.no/atc",
)
DERUXTECAN = ("65597-406-01", "65597-0406-01", "65597040601", "6559740601", "65597-406")
CODES = [
    *((HCPCS, code, "trastuzumab_deruxtecan") for code in ("J9358", "j9358", " J9358 ")),
    *((NDC, code, "trastuzumab_deruxtecan") for code in DERUXTECAN),
    (NDC, "0006-5033-02", "trastuzumab"),
    (NDC, "00006503302", "trastuzumab"),
    (NDC, "0006503302", "trastuzumab"),
    (ATC, "L01XC03", "trastuzumab"),
    (ATC, "L01FD01", "trastuzumab"),
    (ATC, "L01XC14", "trastuzumab_emtansine"),
]


@pytest.fixture
def told(tmp_path: Path, knowledge: Knowledge, words: Words) -> Told:
    return Told(tmp_path, knowledge, words)


def only_course(record: PatientRecord) -> Course:
    [course] = record.courses
    return course


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", [*NEAR, *OTHER_LETTERS])
def test_a_near_name_may_be_a_drug(name: str, source: str, told: Told, knowledge: Knowledge) -> None:
    """The course is open, the known name is offered, and no drug is taken as never received."""
    record = told.sources[source](name)
    assert only_course(record).unknown_drugs == (name,)
    said = " ".join(record.not_understood)
    assert name in said
    assert name in OTHER_LETTERS or f"Did you mean '{NEAR[name]}" in said
    assert build_situation(record, knowledge).facts["received_trastuzumab"].value is None


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", READ)
def test_a_name_among_the_words_of_a_course_is_the_drug(name: str, source: str, told: Told) -> None:
    course = only_course(told.sources[source](name))
    assert (set(course.drugs), course.unknown_drugs) == (READ[name], ())


@pytest.mark.parametrize("source", ["fhir", "omop"])
@pytest.mark.parametrize("name", PRODUCTS)
def test_forms_and_salts_are_no_part_of_the_name(name: str, source: str, told: Told) -> None:
    assert set(only_course(told.sources[source](name)).drugs) == PRODUCTS[name]


@pytest.mark.parametrize("source", ["fhir", "omop"])
@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_no_treatment(name: str, source: str, told: Told) -> None:
    assert told.sources[source](name).courses == ()


def fhir_ways(system: str, code: str) -> dict[str, tuple[dict[str, Any], ...]]:
    """One administration by this code, in every entry that can tell it."""
    item = {"productOrService": coded(system, code), "servicedDate": "2023-05-20"}
    bill: dict[str, Any] = {"patient": {"reference": "Patient/p1"}, "status": "active", "item": [item]}
    period = {"start": "2023-05-20", "end": "2023-05-20"}
    given: dict[str, Any] = {"status": "completed", "effectiveDateTime": "2023-05-20"}
    return {
        "code": (resource("MedicationAdministration", "x", medicationCodeableConcept=coded(system, code), **given),),
        "fifth version": (resource("MedicationAdministration", "x", medication={"concept": coded(system, code)}, **given),),
        "procedure": (resource("Procedure", "x", status="completed", code=coded(system, code), performedDateTime="2023-05-20"),),
        "procedure with a period": (
            resource("Procedure", "x", status="completed", code=coded(system, code), performedPeriod=period),
        ),
        "claim": ({"resourceType": "Claim", "id": "x", "use": "claim", **bill},),
        "bill": ({"resourceType": "ExplanationOfBenefit", "id": "x", **bill},),
    }


@pytest.mark.parametrize("way", fhir_ways(HCPCS, "J9358"))
@pytest.mark.parametrize(("system", "code", "meant"), CODES)
def test_a_coded_administration_in_every_entry(system: str, code: str, meant: str, way: str) -> None:
    course = only_course(read(woman(), diagnosis(), *fhir_ways(system, code)[way]).record)
    assert course.drugs == (meant,)
    assert course.start is not None
    assert course.start.first.isoformat() == "2023-05-20"


@pytest.mark.parametrize("way", fhir_ways(HCPCS, "J9358"))
@pytest.mark.parametrize(("system", "code"), [(HCPCS, "J9999"), (ATC, "L01XX99")])
def test_a_cancer_drug_that_is_not_listed_may_be_any(system: str, code: str, way: str) -> None:
    assert only_course(read(woman(), diagnosis(), *fhir_ways(system, code)[way]).record).unknown_drugs == (code,)


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"use": "preauthorization"}, {"status": "entered-in-error"}])
def test_a_bill_for_what_was_not_given_is_none(change: dict[str, str]) -> None:
    [bill] = fhir_ways(HCPCS, "J9358")["claim"]
    assert read(woman(), diagnosis(), bill | change).record.courses == ()


@pytest.mark.parametrize("bad", ["2023-13-41", "yesterday"])
@pytest.mark.parametrize("way", ["claim", "procedure"])
def test_an_administration_with_a_bad_date_stays_open(way: str, bad: str) -> None:
    [entry] = fhir_ways(HCPCS, "J9358")[way]
    if way == "claim":
        entry["item"][0]["servicedDate"] = bad
    else:
        entry["performedDateTime"] = bad
    record = read(woman(), diagnosis(), entry).record
    assert only_course(record).drugs == ()
    assert any("date" in sentence or bad in sentence for sentence in record.set_aside)


@pytest.mark.parametrize("source_value", ["J9358", "HCPCS:J9358", *DERUXTECAN, "NDC:65597040601", "L01FD04", "Enhertu 100 MG"])
@pytest.mark.parametrize("table", ["drug_exposure", "procedure_occurrence"])
def test_source_values_where_the_concept_is_zero(
    table: str, source_value: str, tmp_path: Path, knowledge: Knowledge, words: Words
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "person": [person(1)],
        "condition_occurrence": [condition(1, 1, CANCER, "2022-12-01")],
    }
    if table == "drug_exposure":
        rows[table] = [drug(1, 1, 0, "2023-05-20", drug_source_value=source_value)]
    else:
        keys = {"procedure_occurrence_id": 1, "person_id": 1, "procedure_concept_id": 0, "procedure_date": "2023-05-20"}
        rows[table] = [{**keys, "procedure_source_value": source_value}]
    [patient] = iter_patients(database(tmp_path / "x.duckdb", rows), knowledge, words, AS_OF, given=False, rest=Account())
    assert only_course(patient.record).drugs == ("trastuzumab_deruxtecan",)


TRASTUZUMAB = coded(RXN, "224905", "Trastuzumab")
INGREDIENTS: dict[str, list[dict[str, Any]]] = {
    "coded": [{"itemCodeableConcept": TRASTUZUMAB}],
    "text": [{"itemCodeableConcept": {"text": "trastuzumab"}}],
    "fifth version": [{"item": {"concept": TRASTUZUMAB}}],
    "substance": [{"itemReference": {"reference": "#s"}}],
    "substance, fifth version": [{"item": {"reference": {"reference": "#s"}}}],
    "with a carrier": [{"itemCodeableConcept": {"text": "Sodium chloride 0.9 %"}}, {"itemCodeableConcept": TRASTUZUMAB}],
    "misspelt": [{"itemCodeableConcept": {"text": "tratuzumab"}}],
}


@pytest.mark.parametrize("contained", [True, False])
@pytest.mark.parametrize("way", INGREDIENTS)
def test_a_medication_is_what_it_holds(way: str, contained: bool, knowledge: Knowledge) -> None:
    substance = {"resourceType": "Substance", "id": "s", "code": TRASTUZUMAB}
    bag: dict[str, Any] = {"resourceType": "Medication", "id": "m", "code": {"text": "Infusion bag 250 ml"}}
    bag["ingredient"] = INGREDIENTS[way]
    within: dict[str, Any] = {"contained": [bag, substance]} if contained else {}
    reference = {"reference": "#m" if contained else "Medication/m"}
    period = {"start": "2022-12-10", "end": "2023-04-01"}
    her2 = observation("o", "48676-1", valueCodeableConcept={"text": "Positive"})
    given = resource(
        "MedicationStatement", "x", status="completed", medicationReference=reference, effectivePeriod=period, **within
    )
    outside = () if contained else (bag | {"contained": [substance]},)
    record = read(woman(), diagnosis(), her2, given, *outside).record
    course = only_course(record)
    assert (course.drugs or course.unknown_drugs) == (("tratuzumab",) if way == "misspelt" else ("trastuzumab",))
    assert all("taxane" not in option.regimen for option in answer_record(record, knowledge).options)


def test_a_medication_whose_code_and_ingredients_differ_is_open() -> None:
    bag = {"resourceType": "Medication", "id": "m", "code": coded(RXN, "1298944"), "ingredient": INGREDIENTS["coded"]}
    given = resource("MedicationStatement", "x", status="completed", medicationReference={"reference": "Medication/m"})
    record = read(woman(), diagnosis(), given, bag).record
    assert only_course(record).drugs == ()
    assert any("ingredients" in sentence for sentence in record.set_aside)


def test_every_product_code_is_found_in_every_form(knowledge: Knowledge) -> None:
    terms = make_terminology(knowledge)
    for one in knowledge.drugs:
        for code in (code for code in one.codes if code.system == "ndc"):
            labeler, product, *_ = code.code.split("-")
            long = f"{labeler.zfill(5)}{product.zfill(4)}"
            for spelling in (
                code.code,
                f"{long}01",
                f"{long[:5]}-{long[5:]}-01",
                f"{labeler}-{product}-01",
                f"{labeler}{product}01",
            ):
                found = terms.find_concept("ndc", spelling)
                assert found is not None and found.name == one.id, spelling
