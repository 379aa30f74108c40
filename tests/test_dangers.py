"""Dangers: each has a case in which it is true, and what the cases expect of them holds of the decision itself."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest

from concordant.answer.recommend import recommend, situation
from concordant.compiled import Knowledge
from concordant.decide.ask import Situation
from concordant.decide.gather import dangers
from concordant.kleene import TRUE
from concordant.library import FOLDER
from concordant.present.as_json import as_json
from concordant.record.casefile import read_case
from concordant.record.events import PatientRecord
from concordant.record.vocabulary import Words
from concordant.texts import read_text
from tests.acceptance.check_cases import Case, Run, find_cases, judge, without_hidden_blocks
from tests.acceptance.check_cases import read_case as expected_case

CASES = [expected_case(path) for path in find_cases([str(FOLDER / "cases")]) if path.stem.startswith("D")]


def told(case: Case, knowledge: Knowledge, words: Words) -> PatientRecord:
    text = read_text(without_hidden_blocks(case.text), "patient.yaml")
    return read_case(text, knowledge, words, dt.date(2022, 9, 20))


def held_until(found: Situation) -> list[dict[str, str]]:
    """What has to be settled before the first dose of what is preferred, or else of the first option."""
    offered = found.decision.offered
    first = [one for one in offered if one.role == "preferred"] or offered[:1]
    return [{"says": barred.bar.says} for one in first for barred in one.bars(TRUE, "holds")]


def with_dangers(case: Case, knowledge: Knowledge, words: Words) -> Mapping[str, Any]:
    """The answer, with its dangers and what holds it back as the decision has them."""
    record = told(case, knowledge, words)
    found = situation(record, knowledge)
    answer = json.loads(as_json(recommend(record, knowledge)))
    says = [{"says": one.says, "do": one.do} for one, _ in dangers(found.frame, found.facts)]
    return {"dangers": says, "held_until": held_until(found), **answer}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.path.stem)
def test_the_decision_itself_is_held_and_warned(case: Case, knowledge: Knowledge, words: Words) -> None:
    answer = with_dangers(case, knowledge, words)
    assert judge(case.expect, Run(0, json.dumps(answer), "")) == []


def test_each_danger_is_true_in_a_case(knowledge: Knowledge, words: Words) -> None:
    seen: set[str] = set()
    for case in CASES:
        found = situation(told(case, knowledge, words), knowledge)
        seen |= {one.id for one, _ in dangers(found.frame, found.facts)}
    assert {one.id for one in knowledge.dangers} - seen == set()


def test_a_danger_says_it_shortly(knowledge: Knowledge) -> None:
    """It stands on the first screen: a line for what it is, a line for what to do first."""
    assert [one.id for one in knowledge.dangers if len(one.says) > 100 or len(one.do) > 110] == []
