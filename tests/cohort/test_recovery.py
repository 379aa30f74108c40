"""What is found again of made-up histories: counts that add up, and a cause for each error."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import concordant.api as cc
from concordant.api import Engine, Unreadable
from concordant.cohorts.simulate.recovery import (
    BESIDE,
    GOES_ON,
    JOINED,
    MAINTENANCE,
    NEVER_GIVEN,
    OTHER_DAY,
    ROUGH_DAY,
    SPREAD,
    UNKNOWN_NAME,
    Order,
    Recovery,
    TrueCourse,
    Truth,
    WordReader,
    score_records,
)
from concordant.model.knowledge import Knowledge
from concordant.record.courses.line_rules import make_line_rules

ADVANCED = "advanced"


def course(drugs: str, start: str, *, added: str = "", grown: str = "") -> TrueCourse:
    day = dt.date.fromisoformat
    return TrueCourse(ADVANCED, frozenset(drugs.split()), frozenset(added.split()), day(start), day(grown) if grown else None)


def score(engine: Engine, case: dict[str, Any], courses: list[TrueCourse], orders: list[Order] | None = None) -> Recovery:
    record = engine.read({"disease": [], **case}, as_of="2024-12-31").one().record
    truth = Truth({"1": courses}, {"1": orders or []}, {"1": "positive"})
    return score_records([("1", record)], truth, make_line_rules(engine.knowledge), WordReader(lambda _: "positive", frozenset()))


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


METASTATIC = {"event": "diagnosis", "date": "2020-01-01", "extent": "metastatic", "sites": ["liver"]}
TRUE = course("trastuzumab vinorelbine", "2020-02-01")
# What a record tells of a line, with what was true beside it, and the cause that is told: missed, or told in vain.
CAUSES: dict[str, tuple[list[dict[str, Any]], list[TrueCourse], list[Order], str]] = {
    "a name": ([{"drugs": ["trastuzumab", "vinorelbinx"]}], [TRUE], [], UNKNOWN_NAME),
    "an order": (
        [{"drugs": ["trastuzumab", "vinorelbine", "lapatinib"]}],
        [TRUE],
        [Order("lapatinib", dt.date(2020, 1, 31))],
        NEVER_GIVEN,
    ),
    "maintenance": (
        [{"drugs": ["trastuzumab", "vinorelbine", "letrozole"]}],
        [TRUE._replace(added=frozenset({"letrozole"}))],
        [],
        MAINTENANCE,
    ),
    "another drug": ([{"drugs": ["trastuzumab", "vinorelbine", "lapatinib"]}], [TRUE], [], BESIDE),
    "another day": ([{"drugs": ["trastuzumab", "vinorelbine"], "start": "2020-02-20"}], [TRUE], [], OTHER_DAY),
    "the same again": (
        [{"drugs": ["trastuzumab", "vinorelbine"]}],
        [TRUE, TRUE._replace(start=dt.date(2020, 6, 1))],
        [],
        GOES_ON,
    ),
    "too soon": (
        [{"drugs": ["trastuzumab", "vinorelbine", "lapatinib"]}],
        [TRUE, course("lapatinib", "2020-02-20")],
        [],
        JOINED,
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_is_told_for_each_error(name: str, engine: Engine) -> None:
    told, courses, orders, cause = CAUSES[name]
    treatments = [{"setting": ADVANCED, "start": "2020-02-01", "end": "2020-05-01", **one} for one in told]
    found = score(engine, {"disease": [METASTATIC], "treatments": treatments}, courses, orders).tallies["lines"]
    assert cause in found.missed
    assert found.true == found.same + found.missed.total()
    assert found.told == found.same + found.wrong.total()


def test_a_record_that_tells_all_is_found_whole(engine: Engine) -> None:
    treatments = [{"drugs": ["trastuzumab", "vinorelbine"], "setting": ADVANCED, "start": "2020-02-03", "end": "2020-05-01"}]
    events = [METASTATIC, {"event": "progression", "date": "2020-05-02", "sites": ["liver"]}]
    found = score(engine, {"disease": events, "treatments": treatments}, [TRUE._replace(progression=dt.date(2020, 5, 1))])
    assert {name: (tally.precision, tally.recall) for name, tally in found.tallies.items()} == dict.fromkeys(
        found.tallies, (1, 1)
    )


PROGRESSIONS = [("2020-05-04", "", ""), ("2020-05", ROUGH_DAY, ROUGH_DAY), ("2020-09-01", "the record does not tell it", SPREAD)]


@pytest.mark.parametrize(("told", "missed", "wrong"), PROGRESSIONS)
def test_a_progression_is_found_within_a_week(told: str, missed: str, wrong: str, engine: Engine) -> None:
    events = [METASTATIC, {"event": "progression", "date": told, "sites": ["liver"]}]
    true = [TRUE._replace(progression=dt.date(2020, 5, 10 if told == "2020-05" else 1))]
    found = score(engine, {"disease": events}, true).tallies["progressions"]
    assert (list(found.missed), list(found.wrong)) == ([missed] if missed else [], [wrong] if wrong else [])


@pytest.mark.parametrize("form", ["omop", "fhir"])
def test_the_counts_of_a_cohort_add_up(form: Any, engine: Engine, tmp_path: Path) -> None:
    made = cc.simulate(tmp_path / "made", patients=40, seed=2, format=form)
    found = made.score(engine)
    assert found.patients == 40
    courses = made.truth("courses").to_pylist()
    assert found.tallies["lines"].true == sum(row["setting"] == ADVANCED for row in courses)
    assert found.tallies["progressions"].true == sum(row["progression"] is not None for row in courses)
    for tally in found.tallies.values():
        assert tally.true == tally.same + tally.missed.total()
    assert found.tallies["lines"].told == found.tallies["lines"].same + found.tallies["lines"].wrong.total()


def test_facts_are_not_scored(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="tell no doses"):
        cc.simulate(tmp_path / "made", patients=5, seed=2, format="facts").score()
