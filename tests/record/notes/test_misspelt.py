"""A misspelt first word of a name is read as that name or as none: half of a name would be another drug."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.record.notes.test_metamorphic import reader
from tests.shipped import shipped_knowledge

ALONE = {drug.name.lower() for drug in shipped_knowledge().drugs if " " not in drug.name}
NAMES = {
    drug.id: drug.name for drug in shipped_knowledge().drugs if drug.name.lower().partition(" ")[0] in ALONE - {drug.name.lower()}
}
FAULTS = {
    "a letter left out": lambda word: word[:-3] + word[-2:],
    "two in turn": lambda word: word[:-3] + word[-2] + word[-3] + word[-1],
    "a letter twice": lambda word: word[:4] + word[3:],
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("drug", sorted(NAMES))
def test_a_misspelt_name_is_no_other_drug(drug: str, fault: str) -> None:
    first, _, rest = NAMES[drug].partition(" ")
    assert list_courses(f"{FAULTS[fault](first)} {rest}") <= list_courses(NAMES[drug])


def list_courses(name: str) -> set[str]:
    text = f"She received {name} from March 2022 to May 2023 for metastatic breast cancer."
    read = reader().read_note(text, "note", dt.date(2026, 1, 1))
    return {one.fact.partition("]")[0] for one in read.facts if one.fact.startswith("course[")}


def test_there_are_such_names() -> None:
    assert len(NAMES) >= 3
