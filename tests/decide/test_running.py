"""Therapy of which no end is told: whether it runs is not known, and what the guideline says of therapy that goes on is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concordant.api import recommend
from concordant.texts import read_file
from tests.shipped import FOLDER

DAY = "2022-10-24"
FIRST: dict[str, Any] = {"drugs": ["docetaxel", "trastuzumab", "pertuzumab"], "setting": "advanced", "start": "2022-02-01"}
ENDED = {"drugs": ["trastuzumab"], "setting": "adjuvant", "start": "2018-02", "end": "2019-02", "stopped": "completed"}


def story(*treatments: dict[str, Any]) -> dict[str, Any]:
    return {
        "as_of": DAY,
        "patient": {
            "sex": "female",
            "birth_date": "1968-09",
            "menopausal_status": "postmenopausal",
            "weight": "72 kg",
            "ecog": 0,
        },
        "tumor_markers": [{"test": "her2_ihc", "value": "3+", "date": "2022-01-08"}, {"test": "er", "value": "negative"}],
        "disease": [
            {"event": "diagnosis", "date": "2022-01-08", "extent": "metastatic", "sites": ["lung"]},
            {"event": "response", "date": "2022-09-14"},
        ],
        "treatments": list(treatments),
        "measurements": [{"name": "lvef", "value": "60 %", "date": "2022-10-17"}],
    }


@pytest.mark.parametrize(
    "treatments",
    [
        (FIRST,),
        ({**FIRST, "start": "2022-02"},),
        ({**FIRST, "start": None},),
        ({**FIRST, "setting": None},),
        ({**FIRST, "drugs": ["trastuzumab", "pertuzumab"]},),
        ({**FIRST, "drugs": ["docetaxel"]}, {**FIRST, "drugs": ["trastuzumab", "pertuzumab"]}),
    ],
    ids=["plain", "a month", "no date", "no setting", "other drugs", "two at a time"],
)
def test_whether_it_runs_is_asked(treatments: tuple[dict[str, Any], ...]) -> None:
    told = [{key: value for key, value in one.items() if value} for one in treatments]
    answer = recommend(story(*told), today=None)
    assert answer.outcome == "needs_data"
    assert "on a HER2-targeted drug now" in " ".join(question.question for question in answer.questions)


def test_what_has_ended_is_not_asked_about() -> None:
    answer = recommend(story({**FIRST, "end": "2022-08-01", "stopped": "completed"}), today=None)
    assert not any("on a HER2-targeted drug now" in question.question for question in answer.questions)


ONGOING = [path for path in sorted((FOLDER / "cases").glob("*.yaml")) if "stopped: ongoing" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", ONGOING[::4], ids=lambda path: path.stem)
def test_an_end_that_is_not_told_is_none(path: Path) -> None:
    """Of each shipped case in which something runs: without the word that it runs nothing else is recommended than with it."""
    case: Any = read_file(path).value
    record = {key: value for key, value in case.items() if key != "expect"}
    with_word = recommend(record)
    without = {**record, "treatments": [{k: v for k, v in one.items() if v != "ongoing"} for one in record["treatments"]]}
    told = recommend(without)
    same = [one.regimen for one in told.options] == [one.regimen for one in with_word.options]
    assert told.outcome == "needs_data" or same
