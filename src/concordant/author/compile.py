"""Authored sentences to conditions: names, types, units and guards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any as Anything

from concordant.author.sentence import parse_sentence
from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Not, OneOf
from concordant.model.features import Feature

_AT_LEAST = re.compile(r"at least (\d+) of")


def compile_condition(authored: Anything, features: Mapping[str, Feature]) -> Condition:
    """A bullet, a list of bullets (all of them) or a mapping with all, any, none or `at least n of`.

    Raises ValueError with a sentence for the author.
    """
    return _compile_part(authored, features, negate=False)


def _compile_part(authored: Anything, features: Mapping[str, Feature], *, negate: bool) -> Condition:
    match authored:
        case "always" | "never":
            return Constant("true" if (authored == "always") is not negate else "false")
        case str():
            return _add_guard(parse_sentence(authored, features), features, negate=negate)
        case []:
            raise ValueError("an empty condition; write `always` or `never`")
        case list():
            return _join_parts(authored, features, negate=negate, every=True)
        case dict() if len(authored) == 1:
            ((key, items),) = authored.items()
            return _compile_mapping(key, items, features, negate=negate)
        case _:
            raise ValueError(f"{authored!r} is not a condition; write a sentence, or one of all, any, none")


def _compile_mapping(key: str, items: Anything, features: Mapping[str, Feature], *, negate: bool) -> Condition:
    if not isinstance(items, list) or not items:
        raise ValueError(f"'{key}' needs a list of sentences")
    if key in ("all", "any"):
        return _join_parts(items, features, negate=negate, every=(key == "all"))
    if key == "none":
        return _join_parts(items, features, negate=not negate, every=False)
    if match := _AT_LEAST.fullmatch(key):
        wanted = int(match[1])
        if not 1 <= wanted <= len(items):
            raise ValueError(f"'{key}' must count from 1 to {len(items)}: so many sentences stand under it")
        args = tuple(_compile_part(item, features, negate=negate) for item in items)
        return AtLeast(len(args) - wanted + 1 if negate else wanted, args)
    raise ValueError(f"'{key}' is not one of all, any, none, at least n of")


def _join_parts(items: list[Anything], features: Mapping[str, Feature], *, negate: bool, every: bool) -> Condition:
    """De Morgan pushes a negation down to the sentences, where the guards are."""
    args = tuple(_compile_part(item, features, negate=negate) for item in items)
    if len(args) == 1:
        return args[0]
    return All(args) if every is not negate else Any(args)


def _add_guard(leaf: Condition, features: Mapping[str, Feature], *, negate: bool) -> Condition:
    """`guard and sentence`, or `guard and not sentence`: without meaning for a patient, both are false."""
    if isinstance(leaf, Not):
        leaf, negate = leaf.arg, not negate
    assert isinstance(leaf, Compare | OneOf)
    guard = features[leaf.feature].only_if
    body: Condition = Not(leaf) if negate else leaf
    return body if guard is None else All((guard, body))
