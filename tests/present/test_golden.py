"""The answers of the published stories stand as they were read; a change shows as a diff of the golden file."""

from __future__ import annotations

from pathlib import Path

import pytest

from concordant.model.knowledge import Knowledge
from concordant.terminology.names import Words
from tests.present.goldens import CASES, GOLDEN, answer_text
from tests.shipped import chunk_of, marks_of

SHARED = Path(__file__).parents[3] / "shared" / "cases"  # beside a checkout that has the stories' source at hand


NAMES = sorted(path.stem for path in GOLDEN.glob("*.txt"))


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks_of(chunk_of(name))) for name in NAMES])
def test_the_answer_is_the_golden_one(name: str, knowledge: Knowledge, words: Words) -> None:
    expected = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert answer_text(CASES / f"{name}.yaml", knowledge, words) == expected


def test_every_published_story_has_its_golden_answer() -> None:
    goldens = {path.stem for path in GOLDEN.glob("*.txt")}
    assert len(goldens) >= 95
    assert {path.stem for path in SHARED.glob("*.yaml")} <= goldens
