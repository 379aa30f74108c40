"""Dangers: each has a case in which it is true, and is told shortly."""

from __future__ import annotations

import datetime as dt

import pytest

from concordant.answer.engine import build_situation
from concordant.decide.dangers import find_stated_dangers
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_text
from tests.acceptance.check_cases import Case, find_cases, without_hidden_blocks
from tests.acceptance.check_cases import read_case as expected_case

CASES = [path for path in find_cases([str(FOLDER / "cases")]) if path.stem.startswith("D")]


def told(case: Case, knowledge: Knowledge, words: Words) -> PatientRecord:
    text = read_text(without_hidden_blocks(case.text), "patient.yaml")
    return read_case(text, knowledge, words, dt.date(2022, 9, 20))


@pytest.mark.long
def test_each_danger_is_true_in_a_case(knowledge: Knowledge, words: Words) -> None:
    seen: set[str] = set()
    for path in CASES:
        found = build_situation(told(expected_case(path), knowledge, words), knowledge)
        seen |= {one.id for one, _ in find_stated_dangers(found.frame, found.facts)}
    assert {one.id for one in knowledge.dangers} - seen == set()


def test_a_danger_says_it_shortly(knowledge: Knowledge) -> None:
    """It stands on the first screen: a line for what it is, a line for what to do first."""
    assert [one.id for one in knowledge.dangers if len(one.says) > 100 or len(one.do) > 110] == []
