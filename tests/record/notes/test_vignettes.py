"""Notes with gold facts: how much is read, and what is wrong. Every unsafe reading that is known stands here by name.

The rules were read on the vignettes of `read`, and on those of `traps`, whose sentences are meant to mislead; those of
`untouched` are scored only. A figure that falls is a failure, one that rises is for the next review to raise.
"""

from __future__ import annotations

import pytest
from tools.score_vignettes import HOME, Score, load_vignettes, make_reader, score_vignettes

# precision, recall, and how much of what is not understood is listed, at least; unsafe readings, at most
FIGURES = {"read": (0.98, 0.835, 0.92), "traps": (0.9, 0.57, 0.9), "untouched": (0.91, 0.745, 0.85)}
UNSAFE: dict[str, set[str]] = {
    "read": {"N114-long-note-hp-line-left-in"},
    "traps": {"N042", "N048", "N072", "N076"},
    "untouched": {
        "T072-general-question-empty",
        "T075-two-sisters-one-paste",
        "T078-biosimilars-and-hylecta",
        "T087-her2-in-many-spellings",
    },
}


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    reader = make_reader()
    return {name: score_vignettes(load_vignettes(HOME / name), reader) for name in FIGURES}


@pytest.mark.parametrize("name", FIGURES)
def test_as_much_is_read_as_ever(name: str, scores: dict[str, Score]) -> None:
    score = scores[name]
    precision, recall, listed = FIGURES[name]
    assert score.texts > 20
    assert score.precision >= precision, score
    assert score.recall >= recall, score
    assert score.listed / score.to_list >= listed, score


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_new_is_unsafe(name: str, scores: dict[str, Score]) -> None:
    assert {line.partition(":")[0] for line in scores[name].unsafe} == UNSAFE[name]
