"""Conditions as one list of gates, each only once, and what a gate comes to for many suppositions at a time.

A gate is read over two rails: in which lanes it is known to be true, and in which known to be false. What a set of lanes is, is
left open: bits of a Python integer for the suppositions about one patient, wires of a board for the planes of many
(`readers/wires`). One operation serves every lane. A gate that is turned round is the same gate with its rails changed
over, and an Any is an All of parts that are turned round, so two kinds of gates are enough beside the leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from threading import RLock
from typing import Generic, NamedTuple, Protocol, Self, TypeVar

from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Leaf, Named, Not, OneOf, fold_once

Ref = int  # the place of a gate in the list; of one that is turned round, the complement of its place
Rails = tuple[int, int]  # the lanes in which something is known to be true, and those in which it is known to be false


class LaneSet(Protocol):
    """A set of lanes; false when it is known to be empty."""

    def __and__(self, other: Self, /) -> Self:
        """The lanes in both."""

    def __or__(self, other: Self, /) -> Self:
        """The lanes in either."""

    def __invert__(self, /) -> Self:
        """All other lanes, and perhaps some that there are not."""

    def __bool__(self) -> bool:
        """Whether it may hold a lane."""


L = TypeVar("L", bound=LaneSet)

UNSETTLED, TRUE_REF = 0, 1  # the first two gates: what nothing settles, and what holds of itself
FALSE_REF = ~TRUE_REF


class Gate(NamedTuple):
    """One leaf, or how many of its parts must hold; and the features that it reads, however far down."""

    leaf: Leaf | None
    least: int
    parts: tuple[Ref, ...]
    reads: frozenset[str]


class Circuit:
    """The gates of every condition that was asked about: a condition is compiled once, and one gate serves all that say it.

    It only grows, and may be asked by several threads.
    """

    def __init__(self) -> None:
        self.gates: list[Gate] = [Gate(None, 1, (), frozenset()), Gate(None, 0, (), frozenset())]
        self._refs: dict[Condition, Ref] = {}
        self._places: dict[tuple[Leaf | None, int, tuple[Ref, ...]], Ref] = {}
        self._lock = RLock()

    def find_gate(self, condition: Condition) -> Ref:
        """The gate that the condition comes to."""
        ref = self._refs.get(condition)
        if ref is None:
            with self._lock:
                ref = fold_once(condition, _Gates(self), self._refs)
        return ref

    def add_gate(self, leaf: Leaf | None, least: int, parts: tuple[Ref, ...]) -> Ref:
        """The gate of a leaf, or of so many of some parts; the one that is there already, if there is one."""
        key = (leaf, least, parts)
        ref = self._places.get(key)
        if ref is None:
            reads = frozenset({leaf.feature}) if leaf is not None else frozenset()
            below = [self.gates[max(part, ~part)].reads for part in parts]
            ref = self._places[key] = len(self.gates)
            self.gates.append(Gate(leaf, least, parts, reads.union(*below)))
        return ref


class _Gates:
    """The algebra whose readings are gates of a circuit."""

    __slots__ = ("_circuit",)

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit

    def constant(self, node: Constant) -> Ref:
        return {"true": TRUE_REF, "false": FALSE_REF, "unknown": UNSETTLED}[node.truth]

    def compare(self, node: Compare) -> Ref:
        return self._circuit.add_gate(node, 1, ())

    def one_of(self, node: OneOf) -> Ref:
        return self._circuit.add_gate(node, 1, ())

    def not_(self, _: Not, part: Ref) -> Ref:
        return ~part

    def named(self, _: Named, part: Ref) -> Ref:
        return part

    def all_(self, _: All, parts: Sequence[Ref]) -> Ref:
        return self._add_all(parts)

    def any_(self, _: Any, parts: Sequence[Ref]) -> Ref:
        return ~self._add_all([~part for part in parts])

    def at_least(self, node: AtLeast, parts: Sequence[Ref]) -> Ref:
        if node.n <= 0:
            return TRUE_REF
        return self._circuit.add_gate(None, node.n, tuple(sorted(parts))) if node.n <= len(parts) else FALSE_REF

    def _add_all(self, parts: Sequence[Ref]) -> Ref:
        """The gate of all parts: what holds of itself is left out, and one part alone is its own gate."""
        wanted = set(parts) - {TRUE_REF}
        if FALSE_REF in wanted:
            return FALSE_REF
        if len(wanted) < 2:
            return wanted.pop() if wanted else TRUE_REF
        return self._circuit.add_gate(None, len(wanted), tuple(sorted(wanted)))


class GateReader(Generic[L]):
    """What gates come to in a number of lanes; `full` are all lanes, `none` is no lane.

    `read_leaf` tells the rails of a sentence about one feature. Of a gate that reads nothing of `differing`, `before` has the
    rails already.
    """

    def __init__(
        self,
        circuit: Circuit,
        none: L,
        full: L,
        read_leaf: Callable[[Leaf], tuple[L, L]],
        differing: Set[str] = frozenset(),
        before: GateReader[L] | None = None,
    ) -> None:
        self.full = full
        self.none = none
        self._circuit = circuit
        self._read_leaf = read_leaf
        self._differing = differing
        self._before = before
        self._known: dict[Ref, tuple[L, L]] = {UNSETTLED: (none, none), TRUE_REF: (full, none)}

    def read(self, condition: Condition) -> tuple[L, L]:
        """The lanes in which the condition is known to be true, and those in which it is known to be false."""
        return self.read_gate(self._circuit.find_gate(condition))

    def read_gate(self, ref: Ref) -> tuple[L, L]:
        """The rails of a gate, read once."""
        rails = self._known.get(ref)
        if rails is None:
            if ref < 0:
                false, true = self.read_gate(~ref)
                rails = true, false
            else:
                rails = self._judge_gate(ref)
            self._known[ref] = rails
        return rails

    def _judge_gate(self, ref: Ref) -> tuple[L, L]:
        gate = self._circuit.gates[ref]
        if self._before is not None and gate.reads.isdisjoint(self._differing):
            return self._spread_rails(self._before.read_gate(ref))
        if gate.leaf is not None:
            return self._read_leaf(gate.leaf)
        return self._join_all(gate.parts) if gate.least == len(gate.parts) else self._count_parts(gate)

    def _spread_rails(self, rails: tuple[L, L]) -> tuple[L, L]:
        """Rails of the reader before, over the lanes of this one."""
        return rails

    def _join_all(self, parts: tuple[Ref, ...]) -> tuple[L, L]:
        true, false, full = self.full, self.none, self.full
        for part in parts:
            holds, fails = self.read_gate(part)
            true &= holds
            false |= fails
            if false == full:
                break
        return true, false

    def _count_parts(self, gate: Gate) -> tuple[L, L]:
        """Where enough parts are true, and where too few are left that may be."""
        sure, possible = [self.full] + [self.none] * gate.least, [self.full] + [self.none] * gate.least
        for part in gate.parts:
            holds, fails = self.read_gate(part)
            for n in range(gate.least, 0, -1):
                sure[n] |= sure[n - 1] & holds
                possible[n] |= possible[n - 1] & ~fails
        return sure[-1], self.full & ~possible[-1]


class LaneReader(GateReader[int]):
    """What gates come to where a lane is one bit of an integer; the reader before has one lane, which stands for every one."""

    def __init__(
        self,
        circuit: Circuit,
        lanes: int,
        read_leaf: Callable[[Leaf], Rails],
        differing: Set[str] = frozenset(),
        before: LaneReader | None = None,
    ) -> None:
        super().__init__(circuit, 0, (1 << lanes) - 1, read_leaf, differing, before)

    def _spread_rails(self, rails: Rails) -> Rails:
        return self.full * rails[0], self.full * rails[1]
