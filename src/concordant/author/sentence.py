"""One bullet, one feature: the leaf grammar of the knowledge files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from concordant.errors import suggest_word
from concordant.logic.conditions import Compare, Condition, Not, OneOf, Op
from concordant.model.features import Feature

_COMPARISON = re.compile(r"(\w+)\s*(<=|>=|==|<|>)\s*(-?\d+(?:\.\d+)?)\s*(.*)")
OPS: dict[str, Op] = {"<=": "<=", "<": "<", ">=": ">=", ">": ">", "==": "=="}
_WORDS = re.compile(r"(\w+) is (not )?(?:one of )?(.+)")


def parse_sentence(text: str, features: Mapping[str, Feature]) -> Condition:
    """Read `<feature> is [not] <value>`, `is [not] one of a, b` or `<feature> <= 12 months`.

    Raises ValueError with a sentence for the author: unknown feature, value or unit.
    """
    if match := _COMPARISON.fullmatch(text.strip()):
        return _parse_comparison(text, features, *match.groups())
    if match := _WORDS.fullmatch(text.strip()):
        return _parse_word_sentence(text, features, *match.groups())
    raise ValueError(f"'{text}' is not a sentence; write `feature is value` or `feature <= 12 months`")


def _find_feature(text: str, name: str, features: Mapping[str, Feature]) -> Feature:
    if name not in features:
        raise ValueError(f"'{text}' asks about the unknown feature '{name}'. {suggest_word(name, features)}".rstrip())
    return features[name]


def _parse_comparison(text: str, features: Mapping[str, Feature], name: str, op: str, number: str, unit: str) -> Condition:
    feature = _find_feature(text, name, features)
    if not feature.is_numeric:
        raise ValueError(f"'{text}' compares '{name}', which is not a number")
    if unit.strip() != feature.unit:
        raise ValueError(f"'{text}' must give the unit of '{name}': {feature.unit or 'none'}")
    return Compare(name, OPS[op], float(number))


def _parse_word_sentence(text: str, features: Mapping[str, Feature], name: str, negation: str | None, listed: str) -> Condition:
    feature = _find_feature(text, name, features)
    if feature.is_numeric:
        raise ValueError(f"'{text}' must compare '{name}' with a number, such as <= 12 {feature.unit}".rstrip())
    values = tuple(value.strip() for value in listed.split(","))
    for value in values:
        if value not in feature.values:
            raise ValueError(f"'{text}': '{name}' has no value '{value}'. {suggest_word(value, feature.values)}".rstrip())
    leaf = OneOf(name, values)
    return Not(leaf) if negation else leaf
