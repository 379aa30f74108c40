"""Where a guideline is asked about a patient, and what counts as given: stories in `starts.yaml`, and windows by their days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from concordant.api import Engine
from concordant.cohorts.points import DecisionPoint, PointRules, find_points
from concordant.cohorts.starts import TreatmentStart, find_starts
from concordant.model.cohort import POINT_KINDS
from concordant.patient.events import PatientRecord
from concordant.record.courses.disease_times import make_disease_times
from concordant.record.courses.line_rules import LineRules, make_line_rules
from tests.shipped import shipped_knowledge

STORIES = yaml.load(Path(__file__).with_name("starts.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
AS_OF = "2025-01-01"
GRACE = {"advanced_diagnosis": 180, "line_start": 28, "progression": 90, "asked": 30}


def rules_of_lines() -> LineRules:
    return make_line_rules(shipped_knowledge())


def record_of(**blocks: Any) -> PatientRecord:
    return Engine().read({"as_of": AS_OF, **blocks}).one().record


def spell(start: TreatmentStart) -> str:
    day = start.date.first.isoformat() if start.date else "?"
    return " ".join([day, *sorted(start.drugs)]) + "".join(f" + {word}" for word in start.other)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["story"])
def test_the_starts_of_a_story(story: dict[str, Any]) -> None:
    record, rules = record_of(disease=story.get("events", []), treatments=story["treatments"]), rules_of_lines()
    assert [spell(one) for one in find_starts(record, make_disease_times(record.events, rules), rules)] == story["starts"]


def points_of(record: PatientRecord, *asked: str) -> dict[str, list[DecisionPoint]]:
    rules = PointRules(frozenset(POINT_KINDS), GRACE, [dt.date.fromisoformat(day) for day in asked], rules_of_lines())
    found = find_points(record, rules)
    return {kind: [point for point in found if point.kind == kind] for kind in POINT_KINDS}


def test_the_guideline_is_asked_the_day_before_a_line_begins() -> None:
    record = record_of(treatments=[{"drugs": ["lapatinib", "capecitabine"], "setting": "advanced", "start": "2024-03-01"}])
    (point,) = points_of(record)["line_start"]
    assert point.day == dt.date(2024, 2, 29) and not point.is_rough
    assert point.given is not None and point.given.drugs == ("capecitabine", "lapatinib")


def test_a_month_begins_with_its_first_day_and_is_told_as_rough() -> None:
    record = record_of(treatments=[{"drugs": ["lapatinib"], "setting": "advanced", "start": "2024-03"}])
    (point,) = points_of(record)["line_start"]
    assert (point.day, point.is_rough) == (dt.date(2024, 2, 29), True)


@pytest.mark.parametrize(("begun", "counts"), [("2024-03-01", True), ("2024-05-30", True), ("2024-05-31", False)])
def test_what_is_begun_within_the_days_counts_as_given(begun: str, counts: bool) -> None:
    record = record_of(
        disease=[{"event": "progression", "date": "2024-03-01"}],
        treatments=[{"drugs": ["trastuzumab deruxtecan"], "setting": "advanced", "start": begun}],
    )
    (point,) = points_of(record)["progression"]
    assert (point.given is not None) == counts


@pytest.mark.parametrize(
    ("more", "kept"),
    [({"stopped": "ongoing"}, True), ({"end": "2024-05-30"}, True), ({"end": "2024-05-29"}, False), ({}, False)],
)
def test_what_goes_on_through_the_days_was_kept(more: dict[str, str], kept: bool) -> None:
    record = record_of(
        disease=[{"event": "progression", "date": "2024-03-01", "sites": ["brain"]}],
        treatments=[{"drugs": ["trastuzumab", "pertuzumab"], "setting": "advanced", "start": "2023-01-01", **more}],
    )
    (point,) = points_of(record)["progression"]
    assert (point.given is not None and point.given.date is None and point.given.drugs == ("pertuzumab", "trastuzumab")) == kept


def test_points_without_a_date_are_told_and_those_beyond_the_record_are_not() -> None:
    record = record_of(
        disease=[{"event": "progression"}, {"event": "progression", "date": "2024-03-01"}],
        treatments=[{"drugs": ["lapatinib"], "setting": "advanced"}],
    )
    found = points_of(record, "2024-06-01", "2025-06-01")
    assert [(point.number, point.day) for point in found["progression"]] == [(1, dt.date(2024, 3, 1)), (2, None)]
    assert [(point.number, point.day) for point in found["line_start"]] == [(1, None)]
    assert [point.day for point in found["advanced_diagnosis"]] == [None]
    assert [point.day for point in found["asked"]] == [dt.date(2024, 6, 1)]


def test_early_disease_has_no_point() -> None:
    record = record_of(
        disease=[{"event": "diagnosis", "date": "2024-01-01", "stage": "IIA"}],
        treatments=[{"drugs": ["trastuzumab", "docetaxel"], "setting": "neoadjuvant", "start": "2024-02-01"}],
    )
    assert not any(points_of(record).values())
