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


STATUSES: dict[str, str] = {
    "Confirmed diagnosis": "metastasis",
    "Primary discharge diagnosis": "metastasis",
    "something of this site": "metastasis",
    "Suspected": "open",
    "Rule out": "open",
    "Preliminary diagnosis": "open",
    "Verdacht auf": "open",
    "Ruled out": "none",
    "entered in error": "none",
}


@pytest.mark.parametrize("column", ["condition_status_source_value", "stop_reason", "condition_status_concept_id"])
@pytest.mark.parametrize("status", STATUSES)
def test_a_diagnosis_is_as_sure_as_its_status(
    status: str, column: str, site: Site, plan: DerivationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Any = status
    if column.endswith("concept_id"):
        monkeypatch.setitem(build.CONCEPTS, 2000000901, ("Condition Status", "s", status))
        told = 2000000901
    rows = [condition(1, 1, build.CANCER, "2022-12-01"), condition(2, 1, build.LIVER, "2022-12-05", **{column: told})]
    patient = site.one(condition_occurrence=rows)
    extent = derive_facts(patient.record, plan)["disease_extent"].value
    assert extent == {"metastasis": "metastatic", "open": None, "none": None}[STATUSES[status]]
    assert (status.startswith("something")) is (("condition status", status, "") in patient.account.unmapped)


ABSENT = {"condition_occurrence": True, "drug_exposure": True, "measurement": True, "procedure_occurrence": True, "death": False}


@pytest.mark.parametrize("table", ABSENT)
def test_of_a_table_that_is_not_there_nothing_is_assumed(table: str, tmp_path: Path, knowledge: Knowledge, words: Words) -> None:
    path = database(tmp_path / "cdm.duckdb", {"person": [person(1)]}, without=[table])
    [patient] = iter_patients(path, knowledge, words, AS_OF, given=False)
    assert bool(patient.record.incomplete) is ABSENT[table]


def test_a_result_is_of_the_tumour_that_it_names(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(build.CONCEPTS, 2000000902, ("ICD10CM", "C16.9", "Malignant neoplasm of stomach"))
    cancers = [condition(1, 1, build.CANCER, "2022-12-01"), condition(7, 1, 2000000902, "2022-12-01")]
    for event, word in ((7, None), (1, "positive"), (99, "positive"), (None, "positive")):
        rows = [measured(1, 1, build.IHC, "2023-01-01", value_as_concept_id=build.POSITIVE, measurement_event_id=event)]
        [marker] = site.one(condition_occurrence=cancers, measurement=rows).record.markers
        assert marker.word == word, event


SIDES = {("C50.912", "C50.911"): True, ("C50.912", "C50.912"): False, ("Mammakarzinom links", "Mammakarzinom rechts"): True}


@pytest.mark.parametrize("sides", SIDES)
def test_two_sides_are_two_cancers(sides: tuple[str, str], site: Site) -> None:
    rows = [condition(n, 1, build.CANCER, "2022-12-01", condition_source_value=side) for n, side in enumerate(sides, 1)]
    results = [measured(1, 1, build.IHC, "2023-01-01", value_as_concept_id=build.POSITIVE)]
    [marker] = site.one(condition_occurrence=rows, measurement=results).record.markers
    assert (marker.word is None) is SIDES[sides]


@pytest.mark.parametrize("value", ["0", "3+", "see text"])
def test_a_result_whose_source_name_alone_tells_its_test_is_open(value: str, site: Site) -> None:
    told = measured(1, 1, 0, "2023-05-01", measurement_source_value="HER2 IHC local", value_source_value=value)
    assert [marker.word for marker in site.one(measurement=[told]).record.markers] == [None]
