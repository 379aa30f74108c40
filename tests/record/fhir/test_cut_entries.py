"""Entries of FHIR on both sides of the date that was asked for: each kind of leak by itself. The law is `laws/test_cut.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from concordant.patient.events import PatientRecord
from tests.record.fhir.builders import AS_OF, RXN, SCT, coded, diagnosis, dose, fates, observation, read, resource, woman

BEFORE, AFTER = "2023-05-01", "2023-09-01"  # of the date that is asked for, 1 June 2023
POSITIVE, NEGATIVE = coded(SCT, "10828004"), coded(SCT, "260385009")
OVER = {"clinicalStatus": {"coding": [{"code": "resolved"}]}}
ILD = coded(SCT, "233703007", "Interstitial lung disease (disorder)")
LAPATINIB = {"medicationCodeableConcept": coded(RXN, "672149")}
FAILED = {"status": "stopped", "statusReason": [coded(SCT, "266721009")]}
Json = dict[str, Any]
Look = Callable[[PatientRecord], object]


def ild(**more: Any) -> Json:
    return resource("Condition", "ild", code=ILD, onsetDateTime=BEFORE, **more)


def taken(drug: Json, **more: Any) -> Json:
    return resource("MedicationStatement", "taken", **drug, **more)


def status(record: PatientRecord) -> object:
    return record.conditions[0].status


def course(record: PatientRecord) -> object:
    return (record.courses[0].stopped, record.courses[0].end, record.courses[0].unknown_drugs) if record.courses else None


def sites(record: PatientRecord) -> object:
    return [(event.kind, event.sites) for event in record.events]


def stated(record: PatientRecord) -> object:
    return dict(record.stated)


ROWS: dict[str, tuple[list[Json], Look, object]] = {
    "resolved later": ([ild(abatementDateTime=AFTER, **OVER)], status, "active"),
    "resolved before": ([ild(abatementDateTime=BEFORE, **OVER)], status, "resolved"),
    "said later to be over": ([ild(recordedDate=AFTER, **OVER)], status, None),
    "said before to be over": ([ild(recordedDate=BEFORE, **OVER)], status, "resolved"),
    "ended later": (
        [taken(LAPATINIB, **FAILED, effectivePeriod={"start": BEFORE, "end": AFTER})],
        course,
        ("ongoing", None, ()),
    ),
    "said later to have failed": (
        [taken(LAPATINIB, **FAILED, effectivePeriod={"start": BEFORE}, dateAsserted=AFTER)],
        course,
        (None, None, ()),
    ),
    "said before to have failed": (
        [taken(LAPATINIB, **FAILED, effectivePeriod={"start": BEFORE}, dateAsserted=BEFORE)],
        course,
        ("progression", None, ()),
    ),
    "only a later end": ([taken(LAPATINIB, **FAILED, effectivePeriod={"end": AFTER})], course, (None, None, ("lapatinib",))),
    "begun later": ([taken(LAPATINIB, status="active", effectivePeriod={"start": AFTER})], course, None),
    "another drug that ended later": (
        [
            taken(
                {"medicationCodeableConcept": {"text": "warfarin"}},
                status="completed",
                effectivePeriod={"start": BEFORE, "end": AFTER},
            )
        ],
        lambda record: [one.name for one in record.medications],
        ["warfarin"],
    ),
    "a metastasis of later": (
        [
            diagnosis(onsetDateTime=BEFORE),
            resource("Condition", "met", code=coded(SCT, "94225005"), onsetDateTime=AFTER),
        ],
        sites,
        [("diagnosis", ())],
    ),
    "another cancer of later": (
        [resource("Condition", "other", code=coded(SCT, "363406005", "Malignant neoplasm of colon"), onsetDateTime=AFTER)],
        stated,
        {},
    ),
    "irradiated later": (
        [
            resource(
                "Procedure",
                "rt",
                status="completed",
                code=coded(SCT, "33195004"),
                bodySite=[coded(SCT, "12738006")],
                performedDateTime=AFTER,
            )
        ],
        stated,
        {},
    ),
    "a single result of later beside one of several tests": (
        [
            observation("both", "10480-2", effectiveDateTime=BEFORE, valueCodeableConcept=POSITIVE),
            observation("er", "85337-4", effectiveDateTime=AFTER, valueCodeableConcept=NEGATIVE),
        ],
        stated,
        {"hormone_receptor": "positive"},
    ),
    "a result of later that contradicts itself": (
        [
            resource(
                "Observation",
                "bad",
                status="final",
                effectiveDateTime=AFTER,
                code=coded("http://loinc.org", "85319-2", "Estrogen receptor"),
            )
        ],
        lambda record: (record.markers, record.set_aside),
        ((), ()),
    ),
    "an order that is carried out later": (
        [
            dose("given", "224905", BEFORE),
            resource(
                "MedicationRequest",
                "order",
                status="completed",
                intent="order",
                authoredOn=BEFORE,
                medicationCodeableConcept=coded(RXN, "1298944"),
            ),
            dose("later", "1298944", AFTER),
        ],
        lambda record: sorted(course.drugs for course in record.courses),
        [(), ("trastuzumab",)],
    ),
    "a word of later that nobody knows": (
        [taken({"medicationCodeableConcept": {"text": "notadrugmab"}}, status="active", effectivePeriod={"start": AFTER})],
        lambda record: record.not_understood,
        (),
    ),
    "an allergy that was written down later": (
        [
            {
                "resourceType": "AllergyIntolerance",
                "id": "a",
                "patient": {"reference": "Patient/p1"},
                "recordedDate": AFTER,
                "code": {"text": "paclitaxel"},
            }
        ],
        lambda record: record.conditions,
        (),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_record_is_that_of_the_day(name: str) -> None:
    entries, look, expected = ROWS[name]
    assert look(read(woman(), *entries, given=True).record) == expected


def test_what_lies_after_the_day_is_told_and_counted() -> None:
    patient = read(woman(), dose("a", "224905", BEFORE), dose("b", "224905", AFTER), dose("c", "224905", AFTER), given=True)
    assert fates(patient) == {
        "Patient/p1": "used",
        "MedicationAdministration/a": "used",
        "MedicationAdministration/b": "ignored",
        "MedicationAdministration/c": "ignored",
    }
    assert patient.record.notices == ("The record was cut at 1 Jun 2023: 2 later entries left out.",)


def test_a_death_of_later_has_not_happened() -> None:
    assert "died" not in " ".join(read(woman(deceasedDateTime=AFTER), given=True).record.notices)
    assert "died" in " ".join(read(woman(deceasedDateTime=BEFORE), given=True).record.notices)


def version(number: str, written: str, drug: str, status: str = "completed") -> Json:
    meta = {"versionId": number, "lastUpdated": f"{written}T10:00:00Z"}
    return dose("m", drug, BEFORE, meta=meta, status=status)


VERSIONS: dict[str, tuple[list[Json], list[tuple[str, ...]]]] = {
    "a version of later does not speak": ([version("1", BEFORE, "224905"), version("2", AFTER, "672149")], [("trastuzumab",)]),
    "whatever stands first": ([version("2", AFTER, "672149"), version("1", BEFORE, "224905")], [("trastuzumab",)]),
    "the newest of the day does": (
        [version("1", "2023-04-01", "672149"), version("2", BEFORE, "224905"), version("3", AFTER, "672149")],
        [("trastuzumab",)],
    ),
    "alone it speaks: an export writes all anew": ([version("2", AFTER, "672149")], [("lapatinib",)]),
    "what was taken back later was never there": (
        [version("1", BEFORE, "224905"), version("2", AFTER, "224905", "entered-in-error")],
        [],
    ),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_the_version_of_the_day_governs(name: str) -> None:
    entries, expected = VERSIONS[name]
    assert [course.drugs for course in read(woman(), *entries, given=True).record.courses] == expected


def test_without_a_date_that_was_asked_for_nothing_is_cut() -> None:
    late = AS_OF + dt.timedelta(days=1)
    assert read(woman(), dose("a", "224905", f"{late}")).record.set_aside
