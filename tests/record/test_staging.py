"""A metastasis found soon after the first dose of a regimen, or a recurrence, is staging; one found later is a progression."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from concordant.answer.engine import build_situation
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord
from concordant.record.omop.read import iter_patients
from concordant.terminology.names import Words
from tests.record.fhir.builders import SCT, coded, diagnosis, dose, observation, read, resource, woman
from tests.record.omop import build
from tests.record.omop.build import condition, database, drug, measured, person

AS_OF = dt.date(2023, 12, 1)
BREAST, LIVER, BONE = "254837009", "94381002", "94222008"
FIRST_DOSE = dt.date(2023, 3, 10)
DRUGS = {"224905": build.TRASTUZUMAB, "1298944": build.PERTUZUMAB, "72962": build.DOCETAXEL}
WINDOW = 42
DAYS = {  # days after the first dose on which the second metastasis is found: whether it is staging
    0: True,
    4: True,
    28: True,
    WINDOW: True,
    WINDOW + 1: False,
    180: False,
}


def as_fhir(start: str, recurrence: str, second: str, *, untreated: bool = False) -> PatientRecord:
    def metastasis(id_: str, code: str, date: str) -> dict[str, Any]:
        return resource("Condition", id_, code=coded(SCT, code), onsetDateTime=date)

    her2 = observation("o", "48676-1", valueCodeableConcept={"text": "Positive"}, effectiveDateTime=start)
    found = (diagnosis(onsetDateTime=start), her2, metastasis("m1", LIVER, recurrence), metastasis("m2", BONE, second))
    doses = () if untreated else tuple(dose(f"d{code}", code, FIRST_DOSE.isoformat()) for code in DRUGS)
    return read(woman(), *found, *doses, as_of=AS_OF).record


@pytest.fixture
def as_omop(tmp_path: Path, knowledge: Knowledge, words: Words) -> Any:
    def tell(start: str, recurrence: str, second: str, *, untreated: bool = False) -> PatientRecord:
        rows: dict[str, list[dict[str, Any]]] = {
            "person": [person(1)],
            "condition_occurrence": [
                condition(1, 1, build.CANCER, start),
                condition(2, 1, build.LIVER, recurrence),
                condition(3, 1, build.BONE, second),
            ],
            "measurement": [measured(1, 1, build.IHC, start, value_source_value="3+")],
            "drug_exposure": []
            if untreated
            else [drug(i, 1, concept, FIRST_DOSE.isoformat()) for i, concept in enumerate(DRUGS.values())],
        }
        path = database(tmp_path / "x.duckdb", rows)
        [patient] = iter_patients(path, knowledge, words, AS_OF, given=False, rest=Account())
        return patient.record

    return tell


def progressions(record: PatientRecord) -> int:
    return sum(event.kind == "progression" for event in record.events)


@pytest.mark.parametrize("source", ["fhir", "omop"])
@pytest.mark.parametrize("after", DAYS)
def test_after_the_first_dose(after: int, source: str, as_omop: Any, knowledge: Knowledge) -> None:
    tell = as_fhir if source == "fhir" else as_omop
    record = tell("2018-08-12", "2023-03-01", (FIRST_DOSE + dt.timedelta(days=after)).isoformat())
    assert progressions(record) == (not DAYS[after])
    facts = build_situation(record, knowledge).facts
    count = facts["her2_lines_progressed"].value
    assert isinstance(count, Interval)
    assert (count.low == 1) == (not DAYS[after])
    assert {site for event in record.events for site in event.sites} == {"liver", "bone"}
    assert any("taken as staging" in notice for notice in record.notices) == DAYS[after]


@pytest.mark.parametrize("after", [1, 20, WINDOW])
def test_after_a_recurrence_that_is_not_treated_yet(after: int) -> None:
    second = dt.date(2023, 3, 1) + dt.timedelta(days=after)
    record = as_fhir("2018-08-12", "2023-03-01", second.isoformat(), untreated=True)
    assert progressions(record) == 0
    assert progressions(as_fhir("2018-08-12", "2023-03-01", "2023-08-01", untreated=True)) == 1


def test_what_grew_on_the_line_before_is_its_progression(knowledge: Knowledge) -> None:
    """The scan that was the reason for the switch, entered after it: the line before ended with it, the new one did not."""
    kadcyla = [dose(f"k{i}", "1371041", (FIRST_DOSE - dt.timedelta(days=21 * i)).isoformat()) for i in range(1, 9)]
    spread = [
        resource("Condition", id_, code=coded(SCT, code), onsetDateTime=date)
        for id_, code, date in (("m1", LIVER, "2018-08-12"), ("m2", BONE, "2023-03-14"))
    ]
    new = dose("n", "2267582", FIRST_DOSE.isoformat())
    record = read(woman(), diagnosis(onsetDateTime="2018-08-12"), *spread, *kadcyla, new, as_of=AS_OF).record
    first, second = record.courses
    assert (first.drugs, first.stopped) == (("trastuzumab_emtansine",), "progression")
    assert second.stopped is None
    assert build_situation(record, knowledge).facts["progressed_on_trastuzumab_deruxtecan"].value is None


def test_a_progression_that_the_source_calls_so_stays_one() -> None:
    trend = observation("t", "97509-4", valueCodeableConcept=coded(SCT, "271299001"), effectiveDateTime="2023-03-14")
    record = read(woman(), diagnosis(onsetDateTime="2018-08-12"), trend, *[dose("d", "224905", FIRST_DOSE.isoformat())]).record
    assert progressions(record) == 1
