"""What is kept or left out for speed gives what looking would have given: selectors, silences, frames, codes met before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import pairwise
from typing import get_args

import pytest
from msgspec.structs import replace

from concordant.answer.engine import decide_record, get_prepared
from concordant.decide.ruleset import list_turning_days, make_ruleset
from concordant.derive.context import SelectorContext
from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan, make_plan
from concordant.derive.selectors.registry import SELECTORS
from concordant.derive.topics import collect_topics
from concordant.logic.conditions import ALWAYS
from concordant.model.knowledge import Knowledge
from concordant.model.selectors import AnySelector
from concordant.model.selectors.base import Selector
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Facts
from concordant.terminology.codes import MOST_REMEMBERED, make_terminology
from tests.shipped import CASES, record_of

DAY = dt.date(2023, 6, 1)
Derived = list[tuple[PatientRecord, Facts]]
KINDS: tuple[type[Selector], ...] = get_args(AnySelector)


@pytest.fixture(scope="module")
def records() -> list[PatientRecord]:
    whole = [record for path in CASES if (record := record_of(path)) is not None]
    return [*whole, replace(whole[0], incomplete=("A page is missing.",))]  # which no case file is


@pytest.fixture(scope="module")
def derived(records: list[PatientRecord], plan: DerivationPlan) -> list[tuple[PatientRecord, Facts]]:
    return [(record, derive_facts(record, plan)) for record in records]


def overlooked(derived: Derived, plan: DerivationPlan, selectors: Collection[type[Selector]]) -> set[type[Selector]]:
    """Those of the selectors that would have claimed something of a record where they were not asked."""
    found = set()
    features = [f for f in plan.features if type(f.derive) in selectors]
    for record, facts in derived:
        unread = plan.find_unread(record)
        topics = collect_topics(record, unread)
        for feature in features:
            wanted, by = plan.topics[feature.name], feature.derive
            assert by is not None
            if wanted is None or not wanted.isdisjoint(topics):
                continue
            context = SelectorContext(record, facts, feature, by, plan.members, plan.tags, plan.formulas, unread)
            if SELECTORS[type(by)](context) is not None:
                found.add(type(by))
        if found == set(selectors):
            break  # more there is not to find
    return found


def test_a_selector_that_is_not_asked_has_nothing_to_say(derived: Derived, plan: DerivationPlan) -> None:
    assert len(derived) > 250
    assert overlooked(derived, plan, SELECTORS) == set()


def test_every_selector_has_its_function() -> None:
    assert set(SELECTORS) == set(KINDS)


@pytest.mark.parametrize("selector", KINDS, ids=lambda kind: kind.__struct_config__.tag)
def test_a_selector_that_looks_for_other_names_would_be_missed(
    selector: type[Selector], derived: Derived, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above sees a selector that looks for the wrong names, where a case has the right ones."""
    features = [f for f in knowledge.features if type(f.derive) is selector]
    assert features, "no feature uses it"
    monkeypatch.setattr(selector, "looks_for", lambda *_: frozenset({"a name that no record bears"}))
    assert overlooked(derived, make_plan(knowledge), {selector}) == {selector}


def test_one_look_at_a_silence_serves_all_that_say_the_same(knowledge: Knowledge, plan: DerivationPlan) -> None:
    numbers: dict[int, set[object]] = {}
    for feature in knowledge.features:
        for silence, number in zip(feature.absent_means, plan.alike[feature.name], strict=True):
            numbers.setdefault(number, set()).add(silence.when)
    conditions = [silence.when for feature in knowledge.features for silence in feature.absent_means]
    assert all(len(same) == 1 for same in numbers.values())
    assert len(numbers) == len(set(conditions)) < len(conditions)
    assert ALWAYS in conditions


@pytest.mark.long
def test_between_two_turning_days_all_frames_are_alike(knowledge: Knowledge) -> None:
    days = list_turning_days(knowledge)
    assert days == sorted(set(days))
    for first, following in pairwise(days):
        last = following - dt.timedelta(days=1)
        if first < last:
            assert alike(knowledge, first, last), first


@pytest.mark.long
def test_a_turning_day_changes_a_frame(knowledge: Knowledge) -> None:
    days = list_turning_days(knowledge)
    changed = [day for day in days if not alike(knowledge, day - dt.timedelta(days=1), day)]
    assert len(changed) > len(days) // 3, "sources that only trials cite change no frame, but these are not the most"


def alike(knowledge: Knowledge, one: dt.date, other: dt.date) -> bool:
    first, second = make_ruleset(knowledge, one), make_ruleset(knowledge, other)
    same = first.statements == second.statements and first.drugs == second.drugs and first.regimens == second.regimens
    return same and first.proposals == second.proposals and first.in_force == second.in_force


def test_frames_do_not_pile_up(knowledge: Knowledge, records: list[PatientRecord], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concordant.answer.engine.MOST_FRAMES", 3)
    get_prepared(knowledge).frames.clear()
    before = [decide_record(record, knowledge).outcome for record in records[:40]]
    assert len(get_prepared(knowledge).frames) <= 3 + 1
    assert [decide_record(record, knowledge).outcome for record in records[:40]] == before


def test_a_code_means_the_same_when_it_is_met_again(knowledge: Knowledge) -> None:
    terms = make_terminology(knowledge)
    for system, table in list(terms.systems.known.items()):
        for code, meaning in list(table.items()):
            spellings = (code, f" {code} ", code.lower(), code)
            assert [terms.find_concept(system, spelling) for spelling in spellings] == [meaning] * len(spellings)


def test_codes_that_nobody_lists_do_not_pile_up(knowledge: Knowledge) -> None:
    table = make_terminology(knowledge).systems["http://loinc.org"]
    listed = len(table)
    assert [table[f"x{number}"] for number in range(MOST_REMEMBERED + 50)] == [None] * (MOST_REMEMBERED + 50)
    assert len(table) == listed + MOST_REMEMBERED
