"""Results and diagnoses as hospitals write them: a number is read whole or not at all, and what is not read is open."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import lru_cache
from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan, make_plan
from concordant.logic.intervals import Interval, make_exact_interval
from concordant.patient.events import Marker
from concordant.patient.facts import Fact
from concordant.record.sources import Patient
from tests.record.fhir.builders import LNC, RXN, SCT, coded, diagnosis, dose, fates, observation, read, resource, why, woman
from tests.shipped import shipped_knowledge

NEGATIVE, POSITIVE = coded(SCT, "260385009"), coded(SCT, "10828004")
LOCAL, GM, CM = "http://local", "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://hl7.org/fhir/sid/icd-10-cm"
OLD = observation("old", "48676-1", effectiveDateTime="2015-01-01", valueCodeableConcept={"text": "Negative"})
RATIO, COPIES, IHC, ISH, HER2, ER, LVEF, PLATELETS, ECOG = (
    "49683-6", "74860-8", "85319-2", "85318-4", "48676-1", "16112-5", "10230-1", "777-3", "89247-1",
)  # fmt: skip


@lru_cache(maxsize=1)
def plan() -> DerivationPlan:
    return make_plan(shipped_knowledge())


def facts(patient: Patient) -> dict[str, Fact]:
    return derive_facts(patient.record, plan())


def told(code: str, **value: Any) -> Any:
    """What one result says: its number, else its word; None when it is left open."""
    record = read(woman(), observation("o", code, **value)).record
    [found] = [*record.markers, *record.measurements]
    if isinstance(found, Marker):
        return next(iter(found.numbers.values()), None) or found.word
    return None if found.value.is_unknown else found.value


def ratio(over: float | dict[str, Any], under: float | dict[str, Any]) -> dict[str, Any]:
    sides = [side if isinstance(side, dict) else {"value": side} for side in (over, under)]
    return {"valueRatio": {"numerator": sides[0], "denominator": sides[1]}}


NUMBERS: list[tuple[str, dict[str, Any], Any]] = [
    (PLATELETS, {"valueString": "210.000/µl"}, None),
    (PLATELETS, {"valueString": "4.500 /uL"}, None),
    (PLATELETS, {"valueString": "210000 /uL"}, 210.0),
    (PLATELETS, {"valueString": "210.5 10*9/L"}, 210.5),
    (PLATELETS, {"valueString": "210.125 10*9/L"}, 210.125),
    (RATIO, {"valueString": "2,4"}, 2.4),
    (RATIO, {"valueString": "0,123"}, 0.123),
    (RATIO, {"valueString": "1,234"}, None),
    (RATIO, {"valueString": "2,4,6"}, None),
    (RATIO, {"valueString": "10/5"}, None),
    (RATIO, {"valueString": "2.4:1"}, 2.4),
    (RATIO, {"valueString": "2.4:2"}, None),
    (RATIO, {"valueString": "1.2.3"}, None),
    (RATIO, {"valueString": "2e1"}, None),
    (RATIO, {"valueString": "2,0-2,5"}, Interval(2.0, 2.5)),
    (RATIO, {"valueString": "2.4 mm"}, None),
    (RATIO, {"valueString": "2.4 (amplified)"}, 2.4),
    (RATIO, {"valueString": "2.4 (not sure)"}, None),
    (RATIO, {"valueQuantity": {"value": 2.4, "unit": "{ratio}"}}, 2.4),
    (RATIO, {"valueQuantity": {"value": 2.4, "unit": "mg"}}, None),
    (RATIO, ratio(2.4, 1), 2.4),
    (RATIO, ratio(4.8, 2), 2.4),
    (RATIO, ratio(2.4, 0), None),
    (RATIO, {"valueRatio": {"numerator": {"value": 2.4}}}, None),
    (RATIO, {"valueInteger": 10**400}, None),
    (COPIES, {"valueQuantity": {"value": 6.1, "unit": "{copies}/{cell}"}}, 6.1),
    (ER, ratio(90, 100), 90.0),
    (ER, {"valueString": "55-60 %"}, Interval(55.0, 60.0)),
    (ER, {"valueString": "90 % (positive)"}, 90.0),
    (ER, {"valueString": "positive (90 %)"}, 90.0),
    (ER, {"valueString": "62,5 %"}, 62.5),
    (LVEF, {"valueString": "55-60 %"}, Interval(55.0, 60.0)),
    (LVEF, {"valueString": "55,5 %"}, 55.5),
    (LVEF, {"valueString": "55/60 %"}, None),
    (IHC, {"valueString": "3+"}, "3+"),
    (IHC, {"valueString": "+++"}, "3+"),  # the display of the code for it
    (IHC, {"valueString": "Positive (Score 3+)"}, "3+"),
    (IHC, {"valueString": "HER2: 3+"}, "3+"),
    (IHC, {"valueString": "0 (negative)"}, "0"),
    (IHC, {"valueString": "negative (3+)"}, None),
    (IHC, {"valueString": "2+/3+"}, None),
    (IHC, {"valueQuantity": {"value": 1, "unit": "%"}}, None),
    (IHC, ratio(3, 3), None),
    (IHC, {"valueCodeableConcept": coded(LNC, "LA11843-2")}, "3+"),
    (IHC, {"valueCodeableConcept": coded(LNC, "LA11841-6", "1+")}, "1+"),
    (IHC, {"valueCodeableConcept": coded(LNC, "LA11843-2", "3+"), "interpretation": [POSITIVE]}, "3+"),
    (IHC, {"valueString": "3+", "interpretation": [NEGATIVE]}, None),
    (IHC, {"valueQuantity": {"value": 3}, "interpretation": [NEGATIVE]}, None),
    (HER2, {"valueString": "Positive (Score 3+)"}, "positive"),
    (HER2, {"valueString": "3+"}, "3+"),
    (ECOG, {"valueString": "1"}, 1.0),
    (ECOG, {"valueQuantity": {"value": 1, "unit": "{score}"}}, 1.0),
    (ECOG, {"valueQuantity": {"value": 1, "unit": "%"}}, None),
]


@pytest.mark.parametrize(("code", "value", "wanted"), NUMBERS)
def test_a_result_is_read_whole_or_not_at_all(code: str, value: dict[str, Any], wanted: Any) -> None:
    found = told(code, **value)
    assert found == (make_exact_interval(wanted) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize(("code", "value"), [(code, value) for code, value, wanted in NUMBERS if wanted is None])
def test_what_is_not_read_is_named_as_it_stands(code: str, value: dict[str, Any]) -> None:
    patient = read(woman(), observation("o", code, **value))
    assert fates(patient)["Observation/o"] == "set aside"
    text = value.get("valueString", "")
    assert text in " ".join((*patient.record.not_understood, *patient.record.set_aside))


def test_a_decimal_comma_that_was_read_is_told() -> None:
    [notice] = read(woman(), observation("o", RATIO, valueString="2,4")).record.notices
    assert notice == "Commas were read as decimal ones: '2,4' as '2.4' (Observation/o)."


BESIDE = [
    (RATIO, {"valueQuantity": {"value": 2.4}}, NEGATIVE, True),
    (RATIO, ratio(2.4, 1), NEGATIVE, True),
    (RATIO, {"valueString": "2,4"}, NEGATIVE, True),
    (RATIO, ratio(1.2, 1), POSITIVE, True),
    (RATIO, ratio(1.2, 1), NEGATIVE, False),
    (RATIO, ratio(2.4, 1), POSITIVE, False),
    (COPIES, {"valueQuantity": {"value": 6.5}}, NEGATIVE, True),
    (COPIES, {"valueQuantity": {"value": 4.5}}, NEGATIVE, False),
]


@pytest.mark.parametrize(("code", "value", "interpretation", "differ"), BESIDE)
def test_a_number_and_its_interpretation_have_to_agree(
    code: str, value: dict[str, Any], interpretation: dict[str, Any], differ: bool
) -> None:
    patient = read(woman(), observation("o", code, **value, interpretation=[interpretation]))
    assert ("contradict each other" in " ".join(patient.record.set_aside)) is differ
    assert (patient.record.markers[0].word is None) is differ


POWERS = [f"{x}{ten}{power}" for x in ("", "x", "x ", "×") for ten in ("10*", "10^", "10E", "10e", "10**") for power in "3"]
VOLUMES = ["uL", "µL", "μl", "mcL", "mm3", "mm^3", "cumm"]
THOUSANDS = ["K", "Thousand", "thou", "THOUS", "Tsd", *POWERS, "10³"]
COUNTS = [(f"{many}/{volume}", 150.0) for many, volume in itertools.product(THOUSANDS, VOLUMES)]
COUNTS += [(unit, 150.0) for unit in ("10*9/L", "x10E9/L", "10^9/l", "G/l", "Giga/L", "Gpt/l", "/nl", "10⁹/L")]
COUNTS += [(unit, 0.15) for unit in ("cells/uL", "/uL", "/mm3", "cells/mcL", "10*6/L", "{cells}/uL", "Zellen/µl")]
COUNTS += [(unit, None) for unit in ("M/uL", "%", "10*4/uL", "fL", "mg/dL")]


def test_counts_in_the_units_that_laboratories_print() -> None:
    def count(unit: str) -> Any:
        found = told(PLATELETS, valueQuantity={"value": 150, "unit": unit})
        return found if found is None else round(found.low, 6)

    assert {unit: count(unit) for unit, _ in COUNTS} == dict(COUNTS)


def panel(*parts: dict[str, Any], code: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    made = observation("new", HER2, effectiveDateTime="2023-03-01", component=list(parts), **more)
    return made | ({"code": code} if code is not None else {})


IHC_LOCAL = {"code": coded(LOCAL, "IHC", "HER2 IHC score"), "valueString": "3+"}
UNREAD = {
    "a panel of local codes": panel(IHC_LOCAL),
    "a part in words only": panel({"code": {"text": "IHC"}, "valueString": "3+"}),
    "a percentage in a part": panel({"code": {"text": "stained cells"}, "valueQuantity": {"value": 40, "unit": "%"}}),
    "a panel of a local code": panel(IHC_LOCAL, code=coded(LOCAL, "P1", "Receptor panel")),
    "a result of a local code": observation("new", HER2, valueString="3+") | {"code": coded(LOCAL, "X", "HER2/neu (IHC)")},
    "a result in words only": observation("new", HER2, valueString="3+") | {"code": {"text": "c-erbB-2 status"}},
    "masked": observation("new", HER2, valueString="***"),
    "see the report": observation("new", IHC, valueString="see report"),
    "a reason for the lack": observation("new", HER2, dataAbsentReason={"coding": [{"code": "masked"}]}),
    "an unknown answer": observation("new", ISH, valueCodeableConcept=coded(LNC, "LA9999-9")),
    "a panel of members elsewhere": panel(hasMember=[{"reference": "Observation/else"}]),
    "a contradiction": observation("new", IHC, valueString="3+", interpretation=[NEGATIVE]),
    "modified": observation("new", HER2, valueString="positive", modifierExtension=[{"url": "http://x/y"}]),
    "a wrong type": observation("new", HER2, valueString=7),
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_newer_result_that_is_not_read_leaves_the_fact_open(name: str) -> None:
    assert facts(read(woman(), OLD))["her2_status"].value == "negative"
    patient = read(woman(), OLD, UNREAD[name])
    assert facts(patient)["her2_status"].value is None
    assert fates(patient)["Observation/new"] == "set aside"


@pytest.mark.parametrize("days", [10, 80, 200])
@pytest.mark.parametrize("specimen", [{}, {"bodySite": coded(SCT, "10200004")}])
def test_no_older_result_of_another_test_or_specimen_speaks_for_an_unread_one(days: int, specimen: dict[str, Any]) -> None:
    day = (dt.date(2023, 3, 1) - dt.timedelta(days=days)).isoformat()
    for code, value in ((HER2, "negative"), (IHC, "0"), (ISH, "negative")):
        older = observation("older", code, valueString=value, effectiveDateTime=day, **specimen)
        unread = observation("new", IHC, valueString="see report", effectiveDateTime="2023-03-01")
        assert facts(read(woman(), older, unread))["her2_status"].value is None
        later = observation("later", HER2, valueString="positive", effectiveDateTime="2023-05-01", **specimen)
        assert facts(read(woman(), older, unread, later))["her2_status"].value == "positive"


SILENT = [
    {"dataAbsentReason": {"coding": [{"code": "not-performed"}]}},
    {"component": [{"code": {"text": "IHC"}, "dataAbsentReason": {"coding": [{"code": "not-asked"}]}}]},
    {"hasMember": [{"reference": "Observation/old"}]},
]


@pytest.mark.parametrize("more", SILENT)
def test_what_was_not_made_or_stands_elsewhere_hides_nothing(more: dict[str, Any]) -> None:
    assert (
        facts(read(woman(), OLD, observation("new", HER2, effectiveDateTime="2023-03-01", **more)))["her2_status"].value
        == "negative"
    )


@pytest.mark.parametrize("words", ["HER2 Ag in Serum", "ERBB2 gene mutations found", "HER2 control", "Heart rate"])
def test_what_is_not_the_tissue_test_hides_nothing(words: str) -> None:
    other = observation("new", HER2, effectiveDateTime="2023-03-01", valueString="7") | {"code": coded(LOCAL, "X", words)}
    assert facts(read(woman(), OLD, other))["her2_status"].value == "negative"


def test_a_local_code_with_the_words_of_a_known_one_is_that_one() -> None:
    display = "HER2 [Presence] in Breast cancer specimen by Immune stain"
    [marker] = read(woman(), panel({"code": coded(LOCAL, "IHC", display), "valueString": "3+"})).record.markers
    assert (marker.test, marker.word) == ("her2_ihc", "3+")


BRAIN = diagnosis("x", code=coded(CM, "C79.31"), onsetDateTime="2023-01-01")
MODIFIED = {"modifierExtension": [{"url": "http://hl7.org/fhir/StructureDefinition/condition-ruledOut", "valueBoolean": True}]}
RULES = {"implicitRules": "http://local/rules"}
ALLERGIC = {"resourceType": "AllergyIntolerance", "id": "x", "patient": {"reference": "Patient/p1"}}
ALLERGIC |= {"code": coded(RXN, "72962", "docetaxel")}
CHANGED = [
    (BRAIN | MODIFIED, "condition-ruledOut"),
    (BRAIN | RULES, "implicit rules"),
    (BRAIN | {"stage": [{"summary": {"text": "IV"}, **MODIFIED}]}, "a part of it"),
    (ALLERGIC | MODIFIED, "modifier"),
    (ALLERGIC | {"reaction": [{"severity": "mild", **MODIFIED}]}, "a part of it"),
    (dose("x", "224905", "2023-02-01") | MODIFIED, "modifier"),
    (dose("x", "224905", "2023-02-01", dosage={"dose": {"value": 1}, **MODIFIED}), "a part of it"),
    (resource("Procedure", "x", code=coded(SCT, "392021009"), **MODIFIED), "modifier"),
    (panel(IHC_LOCAL | MODIFIED) | {"id": "x"}, "a part of it"),
]


@pytest.mark.parametrize(("entry", "says"), CHANGED)
def test_what_changes_the_meaning_of_an_entry_sets_it_aside(entry: dict[str, Any], says: str) -> None:
    patient = read(woman(), diagnosis(), entry)
    place = f"{entry['resourceType']}/x"
    assert fates(patient)[place] == "set aside"
    assert says in why(patient, place)
    record = patient.record
    tables = (record.markers, record.conditions, record.events, record.courses)
    assert [item for table in tables for item in table if item.entry.place == place], "a blank entry stands for it"


FAULTY: list[tuple[dict[str, Any], str]] = [
    (BRAIN | {"onsetDateTime": 7}, "has_brain_metastases"),
    (diagnosis("x", code=coded(SCT, "233703007")) | {"onsetDateTime": 7}, "interstitial_lung_disease"),
    ({**BRAIN, "code": 7}, "has_brain_metastases"),
    (ALLERGIC | {"criticality": 7}, ""),
    (resource("Procedure", "x", code=coded(SCT, "392021009"), performedDateTime=7), ""),
    (resource("Procedure", "x", code=7), ""),
]


@pytest.mark.parametrize(("entry", "feature"), FAULTY)
def test_a_faulty_entry_is_no_silence(entry: dict[str, Any], feature: str) -> None:
    patient = read(woman(), diagnosis(), entry)
    record, place = patient.record, f"{entry['resourceType']}/x"
    assert fates(patient)[place] == "set aside"
    assert [item for table in (record.conditions, record.events, record.courses) for item in table if item.entry.place == place]
    assert not feature or facts(patient)[feature].value is None


def lettered(letter: str, code: str = "C79.3", system: str = GM) -> dict[str, Any]:
    value = {"valueCoding": {"code": letter}}
    extension = [{"url": "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit", **value}]
    return {"coding": [{"system": system, "code": code, "extension": extension}]}


def letters(letter: str) -> list[dict[str, Any]]:
    return [lettered(letter), coded(GM, f"C79.3{letter}"), coded(GM, f"C79.3 {letter}"), coded(GM, f"C793{letter.lower()}")]


UNSAID = {"verificationStatus": None, "clinicalStatus": None}


@pytest.mark.parametrize(("letter", "fate"), [("A", "ignored"), ("V", "set aside"), ("Z", "used"), ("G", "used")])
def test_the_letter_behind_a_diagnosis_says_how_sure_it_is(letter: str, fate: str) -> None:
    for code in letters(letter):
        patient = read(woman(), diagnosis(), diagnosis("x", code=code, onsetDateTime="2023-04-01", **UNSAID))
        assert fates(patient)["Condition/x"] == fate, code
        assert any("brain" in event.sites for event in patient.record.events) is (fate == "used")
        assert (facts(patient)["has_brain_metastases"].value == "yes") is (fate == "used")


@pytest.mark.parametrize(("letter", "status"), [("A", "absent"), ("V", None), ("Z", "resolved"), ("G", None)])
def test_the_letter_behind_a_condition_is_its_status(letter: str, status: str | None) -> None:
    entry = diagnosis("x", code=coded(GM, f"I50.9{letter}"), **UNSAID)
    assert [c.status for c in read(woman(), entry).record.conditions] == [status]


def test_a_letter_that_contradicts_the_status_is_told() -> None:
    for letter in "AVZ":
        patient = read(woman(), diagnosis(), diagnosis("x", code=lettered(letter)))
        assert "the letter beside its code" in why(patient, "Condition/x")
        assert facts(patient)["has_brain_metastases"].value is None


def test_a_letter_of_another_country_is_part_of_the_code() -> None:
    lymphoma = read(woman(), diagnosis("x", code=coded(CM, "C84.7A")))
    assert fates(lymphoma)["Condition/x"] == "used"


R5 = {"resourceType": "MedicationAdministration", "medicationCodeableConcept": None, "effectiveDateTime": None}
R5 |= {"medication": {"concept": coded(RXN, "224905")}, "occurenceDateTime": "2023-02-01"}
BAG = {"resourceType": "Medication", "id": "bag", "code": coded(RXN, "224905")}


def given(**more: Any) -> Patient:
    return read(woman(), diagnosis(), BAG, dose("x", "", "") | R5 | more)


def test_the_shapes_of_r5_are_those_of_r4() -> None:
    for medication in ({"concept": coded(RXN, "224905")}, {"reference": {"reference": "Medication/bag"}}):
        [course] = given(medication=medication).record.courses
        assert (course.drugs, course.start and course.start.first) == (("trastuzumab",), dt.date(2023, 2, 1))
    other = given(reason=[{"concept": coded(SCT, "254637007")}])
    assert why(other, "MedicationAdministration/x") == "it was given for another cancer"
    operation = resource("Procedure", "s", status="completed", code=coded(SCT, "392021009"), occurrenceDateTime="2023-01-02")
    [event] = read(woman(), operation).record.events
    assert event.date and event.date.first == dt.date(2023, 1, 2)


@pytest.mark.parametrize("kind", ["MedicationUsage", "MedicationStatement"])
@pytest.mark.parametrize(
    "more",
    [
        {"status": "not-taken"},
        {"status": "not-taking"},
        {"status": "recorded", "adherence": {"code": {"coding": [{"code": "not-taking"}]}}},
    ],
)
def test_what_is_not_taken_is_no_course(kind: str, more: dict[str, Any]) -> None:
    patient = given(resourceType=kind, **more)
    assert (patient.record.courses, fates(patient)[f"{kind}/x"]) == ((), "ignored")


ZERO = [
    ("MedicationAdministration", {"dosage": {"dose": {"value": 0, "unit": "mg"}}}),
    ("MedicationAdministration", {"dosage": {"quantity": {"value": 0}}}),
    ("MedicationStatement", {"dosage": [{"doseAndRate": [{"doseQuantity": {"value": 0}}]}]}),
    ("MedicationDispense", {"quantity": {"value": 0}}),
]


@pytest.mark.parametrize(("kind", "more"), ZERO)
def test_a_dose_of_zero_leaves_open_whether_it_was_given(kind: str, more: dict[str, Any]) -> None:
    patient = given(resourceType=kind, **more)
    assert "dose is zero" in why(patient, f"{kind}/x")
    assert [(course.drugs, bool(course.unknown_drugs)) for course in patient.record.courses] == [((), True)]


PARTS = {  # code, the words beside it, whether they name the other number
    (COPIES, "HER2/CEP17 ratio"): True,
    (COPIES, "HER2 FISH Quotient"): True,
    (COPIES, "ERBB2 / chromosome 17"): True,
    (COPIES, "HER2 gene copies per nucleus"): False,
    (COPIES, "HER2 FISH"): False,
    (RATIO, "HER2 copy number"): True,
    (RATIO, "HER2 Kopien pro Zelle"): True,
    (RATIO, "HER2 gene copies/chromosome 17 copies"): False,
    (RATIO, "HER2 ISH ratio"): False,
}


@pytest.mark.parametrize(("code", "name"), PARTS)
def test_a_ratio_is_no_number_of_copies(code: str, name: str) -> None:
    number = {"valueQuantity": {"value": 2.4}}
    patient = read(woman(), OLD, observation("o", code, **number) | {"code": coded(LNC, code, name)})
    assert not PARTS[(code, name)] or facts(patient)["her2_status"].value is None
    assert ("the words beside it say" in why(patient, "Observation/o")) is PARTS[(code, name)]


EXPECTED: list[tuple[dict[str, Any], bool]] = [
    ({"status": "registered"}, True),
    ({"valueString": "pending"}, True),
    ({"valueString": "not done"}, False),
    ({"status": "cancelled"}, False),
]


@pytest.mark.parametrize(("told", "is_open"), EXPECTED)
def test_a_result_that_is_still_to_come_is_no_older_one(told: dict[str, Any], is_open: bool) -> None:
    patient = read(woman(), OLD, observation("o", HER2, **told))
    assert facts(patient)["her2_status"].value == (None if is_open else "negative")


ENDED: list[tuple[str, dict[str, Any], str | None]] = [
    ("active", {"abatementDateTime": "2022-06-01"}, None),
    ("recurrence", {"abatementDateTime": "2022-06-01"}, None),
    ("active", {"abatementBoolean": True}, None),
    ("resolved", {"abatementDateTime": "2022-06-01"}, "history"),
    ("", {"abatementDateTime": "2022-06-01"}, "history"),
    ("inactive", {}, "history"),
    ("active", {}, "active"),
]


@pytest.mark.parametrize(("clinical", "end", "word"), ENDED)
def test_a_condition_that_has_ended_and_is_active_is_open(clinical: str, end: dict[str, Any], word: str | None) -> None:
    status = {"clinicalStatus": {"coding": [{"code": clinical}]}} if clinical else {}
    told = {"code": coded(SCT, "233703007"), "onsetDateTime": "2022-01-01", **status, **end}
    patient = read(woman(), diagnosis(), resource("Condition", "lung", **told))
    assert facts(patient)["interstitial_lung_disease"].value == word
    assert any("has ended" in text for text in patient.record.not_understood) == (word is None)
