"""A condition as an expression of CQL over the parameters of a library.

Null is what is not known, so `and`, `or` and `not` are Kleene's. Membership is a chain of `=`, not `in`: a null that is looked
for in a list is not there, which is false and not null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from concordant.errors import Complaint, Refused
from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Leaf, Named, Not, OneOf, fold
from concordant.model.features import Feature
from concordant.patient.fact_table import HIGH, LOW
from concordant.readers.elm import (
    FALSE,
    TRUE,
    UNKNOWN,
    Elm,
    Ref,
    Several,
    is_among,
    is_null,
    join_all,
    join_any,
    make_case,
    make_count,
    make_decimal,
    name_parameter,
    negate,
)
from concordant.readers.left_words import list_left, split_words

Sign = Literal["Less", "LessOrEqual", "Greater", "GreaterOrEqual"]


class Open(NamedTuple):
    """What keeps a condition open: a feature that is not known, while all of these are null."""

    feature: str
    nulls: tuple[Elm, ...]


class _Reading(NamedTuple):
    """A condition as an expression, which node it is, and what keeps it open while it is null itself."""

    told: Elm
    node: type[Condition] | None
    open: tuple[Open, ...]


def condition_to_cql(condition: Condition, name_leaf: Callable[[Leaf], str]) -> Elm:
    """The condition over definitions of its leaves, under the names that `name_leaf` gives them."""
    return fold(condition, _Conditions(name_leaf)).told


def iter_open(condition: Condition, name_leaf: Callable[[Leaf], str]) -> Iterator[Open]:
    """The features that keep the condition open while it is null itself."""
    yield from fold(condition, _Conditions(name_leaf)).open


def iter_open_in_all(condition: Condition, name_leaf: Callable[[Leaf], str]) -> Iterator[Open]:
    """The same of one of several conditions that must all hold, while it is null whether they do."""
    yield from _keep_open(fold(condition, _Conditions(name_leaf)), All)


class _Conditions:
    """The algebra whose readings are expressions."""

    __slots__ = ("_name_leaf",)

    def __init__(self, name_leaf: Callable[[Leaf], str]) -> None:
        self._name_leaf = name_leaf

    def constant(self, node: Constant) -> _Reading:
        return _Reading({"true": TRUE, "false": FALSE, "unknown": UNKNOWN}[node.truth], None, ())

    def compare(self, node: Compare) -> _Reading:
        return self._read_leaf(node)

    def one_of(self, node: OneOf) -> _Reading:
        return self._read_leaf(node)

    def _read_leaf(self, leaf: Leaf) -> _Reading:
        told = Ref(self._name_leaf(leaf))
        return _Reading(told, None, (Open(leaf.feature, (is_null(told),)),))

    def not_(self, _: Not, part: _Reading) -> _Reading:
        return _Reading(negate(part.told), None, tuple(_keep_open(part, Not)))

    def named(self, _: Named, part: _Reading) -> _Reading:
        return part

    def all_(self, _: All, parts: Sequence[_Reading]) -> _Reading:
        return _join_readings(join_all(part.told for part in parts), All, parts)

    def any_(self, _: Any, parts: Sequence[_Reading]) -> _Reading:
        return _join_readings(join_any(part.told for part in parts), Any, parts)

    def at_least(self, node: AtLeast, parts: Sequence[_Reading]) -> _Reading:
        return _join_readings(_count_true(node.n, [part.told for part in parts]), AtLeast, parts)


def _join_readings(told: Elm, node: type[Condition], parts: Iterable[_Reading]) -> _Reading:
    return _Reading(told, node, tuple(one for part in parts for one in _keep_open(part, node)))


def _keep_open(part: _Reading, above: type[Condition]) -> Iterator[Open]:
    """What keeps a part open, and that the part is null itself: that is so of an All in an All, and of an Any in an Any."""
    said = part.node is None or (part.node is above and above is not AtLeast)
    itself = () if said else (is_null(part.told),)
    yield from (Open(one.feature, (*itself, *one.nulls)) for one in part.open)


def _count_true(n: int, parts: Sequence[Elm]) -> Elm:
    """Whether so many are true: false once they can no longer be."""
    if n <= 0 or n > len(parts):
        return TRUE if n <= 0 else FALSE
    sure = _add([make_case([(part, make_count(1))], make_count(0)) for part in parts])
    possible = _add([make_case([(negate(part), make_count(0))], make_count(1)) for part in parts])
    wanted = make_count(n)
    return make_case([(Several("GreaterOrEqual", (sure, wanted)), TRUE), (Several("Less", (possible, wanted)), FALSE)])


def _add(counts: Sequence[Elm]) -> Elm:
    total = counts[0]
    for count in counts[1:]:
        total = Several("Add", (total, count))
    return total


def leaf_to_cql(leaf: Leaf, feature: Feature) -> Elm:
    """The sentence over the parameters of the feature. Raises Refused for one that CQL cannot say."""
    if isinstance(leaf, Compare):
        return _compare_to_cql(leaf)
    return make_case((_is_left(feature, words), TRUE if truth else FALSE) for words, truth in _split_words(leaf, feature))


def find_fault(feature: Feature) -> Elm:
    """Whether the parameters hold what no fact of this feature can be: another word, or an interval that is turned round."""
    if feature.is_numeric:
        return Several("Greater", (name_parameter(feature.name + LOW), name_parameter(feature.name + HIGH)))
    return negate(_is_left(feature, feature.values))


def _refuse(leaf: Leaf, why: str) -> Refused:
    return Refused(Complaint(f"CQL cannot express {leaf}: {why}", leaf.feature, way_out="Leave it out, or say it otherwise"))


def _split_words(leaf: OneOf, feature: Feature) -> list[tuple[list[str], bool]]:
    try:
        return split_words(leaf, feature)
    except ValueError as error:
        raise _refuse(leaf, str(error)) from None


def _is_left(feature: Feature, words: Sequence[str]) -> Elm:
    """Whether one of these words is known, or only some of these are left."""
    return is_among(name_parameter(feature.name), list_left(feature, words))


def _compare_to_cql(leaf: Compare) -> Elm:
    try:
        bound = make_decimal(leaf.bound)
    except ValueError as error:
        raise _refuse(leaf, str(error)) from None

    def is_end(end: str, sign: Sign) -> Elm:
        return Several(sign, (name_parameter(leaf.feature + end), bound))

    match leaf.op:
        case "<=":
            ways = (is_end(HIGH, "LessOrEqual"), is_end(LOW, "Greater"))
        case ">":
            ways = (is_end(LOW, "Greater"), is_end(HIGH, "LessOrEqual"))
        case ">=":
            ways = (is_end(LOW, "GreaterOrEqual"), is_end(HIGH, "Less"))
        case "<":
            ways = (is_end(HIGH, "Less"), is_end(LOW, "GreaterOrEqual"))
        case "==":
            beside = join_any([is_end(HIGH, "Less"), is_end(LOW, "Greater")])
            ways = (join_all([is_end(LOW, "GreaterOrEqual"), is_end(HIGH, "LessOrEqual")]), beside)
    return make_case(zip(ways, (TRUE, FALSE), strict=True))
