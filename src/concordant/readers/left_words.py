"""A sentence about words, over the one text that holds the words that are left: told by listing what can be left."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from concordant.logic.conditions import OneOf
from concordant.model.features import Feature
from concordant.patient.fact_table import BETWEEN, join_words

MOST_WORDS = 10  # 1 023 texts for so many


def split_words(leaf: OneOf, feature: Feature) -> list[tuple[list[str], bool]]:
    """The words that make the sentence true, and those that make it false; a side without words is left out.

    Raises ValueError with a sentence where what can be left cannot be listed.
    """
    if len(feature.values) > MOST_WORDS:
        raise ValueError(f"the feature has more than {MOST_WORDS} words")
    if any(BETWEEN in word for word in feature.values):
        raise ValueError("a word of the feature holds the sign that parts words")
    inside = [word for word in feature.values if word in leaf.values]
    outside = [word for word in feature.values if word not in leaf.values]
    return [(words, truth) for words, truth in ((inside, True), (outside, False)) if words]


def list_left(feature: Feature, words: Sequence[str]) -> list[str]:
    """The texts by which one of these words is known, or only some of these are left."""
    some = [left for count in range(1, len(words) + 1) for left in combinations(words, count)]
    return [join_words(left) for left in some if len(left) < max(len(feature.values), 2)]
