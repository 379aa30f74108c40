"""The one fold: every node once with what was made of its parts, whatever the reader makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any as Anything

import msgspec
from hypothesis import given

from concordant.logic.conditions import (
    All,
    Any,
    AtLeast,
    Compare,
    Condition,
    Constant,
    Named,
    Not,
    OneOf,
    find_features_read,
    fold,
    iter_condition_leaves,
)
from tests.strategies import conditions


class Same:
    """The algebra that builds each node again."""

    def constant(self, node: Constant) -> Condition:
        return Constant(node.truth)

    def compare(self, node: Compare) -> Condition:
        return Compare(node.feature, node.op, node.bound)

    def one_of(self, node: OneOf) -> Condition:
        return OneOf(node.feature, node.values)

    def not_(self, node: Not, part: Condition) -> Condition:
        return Not(part)

    def named(self, node: Named, part: Condition) -> Condition:
        return Named(node.name, part)

    def all_(self, node: All, parts: Sequence[Condition]) -> Condition:
        return All(tuple(parts))

    def any_(self, node: Any, parts: Sequence[Condition]) -> Condition:
        return Any(tuple(parts))

    def at_least(self, node: AtLeast, parts: Sequence[Condition]) -> Condition:
        return AtLeast(node.n, tuple(parts))


class Depth:
    """A further reader: how many nodes lie above the deepest leaf."""

    def constant(self, node: Condition) -> int:
        return 0

    compare = one_of = constant

    def not_(self, node: Condition, part: int) -> int:
        return part + 1

    named = not_

    def all_(self, node: Condition, parts: Sequence[int]) -> int:
        return max(parts, default=-1) + 1

    any_ = at_least = all_


def plain_nodes(node: Anything, above: int = 0) -> Iterator[tuple[int, dict[str, Anything]]]:
    """Every node of a condition as plain data, with how many lie above it: another way round than the fold."""
    yield above, node
    for part in node.get("args") or ([node["arg"]] if "arg" in node else []):
        yield from plain_nodes(part, above + 1)


@given(conditions())
def test_what_is_built_again_from_its_parts_is_the_same(condition: Condition) -> None:
    assert fold(condition, Same()) == condition


@given(conditions())
def test_a_further_reader_takes_one_algebra(condition: Condition) -> None:
    assert fold(condition, Depth()) == max(above for above, _ in plain_nodes(msgspec.to_builtins(condition)))


@given(conditions())
def test_the_leaves_are_those_of_the_tree_from_left_to_right(condition: Condition) -> None:
    named = [node["feature"] for _, node in plain_nodes(msgspec.to_builtins(condition)) if "feature" in node]
    assert [leaf.feature for leaf in iter_condition_leaves(condition)] == named
    assert find_features_read(condition) == set(named)
