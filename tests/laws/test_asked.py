"""What a question promises is what a reply leads to: every branch is reached by stating it, for every case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from concordant.answer.recommend import decision_of, recommend, situation
from concordant.compiled import Knowledge
from concordant.complaints import ConcordantError
from concordant.decide.ask import Situation, questions
from concordant.decide.cells import cells_of
from concordant.library import FOLDER
from concordant.record.casefile import read_case
from concordant.record.events import PatientRecord
from concordant.record.vocabulary import Words
from concordant.texts import read_file
from tests.conftest import ReadCase

CASES = sorted((FOLDER / "cases").glob("*.yaml"))
TORN = {  # the record, and the feature whose entries contradict each other
    "two results": (
        "tumor_markers: [{test: her2_ihc, value: '0'}, {test: her2_ihc, value: 3+}]\n"
        "treatments: [{drugs: [trastuzumab emtansine], setting: advanced, stopped: progression}]",
        "her2_ihc",
    ),
    "stated against the dates": (
        "stated: {months_from_adjuvant_her2_therapy_to_recurrence: 8 months}\n"
        "tumor_markers: [{test: her2, value: positive}]\n"
        "disease: [{event: diagnosis, date: 2020-01-10, stage: II}, {event: recurrence, date: 2022-08-01, extent: metastatic}]\n"
        "treatments: [{drugs: [trastuzumab], setting: adjuvant, start: 2020-04-01, end: 2021-04-01, stopped: completed}]",
        "months_from_adjuvant_her2_therapy_to_recurrence",
    ),
}


def records(path: Path, knowledge: Knowledge, words: Words) -> Iterator[PatientRecord]:
    """The record of a case; none of one that is refused."""
    try:
        yield read_case(read_file(path), knowledge, words, dt.date(2022, 9, 20))
    except ConcordantError:
        return


def broken(now: Situation, knowledge: Knowledge) -> Iterator[str]:
    """The branches that telling the value does not lead to."""
    for question in (q for q in questions(now) if not now.facts[q.feature.name].conflict):
        name = question.feature.name
        for cell in cells_of(question.feature, now.frame.cuts.get(name, ()), now.facts[name].value):
            promised, facts = now.suppose({name: cell.value})
            if any(fact.conflict and not now.facts[other].conflict for other, fact in facts.items()):
                continue  # no branch of the question
            told = decision_of(replace(now.record, stated={**now.record.stated, name: cell.value}), knowledge)
            if told.outcome != promised.outcome:
                yield f"{name} = {cell.name}: {promised.outcome} is promised, {told.outcome} comes"


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_every_branch_is_reached_by_stating_it(path: Path, knowledge: Knowledge, words: Words) -> None:
    for record in records(path, knowledge, words):
        now = situation(record, knowledge)
        assert not list(broken(now, knowledge))
        if any(fact.conflict for fact in now.facts.values()):
            for ask in recommend(record, knowledge).ask:
                assert bool(ask.changes) is not bool(now.facts[ask.feature].conflict), ask.feature


@pytest.mark.parametrize(("text", "torn"), TORN.values(), ids=TORN.keys())
def test_of_entries_in_conflict_the_correction_is_asked_for(text: str, torn: str, read: ReadCase, knowledge: Knowledge) -> None:
    record = read(text)
    ask = next(q for q in recommend(record, knowledge).ask if q.feature == torn)
    assert ask.changes == []
    assert "correct the entry that is wrong" in ask.question
    assert ask.known == situation(record, knowledge).facts[torn].conflict
