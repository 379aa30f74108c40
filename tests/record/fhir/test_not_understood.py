"""What is told and not understood is open and named, never silence; what is told of something else is not taken for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from concordant.patient.events import Marker
from tests.record.fhir.builders import LNC, RXN, SCT, coded, diagnosis, dose, fates, kit, observation, read, resource, why, woman

POSITIVE = {"valueCodeableConcept": coded(SCT, "10828004")}
OTHER = diagnosis("lung", code=coded(SCT, "254637007"), onsetDateTime="2015-01-01")
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
DRUG_TEXTS = [
    ("fam-trastuzumab deruxtecan-nxki (ENHERTU) 5.4 mg/kg IV", ("trastuzumab_deruxtecan",)),
    ("Enhertu 100 mg Pulver für ein Konzentrat", ()),
    ("Enhertu 100 mg powder for concentrate", ("trastuzumab_deruxtecan",)),
    ("TRASTUZUMAB-QYYP 420 MG IV SOLR", ("trastuzumab",)),
    ("Trastuzumab (Kanjinti) 8mg/kg loading dose", ("trastuzumab",)),
    ("pertuzumab 420 mg IVPB in NaCl 0.9% 250 mL", ("pertuzumab",)),
    ("Herceptin (adjuvant)", ("trastuzumab",)),
    ("trastuzumab unheardofine 3 mg/kg", ()),
    ("Enhertu - study arm B", ()),
    ("Metformin 500 mg", ()),
]


@pytest.mark.parametrize(("text", "drugs"), DRUG_TEXTS)
def test_a_drug_is_found_among_doses_and_forms_only(text: str, drugs: tuple[str, ...]) -> None:
    assert kit().terms.drugs_from_text(text) == drugs


@pytest.mark.parametrize(
    "text", ["Enhertu - study arm B", "trastuzumab unheardofine", "Studienmedikation ABC-123", "blinded study drug"]
)
def test_what_may_be_a_cancer_drug_is_a_course_of_an_unknown_drug(text: str) -> None:
    drug = dose("m", "x", "2023-02-01", medicationCodeableConcept={"text": text})
    [course] = read(woman(), diagnosis(), drug).record.courses
    assert (course.drugs, course.unknown_drugs) == ((), (text,))


@pytest.mark.parametrize("reason", [{"text": "Malignant neoplasm of breast"}, coded(SCT, "254837009"), coded(ICD, "C50.911")])
def test_what_is_given_for_the_cancer_is_treatment(reason: dict[str, Any]) -> None:
    drug = dose("m", "x", "2023-02-01", medicationCodeableConcept={"text": "XYZ-101"}, reasonCode=[reason])
    assert [course.unknown_drugs for course in read(woman(), diagnosis(), drug).record.courses] == [("XYZ-101",)]


def test_what_is_given_for_another_cancer_is_none_of_it() -> None:
    patient = read(woman(), diagnosis(), OTHER, dose("m", "224905", "2023-02-01", reasonCode=[coded(SCT, "254637007")]))
    assert patient.record.courses == ()
    assert why(patient, "MedicationAdministration/m") == "it was given for another cancer"


NOT_UNDERSTOOD = [
    ("48676-1", {"valueString": "see the letter of the pathologist"}),
    ("48676-1", {"valueCodeableConcept": {"text": "3+ (strong, complete)"}}),
    ("10230-1", {"valueString": "severely reduced"}),
    ("10230-1", {"valueRatio": {"numerator": {"value": 5}}}),
    ("10230-1", {"valueQuantity": {"value": "35"}}),
    ("10230-1", {"valueQuantity": {"value": 0.55}}),
    ("16112-5", {"valueQuantity": {"value": 90, "unit": "{H-score}"}}),
    ("16112-5", {"valueInteger": 3}),
    ("1975-2", {"valueQuantity": {"value": 18, "unit": "mg/dL", "code": "umol/L"}}),
]


@pytest.mark.parametrize(("code", "value"), NOT_UNDERSTOOD)
def test_a_result_that_is_not_understood_is_open(code: str, value: dict[str, Any]) -> None:
    patient = read(woman(), observation("o", code, **value))
    assert fates(patient)["Observation/o"] == "set aside"
    [found] = [*patient.record.markers, *patient.record.measurements]
    if isinstance(found, Marker):
        assert (found.word, found.numbers) == (None, {})
    else:
        assert found.value.is_unknown
    assert patient.record.set_aside


@pytest.mark.parametrize("value", [{}, {"valueString": "not performed"}, {"valueCodeableConcept": coded(SCT, "385660001")}])
def test_a_test_that_was_not_done_says_nothing(value: dict[str, Any]) -> None:
    patient = read(woman(), observation("o", "48676-1", **value))
    assert patient.record.markers == ()
    assert fates(patient)["Observation/o"] == "ignored"


def test_a_share_of_one_is_a_percentage() -> None:
    [marker] = read(woman(), observation("o", "16112-5", valueQuantity={"value": 0.9, "unit": "1"})).record.markers
    assert marker.numbers["value"].low == 90


def test_the_words_beside_the_code_of_a_test_count() -> None:
    code = coded(LNC, "48676-1", "Estrogen receptor [Interpretation] in Tissue")
    patient = read(woman(), {**observation("o", "x", **POSITIVE), "code": code})
    assert {marker.test: marker.word for marker in patient.record.markers} == {"her2": None, "er": None}
    assert fates(patient)["Observation/o"] == "set aside"


def test_the_words_beside_the_code_of_a_condition_count() -> None:
    patient = read(woman(), diagnosis("x", code=coded(ICD, "I50.9", "Interstitial lung disease")))
    assert {(c.term, c.status) for c in patient.record.conditions} == {
        ("interstitial_lung_disease", None),
        ("heart_failure", None),
    }


def test_the_site_beside_the_code_of_a_metastasis_is_read() -> None:
    spread = diagnosis("s", code=coded(SCT, "128462008"), bodySite=[coded(SCT, "12738006")], onsetDateTime="2023-05-01")
    events = read(woman(), diagnosis(), spread).record.events
    assert [event.sites for event in events if event.kind != "diagnosis"] == [("brain",)]
    unknown = diagnosis("s", code=coded(SCT, "128462008"), bodySite=[{"text": "left knee"}])
    assert read(woman(), diagnosis(), unknown).record.not_understood == ("site 'left knee' (Condition/s)",)


def test_the_stage_of_another_cancer_is_not_this_ones() -> None:
    stage = observation("m", "21908-9", valueCodeableConcept={"text": "IV"}, focus=[{"reference": "Condition/lung"}])
    patient = read(woman(), diagnosis(), OTHER, stage)
    assert why(patient, "Observation/m") == "it is about another cancer"
    assert all(event.extent is None for event in patient.record.events)


def test_a_metastasis_of_another_cancer_is_not_this_ones() -> None:
    url = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-related-primary-cancer-condition"
    named = {"extension": [{"url": url, "valueReference": {"reference": "Condition/lung"}}]}
    liver = diagnosis("s", code=coded(SCT, "94381002"), onsetDateTime="2018-01-01")
    assert why(read(woman(), diagnosis(), OTHER, {**liver, **named}), "Condition/s") == "a metastasis of another cancer"
    before = read(woman(), diagnosis(), OTHER, liver)
    assert fates(before)["Condition/s"] == "set aside"
    assert all(event.extent is None for event in before.record.events)


def test_an_allergy_to_a_drug_of_the_knowledge_is_named() -> None:
    patient = read(woman(), resource("AllergyIntolerance", "a", code=coded(RXN, "224905", text="Herceptin")))
    assert [(c.term, c.about) for c in patient.record.conditions] == [("hypersensitivity", ("trastuzumab",))]
    taxanes = read(woman(), resource("AllergyIntolerance", "a", code={"text": "Taxanes"}))
    assert [(c.term, c.about) for c in taxanes.record.conditions] == [("hypersensitivity", ("taxane",))]


def test_an_allergy_to_something_unknown_may_be_to_anything() -> None:
    patient = read(woman(), resource("AllergyIntolerance", "a", code={"text": "Xyzzyx"}, reaction=[{"severity": "mild"}]))
    assert [(c.term, c.about, c.grade, c.name) for c in patient.record.conditions] == [("hypersensitivity", (), 1, "Xyzzyx")]
    over = read(woman(), resource("AllergyIntolerance", "a", code={"text": "Paclitaxel"}, clinicalStatus={"text": "resolved"}))
    assert [(c.about, c.status) for c in over.record.conditions] == [(("paclitaxel",), "resolved")]


def test_a_reason_for_stopping_that_is_not_understood_is_named() -> None:
    drug = dose("m", "224905", "2023-02-01", status="stopped", statusReason=[{"text": "pneumonitis grade 2"}])
    assert read(woman(), diagnosis(), drug).record.not_understood == (
        "reason for stopping 'pneumonitis grade 2' (MedicationAdministration/m)",
    )


def test_the_end_and_its_reason_in_dstu2() -> None:
    medication = coded(RXN, "224905")
    order = {"dateWritten": "2023-01-02", "dateEnded": "2023-05-01", "reasonEnded": {"text": "Disease progression"}}
    drug = {"patient": {"reference": "Patient/p1"}, "medicationCodeableConcept": medication, "status": "stopped", **order}
    [course] = read(woman(), diagnosis(), {"resourceType": "MedicationOrder", "id": "m", **drug}).record.courses
    assert (course.end and course.end.first, course.stopped) == (dt.date(2023, 5, 1), "progression")


def test_a_result_was_made_no_later_than_it_was_issued() -> None:
    issued = observation("o", "48676-1", effectiveDateTime=None, issued="2023-08-01T10:00:00Z", **POSITIVE)
    assert read(woman(), issued, given=True).record.markers == ()


def test_a_preliminary_result_is_told_as_one() -> None:
    patient = read(woman(), observation("o", "48676-1", status="preliminary", **POSITIVE))
    assert patient.record.notices == ("A preliminary result counts as it stands (Observation/o).",)


def test_a_metastasis_is_read_by_the_beginning_of_its_code() -> None:
    first = diagnosis(onsetDateTime="2022-12-01")
    patient = read(woman(), first, diagnosis("s", code=coded(ICD, "C79.3", "Sekundäre bösartige Neubildung des Gehirns")))
    assert [event.sites for event in patient.record.events] == [("brain",)]


def test_a_metastasis_in_words_that_are_not_understood_is_named() -> None:
    patient = read(woman(), diagnosis("s", code={"text": "Metastasis of the frobnicum"}))
    assert patient.record.not_understood == ("metastasis 'Metastasis of the frobnicum' (Condition/s)",)
    assert [(c.term, c.name) for c in patient.record.conditions] == [(None, "Metastasis of the frobnicum")]


def doses(code: str, *days: str) -> list[dict[str, Any]]:
    return [dose(f"{code}-{day}", code, day) for day in days]


def test_an_order_that_no_entry_carries_out_is_no_treatment() -> None:
    order = resource(
        "MedicationRequest", "r", status="active", authoredOn="2023-02-01", medicationCodeableConcept=coded(RXN, "2267574")
    )
    given = doses("224905", "2023-01-10", "2023-01-31", "2023-02-21", "2023-05-20")
    patient = read(woman(), diagnosis(), *given, order)
    assert {(c.drugs, c.unknown_drugs) for c in patient.record.courses} == {
        (("trastuzumab",), ()),
        ((), ("an order that no entry carries out",)),
    }
    assert any("ordered, and no entry tells that it was given (MedicationRequest/r)" in told for told in patient.record.notices)
    alone = read(woman(), diagnosis(), order)
    assert [c.drugs for c in alone.record.courses] == [("trastuzumab_deruxtecan",)]


def test_an_infusion_past_midnight_is_one_dose() -> None:
    night = {"start": "2023-05-20T23:00:00+00:00", "end": "2023-05-21T00:30:00+00:00"}
    [course] = read(woman(), diagnosis(), dose("m", "224905", "x", effectiveDateTime=None, effectivePeriod=night)).record.courses
    assert course.stopped == "ongoing"


def test_tablets_last_as_long_as_they_were_handed_out_for() -> None:
    def course(day: str) -> Any:
        tablets = {"medicationCodeableConcept": {"text": "Tukysa"}, "daysSupply": {"value": 30}, "whenHandedOver": day}
        return read(woman(), diagnosis(), resource("MedicationDispense", "d", status="completed", **tablets)).record.courses[0]

    assert course("2023-05-20").stopped == "ongoing"
    assert (course("2023-04-25").stopped, course("2023-04-25").end) == (None, None), "used up a week ago: it may go on"
    assert course("2022-10-01").end.first == dt.date(2022, 10, 30)


def test_a_test_that_is_told_in_words_only() -> None:
    named = {**observation("o", "x", valueQuantity={"value": 35, "unit": "%"}), "code": {"text": "LVEF"}}
    assert [m.name for m in read(woman(), named).record.measurements] == ["lvef"]
    strange = read(woman(), {**named, "code": {"text": "Echo score"}})
    assert why(strange, "Observation/o") == "its name is in no value set"
    assert dict(strange.account.unmapped) == {("", "", "Echo score"): 1}


def test_a_result_within_a_report_is_named() -> None:
    inner = {**observation("i", "48676-1", **POSITIVE)}
    patient = read(woman(), resource("DiagnosticReport", "r", contained=[inner]))
    assert patient.record.not_understood == (
        "a result within DiagnosticReport/r: results are read where they stand by themselves",
    )
