"""A leaf in words: what an author would write is read back as the leaf, and each kind of reader is told it in one way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordant.author.sentence import parse_sentence
from concordant.logic.conditions import Compare, Leaf, Not, OneOf, iter_condition_leaves
from concordant.logic.intervals import COMPARISONS, make_exact_interval
from concordant.logic.truth import negate_truth
from concordant.model.features import Feature
from concordant.present.language import load_language
from concordant.readers.words import AUTHORED, OPPOSITE, WANTED, Spelling, leaf_words
from tests.strategies import DICTIONARY, conditions

MONTHS = Feature(name="months", label="Months", type="number", unit="months")
EXTENT = Feature(name="extent", label="Extent", type="enum", values=("none", "few", "very_many"), phrases={"few": "a few"})
ENGLISH, GERMAN = load_language("en").spelling(), load_language("de").spelling()
LEAVES: dict[str, tuple[Leaf, Feature]] = {
    "at most": (Compare("months", "<=", 12), MONTHS),
    "under": (Compare("months", "<", 6.5), MONTHS),
    "equal": (Compare("months", "==", 3), MONTHS),
    "word": (OneOf("extent", ("few",)), EXTENT),
    "words": (OneOf("extent", ("few", "very_many")), EXTENT),
}
SAID = [
    (AUTHORED, "at most", "months <= 12", "not months <= 12"),
    (AUTHORED, "equal", "months == 3", "not months == 3"),
    (AUTHORED, "word", "extent is few", "extent is not few"),
    (AUTHORED, "words", "extent is one of few, very_many", "extent is not one of few, very_many"),
    (WANTED, "at most", "at most 12 months", "more than 12 months"),
    (WANTED, "under", "under 6.5 months", "at least 6.5 months"),
    (WANTED, "equal", "exactly 3 months", "other than 3 months"),
    (WANTED, "words", "a few or very many", "not a few or very many"),
    (ENGLISH, "at most", "12 months or less", "more than 12 months"),
    (ENGLISH, "under", "under 6.5 months", "6.5 months or more"),
    (ENGLISH, "equal", "3 months", "other than 3 months"),
    (ENGLISH, "word", "a few", "not a few"),
    (GERMAN, "at most", "höchstens 12 Monate", "mehr als 12 Monate"),
    (GERMAN, "under", "unter 6,5 Monate", "mindestens 6,5 Monate"),
    (GERMAN, "equal", "3 Monate", "anders als 3 Monate"),
    (GERMAN, "words", "„a few“ oder „very many“", "nicht „a few“ oder „very many“"),
]


@pytest.mark.parametrize(("spelling", "leaf", "said", "turned"), SAID, ids=[f"{said}" for _, _, said, _ in SAID])
def test_each_reader_is_told_in_one_way(spelling: Spelling, leaf: str, said: str, turned: str) -> None:
    assert leaf_words(*LEAVES[leaf], spelling) == said
    assert leaf_words(*LEAVES[leaf], spelling, negated=True) == turned


@given(conditions(), st.booleans())
def test_what_an_author_would_write_is_read_back(condition: object, negated: bool) -> None:
    for leaf in iter_condition_leaves(condition):  # type: ignore[arg-type]
        feature, turned = DICTIONARY[leaf.feature], negated and isinstance(leaf, OneOf)
        unit = f" {feature.unit}" if feature.is_numeric else ""
        text = f"{leaf_words(leaf, feature, AUTHORED, negated=turned)}{unit}".rstrip()
        assert parse_sentence(text, DICTIONARY) == (Not(leaf) if turned else leaf)


@pytest.mark.parametrize("number", [11.0, 12.0, 13.0])
def test_the_opposite_sign_is_the_sign_under_a_not(number: float) -> None:
    for op, opposite in OPPOSITE.items():
        if opposite != "!=":
            assert COMPARISONS[opposite](make_exact_interval(number), 12) is negate_truth(
                COMPARISONS[op](make_exact_interval(number), 12)
            )
