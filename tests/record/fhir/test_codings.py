"""Every coding trap: what is read, what is a conflict, what is left open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from concordant.logic.intervals import Interval, make_exact_interval, step_above, step_below
from tests.record.fhir.builders import (
    LNC,
    RXN,
    SCT,
    bundle,
    coded,
    diagnosis,
    dose,
    fates,
    observation,
    read,
    reading,
    resource,
    why,
    woman,
)

POSITIVE = {"valueCodeableConcept": coded(SCT, "10828004", "Positive (qualifier value)")}
V3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def only_marker(**more: Any) -> Any:
    code = more.pop("code_", "85319-2")
    found = read(woman(), observation("o", code, **more)).record.markers
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("code", "test"),
    [
        ("48676-1", "her2"),
        ("85318-4", "her2_ish"),
        ("74885-5", "her2_ish"),
        ("16112-5", "er"),
        ("85339-0", "pr"),
        ("40557-1", "pr"),
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        POSITIVE,
        {"valueCodeableConcept": coded(LNC, "LA6576-8", "Positive")},
        {"valueString": "Positive"},
        {"interpretation": [coded(V3, "POS", "Positive")]},
        {"interpretation": coded(SCT, "10828004", "Positive (qualifier value)")},
        {"valueCodeableConcept": {"text": "positive"}},
    ],
)
def test_positive_in_every_coding(code: str, test: str, value: dict[str, Any]) -> None:
    marker = only_marker(code_=code, **value)
    assert (marker.test, marker.word) == (test, "positive")


@pytest.mark.parametrize("code", ["85319-2", "18474-7", "72383-3"])
def test_a_word_by_immunohistochemistry_is_the_overall_result(code: str) -> None:
    assert (only_marker(code_=code, **POSITIVE).test, only_marker(code_=code, **POSITIVE).word) == ("her2", "positive")
    equivocal = only_marker(code_=code, valueString="equivocal")
    assert (equivocal.test, equivocal.word) == ("her2_ihc", "2+")


@pytest.mark.parametrize(("value", "word"), [(0, "0"), (1, "1+"), (3, "3+")])
def test_a_score_by_immunohistochemistry(value: int, word: str) -> None:
    assert only_marker(valueQuantity={"value": value}).word == word
    assert only_marker(valueString=f"{value}+" if value else "0").word == word


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("greater than 2.2", Interval(low=step_above(2.2))),
        ("less than 1.8", Interval(high=step_below(1.8))),
        (">= 2", Interval(low=2.0)),
        ("2.4", make_exact_interval(2.4)),
    ],
)
def test_a_ratio_told_as_text(text: str, interval: Interval) -> None:
    assert only_marker(code_="85318-4", valueString=text).numbers == {"ratio": interval}


def test_ratio_and_copies_have_codes_of_their_own() -> None:
    assert only_marker(code_="49683-6", valueQuantity={"value": 2.5}).numbers == {"ratio": make_exact_interval(2.5)}
    assert only_marker(code_="74860-8", valueQuantity={"value": 6.1}).numbers == {"copies": make_exact_interval(6.1)}


def test_percent_with_a_comparator_and_components() -> None:
    percent = only_marker(code_="16112-5", valueQuantity={"value": 10, "comparator": ">=", "unit": "%"})
    assert percent.numbers == {"value": Interval(low=10.0)}
    parts = [{"code": coded(LNC, "49683-6"), "valueQuantity": {"value": 2.1}}]
    patient = read(woman(), observation("o", "74885-5", component=parts))
    assert patient.record.markers[0].numbers == {"ratio": make_exact_interval(2.1)}


CONFLICTS = [
    {"interpretation": coded(SCT, "10828004", "Inconclusive (qualifier value)")},
    {"valueCodeableConcept": coded(SCT, "260385009", "Positive (qualifier value)")},
    {"valueCodeableConcept": {"coding": [{"system": SCT, "code": "10828004"}, {"system": SCT, "code": "260385009"}]}},
    POSITIVE | {"interpretation": [coded(V3, "NEG")]},
]


@pytest.mark.parametrize("value", CONFLICTS)
def test_code_against_display_is_a_conflict_and_the_result_stays_open(value: dict[str, Any]) -> None:
    patient = read(woman(), observation("o", "74885-5", **value))
    (marker,) = patient.record.markers
    assert (marker.word, marker.numbers) == (None, {})
    assert marker.date and marker.date.first == dt.date(2023, 1, 10), "its day stands: a later result may replace it"
    assert fates(patient)["Observation/o"] == "set aside"
    assert len(patient.record.set_aside) == 1


@pytest.mark.parametrize(
    ("value", "extent"),
    [
        (coded("http://cancerstaging.org", "4", "IV"), "metastatic"),
        (coded("http://cancerstaging.org", "c3A"), "early"),
        (coded(SCT, "258228008", "Stage 4 (qualifier value)"), "metastatic"),
        (coded(SCT, "1222769001"), "early"),
        ({"text": "Stage 4"}, "metastatic"),
        ({"text": "IV"}, "metastatic"),
        ({"text": "stage iia"}, "early"),
        (coded("http://cancerstaging.org", "3C"), None),
    ],
)
def test_stages(value: dict[str, Any], extent: str | None) -> None:
    stage = observation("o", "21908-9", valueCodeableConcept=value, effectiveDateTime="2022-12-05")
    (event,) = read(woman(), diagnosis(), stage).record.events
    assert (event.kind, event.extent) == ("diagnosis", extent)


def m1(date: str | None) -> dict[str, Any]:
    more = {"effectiveDateTime": date} if date else {"effectiveDateTime": None}
    return observation("m", "21907-1", valueCodeableConcept=coded(SCT, "1229903009"), **more)


def test_m1_at_diagnosis_later_and_undated() -> None:
    assert [(e.kind, e.extent) for e in read(woman(), diagnosis(), m1("2022-12-20")).record.events] == [
        ("diagnosis", "metastatic")
    ]
    early = observation("s", "21908-9", valueCodeableConcept={"text": "IIA"}, effectiveDateTime="2020-01-05")
    later = read(woman(), diagnosis(onsetDateTime="2020-01-01"), early, m1("2022-12-20")).record.events
    assert [(e.kind, e.extent) for e in later] == [("diagnosis", "early"), ("recurrence", "metastatic")]
    undated = read(woman(), diagnosis(), m1(None)).record
    assert [(e.kind, e.extent) for e in undated.events] == [("diagnosis", None)]
    assert undated.stated["disease_extent"] == "metastatic"


def test_secondary_conditions_are_sites() -> None:
    bone = diagnosis("b", code=coded("urn:oid:2.16.840.1.113883.6.90", "C79.51"), onsetDateTime="2023-02-01")
    liver = diagnosis("l", code=coded(SCT, "94381002"), onsetDateTime="2023-05-02")
    events = read(woman(), diagnosis(onsetDateTime="2019-03"), bone, liver).record.events
    assert [(e.kind, e.sites) for e in events] == [("diagnosis", ()), ("recurrence", ("bone",)), ("progression", ("liver",))]
    regional = read(woman(), diagnosis(), diagnosis("n", code=coded(SCT, "94181007"))).record
    assert [e.extent for e in regional.events] == [None]


@pytest.mark.parametrize(
    ("code", "drugs"),
    [
        ("224905", ("trastuzumab",)),
        ("101306", ("trastuzumab",)),
        ("1658084", ("trastuzumab_emtansine",)),
        ("672149", ("lapatinib",)),
        ("1940648", ("neratinib",)),
        ("2119713", ("trastuzumab",)),
        ("2119714", ("trastuzumab",)),
        ("2382605", ("pertuzumab", "trastuzumab")),
        ("2267577", ("trastuzumab_deruxtecan",)),
    ],
)
def test_ingredient_product_and_brand(code: str, drugs: tuple[str, ...]) -> None:
    (course,) = read(woman(), diagnosis(), dose("m", code, "2023-02-01")).record.courses
    assert set(course.drugs) == set(drugs)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("MedicationRequest", {"status": "active", "intent": "order", "authoredOn": "2023-02-01"}),
        ("MedicationStatement", {"status": "active", "effectivePeriod": {"start": "2023-02-01"}}),
        (
            "MedicationOrder",
            {"status": "active", "dateWritten": "2023-02-01", "subject": None, "patient": {"reference": "Patient/p1"}},
        ),
        ("MedicationDispense", {"status": "completed", "whenHandedOver": "2023-02-01"}),
    ],
)
def test_every_kind_of_medication_resource(kind: str, more: dict[str, Any]) -> None:
    drug = {"medicationCodeableConcept": {"text": "Herceptin"}}
    (course,) = read(woman(), diagnosis(), resource(kind, "m", **(drug | more))).record.courses
    assert course.drugs == ("trastuzumab",)


def test_a_code_against_the_name_of_another_drug() -> None:
    wrong = dose("m", "583214", "2023-02-01", medicationCodeableConcept=coded(RXN, "224905", "Paclitaxel 100 MG Injection"))
    patient = read(woman(), diagnosis(), wrong)
    (course,) = patient.record.courses
    assert course.drugs == ()
    assert course.unknown_drugs
    assert "another drug" in why(patient, "MedicationAdministration/m") or "stands for" in why(
        patient, "MedicationAdministration/m"
    )


def test_medications_by_reference_contained_and_in_a_circle() -> None:
    held = {"resourceType": "Medication", "id": "h", "code": coded(RXN, "224905")}
    by_id = dose("m", "", "2023-02-01", medicationCodeableConcept=None, medicationReference={"reference": "Medication/h"})
    by_url = by_id | {"id": "m2", "medicationReference": {"reference": "urn:uuid:h"}}
    inside = by_id | {"id": "m3", "medicationReference": {"reference": "#h"}, "contained": [held]}
    for entry in (by_id, by_url, inside):
        (course,) = read(woman(), diagnosis(), held, entry).record.courses
        assert course.drugs == ("trastuzumab",)
    circle = by_id | {
        "medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "contained": [{"resourceType": "Medication", "id": "m"}]}],
    }
    assert read(woman(), circle).record.courses[0].drugs == ()


def test_reasons_for_stopping_and_settings() -> None:
    stopped = resource(
        "MedicationStatement", "m", status="stopped", statusReason=[coded(SCT, "407563006")],
        medicationCodeableConcept=coded(RXN, "224905"), effectivePeriod={"start": "2023-01-01", "end": "2023-04-01"},
        extension=[{"url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-treatment-intent",
                    "valueCodeableConcept": coded(SCT, "373846009")}],
    )  # fmt: skip
    (course,) = read(woman(), diagnosis(), stopped).record.courses
    assert (course.stopped, course.setting) == ("toxicity", "adjuvant")
    worse = stopped | {"statusReason": [{"text": "Disease progression"}], "extension": []}
    assert read(woman(), diagnosis(), worse).record.courses[0].stopped == "progression"
    silent = stopped | {"statusReason": None, "extension": []}
    assert read(woman(), diagnosis(), silent).record.courses[0].stopped != "progression"


def test_a_line_that_the_source_counts() -> None:
    mopa = "http://hl7.org/fhir/us/codex-mopa/CodeSystem"
    value = coded(f"{mopa}/treatment-line-cs", "2L")
    code = coded(f"{mopa}/ocpa-codes-cs", "line-of-therapy")
    line = resource("Observation", "l", effectiveDateTime="2023-01-10", code=code, valueCodeableConcept=value)
    spread = diagnosis("s", code=coded("http://hl7.org/fhir/sid/icd-10", "C78.7"))
    (course,) = read(woman(), diagnosis(), spread, line, dose("m", "224905", "2023-02-01")).record.courses
    assert course.line == 2
    (alone,) = read(woman(), diagnosis(), spread, line).record.courses
    assert (alone.line, alone.drugs) == (2, ())


def test_measurements_in_many_units() -> None:
    quantities = {
        "29463-7": ({"value": 154, "unit": "lb", "code": "[lb_av]"}, "weight"),
        "8302-2": ({"value": 66, "unit": "in", "code": "[in_i]"}, "height"),
        "10230-1": ({"value": 55, "unit": "%"}, "lvef"),
        "26499-4": ({"value": 2100, "unit": "/uL"}, "neutrophils"),
        "89247-1": ({"value": 1, "unit": "{score}"}, "ecog"),
    }
    for code, (quantity, name) in quantities.items():
        (measured,) = read(woman(), observation("o", code, valueQuantity=quantity)).record.measurements
        assert measured.name == name
    (ecog,) = read(woman(), observation("o", "89247-1", valueCodeableConcept=coded(LNC, "LA9623-5"))).record.measurements
    assert ecog.value == make_exact_interval(1.0)
    limit = [{"low": {"value": 0.1, "unit": "mg/dL"}, "high": {"value": 1.2, "unit": "mg/dL"}}]
    lab = observation("o", "1975-2", valueQuantity={"value": 0.8, "unit": "mg/dL"}, referenceRange=limit)
    assert read(woman(), lab).record.measurements[0].upper_limit == 1.2


@pytest.mark.parametrize("quantity", [{"value": -3, "unit": "kg"}, {"value": 70, "unit": "parsec"}, {"value": 70}])
def test_a_measurement_that_cannot_be_leaves_it_open(quantity: dict[str, Any]) -> None:
    patient = read(woman(), observation("o", "29463-7", valueQuantity=quantity))
    assert patient.record.measurements[0].value.is_unknown
    assert fates(patient)["Observation/o"] == "set aside"


def test_status_of_disease_menopause_and_pregnancy() -> None:
    worse = observation("o", "97509-4", valueCodeableConcept=coded(SCT, "271299001", "Patient's condition worsened (finding)"))
    assert [e.kind for e in read(woman(), worse).record.events] == ["progression"]
    status = observation("o", "42802-9", valueCodeableConcept={"text": "Postmenopausal"})
    assert read(woman(), status).record.person.menopause == "postmenopausal"
    negative = observation("o", "66174-4", interpretation=coded(SCT, "260385009", "Negative (qualifier value)"))
    (pregnant,) = read(woman(), negative).record.conditions
    assert (pregnant.term, pregnant.status) == ("pregnancy", "absent")


def test_what_is_met_and_not_mapped_is_counted() -> None:
    patient = read(woman(), observation("o", "1234-5"), observation("o2", "1234-5"))
    assert patient.account.unmapped == {(LNC, "1234-5", ""): 2}
    assert fates(patient)["Observation/o"] == "ignored"


def test_her2_told_by_the_diagnosis() -> None:
    (marker,) = read(woman(), diagnosis(code=coded(SCT, "427685000"))).record.markers
    assert (marker.test, marker.word) == ("her2", "positive")


def test_a_record_without_patient_resource_has_the_patient_of_its_subjects() -> None:
    found = reading(bundle(observation("o", "48676-1", **POSITIVE)))
    assert [p.id for p in found.patients] == ["p1"]
