"""A number with its unit means the same, whatever was read before it with the same words."""

from __future__ import annotations

import pytest

from concordant.model.knowledge import Knowledge
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words
from concordant.texts import read_text
from tests.conftest import AS_OF

MEASURED = "measurements: [{name: total_bilirubin, value: 20 umol/L, date: 2023-01-01}]\npatient: {sex: female}\n"
STATED = "stated: {total_bilirubin: 20 umol/L}\npatient: {sex: female}\n"


def outcome(text: str, knowledge: Knowledge, words: object) -> str:
    try:
        return str(read_case(read_text(text, "case.yaml"), knowledge, words, AS_OF).measurements)  # type: ignore[arg-type]
    except Exception as error:
        return str(error)


@pytest.mark.parametrize("first", [STATED, MEASURED], ids=["stated-first", "measured-first"])
def test_what_was_read_before_changes_no_unit(first: str, knowledge: Knowledge) -> None:
    used = make_words(knowledge)
    outcome(first, knowledge, used)
    for text in (MEASURED, STATED):
        assert outcome(text, knowledge, used) == outcome(text, knowledge, make_words(knowledge))
