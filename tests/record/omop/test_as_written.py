"""Values of a CDM as sites fill them in: texts for numbers, concepts that nobody has, dates, letters behind codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Marker
from concordant.record.omop.read import iter_patients
from concordant.record.sources import Patient
from concordant.terminology.names import Words
from tests.record.omop import build
from tests.record.omop.build import condition, database, measured, person

AS_OF = dt.date(2023, 6, 1)
LOCAL = 2000009999  # a concept that no table explains
Rows = dict[str, list[dict[str, Any]]]


class Site:
    """Reads the one person of a CDM made of these rows."""

    def __init__(self, folder: Path, knowledge: Knowledge, words: Words) -> None:
        self.folder, self.knowledge, self.words, self.made = folder, knowledge, words, 0

    def one(self, *, given: bool = False, **rows: Any) -> Patient:
        self.made += 1
        path = database(self.folder / f"{self.made}.duckdb", {"person": [person(1)], **rows})
        [patient] = iter_patients(path, self.knowledge, self.words, AS_OF, given=given)
        return patient


@pytest.fixture
def site(tmp_path: Path, knowledge: Knowledge, words: Words) -> Site:
    return Site(tmp_path, knowledge, words)


def observed(code: str, date: str = "2023-05-01", id_: int = 1, **more: Any) -> dict[str, Any]:
    keys = {"observation_id": id_, "person_id": 1, "observation_concept_id": 0, "observation_date": date}
    return {**keys, "observation_source_value": code, **more}


def lab(code: str, date: str = "2023-05-01", id_: int = 1, **more: Any) -> dict[str, Any]:
    return measured(id_, 1, 0, date, measurement_source_value=code, **more)


def told(patient: Patient) -> Any:
    """What the one result says: its number, else its word; None when it is left open."""
    [found] = [*patient.record.markers, *patient.record.measurements]
    if isinstance(found, Marker):
        return next((number.low for number in found.numbers.values()), None) or found.word
    return None if found.value.is_unknown else found.value.low


VALUES: list[tuple[Rows, Any]] = [
    ({"observation": [observed("89247-1", value_as_string="2")]}, 2.0),
    ({"observation": [observed("89247-1", value_as_string="2/3")]}, None),
    ({"observation": [observed("89247-1", value_as_concept_id=LOCAL)]}, None),
    ({"measurement": [lab("89247-1", value_source_value="1")]}, 1.0),
    ({"measurement": [lab("10230-1", value_source_value="55,5 %")]}, 55.5),
    ({"measurement": [lab("10230-1", value_source_value="55-60 %")]}, 55.0),
    ({"measurement": [lab("49683-6", value_source_value="2,4")]}, 2.4),
    ({"measurement": [lab("49683-6", value_source_value="2,400")]}, None),
    ({"measurement": [lab("49683-6", value_as_number=2.4, value_as_concept_id=build.NEGATIVE)]}, None),
    ({"measurement": [lab("49683-6", value_as_number=1.2, value_as_concept_id=build.NEGATIVE)]}, 1.2),
    ({"measurement": [lab("85319-2", value_source_value="Positive (Score 3+)")]}, "3+"),
    ({"measurement": [lab("85319-2", value_as_concept_id=LOCAL)]}, None),
    ({"measurement": [lab("HER2/neu IHC", value_source_value="3+")]}, None),
    ({"measurement": [lab("777-3", value_as_number=150, unit_source_value="x10E3/uL")]}, 150.0),
]


@pytest.mark.parametrize(("rows", "wanted"), VALUES)
def test_a_value_is_read_whole_or_left_open_and_named(rows: Rows, wanted: Any, site: Site) -> None:
    patient = site.one(**rows)
    assert told(patient) == wanted
    if wanted is None:
        assert patient.account.counts["set aside"] == 1
        assert patient.record.set_aside or patient.record.not_understood


@pytest.mark.parametrize("value", [{"value_as_concept_id": LOCAL}, {"value_source_value": "see report"}])
def test_no_older_result_speaks_for_one_that_is_not_understood(value: Any, site: Site, plan: DerivationPlan) -> None:
    old = lab("48676-1", "2015-01-01", 1, value_source_value="Negative")
    assert derive_facts(site.one(measurement=[old]).record, plan)["her2_status"].value == "negative"
    both = site.one(measurement=[old, lab("48676-1", "2023-01-01", 2, **value)])
    assert derive_facts(both.record, plan)["her2_status"].value is None


MENOPAUSE = [
    ([("2015-01-01", "premenopausal"), ("2023-01-01", "postmenopausal")], "postmenopausal"),
    ([("2023-01-01", "postmenopausal"), ("2015-01-01", "premenopausal")], "postmenopausal"),
    ([("2023-01-01", "postmenopausal"), ("2023-01-01", "premenopausal")], None),
    ([("2015-01-01", "premenopausal"), ("2030-01-01", "postmenopausal")], "premenopausal"),
    ([("2015-01-01", "premenopausal"), ("2023-01-01", "see the letter")], None),
    ([("2023-01-01", "premenopausal"), ("2023-01-01", "see the letter")], None),
]


@pytest.mark.parametrize(("rows", "status"), MENOPAUSE)
def test_the_latest_menopausal_status_counts(rows: list[tuple[str, str]], status: str | None, site: Site) -> None:
    told_ = [observed("42802-9", date, number, value_as_string=word) for number, (date, word) in enumerate(rows, 1)]
    assert site.one(observation=told_).record.person.menopause == status


@pytest.mark.parametrize(("date", "known"), [("2023-05-01", True), ("2023-08-01", False)])
@pytest.mark.parametrize("given", [True, False])
def test_a_death_is_known_from_its_day(date: str, known: bool, given: bool, site: Site) -> None:
    patient = site.one(given=given, death=[{"person_id": 1, "death_date": date}])
    assert any("has died" in notice for notice in patient.record.notices) is known
    assert patient.account.counts["used"] == 1 + known


@pytest.mark.parametrize(
    ("letter", "fate"), [("A", "set aside"), (" A", "ignored"), ("V", "set aside"), ("Z", "used"), ("G", "used")]
)
def test_the_letter_behind_a_source_code_says_how_sure_it_is(letter: str, fate: str, site: Site, plan: DerivationPlan) -> None:
    rows = [
        condition(1, 1, build.CANCER, "2022-01-01"),
        condition(2, 1, 0, "2022-02-01", condition_source_value=f"C79.3{letter}"),
    ]
    patient = site.one(condition_occurrence=rows)
    assert {row.place: row.fate for row in patient.account.rows}["condition_occurrence 2"] == fate
    brain = derive_facts(patient.record, plan)["has_brain_metastases"].value
    assert (brain == "yes") is (fate == "used")


def test_a_diagnosis_that_ends_on_no_day_still_holds(site: Site) -> None:
    rows = [condition(1, 1, build.ILD, "2022-01-01", condition_end_date="9999-12-31")]
    assert [c.status for c in site.one(condition_occurrence=rows).record.conditions] == ["active"]
