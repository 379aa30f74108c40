"""The law on the real knowledge: for every case, learning any open fact overturns no statement, status, fact or label."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from concordant.answer.engine import build_situation
from concordant.decide.decision import Decision
from concordant.decide.label import judge_label_fit
from concordant.decide.partitions import make_cells
from concordant.decide.situation import Situation
from concordant.logic.conditions import Condition, find_features_read
from concordant.logic.intervals import Interval
from concordant.logic.truth import UNKNOWN, Truth
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.courses import AccountsForLine
from concordant.model.selectors.entries import StatedAny
from concordant.patient.facts import Facts, Value
from concordant.readers.explain import explain
from concordant.terminology.names import Words
from tests.conftest import ReadCase
from tests.shares import share_of
from tests.shipped import CASES, failing, in_chunks, record_of
from tests.stories import Story, meant, told_by, unlike
from tests.supposing import decide_with_stated

# Of Q108 the law once failed.
IN_STEPS = [*share_of("words learnt in steps", CASES[::8]), *(path for path in CASES if path.stem.startswith("Q108"))]
LATER = {
    "applies": {"applies"},
    "does_not_apply": {"does_not_apply"},
    "precluded": {"precluded", "does_not_apply"},
    "applies_if_checked": {"applies_if_checked", "applies", "precluded"},
}


# These speak of what the record lists or was told, not of the patient: an entry more changes them rightly.
OF_THE_TELLING = (StatedAny, AccountsForLine)


def learned(now: Situation) -> Iterator[tuple[str, Decision, Facts]]:
    """Every open fact, learnt in each of its cells; contradictions and overturned assumptions are outside the law."""
    for feature in now.plan.features:
        fact = now.facts[feature.name]
        if not feature.question or _settled(fact.value) or fact.conflict:
            continue
        for cell in make_cells(feature, now.frame.cuts.get(feature.name, ()), fact.value):
            decision, facts = decide_with_stated(now, {feature.name: cell.value})
            if not any(_outside(name, now.facts, facts) for name in touched(now.facts, facts)):
                yield f"{feature.name} = {cell.name}", decision, facts


def touched(before: Facts, after: Facts) -> list[str]:
    """The facts that are not the very ones of before: what reads none of them cannot have changed."""
    return [name for name in after if after[name] is not before[name]]


def _settled(value: Value) -> bool:
    return isinstance(value, str) or (isinstance(value, Interval) and value.is_exact)


def _outside(name: str, before: Facts, after: Facts) -> bool:
    """An assumption that gave way, the list of courses that a told line shows to be incomplete, or a conflict that arose."""
    changed = before[name].value != after[name].value
    assumed = before[name].origin == "assumed" or bool(before[name].assumed) or name == "courses_account_for_line"
    return (assumed and changed) or bool(after[name].conflict and not before[name].conflict)


def widened(now: Situation, after: Facts) -> list[str]:
    """The facts of the patient that say less than before, or something else."""
    features = (now.plan.by_name[name] for name in touched(now.facts, after))
    return [f.name for f in features if not _of_the_telling(f) and not _refines(after[f.name].value, now.facts[f.name].value)]


def _of_the_telling(feature: Feature) -> bool:
    return isinstance(feature.derive, OF_THE_TELLING)


def _refines(after: Value, before: Value) -> bool:
    if before is None:
        return True
    if isinstance(before, tuple):
        return set(after if isinstance(after, tuple) else (after,)) <= set(before)
    if isinstance(before, Interval):
        return before.is_unknown or (isinstance(after, Interval) and after.is_within(before))
    return after == before


def limbs(now: Situation, facts: Facts, reading: Collection[str]) -> dict[str, Truth]:
    """The truth of each condition of a label that reads one of the features; whether each such regimen is on its label."""
    drugs = now.frame.drugs.values()
    told = [(drug.id, limb) for drug in drugs for use in drug.indications for limb in use.limbs if _reads(limb.if_, reading)]
    found = {f"{id_}: {limb.says}": explain(limb.if_, facts).truth for id_, limb in told}
    for regimen in now.frame.regimens.values():
        given = [now.frame.drugs[d] for d in regimen.drugs if d in now.frame.drugs]
        if any(_reads(limb.if_, reading) for drug in given for use in drug.indications for limb in use.limbs):
            fit = judge_label_fit(regimen, given, facts, now.record.as_of).fit
            found[regimen.id] = {"on": Truth.TRUE, "off": Truth.FALSE, "unknown": UNKNOWN}[fit]
    return found


def _reads(condition: Condition, names: Collection[str]) -> bool:
    return not _features_of(condition).isdisjoint(names)


_features_of = lru_cache(maxsize=None)(find_features_read)


def assert_law(now: Situation) -> None:
    """Nothing definite is overturned by any fact learnt."""
    before = limbs(now, now.facts, now.facts)
    for what, decision, facts in learned(now):
        for name, because in now.decision.statements.items():
            if because.truth is not UNKNOWN:
                assert decision.statements[name].truth is because.truth, f"{what} overturns {name}"
        for old, new in zip(now.decision.judged, decision.judged, strict=True):
            allowed = LATER.get(old.status, {new.status})
            assert new.status in allowed, f"{what}: {old.proposal.regimen.id} from {old.status} to {new.status}"
        assert not (wider := widened(now, facts)), f"{what} widens {wider}"
        after = limbs(now, facts, touched(now.facts, facts))
        assert not (lost := [name for name, truth in after.items() if before[name] not in (UNKNOWN, truth)]), (
            f"{what} overturns the label: {lost}"
        )


def case(path: Path, knowledge: Knowledge) -> Situation | None:
    record = record_of(path)
    return None if record is None else build_situation(record, knowledge)


def assert_kept(before: Decision, after: Decision, what: str) -> None:
    for name, because in before.statements.items():
        if because.truth is not UNKNOWN:
            assert after.statements[name].truth is because.truth, f"{what} overturns {name}"
    for old, new in zip(before.judged, after.judged, strict=True):
        allowed = LATER.get(old.status, {new.status})
        assert new.status in allowed, f"{what}: {old.proposal.regimen.id} from {old.status} to {new.status}"


@in_chunks
def test_learning_a_fact_overturns_nothing(chunk: int, knowledge: Knowledge) -> None:
    def law(path: Path) -> None:
        if now := case(path, knowledge):
            assert_law(now)

    assert failing(law, share_of("facts learnt", CASES), chunk) == {}


@told_by("ragged")
def test_learning_a_fact_of_a_ragged_record_overturns_nothing(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    assert_law(build_situation(read(story.record), knowledge))


@told_by("counts-told")
def test_a_count_that_is_told_narrows_another_or_contradicts_it(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    now = build_situation(read(story.record), knowledge)
    facts = decide_with_stated(now, {name: meant(name, value, now.plan) for name, value in story.expect["told"].items()})[1]
    assert list(unlike(story.expect.get("then", {}), facts, now.plan)) == []
    if conflict := story.expect.get("conflict"):
        assert facts[conflict].conflict


def learned_in_steps(now: Situation) -> Iterator[tuple[str, Decision, Decision]]:
    """Every open word, learnt to be one of two, and then to be one of them: the decisions before and after the last step."""
    for feature in now.plan.features:
        fact = now.facts[feature.name]
        if feature.is_numeric or len(feature.values) < 3 or fact.is_known or fact.conflict:
            continue
        for pair in combinations(feature.values, 2):
            between, facts = decide_with_stated(now, {feature.name: pair})
            if any(_outside(name, now.facts, facts) for name in facts):
                continue
            yield f"{feature.name} = {' or '.join(pair)}", now.decision, between
            for word in pair:
                decision, then = decide_with_stated(now, {feature.name: word})
                if not any(_outside(name, facts, then) for name in then):
                    yield f"{feature.name} = {word} after {' or '.join(pair)}", between, decision


@in_chunks
def test_learning_a_word_in_steps_overturns_nothing(chunk: int, knowledge: Knowledge) -> None:
    def law(path: Path) -> None:
        now = case(path, knowledge)
        for what, before, after in learned_in_steps(now) if now else ():
            assert_kept(before, after, what)

    assert failing(law, IN_STEPS, chunk) == {}


def test_words_are_learnt_in_steps(knowledge: Knowledge, words: Words) -> None:
    steps = [what for path in IN_STEPS if (now := case(path, knowledge)) for what, *_ in learned_in_steps(now)]
    assert {what.split(" = ")[0] for what in steps} >= {"her2_reported", "disease_status", "line_of_therapy", "her2_ihc"}
