"""The intermediate representation: eight node types, each leaf about one feature and a constant.

There is no "is null" and no arithmetic, so evaluation is monotone in information: learning a fact
never overturns a definite answer. The nodes are msgspec structs, because a compiled guideline is
read from one MessagePack file (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, assert_never

import msgspec

Op = Literal["<=", "<", ">=", ">", "=="]


class Constant(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A truth that does not depend on the patient: "true", "false" or "unknown"."""

    truth: Literal["true", "false", "unknown"]


class Compare(msgspec.Struct, frozen=True, tag=True):
    """A number against a bound in the feature's own unit; unknown while the interval straddles it."""

    feature: str
    op: Op
    bound: float


class OneOf(msgspec.Struct, frozen=True, tag=True):
    """A word among words; unknown while the word is unknown."""

    feature: str
    values: tuple[str, ...]


class Not(msgspec.Struct, frozen=True, tag=True):
    """True and false change places; unknown stays."""

    arg: Condition


class All(msgspec.Struct, frozen=True, tag=True):
    """False if any is false, else unknown if any is unknown, else true."""

    args: tuple[Condition, ...]


class Any(msgspec.Struct, frozen=True, tag=True):
    """True if any is true, else unknown if any is unknown, else false."""

    args: tuple[Condition, ...]


class AtLeast(msgspec.Struct, frozen=True, tag=True):
    """True once n are true, false once n can no longer be reached, else unknown."""

    n: int
    args: tuple[Condition, ...]


class Named(msgspec.Struct, frozen=True, tag=True):
    """The same truth, under a name that explanations can use (a guard, a limb of a label)."""

    name: str
    arg: Condition


Condition = Constant | Compare | OneOf | Not | All | Any | AtLeast | Named

ALWAYS = Constant("true")
NEVER = Constant("false")


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside this one; none for a leaf."""
    match condition:
        case Constant() | Compare() | OneOf():
            return ()
        case Not(arg=arg) | Named(arg=arg):
            return (arg,)
        case All(args=args) | Any(args=args) | AtLeast(args=args):
            return args
        case _:
            assert_never(condition)


def leaves(condition: Condition) -> Iterator[Compare | OneOf]:
    """Every sentence about a feature inside the condition, from left to right."""
    if isinstance(condition, Compare | OneOf):
        yield condition
    for part in parts(condition):
        yield from leaves(part)


def features_read(condition: Condition) -> frozenset[str]:
    """The names of the features that the condition asks about."""
    return frozenset(leaf.feature for leaf in leaves(condition))


def sentence(leaf: Compare | OneOf, *, negated: bool = False) -> str:
    """The leaf as its author would write it."""
    if isinstance(leaf, Compare):
        return f"{'not ' if negated else ''}{leaf.feature} {leaf.op} {leaf.bound:g}"
    word = " is not" if negated else " is"
    if len(leaf.values) == 1:
        return f"{leaf.feature}{word} {leaf.values[0]}"
    return f"{leaf.feature}{word} one of {', '.join(leaf.values)}"
