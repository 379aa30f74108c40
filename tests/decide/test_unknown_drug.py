"""A trial drug without its name may have been any: nothing vanishes, it is named, and what it may have been is asked first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from concordant.api import Engine
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from tests.record.fhir.builders import RXN, SCT, coded, diagnosis, observation, read, resource, woman

AS_OF = dt.date(2024, 6, 1)
NAMES = (
    "INVESTIGATIONAL",
    "investigational product",
    "Study drug",
    "blinded study medication",
    "Prüfpräparat",
    "Placebo or drug X",
)
DERUXTECAN = "trastuzumab-deruxtecan-5.4-q3w"


def statement(id_: str, year: str, medication: dict[str, Any], reason: str = "") -> dict[str, Any]:
    more: dict[str, Any] = {"statusReason": [{"text": reason}]} if reason else {}
    more |= {"status": "completed", "medicationCodeableConcept": medication}
    return resource("MedicationStatement", id_, effectivePeriod={"start": f"{year}-02-01", "end": f"{year}-12-01"}, **more)


def told(name: str) -> PatientRecord:
    her2 = observation("o", "48676-1", valueCodeableConcept={"text": "Positive"}, effectiveDateTime="2015-08-20")
    spread: dict[str, Any] = {"code": coded(SCT, "94381002"), "onsetDateTime": "2015-08-20"}
    failed = [
        statement("t", "2016", coded(RXN, "224905"), "disease progression"),
        statement("k", "2017", coded(RXN, "1371041"), "disease progression"),
    ]
    trial = statement("x", "2018", {"text": name})
    return read(
        woman(), diagnosis(onsetDateTime="2015-08-12"), her2, resource("Condition", "m", **spread), *failed, trial, as_of=AS_OF
    ).record


@pytest.mark.parametrize("name", NAMES)
def test_a_nameless_trial_drug_may_have_been_any(name: str, knowledge: Knowledge) -> None:
    answer = Engine(knowledge).recommend(told(name))
    assert any(name in line and "may have been any drug" in line for line in answer.answer.first_screen)
    asked = [question for question in answer.questions if not question.blocking]
    first = [question.feature for question in asked[:2]]
    assert "received_trastuzumab_deruxtecan" in first
    assert all(feature.startswith("received_") for feature in first)
    [question] = [question for question in asked if question.feature == "received_trastuzumab_deruxtecan"]
    assert any(DERUXTECAN in change.then for change in question.changes)
    assert DERUXTECAN not in [option.regimen for option in answer.options if option.status.startswith("applies")]
