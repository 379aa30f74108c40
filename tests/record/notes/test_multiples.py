"""A value told as a multiple of the upper limit is that multiple in every spelling, and never a number of units."""

from __future__ import annotations

from itertools import product

import pytest

from concordant.record.sources.opening import SourceContent
from tests.record.notes.texts import DAY, load_engine

SENTENCES = {
    "en": "58F with metastatic breast cancer, {}, and what next?",
    "de": "58-jährige Patientin mit Brustkrebs, {}, und nun?",
}
NAMES = {
    "en": {"ast_xuln": ("AST", "sgot"), "alt_xuln": ("ALT", "SGPT"), "total_bilirubin_xuln": ("bilirubin", "T bili")},
    "de": {"ast_xuln": ("AST", "GOT"), "alt_xuln": ("ALT", "GPT"), "total_bilirubin_xuln": ("Bilirubin", "Gesamtbilirubin")},
}
MULTIPLES = {
    "en": ("2xULN", "2x ULN", "2 xULN", "2 x ULN", "2× ULN", "2xuln", "is 2 times the upper limit of normal", ": 2-fold ULN"),
    "de": ("2xULN", "2x ULN", "2 x ULN", "2× ULN", "2xONW", "2-fach ULN", "2 mal ULN"),
}
CASES = [
    (language, fact, f"{name} {multiple}")
    for language, facts in NAMES.items()
    for fact, names in facts.items()
    for name, multiple in product(names, MULTIPLES[language])
]


@pytest.mark.parametrize(("language", "fact", "told"), CASES, ids=[one[2] for one in CASES])
def test_a_multiple_is_no_number_of_units(language: str, fact: str, told: str) -> None:
    text = SENTENCES[language].format(told)
    note = load_engine().read(SourceContent(text.encode(), "note.txt"), today=DAY).one().note
    assert note is not None
    read = {one.fact: one.value for one in note.readings.facts if one.fact.startswith(("ast", "alt", "total_bilirubin"))}
    assert read == {fact: "2 xULN"}
    assert "measurements" not in note.case
