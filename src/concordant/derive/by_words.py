"""A word that follows from several that are left of another feature: what the rules give for each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product
from math import prod

from msgspec.structs import replace

from concordant.logic.truth import TRUE
from concordant.model.features import Feature
from concordant.patient.facts import Fact, Facts, format_value, list_words_left, value_from_words
from concordant.readers.explain import Evaluator

MOST = 64  # ways in which several features, each with words left, can combine; more are not followed


def infer_from_remaining_words(
    feature: Feature, inputs: Collection[str], facts: Facts, by_name: Mapping[str, Feature], look: Evaluator
) -> Fact | None:
    """Infer a feature's value when its inputs are only narrowed to several words.

    The rules are tried for every combination of the remaining words. Returns None when a combination proves no single
    word.
    """
    open_ = {name: left for name in sorted(inputs) if len(left := list_words_left(facts[name].value) or ()) > 1}
    if not open_ or prod(map(len, open_.values())) > MOST:
        return None
    known = {name: facts[name] for name in inputs}  # a rule reads nothing else
    outcomes = set()
    for words in product(*open_.values()):
        supposed = {name: replace(facts[name], value=word) for name, word in zip(open_, words, strict=True)}
        proven = {str(rule.value) for rule in feature.rules if look(rule.if_, known | supposed).truth is TRUE}
        if len(proven) != 1:
            return None
        outcomes |= proven
    says = "; ".join(f"{by_name[name].label}: {format_value(by_name[name], left)}" for name, left in open_.items())
    entries = dict.fromkeys(entry for name in open_ for entry in facts[name].entries)
    value = value_from_words(feature, outcomes)
    return None if value is None else Fact(feature.name, value, "inferred", says, tuple(entries))
