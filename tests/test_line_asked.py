"""What is asked where somebody says "first line": never the line, while the interval of a recurrence is unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from concordant.answer.model import Answer
from concordant.answer.recommend import recommend
from concordant.compiled import Knowledge
from tests.conftest import ReadCase

LINE = "line_of_therapy"
INTERVAL = "months_from_adjuvant_her2_therapy_to_recurrence"
ADJUVANT = "adjuvant_her2_therapy"
BACK = {"event": "recurrence", "extent": "metastatic"}
BEFORE = {"drugs": ["trastuzumab"], "setting": "adjuvant"}
SAID = "Stated as first line"

# The stated facts, the courses, the events; the line; what is asked first; whether the stated line is named.
OPEN: list[tuple[str, dict[str, Any], list[dict[str, Any]], list[dict[str, Any]], str]] = [
    ("adjuvant trastuzumab, no dates", {LINE: "first"}, [BEFORE], [BACK], INTERVAL),
    ("nothing known of before", {LINE: "first"}, [], [BACK], ADJUVANT),
    ("recurrence stated", {LINE: "first", "presentation": "recurrent", "disease_extent": "metastatic"}, [], [], ADJUVANT),
    ("adjuvant therapy stated", {LINE: "first", ADJUVANT: "yes", "disease_extent": "metastatic"}, [], [], INTERVAL),
    ("interval straddles", {LINE: "first", INTERVAL: "8 to 14 months"}, [BEFORE], [BACK], INTERVAL),
    ("no line told", {}, [], [BACK], ADJUVANT),
    ("no line told, adjuvant trastuzumab", {}, [BEFORE], [BACK], INTERVAL),
]


def answered(
    stated: dict[str, Any], courses: list[dict[str, Any]], events: list[dict[str, Any]], knowledge: Knowledge, read: ReadCase
) -> Answer:
    told = {"as_of": "2023-06-01", "stated": {"her2_reported": "positive", **stated}, "treatments": courses, "disease": events}
    return recommend(read(json.dumps(told)), knowledge)


@pytest.mark.parametrize(("stated", "courses", "events", "first"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_the_line_is_not_asked_while_the_interval_is_unknown(
    stated: dict[str, Any],
    courses: list[dict[str, Any]],
    events: list[dict[str, Any]],
    first: str,
    knowledge: Knowledge,
    read: ReadCase,
) -> None:
    answer = answered(stated, courses, events, knowledge, read)
    assert (answer.answer, answer.line, answer.conflicts) == ("needs_data", None, [])
    assert not any(LINE in (q.feature, *q.together_with) for q in answer.ask)
    assert not any(side.feature == LINE for side in answer.other_sides)
    assert answer.ask[0].feature == first
    assert any(SAID in notice for notice in answer.notices) is (LINE in stated)


@pytest.mark.parametrize(
    ("stated", "line", "named"),
    [
        ({LINE: "first", INTERVAL: "8 months"}, "second", "conflicts"),
        ({LINE: "first", INTERVAL: "12 months"}, "second", "conflicts"),
        ({LINE: "first", INTERVAL: "> 12 months"}, "first", ""),
        ({LINE: "first", ADJUVANT: "no"}, "first", ""),
        ({LINE: "first"}, "first", "assumed"),
        ({LINE: "first", "presentation": "de_novo"}, "first", ""),
        ({LINE: "second", "presentation": "recurrent"}, "second", ""),
    ],
)
def test_a_stated_line_holds_gives_way_or_is_assumed(
    stated: dict[str, Any], line: str, named: str, knowledge: Knowledge, read: ReadCase
) -> None:
    answer = answered({"disease_extent": "metastatic", **stated}, [], [], knowledge, read)
    assert answer.line == line
    assert not any(SAID in notice for notice in answer.notices)
    assert any(SAID in one for one in answer.conflicts) is (named == "conflicts")
    assert any(one.startswith("Line of HER2-targeted therapy") for one in answer.assumed) is (named == "assumed")


def test_the_line_is_asked_after_what_it_is_derived_from(knowledge: Knowledge, read: ReadCase) -> None:
    asked = [q.feature for q in answered({"disease_extent": "metastatic"}, [], [], knowledge, read).ask if q.blocking]
    assert asked[-1] == LINE
    assert asked[0] == "presentation"
