"""Conditions about complete patients as clauses over numbered signs, which any solver reads.

A word is one of several signs. A number is where it lies among the bounds that it is compared with, a sign for each of them.
Every gate of the circuit has a sign, which holds where the gate does: so each question is finite, and its answer certain.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass, field

from concordant.logic.conditions import Condition, Leaf, OneOf
from concordant.readers.circuit import TRUE_REF, UNSETTLED, Circuit, Gate, Ref
from concordant.verify.numbers import pick_number
from concordant.verify.space import Domain, Exact, PatientSpace

Sign = int  # a number from 1 on; turned round, its negative
Cut = tuple[float, int]  # a bound, and 0 for "less than", 1 for "at most"


@dataclass(slots=True)
class _Number:
    """A number by its cuts, in order: at each of them, whether it lies below."""

    domain: Domain
    cuts: list[Cut] = field(default_factory=list)
    below: dict[Cut, Sign] = field(default_factory=dict)


class Clauses:
    """The clauses of a space and of every condition that was asked about. They only grow; `kept` are the loose constraints."""

    def __init__(self, space: PatientSpace) -> None:
        self.clauses: list[tuple[Sign, ...]] = []
        self.count = 0
        self.kept: dict[str, Sign] = {}
        self._space = space
        self._circuit = Circuit()
        self._numbers: dict[str, _Number] = {}
        self._words: dict[str, dict[str, Sign]] = {}
        self._yes = self._add_sign()
        self.clauses.append((self._yes,))
        self._signs: dict[Ref, Sign] = {TRUE_REF: self._yes, UNSETTLED: -self._yes}
        for one in space.constraints:
            clause = [-self.find_sign(one.never)]
            if one.loose:
                clause.append(-(self.kept.get(one.name) or self.kept.setdefault(one.name, self._add_sign())))
            self.clauses.append(tuple(clause))

    def find_sign(self, condition: Condition) -> Sign:
        """The sign that holds where the condition does."""
        return self._find_gate(self._circuit.find_gate(condition))

    def read_patient(self, holds: Callable[[Sign], bool]) -> dict[str, Exact]:
        """The values of the features that anything asked about, from the signs that hold."""
        values: dict[str, Exact] = {}
        for name, words in self._words.items():
            values[name] = next(word for word, sign in words.items() if holds(sign))
        for name, number in self._numbers.items():
            above = next((i for i, cut in enumerate(number.cuts) if holds(number.below[cut])), len(number.cuts))
            low = number.cuts[above - 1] if above else (number.domain.low, 0)
            high = number.cuts[above] if above < len(number.cuts) else (number.domain.high, 1)
            values[name] = pick_number(number.domain, low, high)
        return values

    def _add_sign(self) -> Sign:
        self.count += 1
        return self.count

    def _find_gate(self, ref: Ref) -> Sign:
        if ref < 0:
            return -self._find_gate(~ref)
        sign = self._signs.get(ref)
        if sign is None:
            gate = self._circuit.gates[ref]
            sign = self._signs[ref] = self._read_leaf(gate.leaf) if gate.leaf is not None else self._join_parts(gate)
        return sign

    def _join_parts(self, gate: Gate) -> Sign:
        """The sign of a gate whose parts must all hold, or so many of them."""
        parts = [self._find_gate(part) for part in gate.parts]
        return self._join(parts) if gate.least == len(parts) else self._count(gate.least, parts)

    def _join(self, parts: list[Sign]) -> Sign:
        sign = self._add_sign()
        self.clauses += [(-sign, part) for part in parts]
        self.clauses.append((sign, *(-part for part in parts)))
        return sign

    def _count(self, least: int, parts: list[Sign]) -> Sign:
        """So many of the parts: with the first one fewer of the others, or without it as many."""
        if least <= 0:
            return self._yes
        if least >= len(parts):
            return self._join(parts) if least == len(parts) else -self._yes
        first, *rest = parts
        return -self._join([-self._join([first, self._count(least - 1, rest)]), -self._count(least, rest)])

    def _read_leaf(self, leaf: Leaf) -> Sign:
        if isinstance(leaf, OneOf):
            words = self._find_words(leaf.feature)
            return -self._join([-words[word] for word in leaf.values if word in words])
        match leaf.op:
            case "<=":
                return self._find_below(leaf.feature, leaf.bound, too=True)
            case "<":
                return self._find_below(leaf.feature, leaf.bound, too=False)
            case ">=":
                return -self._find_below(leaf.feature, leaf.bound, too=False)
            case ">":
                return -self._find_below(leaf.feature, leaf.bound, too=True)
            case "==":
                at_most, less = (self._find_below(leaf.feature, leaf.bound, too=too) for too in (True, False))
                return self._join([at_most, -less])

    def _find_words(self, name: str) -> dict[str, Sign]:
        """A sign for each word of a feature: it has one of them, and a single one."""
        words = self._words.get(name)
        if words is None:
            values = self._space.domains[name].words
            words = self._words[name] = {value: self._add_sign() for value in values}
            signs = list(words.values())
            self.clauses.append(tuple(signs))
            self.clauses += [(-a, -b) for i, a in enumerate(signs) for b in signs[:i]]
        return words

    def _find_below(self, name: str, bound: float, *, too: bool) -> Sign:
        """That the number of a feature is less than a bound, or (`too`) at most."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = _Number(self._space.domains[name])
        cut = _find_cut(number.domain, bound, too=too)
        if cut >= (number.domain.high, 1):
            return self._yes
        if cut <= (number.domain.low, 0):
            return -self._yes
        if cut not in number.below:
            self._add_cut(number, cut)
        return number.below[cut]

    def _add_cut(self, number: _Number, cut: Cut) -> None:
        """A new cut between its neighbours: what lies below one lies below all that follow."""
        sign = number.below[cut] = self._add_sign()
        place = bisect_left(number.cuts, cut)
        if place > 0:
            self.clauses.append((-number.below[number.cuts[place - 1]], sign))
        if place < len(number.cuts):
            self.clauses.append((-sign, number.below[number.cuts[place]]))
        insort(number.cuts, cut)


def _find_cut(domain: Domain, bound: float, *, too: bool) -> Cut:
    """The cut of a comparison; of a count, behind the last whole number that it holds for."""
    if domain.whole:
        return (float(math.floor(bound) if too else math.ceil(bound) - 1), 1)
    return (bound, int(too))
