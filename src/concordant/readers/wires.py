"""Lanes that are not there yet: each set of lanes is a wire, and a decision over wires is a list of steps for any number of rows.

What reads conditions over sets of lanes is given wires in their place; what it does with them is written down as steps, each only
once. The steps are then run on planes of bits, as many rows at a time as one likes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Step = Literal["and", "or", "xor", "not"]


class Wire:
    """A set of lanes by the place of its step; the same lanes by the same steps are the same wire."""

    __slots__ = ("_board", "place")

    def __init__(self, board: Board, place: int) -> None:
        self._board = board
        self.place = place

    def __and__(self, other: Wire) -> Wire:
        return self._board.join(self, other)

    def __or__(self, other: Wire) -> Wire:
        return self._board.merge(self, other)

    def __xor__(self, other: Wire) -> Wire:
        return self._board.differ(self, other)

    def __invert__(self) -> Wire:
        return self._board.turn_round(self)

    def __bool__(self) -> bool:
        """False only for the wire that no lane is on."""
        return self is not self._board.none


class Board:
    """All wires of one program: its inputs, by a key each, and every step made of them."""

    def __init__(self) -> None:
        self.steps: list[tuple[Step, int, int] | None] = []
        self.inputs: dict[Hashable, Wire] = {}
        self._found: dict[tuple[Step, int, int], Wire] = {}
        self._turned: dict[int, Wire] = {}
        self.none = self._add_wire(None)
        self.full = self._add_wire(None)
        self._turned[self.none.place], self._turned[self.full.place] = self.full, self.none

    def find_input(self, key: Hashable) -> Wire:
        """The wire of an input."""
        wire = self.inputs.get(key)
        if wire is None:
            wire = self.inputs[key] = self._add_wire(None)
        return wire

    def join(self, one: Wire, other: Wire) -> Wire:
        """The lanes on both."""
        if one is other or other is self.full:
            return one
        if one is self.full:
            return other
        if one is self.none or other is self.none or self._turned.get(one.place) is other:
            return self.none
        return self._find_step("and", one, other)

    def merge(self, one: Wire, other: Wire) -> Wire:
        """The lanes on either."""
        if one is other or other is self.none:
            return one
        if one is self.none:
            return other
        if one is self.full or other is self.full or self._turned.get(one.place) is other:
            return self.full
        return self._find_step("or", one, other)

    def differ(self, one: Wire, other: Wire) -> Wire:
        """The lanes on one of the two."""
        if one is other:
            return self.none
        if one is self.none or other is self.none:
            return one if other is self.none else other
        if one is self.full or other is self.full:
            return ~one if other is self.full else ~other
        return self._find_step("xor", one, other)

    def turn_round(self, one: Wire) -> Wire:
        """The lanes that are not on it."""
        turned = self._turned.get(one.place)
        if turned is None:
            turned = self._turned[one.place] = self._find_step("not", one, one)
            self._turned[turned.place] = one
        return turned

    def _find_step(self, step: Step, one: Wire, other: Wire) -> Wire:
        key = (step, min(one.place, other.place), max(one.place, other.place))
        wire = self._found.get(key)
        if wire is None:
            wire = self._found[key] = self._add_wire(key)
        return wire

    def _add_wire(self, step: tuple[Step, int, int] | None) -> Wire:
        self.steps.append(step)
        return Wire(self, len(self.steps) - 1)


@dataclass(frozen=True, slots=True)
class Program:
    """The steps that some wires need, in order: from registers into a register.

    The first registers are the inputs, in the order of `inputs`; then come one that is empty, one that is full, and those of the
    steps, each used again once nobody reads it any more. `outputs` are the registers of what was asked for when all steps are
    done.
    """

    inputs: tuple[Hashable, ...]
    steps: tuple[tuple[Step, int, int, int], ...]
    registers: int
    outputs: Mapping[Hashable, int]

    @property
    def none(self) -> int:
        """The register that is empty; the next one is full."""
        return len(self.inputs)


def make_program(board: Board, wanted: Mapping[Hashable, Wire]) -> Program:
    """The steps that these wires need, and no others."""
    needed = _find_needed(board, [wire.place for wire in wanted.values()])
    keys = {wire.place: key for key, wire in board.inputs.items() if wire.place in needed}
    ordered = [place for place in sorted(needed) if board.steps[place] is not None]
    kept = {wire.place for wire in wanted.values()}
    last = _find_last_use(board, ordered)
    registers = {place: number for number, place in enumerate(keys)}
    registers |= {board.none.place: len(keys), board.full.place: len(keys) + 1}
    count, free = len(keys) + 2, list[int]()
    steps = []
    for place in ordered:
        step, one, other = board.steps[place] or ("not", 0, 0)
        at = registers[one], registers[other]
        for read in {one, other}:
            if last[read] == place and read not in kept and board.steps[read] is not None:
                free.append(registers[read])
        if not free:
            free.append(count)
            count += 1
        registers[place] = free.pop()
        steps.append((step, *at, registers[place]))
    outputs = {key: registers[wire.place] for key, wire in wanted.items()}
    return Program(tuple(keys.values()), tuple(steps), count, outputs)


def _find_needed(board: Board, places: Iterable[int]) -> set[int]:
    needed: set[int] = set()
    waiting = list(places)
    while waiting:
        place = waiting.pop()
        if place not in needed:
            needed.add(place)
            step = board.steps[place]
            waiting += step[1:] if step is not None else ()
    return needed


def _find_last_use(board: Board, ordered: Sequence[int]) -> dict[int, int]:
    last: dict[int, int] = {}
    for place in ordered:
        step = board.steps[place]
        for read in step[1:] if step is not None else ():
            last[read] = place
    return last
