"""What a question promises is what a reply leads to: every branch is reached by stating it, for every case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from concordant.answer.engine import answer_record, build_situation, decide_record
from concordant.decide.partitions import make_cells
from concordant.decide.questions import find_questions
from concordant.decide.situation import Situation
from concordant.model.knowledge import Knowledge
from tests.conftest import ReadCase
from tests.shares import share_of
from tests.shipped import CASES, answer_to, failing, in_chunks, record_of
from tests.stories import Story, told_by
from tests.supposing import decide_with_stated


def broken(now: Situation, knowledge: Knowledge) -> Iterator[str]:
    """The branches that telling the value does not lead to."""
    for question in (q for q in find_questions(now) if not now.facts[q.feature.name].conflict):
        name = question.feature.name
        for cell in make_cells(question.feature, now.frame.cuts.get(name, ()), now.facts[name].value):
            promised, facts = decide_with_stated(now, {name: cell.value})
            if any(fact.conflict and not now.facts[other].conflict for other, fact in facts.items()):
                continue  # no branch of the question
            told = decide_record(replace(now.record, stated={**now.record.stated, name: cell.value}), knowledge)
            if told.outcome != promised.outcome:
                yield f"{name} = {cell.name}: {promised.outcome} is promised, {told.outcome} comes"


@in_chunks
def test_every_branch_is_reached_by_stating_it(chunk: int, knowledge: Knowledge) -> None:
    def law(path: Path) -> None:
        record, answer = record_of(path), answer_to(path)
        if record is None or answer is None:
            return  # refused
        now = build_situation(record, knowledge)
        assert not list(broken(now, knowledge))
        if any(fact.conflict for fact in now.facts.values()):
            for ask in answer.ask:
                assert bool(ask.changes) is not bool(now.facts[ask.feature].conflict), ask.feature

    assert failing(law, share_of("questions", CASES), chunk) == {}


@told_by("torn")
def test_of_entries_in_conflict_the_correction_is_asked_for(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    torn = story.expect
    record = read(story.record)
    ask = next(q for q in answer_record(record, knowledge).ask if q.feature == torn)
    assert ask.changes == []
    assert "correct the entry that is wrong" in ask.question
    assert ask.known == build_situation(record, knowledge).facts[torn].conflict
