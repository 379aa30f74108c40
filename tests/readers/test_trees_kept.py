"""A reason tree and its facts are data: what is written as JSON is read back as it was."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given

from concordant.answer.engine import build_situation
from concordant.library import FOLDER
from concordant.logic.conditions import Condition
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Fact, Facts, Reason
from concordant.readers.explain import explain
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file
from tests.strategies import conditions, facts

DAY = dt.date(2023, 6, 1)


@pytest.mark.parametrize("ends", [(float("-inf"), 3.0), (2.0, float("inf")), (float("-inf"), float("inf")), (2.0, 2.0)])
def test_an_end_that_is_open_stays_open(ends: tuple[float, float]) -> None:
    value = Interval(*ends)
    assert msgspec.json.decode(msgspec.json.encode(value), type=Interval) == value


@given(conditions(), facts())
def test_a_tree_is_read_back(condition: Condition, known: Facts) -> None:
    tree = explain(condition, known)
    assert msgspec.json.decode(msgspec.json.encode(tree), type=Reason) == tree


def test_the_reasons_and_facts_of_a_patient_are_read_back(knowledge: Knowledge, words: Words) -> None:
    path = next((FOLDER / "cases").rglob("A02-*.yaml"))
    now = build_situation(read_case(read_file(path), knowledge, words, DAY), knowledge)
    assert any(fact.because for fact in now.facts.values())
    for fact in now.facts.values():
        assert msgspec.json.decode(msgspec.json.encode(fact), type=Fact) == fact
    for tree in now.decision.statements.values():
        assert msgspec.json.decode(msgspec.json.encode(tree), type=Reason) == tree
