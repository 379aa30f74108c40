"""What is asked is searched for within bounds, and the answer says where the search ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from concordant.answer.engine import answer_record, build_situation
from concordant.answer.phrases import UNTRIED
from concordant.decide.lanes import LaneDecisions
from concordant.decide.questions import SearchBudget, find_questions
from concordant.decide.situation import Situation
from concordant.derive.lanes import Supposition
from concordant.model.knowledge import Knowledge
from tests.conftest import ReadCase

# A pregnant woman of whom so much is open that thousands of groups of facts could be tried: with it one answer took 7 s.
OPEN: dict[str, Any] = {
    "as_of": "2023-05-15",
    "patient": {"sex": "female", "birth_date": "1990-01", "weight": "66 kg", "ecog": "1"},
    "tumor_markers": [{"test": "her2_ihc", "value": "3+", "specimen": "metastasis"}, {"test": "er", "value": "negative"}],
    "disease": [{"event": "diagnosis", "date": "2023-05-01", "stage": "IV", "sites": ["bone"]}],
    "stated": {
        "pregnant": "yes",
        "lvef": "60 %",
        "treatment_stated": "yes",
        "stopped_capecitabine_for_toxicity": "yes",
        "received_sacituzumab_govitecan": "yes",
    },
}
KNOWN: dict[str, Any] = {**OPEN, "stated": {"lvef": "60 %", "pregnant": "no"}}


@pytest.mark.parametrize(("told", "ends"), [(OPEN, True), (KNOWN, False)])
def test_the_search_ends_and_says_so(
    told: dict[str, Any], ends: bool, read: ReadCase, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    suppose = Situation.suppose

    def count(now: Situation, suppositions: Sequence[Supposition], *others: Any) -> LaneDecisions:
        nonlocal tried
        tried += len(suppositions)
        return suppose(now, suppositions, *others)

    monkeypatch.setattr(Situation, "suppose", count)
    answer = answer_record(read(told), knowledge)
    assert (UNTRIED in answer.notices) is ends
    assert tried < 2000


def test_nothing_is_tried_once_the_budget_is_spent(read: ReadCase, knowledge: Knowledge) -> None:
    budget = SearchBudget(left=3)
    find_questions(build_situation(read(OPEN), knowledge), budget)
    assert budget.is_spent
    assert budget.left == -1
