"""All patients that there can be: the values of each feature, and what no patient has."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

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
    fold_once,
)
from concordant.model.features import Feature

Exact = str | float  # the value of a feature of a complete patient
Assignment = Mapping[str, Exact]
TIMEOUT: Literal["timeout"] = "timeout"


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that a feature can have: one of some words, or a number between two ends (`whole` for a count)."""

    words: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Constraint:
    """What no patient has, and why; one that is `loose` can be left out by its name."""

    name: str
    never: Condition
    because: str = ""
    loose: bool = False
    reads: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", find_features_read(self.never))


@dataclass(frozen=True, slots=True)
class PatientSpace:
    """Every complete patient: one value for each feature, and no constraint broken."""

    domains: Mapping[str, Domain]
    constraints: tuple[Constraint, ...]

    def add(self, domains: Mapping[str, Domain], constraints: Iterable[Constraint]) -> PatientSpace:
        """The same patients with more features, and more that cannot be."""
        return PatientSpace({**self.domains, **domains}, (*self.constraints, *constraints))


class PatientFinder(Protocol):
    """Looks for a complete patient for whom a condition holds."""

    def prepare_conditions(self, conditions: Iterable[Condition]) -> None:
        """Take in conditions that will be asked about: together that costs less than one by one."""

    def is_possible(self, wanted: Condition, without: Collection[str] = ()) -> bool | Literal["timeout"]:
        """Whether there is such a patient, though not whom."""

    def find_patient(
        self, wanted: Condition, wishes: Sequence[Condition] = (), without: Collection[str] = ()
    ) -> Assignment | Literal["timeout"] | None:
        """The values of the features that were read, None where no such patient can be, or that time ran out.

        `wishes` are kept as far as they can be; the constraints `without` do not hold.
        """


def make_domain(feature: Feature) -> Domain:
    """The values that the feature can have."""
    if not feature.is_numeric:
        return Domain(feature.values)
    low = -math.inf if feature.low is None else feature.low
    return Domain((), low, math.inf if feature.high is None else feature.high, feature.type == "count")


def both(*parts: Condition) -> Condition:
    """All of these."""
    return parts[0] if len(parts) == 1 else All(parts)


def either(parts: Iterable[Condition]) -> Condition:
    """One of these at least."""
    return Any(tuple(parts))


def differ(first: Condition, second: Condition) -> Condition:
    """One of the two, and not the other."""
    return Any((All((first, Not(second))), All((second, Not(first)))))


class _Renaming:
    """The algebra that gives some features another name; what reads none of them stays as it is."""

    __slots__ = ("_names",)

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def constant(self, node: Constant) -> Condition:
        return node

    def compare(self, node: Compare) -> Condition:
        return Compare(self._names[node.feature], node.op, node.bound) if node.feature in self._names else node

    def one_of(self, node: OneOf) -> Condition:
        return OneOf(self._names[node.feature], node.values) if node.feature in self._names else node

    def not_(self, node: Not, part: Condition) -> Condition:
        return node if part is node.arg else Not(part)

    def named(self, node: Named, part: Condition) -> Condition:
        return node if part is node.arg else part

    def all_(self, node: All, parts: Sequence[Condition]) -> Condition:
        return node if _are_same(parts, node.args) else All(tuple(parts))

    def any_(self, node: Any, parts: Sequence[Condition]) -> Condition:
        return node if _are_same(parts, node.args) else Any(tuple(parts))

    def at_least(self, node: AtLeast, parts: Sequence[Condition]) -> Condition:
        return node if _are_same(parts, node.args) else AtLeast(node.n, tuple(parts))


def _are_same(parts: Sequence[Condition], others: Sequence[Condition]) -> bool:
    return all(part is other for part, other in zip(parts, others, strict=True))


def rename(condition: Condition, names: Mapping[str, str]) -> Condition:
    """The condition with some features under another name; itself, where it reads none of them."""
    return fold(condition, _Renaming(names))


TWIN, THIRD = "'", "''"


class Twin:
    """A second patient beside the first, who differs in some features at most: these are called `NAME'` of the second one.

    A third one has a `mark` of its own.
    """

    def __init__(self, space: PatientSpace, features: Collection[str], mark: str = TWIN) -> None:
        self._algebra = _Renaming({name: name + mark for name in features})
        self._known: dict[Condition, Condition] = {}
        touched = [one for one in space.constraints if not one.reads.isdisjoint(features)]
        self._broken = [(one.name, self.of(one.never)) for one in touched]

    @property
    def exists(self) -> Condition:
        """That there can be such a second patient."""
        return self.exists_without(())

    def exists_without(self, names: Collection[str]) -> Condition:
        """The same, where the constraints of these names do not hold."""
        return All(tuple(Not(never) for name, never in self._broken if name not in names))

    def of(self, condition: Condition) -> Condition:
        """What the condition says of the second patient; itself, where the two cannot differ in it."""
        return fold_once(condition, self._algebra, self._known)


def add_twins(space: PatientSpace) -> PatientSpace:
    """The space in which a feature of a second and of a third patient has a name of its own."""
    return space.add({name + mark: domain for name, domain in space.domains.items() for mark in (TWIN, THIRD)}, ())
