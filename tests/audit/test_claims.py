"""Claims in the words that people use, with gold written before they were audited; a third of them nothing was tuned on."""

from __future__ import annotations

import pytest

from concordant.audit.audit import Auditor, make_auditor
from concordant.audit.examples import find_example_faults
from concordant.model.knowledge import Knowledge
from tests.audit.scoring import FALSE_OUTCOMES, TRUE_OUTCOMES, TUNED, UNTOUCHED, iter_judged, read_answers, score_answers


@pytest.fixture(scope="module")
def auditor(knowledge: Knowledge) -> Auditor:
    return make_auditor(knowledge)


@pytest.mark.parametrize("names", [TUNED, UNTOUCHED], ids=["tuned", "untouched"])
def test_few_false_alarms_and_most_of_what_is_false_is_caught(names: tuple[str, ...], auditor: Auditor) -> None:
    score = score_answers(auditor, read_answers(names))
    assert score.alarms() <= 0.01, score.misses
    assert score.share("hard", "caught", FALSE_OUTCOMES) >= 0.9, score.misses
    assert score.share("hard", "confirmed", TRUE_OUTCOMES) >= 0.8, score.misses
    assert score.share("rest", "caught", FALSE_OUTCOMES) >= 0.75, score.misses


def test_a_mixed_claim_names_both_cuts(auditor: Auditor) -> None:
    for answer in read_answers(TUNED + UNTOUCHED):
        for claim, got, findings in iter_judged(auditor, answer):
            if claim["verdict"] == "mixed_cuts" and got == "mixed_cuts":
                facts = next(finding.facts for finding in findings if finding.verdict == "mixed_cuts")
                assert len(set(facts[1:])) > 1, (claim["text"], facts)
                assert all("cut" in fact for fact in facts[1:])


def test_the_examples_of_the_knowledge_are_met(knowledge: Knowledge) -> None:
    assert list(find_example_faults(knowledge)) == []
