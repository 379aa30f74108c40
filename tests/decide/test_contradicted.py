"""A harm of which the record speaks, and that it leaves open, holds the first dose back: no amount stands in the verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

from concordant.answer.engine import answer_record
from concordant.model.knowledge import Knowledge
from concordant.present.as_json import add_first_screen, render_json
from tests.conftest import ReadCase

WOMAN: dict[str, Any] = {
    "as_of": "2023-06-01",
    "patient": {"sex": "female", "birth_date": "1971-04", "menopausal_status": "postmenopausal", "weight": "64 kg"},
    "tumor_markers": [{"test": "her2_ihc", "value": "3+"}],
    "disease": [
        {"event": "diagnosis", "date": "2021-01-20", "stage": "IV"},
        {"event": "progression", "date": "2023-05-02", "sites": ["liver"]},
    ],
    "treatments": [
        {
            "drugs": ["docetaxel", "trastuzumab", "pertuzumab"],
            "setting": "advanced",
            "line": "1",
            "start": "2021-02-10",
            "end": "2023-05-02",
            "stopped": "progression",
        }
    ],
}
LVEF = {"name": "lvef", "date": "2023-05-20"}
FIT = {**LVEF, "value": "62 %"}


def told_twice(name: str) -> list[dict[str, str]]:
    return [{"name": name, "status": "active"}, {"name": name, "status": "absent"}]


OPEN_ENTRIES: list[tuple[dict[str, Any], str]] = [
    ({"conditions": [{"name": "interstitial lung disease"}], "measurements": [FIT]}, "interstitial_lung_disease"),
    ({"conditions": [{"name": "possible pneumonitis"}], "measurements": [FIT]}, "interstitial_lung_disease"),
    ({"conditions": [{"icd10": "J84.9"}], "measurements": [FIT]}, "interstitial_lung_disease"),
    ({"conditions": [{"name": "pregnancy"}], "measurements": [FIT]}, "pregnant"),
    ({"conditions": [{"name": "suspected heart failure"}], "measurements": [FIT]}, "symptomatic_heart_failure"),
    ({"measurements": [{**LVEF, "value": "unknown"}]}, "lvef"),
]
CONTRADICTED: list[tuple[dict[str, Any], str]] = [
    ({"conditions": told_twice("interstitial lung disease"), "measurements": [FIT]}, "interstitial_lung_disease"),
    ({"conditions": told_twice("pregnancy"), "measurements": [FIT]}, "pregnant"),
    ({"measurements": [FIT, {**LVEF, "value": "38 %"}]}, "lvef"),
]


def answer(told: dict[str, Any], read: ReadCase, knowledge: Knowledge) -> dict[str, Any]:
    return dict(json.loads(render_json(add_first_screen(answer_record(read({**WOMAN, **told}), knowledge)))))


@pytest.mark.parametrize(("told", "feature"), CONTRADICTED, ids=[feature for _, feature in CONTRADICTED])
def test_the_first_dose_waits(told: dict[str, Any], feature: str, read: ReadCase, knowledge: Knowledge) -> None:
    found = answer(told, read, knowledge)
    assert found["answer"] == "recommends"
    assert found["options"][0]["status"] == "applies_if_checked"
    assert [held["fact"] for held in found["held_until"]] == [feature]
    assert " mg" not in found["verdict"]
    assert any(
        held["says"].removeprefix("In conflict: ").split(".")[0] in " ".join(found["conflicts"]) for held in found["held_until"]
    )


@pytest.mark.parametrize(("told", "feature"), OPEN_ENTRIES)
def test_an_entry_that_leaves_it_open_holds_as_well(
    told: dict[str, Any], feature: str, read: ReadCase, knowledge: Knowledge
) -> None:
    """A status that is not told, a mere suspicion, a number that cannot be read: it may rule the regimen out."""
    found = answer(told, read, knowledge)
    assert (found["answer"], found["options"][0]["status"]) == ("recommends", "applies_if_checked")
    assert feature in [held["fact"] for held in found["held_until"]]
    assert " mg" not in found["verdict"]
    assert len(found["verdict"]) < 140


def test_what_is_merely_missing_or_too_old_does_not_hold(read: ReadCase, knowledge: Knowledge) -> None:
    for told in ({}, {"measurements": [{**LVEF, "date": "2021-03-01", "value": "62 %"}]}):
        assert answer(told, read, knowledge)["held_until"] == []


def test_without_a_contradiction_nothing_waits(read: ReadCase, knowledge: Knowledge) -> None:
    found = answer({"measurements": [FIT]}, read, knowledge)
    assert found["held_until"] == []
    assert " mg" in found["verdict"]
