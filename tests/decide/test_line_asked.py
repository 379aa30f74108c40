"""What is asked where somebody says "first line": never the line, while the interval of a recurrence is unknown."""

from __future__ import annotations

from concordant.answer.engine import answer_record
from concordant.model.knowledge import Knowledge
from tests.conftest import ReadCase
from tests.stories import Story, told_by

LINE = "line_of_therapy"
SAID = "Stated as first line"


@told_by("line-asked", "open")
def test_the_line_is_not_asked_while_the_interval_is_unknown(story: Story, knowledge: Knowledge, read: ReadCase) -> None:
    answer = answer_record(read(story.record), knowledge)
    assert (answer.answer, answer.line, answer.conflicts) == ("needs_data", None, [])
    assert not any(LINE in (q.feature, *q.together_with) for q in answer.ask)
    assert not any(side.feature == LINE for side in answer.other_sides)
    assert answer.ask[0].feature == story.expect["asked first"]
    assert any(SAID in notice for notice in answer.notices) is (story.expect["named"] == "yes")


@told_by("line-asked", "stated")
def test_a_stated_line_holds_gives_way_or_is_assumed(story: Story, knowledge: Knowledge, read: ReadCase) -> None:
    answer, among = answer_record(read(story.record), knowledge), story.expect["named among"]
    assert answer.line == story.expect["line"]
    assert not any(SAID in notice for notice in answer.notices)
    assert any(SAID in one for one in answer.conflicts) is (among == "conflicts")
    assert any(one.startswith("Line of HER2-targeted therapy") for one in answer.assumed) is (among == "assumed")


@told_by("line-asked", "order")
def test_the_line_is_asked_after_what_it_is_derived_from(story: Story, knowledge: Knowledge, read: ReadCase) -> None:
    asked = [q.feature for q in answer_record(read(story.record), knowledge).ask if q.blocking]
    assert (asked[0], asked[-1]) == (story.expect["asked first"], story.expect["asked last"])
