"""The intermediate representation: eight node types, each leaf about one feature and a constant; and the fold over them.

There is no "is null" and no arithmetic, so evaluation is monotone in information: learning a fact
never overturns a definite answer. The nodes are msgspec structs, because a compiled guideline is
read from one MessagePack file (docs/decisions/0003). Everything that reads a condition is an algebra of
the one fold (docs/decisions/0024).
"""

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal, Protocol, TypeVar, assert_never

import msgspec

Op = Literal["<=", "<", ">=", ">", "=="]


class Constant(msgspec.Struct, frozen=True, tag=True, cache_hash=True, gc=False):
    """A truth that does not depend on the patient: "true", "false" or "unknown"."""

    truth: Literal["true", "false", "unknown"]


class Compare(msgspec.Struct, frozen=True, tag=True, cache_hash=True):
    """A number against a bound in the feature's own unit; unknown while the interval straddles it."""

    feature: str
    op: Op
    bound: float


class OneOf(msgspec.Struct, frozen=True, tag=True, cache_hash=True):
    """A word among words; unknown while the word is unknown."""

    feature: str
    values: tuple[str, ...]


class Not(msgspec.Struct, frozen=True, tag=True, cache_hash=True):
    """True and false change places; unknown stays."""

    arg: "Condition"


class All(msgspec.Struct, frozen=True, tag=True, cache_hash=True):
    """False if any is false, else unknown if any is unknown, else true."""

    args: "tuple[Condition, ...]"


class Any(msgspec.Struct, frozen=True, tag=True, cache_hash=True):
    """True if any is true, else unknown if any is unknown, else false."""

    args: "tuple[Condition, ...]"


class AtLeast(msgspec.Struct, frozen=True, tag=True, cache_hash=True):
    """True once n are true, false once n can no longer be reached, else unknown."""

    n: int
    args: "tuple[Condition, ...]"


class Named(msgspec.Struct, frozen=True, tag=True, cache_hash=True):
    """The same truth, under a name that explanations can use (a guard, a limb of a label)."""

    name: str
    arg: "Condition"


Leaf = Compare | OneOf
Condition = Constant | Compare | OneOf | Not | All | Any | AtLeast | Named

ALWAYS = Constant("true")
NEVER = Constant("false")


T = TypeVar("T")


class Algebra(Protocol[T]):
    """What one reader makes of each node, from what it made of the parts."""

    def constant(self, node: Constant) -> T:
        """Of a truth that does not depend on the patient."""

    def compare(self, node: Compare) -> T:
        """Of a number against a bound."""

    def one_of(self, node: OneOf) -> T:
        """Of a word among words."""

    def not_(self, node: Not, part: T) -> T:
        """Of a condition turned round."""

    def named(self, node: Named, part: T) -> T:
        """Of a condition under a name."""

    def all_(self, node: All, parts: Sequence[T]) -> T:
        """Of several that must all hold."""

    def any_(self, node: Any, parts: Sequence[T]) -> T:
        """Of several one of which must hold."""

    def at_least(self, node: AtLeast, parts: Sequence[T]) -> T:
        """Of several so many of which must hold."""


def fold(condition: Condition, algebra: Algebra[T]) -> T:
    """What the algebra makes of the condition: of its parts first, from left to right, then of the node itself."""
    match condition:
        case OneOf():
            return algebra.one_of(condition)
        case Compare():
            return algebra.compare(condition)
        case All(args=args):
            return algebra.all_(condition, [fold(arg, algebra) for arg in args])
        case Any(args=args):
            return algebra.any_(condition, [fold(arg, algebra) for arg in args])
        case Not(arg=arg):
            return algebra.not_(condition, fold(arg, algebra))
        case Named(arg=arg):
            return algebra.named(condition, fold(arg, algebra))
        case AtLeast(args=args):
            return algebra.at_least(condition, [fold(arg, algebra) for arg in args])
        case Constant():
            return algebra.constant(condition)
        case _:
            assert_never(condition)


def fold_once(condition: Condition, algebra: Algebra[T], known: MutableMapping[Condition, T]) -> T:
    """The same as `fold`, where a part that several conditions share is read once; `known` keeps what came of each."""
    found = known.get(condition)
    if found is not None:
        return found
    match condition:
        case OneOf() | Compare() | Constant():
            found = fold(condition, algebra)
        case All(args=args):
            found = algebra.all_(condition, [fold_once(arg, algebra, known) for arg in args])
        case Any(args=args):
            found = algebra.any_(condition, [fold_once(arg, algebra, known) for arg in args])
        case AtLeast(args=args):
            found = algebra.at_least(condition, [fold_once(arg, algebra, known) for arg in args])
        case Not(arg=arg):
            found = algebra.not_(condition, fold_once(arg, algebra, known))
        case Named(arg=arg):
            found = algebra.named(condition, fold_once(arg, algebra, known))
        case _:
            assert_never(condition)
    known[condition] = found
    return found


class _Leaves:
    """The algebra whose readings are the leaves below a node."""

    def constant(self, _: Constant) -> tuple[Leaf, ...]:
        return ()

    def compare(self, node: Compare) -> tuple[Leaf, ...]:
        return (node,)

    def one_of(self, node: OneOf) -> tuple[Leaf, ...]:
        return (node,)

    def not_(self, _: Not, part: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
        return part

    def named(self, _: Named, part: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
        return part

    def all_(self, _: All | Any | AtLeast, parts: Sequence[tuple[Leaf, ...]]) -> tuple[Leaf, ...]:
        return tuple(chain.from_iterable(parts))

    any_ = at_least = all_


def iter_condition_leaves(condition: Condition) -> tuple[Leaf, ...]:
    """Every sentence about a feature inside the condition, from left to right."""
    return fold(condition, _LEAVES)


_LEAVES = _Leaves()


@lru_cache(maxsize=8192)  # the same few hundred conditions stand in thousands of places of a knowledge
def find_features_read(condition: Condition) -> frozenset[str]:
    """The names of the features that the condition asks about."""
    return frozenset(leaf.feature for leaf in iter_condition_leaves(condition))
