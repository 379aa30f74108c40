"""The evaluator without reasons gives the truth of the one with reasons, on every node and for every shipped case."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given

from concordant.answer.engine import build_situation, decide_record, get_prepared
from concordant.derive.engine import FactsOnDemand
from concordant.errors import ConcordantError
from concordant.library import FOLDER
from concordant.logic.conditions import All, Any, Condition, OneOf
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Fact, Facts
from concordant.readers.explain import explain
from concordant.readers.truth_only import TruthOnly, compile_test
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file
from tests import strategies as st
from tests.shares import share_of

DAY = dt.date(2023, 6, 1)


@given(st.conditions(), st.facts())
def test_the_same_truth(condition: Condition, facts: Facts) -> None:
    assert TruthOnly()(condition, facts).truth is explain(condition, facts).truth


def test_nothing_is_looked_at_that_cannot_matter() -> None:
    class Forbidden(dict[str, Fact]):
        def __missing__(self, name: str) -> Fact:
            assert name == "seen", "a part was looked at that cannot matter"
            return Fact("seen", "yes", "stated")

    yes, never = OneOf("seen", ("yes",)), OneOf("hidden", ("yes",))
    assert compile_test(Any((yes, never)))(Forbidden()) is TRUE
    assert compile_test(All((OneOf("seen", ("no",)), never)))(Forbidden()) is FALSE
    assert compile_test(All((OneOf("other", ("no",)), yes)))({}) is UNKNOWN


@pytest.mark.long
def test_the_same_decision_for_every_case(knowledge: Knowledge, words: Words) -> None:
    compared = 0
    for path in share_of("bare truth", sorted((FOLDER / "cases").rglob("*.yaml"))):
        try:
            record = read_case(read_file(path), knowledge, words, DAY)
        except ConcordantError:
            continue
        slow, quick = build_situation(record, knowledge).decision, decide_record(record, knowledge)
        assert [j.status for j in quick.judged] == [j.status for j in slow.judged], path.stem
        assert quick.outcome == slow.outcome, path.stem
        compared += 1
    assert compared > 40


def test_the_same_facts_for_a_case(knowledge: Knowledge, words: Words) -> None:
    path = next((FOLDER / "cases").rglob("A02-*.yaml"))
    record, prepared = read_case(read_file(path), knowledge, words, DAY), get_prepared(knowledge)
    lazy = FactsOnDemand(record, prepared.plan, prepared.bare)
    for name, fact in build_situation(record, knowledge).facts.items():
        assert (lazy[name].value, lazy[name].origin, lazy[name].conflict) == (fact.value, fact.origin, fact.conflict)
