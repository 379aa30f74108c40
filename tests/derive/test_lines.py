"""Counting lines of therapy: what ends a line, what starts one, and what an unwritten reason leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, permutations, product
from typing import Any

from msgspec.structs import replace

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.logic.intervals import Interval
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Value
from tests.conftest import ReadCase
from tests.shipped import failing
from tests.stories import Story, meant, stories, told_by, unlike

LINES = stories("lines")


@told_by("lines")
def test_the_facts_of_a_story(story: Story, read: ReadCase, plan: DerivationPlan) -> None:
    assert list(unlike(story.expect, derive_facts(read(story.record), plan), plan)) == []


def test_the_order_of_the_entries_changes_nothing(read: ReadCase, plan: DerivationPlan) -> None:
    def law(story: Story) -> None:
        record = read(story.record)
        told = values(record, plan)
        orders = product(permutations(record.events), permutations(record.courses))
        for events, courses in islice(orders, 48):
            assert values(replace(record, events=events, courses=courses), plan) == told
        turned = replace(record, events=record.events[::-1], courses=record.courses[::-1])
        assert values(turned, plan) == told

    assert failing(law, LINES) == {}


def values(record: PatientRecord, plan: DerivationPlan) -> dict[str, Value]:
    return {name: fact.value for name, fact in derive_facts(record, plan).items()}


def test_a_coarser_date_leaves_more_open_and_says_nothing_else(read: ReadCase, plan: DerivationPlan) -> None:
    """The month or the year of an event, the month of a start."""

    def law(story: Story) -> None:
        for key, length in (("date", 7), ("date", 4), ("start", 7)):
            facts = derive_facts(read(coarser(story.record, key, length)), plan)
            found = {name: facts[name].value for name in story.expect}
            assert list(overturned(story.expect, found, plan)) == [], (key, length)

    assert failing(law, LINES) == {}


def coarser(told: Any, key: str, length: int) -> Any:
    """The record with every full date of that key cut short."""
    if isinstance(told, list):
        return [coarser(one, key, length) for one in told]
    if isinstance(told, dict):
        return {k: v[:length] if k == key and len(v) == 10 else coarser(v, key, length) for k, v in told.items()}
    return told


def overturned(expected: dict[str, str | None], found: dict[str, Value], plan: DerivationPlan) -> Iterator[str]:
    """The facts that are neither open, nor as expected, nor a range that holds what is expected."""
    for name, value in found.items():
        text = expected[name]
        fine = meant(name, text, plan)
        held = isinstance(value, Interval) and isinstance(fine, Interval) and fine.is_within(value)
        if not (value in (None, fine) or held):
            yield f"{name} is {value}, not {text}"


def test_numbers_of_lines_that_contradict_their_dates_are_a_conflict(read: ReadCase, plan: DerivationPlan) -> None:
    (story,) = (one for one in LINES if one.name == "numbers of lines that contradict their dates are a conflict")
    conflict = derive_facts(read(story.record), plan)["her2_lines_progressed"].conflict
    assert conflict.endswith("line 2 began (10 Jan 2022) before line 1 (29 Dec 2022)")
