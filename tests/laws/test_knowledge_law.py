"""The law on the real knowledge: for every story, learning any open fact overturns no definite statement or status."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from concordant.answer.recommend import situation
from concordant.compiled import Knowledge
from concordant.complaints import ConcordantError
from concordant.decide.ask import Situation
from concordant.decide.cells import cells_of
from concordant.decide.decision import Decision
from concordant.facts import Facts
from concordant.kleene import UNKNOWN
from concordant.library import FOLDER
from concordant.record.casefile import read_case
from concordant.record.vocabulary import Words
from concordant.texts import read_file

CASES = sorted((FOLDER / "cases").glob("*.yaml"))
LATER = {
    "applies": {"applies"},
    "does_not_apply": {"does_not_apply"},
    "precluded": {"precluded", "does_not_apply"},
    "applies_if_checked": {"applies_if_checked", "applies", "precluded"},
}


def learned(now: Situation) -> Iterator[tuple[str, Decision, Facts]]:
    """Every open fact, learnt in each of its cells; contradictions and overturned assumptions are outside the law."""
    for feature in now.plan.features:
        fact = now.facts[feature.name]
        if not feature.question or fact.is_known or fact.conflict:
            continue
        for cell in cells_of(feature, now.frame.cuts.get(feature.name, ()), fact.value):
            decision, facts = now.suppose({feature.name: cell.value})
            if not any(_outside(name, now.facts, facts) for name in facts):
                yield f"{feature.name} = {cell.name}", decision, facts


def _outside(name: str, before: Facts, after: Facts) -> bool:
    """An assumption that gave way, or a conflict that arose."""
    changed = before[name].value != after[name].value
    assumed = before[name].origin == "assumed" or bool(before[name].assumed)
    return (assumed and changed) or bool(after[name].conflict and not before[name].conflict)


def case(path: Path, knowledge: Knowledge, words: Words) -> Situation | None:
    try:
        return situation(read_case(read_file(path), knowledge, words, dt.date(2022, 9, 20)), knowledge)
    except ConcordantError:
        return None


def assert_kept(before: Decision, after: Decision, what: str) -> None:
    for name, because in before.statements.items():
        if because.truth is not UNKNOWN:
            assert after.statements[name].truth is because.truth, f"{what} overturns {name}"
    for old, new in zip(before.judged, after.judged, strict=True):
        allowed = LATER.get(old.status, {new.status})
        assert new.status in allowed, f"{what}: {old.proposal.regimen.id} from {old.status} to {new.status}"


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_learning_a_fact_overturns_nothing(path: Path, knowledge: Knowledge, words: Words) -> None:
    now = case(path, knowledge, words)
    for what, decision, _ in learned(now) if now else ():
        assert_kept(now.decision, decision, what)


def learned_in_steps(now: Situation) -> Iterator[tuple[str, Decision, Decision]]:
    """Every open word, learnt to be one of two, and then to be one of them: the decisions before and after the last step."""
    for feature in now.plan.features:
        fact = now.facts[feature.name]
        if feature.is_numeric or len(feature.values) < 3 or fact.is_known or fact.conflict:
            continue
        for pair in combinations(feature.values, 2):
            between, facts = now.suppose({feature.name: pair})
            if any(_outside(name, now.facts, facts) for name in facts):
                continue
            yield f"{feature.name} = {' or '.join(pair)}", now.decision, between
            for word in pair:
                decision, then = now.suppose({feature.name: word})
                if not any(_outside(name, facts, then) for name in then):
                    yield f"{feature.name} = {word} after {' or '.join(pair)}", between, decision


@pytest.mark.parametrize("path", CASES[::8], ids=lambda p: p.stem)
def test_learning_a_word_in_steps_overturns_nothing(path: Path, knowledge: Knowledge, words: Words) -> None:
    now = case(path, knowledge, words)
    for what, before, after in learned_in_steps(now) if now else ():
        assert_kept(before, after, what)


def test_words_are_learnt_in_steps(knowledge: Knowledge, words: Words) -> None:
    steps = [what for path in CASES[::8] if (now := case(path, knowledge, words)) for what, *_ in learned_in_steps(now)]
    assert {what.split(" = ")[0] for what in steps} >= {"her2_reported", "disease_status", "line_of_therapy", "her2_ihc"}
