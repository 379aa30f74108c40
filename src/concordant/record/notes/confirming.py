"""An offer that a person has answered: what they confirm is put into the case file, what they deny is asked no more."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from concordant.model.knowledge import Knowledge
from concordant.record.notes.case import NOTE, TO_CONFIRM
from concordant.record.notes.placing import FactPlacer
from concordant.record.notes.reading import NoteFact

IDENTITY = ("drugs", "test", "specimen", "event")  # keys that say which entry is meant; of others it is the name
Case = dict[str, Any]


def confirm_fact(case: Case, fact: str, value: str, text: str, knowledge: Knowledge) -> Case:
    """The case with a fact that was offered as `text`."""
    settled = drop_offer(case, text)
    placed = FactPlacer(knowledge, ()).place_facts([NoteFact(fact, value, (), "said", "confirmed")])
    for block, entry in placed.mappings.items():
        settled[block] = {**(settled.get(block) or {}), **entry.values}
    for block, entries in placed.lists.items():
        for entry in entries:
            _join_entry(settled, block, entry.values, _find_number(fact))
    for unplaced in placed.unplaced:
        if unplaced.fact == knowledge.notes.disease.sites:
            name = knowledge.notes.disease.finding.replace("{site}", value.replace("_", " "))
            _join_entry(settled, "conditions", {"name": name}, 0)
    if placed.unavailable:
        settled["unavailable"] = [*(settled.get("unavailable") or []), *(name for name, _ in placed.unavailable)]
    return settled


def drop_offer(case: Case, text: str) -> Case:
    """The case without the question."""
    settled = copy.deepcopy(case)
    note = settled.get(NOTE)
    if isinstance(note, dict) and isinstance(note.get(TO_CONFIRM), list):
        note[TO_CONFIRM] = [one for one in note[TO_CONFIRM] if one != text]
        if not note[TO_CONFIRM]:
            del note[TO_CONFIRM]
        if not note:
            del settled[NOTE]
    return settled


def _find_number(fact: str) -> int:
    """Which of several courses of the same drugs is meant, the first is 0."""
    _, _, number = fact.partition("#")
    return int(number.partition(".")[0]) - 1 if number else 0


def _join_entry(case: Case, block: str, values: Mapping[str, Any], number: int) -> None:
    """The keys put to the entry that is meant, or as one of its own."""
    entries = case.get(block) or []
    wanted = {key: _as_set(values[key]) for key in IDENTITY if key in values} or {"name": _as_set(values.get("name"))}
    same = [one for one in entries if all(_as_set(one.get(key)) == value for key, value in wanted.items())]
    if number < len(same):
        same[number].update(values)
    else:
        case[block] = [*entries, dict(values)]


def _as_set(value: Any) -> frozenset[str]:
    """Names without their order and their capitals."""
    return frozenset(str(one).lower() for one in (value if isinstance(value, list) else [value]))
