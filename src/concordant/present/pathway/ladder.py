"""The key decisions of a guideline, found in the conditions of its statements: nothing of it is drawn by hand.

A decision is worth a fork where nearly all statements that are left ask about the same feature; what only a few of them ask
stays with these few, so that a picture has few forks and each regimen stands in few places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from concordant.decide.partitions import Break, Cell, find_breaks, join_cells, make_cells
from concordant.logic.conditions import All, Condition, Named, OneOf, find_features_read
from concordant.logic.truth import FALSE, TRUE
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.patient.facts import Fact
from concordant.present.pathway.implied import iter_implied
from concordant.readers.explain import explain

NEARLY_ALL = 0.6  # of the statements at a fork have to ask about its feature
FEW = 3  # so many statements are read at one glance, and need no fork
LAST = 99  # the place of a feature that has no number of its own for a headline


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement with what it still asks once the decisions above it are taken.

    `implied` is what follows from it for features of which it does not speak: it chooses the way, and is not told.
    """

    statement: Statement
    asks: tuple[Condition, ...]
    implied: tuple[OneOf, ...] = ()

    def find_own(self, name: str) -> list[Condition]:
        """What it asks about this feature and about no other."""
        return [ask for ask in self.asks if find_features_read(ask) == {name}]

    def find_asks(self, name: str) -> list[Condition]:
        """The same; where there is none, what is implied of the feature."""
        return self.find_own(name) or [ask for ask in self.implied if ask.feature == name]


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where the key decisions end: what all statements here ask, and what each asks beside."""

    only_if: tuple[Condition, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One answer to a decision, and what comes below it."""

    cell: Cell
    below: Step


@dataclass(frozen=True, slots=True)
class Fork:
    """A decision: what all statements here ask, the feature, its answers, and the statements that do not ask about it."""

    only_if: tuple[Condition, ...]
    feature: Feature
    branches: tuple[Branch, ...]
    beside: Leaf | None


Step = Fork | Leaf


def make_ladder(statements: Iterable[Statement], features: Iterable[Feature]) -> Step:
    """The ladder of the statements that name a regimen."""
    naming = tuple(statement for statement in statements if statement.recommend)
    known = {feature.name: feature for feature in features}
    asked = [_make_asked(statement, known) for statement in naming]
    return _Grower(known, find_breaks(statement.applies_if for statement in naming)).grow(asked)


def iter_leaves(step: Step) -> Iterator[Leaf]:
    """Every leaf below, from the first answer to the last."""
    if isinstance(step, Leaf):
        yield step
        return
    for branch in step.branches:
        yield from iter_leaves(branch.below)
    if step.beside:
        yield step.beside


def _make_asked(statement: Statement, features: Mapping[str, Feature]) -> Asked:
    asks = tuple(_iter_limbs(statement.applies_if))
    return Asked(statement, asks, tuple(iter_implied(asks, features)))


def _iter_limbs(condition: Condition) -> Iterator[Condition]:
    """What must hold all together, each on its own."""
    match condition:
        case All(args=args):
            for arg in args:
                yield from _iter_limbs(arg)
        case Named(arg=arg):
            yield from _iter_limbs(arg)
        case _:
            yield condition


@dataclass(frozen=True, slots=True)
class _Grower:
    features: Mapping[str, Feature]
    cuts: Mapping[str, tuple[Break, ...]]

    def grow(self, asked: Sequence[Asked]) -> Step:
        """The fork at which the most is decided, or a leaf where no decision concerns nearly all."""
        shared = _list_shared(asked)
        rest = [replace(one, asks=tuple(ask for ask in one.asks if ask not in shared)) for one in asked]
        for feature in self._rank_features(rest) if len(rest) > FEW else ():
            branches = self._list_branches(feature, rest)
            if len(branches) > 1:
                beside = [one for one in rest if not one.find_asks(feature.name)]
                return Fork(shared, feature, branches, _make_leaf(beside) if beside else None)
        return Leaf(shared, tuple(rest))

    def _rank_features(self, asked: Sequence[Asked]) -> list[Feature]:
        """The features about which nearly all ask: first what the most ask about, then by the order of a headline."""
        counts = {name: sum(bool(one.find_own(name)) for one in asked) for name in self.features}
        worth = [name for name, count in counts.items() if count > 1 and count >= NEARLY_ALL * len(asked)]
        return [self.features[name] for name in sorted(worth, key=lambda n: (-counts[n], self.features[n].headline or LAST))]

    def _list_branches(self, feature: Feature, asked: Sequence[Asked]) -> tuple[Branch, ...]:
        """The answers that some statement is for; neighbouring ones that lead to the same are one."""
        cells = make_cells(feature, self.cuts.get(feature.name, ()), None)
        kept = [(cell, _take_branch(cell, feature, asked)) for cell in cells]
        joined = [(left, [cell for cell, _ in same]) for left, same in groupby(kept, key=lambda pair: pair[1])]
        return tuple(Branch(_join(feature, same), self.grow(left)) for left, same in joined if left)


def _take_branch(cell: Cell, feature: Feature, asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """The statements that ask about the feature and that the cell leaves possible, each with what it asks then."""
    facts = {feature.name: Fact(feature.name, cell.value, "hypothetical")}
    left = []
    for one in asked:
        truths = {ask: explain(ask, facts).truth for ask in one.find_asks(feature.name)}
        if truths and FALSE not in truths.values():
            left.append(replace(one, asks=tuple(ask for ask in one.asks if truths.get(ask) is not TRUE)))
    return tuple(left)


def _join(feature: Feature, cells: Sequence[Cell]) -> Cell:
    joined = cells[0]
    for cell in cells[1:]:
        joined = join_cells(feature, joined, cell)
    return joined


def _list_shared(asked: Sequence[Asked]) -> tuple[Condition, ...]:
    """What all ask, in the order of the first."""
    return tuple(ask for ask in asked[0].asks if all(ask in one.asks for one in asked)) if asked else ()


def _make_leaf(asked: Sequence[Asked]) -> Leaf:
    shared = _list_shared(asked) if len(asked) > 1 else ()
    return Leaf(shared, tuple(replace(one, asks=tuple(ask for ask in one.asks if ask not in shared)) for one in asked))
