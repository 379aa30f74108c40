"""The facts of every row of a table, and what follows from other facts by rules: over wires, as `derive/lanes` has it over lanes.

A table holds facts and no entries. So what is supposed is fixed, and of what follows only those features are worked out again
that come from rules alone, and only in the rows in which something that they read differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from concordant.derive.plan import DerivationPlan
from concordant.logic.conditions import Leaf
from concordant.model.features import Feature
from concordant.patient.facts import Value
from concordant.readers.circuit import Circuit, GateReader
from concordant.readers.columns import (
    ColumnReading,
    FixedReading,
    Plane,
    Reading,
    WireRails,
    WordReading,
    find_differing,
    find_part_known,
    join_all,
    merge_all,
    read_leaf_rails,
)
from concordant.readers.wires import Board, Wire


def is_by_rules_alone(feature: Feature) -> bool:
    """Whether the feature follows from other facts by rules, and from nothing in a record."""
    return bool(feature.rules) and feature.derive is None and not feature.is_numeric


def list_left_as_they_are(plan: DerivationPlan, names: Mapping[str, object]) -> list[str]:
    """What is derived from these features and is not worked out again, because it comes from entries of a record."""
    reached: set[str] = set()
    for name in names:
        reached |= plan.downstream[name] | plan.listeners.get(name, frozenset())
    return [f.name for f in plan.features if f.name in reached and f.name not in names and not is_by_rules_alone(f)]


@dataclass
class ColumnFacts:
    """What is known in each row, a reading a feature; those that are not told are those of the facts before.

    `differs` are the rows in which a feature is not what it was before, `contradicted` those in which rules now contradict each
    other; `held` are features that are so whatever the rules say.
    """

    board: Board
    plan: DerivationPlan
    circuit: Circuit
    before: ColumnFacts | None = None
    readings: dict[str, Reading] = field(default_factory=dict)
    differs: dict[str, Wire] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    reader: GateReader[Wire] = field(init=False)
    contradicted: Wire = field(init=False)

    def __post_init__(self) -> None:
        before = self.before.reader if self.before is not None else None
        none, full = self.board.none, self.board.full
        self.reader = GateReader(self.circuit, none, full, self._read_leaf, self.differs.keys(), before)
        self.contradicted = self.board.none

    def find_reading(self, name: str) -> Reading:
        """What is known of a feature."""
        reading = self.readings.get(name)
        if reading is None:
            reading = self.before.find_reading(name) if self.before is not None else ColumnReading(self.board, name)
            self.readings[name] = reading
        return reading

    def suppose(self, supposed: Mapping[str, Reading], *, patched: bool = False) -> ColumnFacts:
        """The facts where these features are so, and what follows by rules is worked out again.

        What follows from several words that are left is not worked out over wires: where it is `patched`, planes that were made
        beside the table have it.
        """
        facts = ColumnFacts(self.board, self.plan, self.circuit, self, held=self.held.union(supposed))
        for name, feature in self.plan.by_name.items():
            if name in supposed:
                facts._set_reading(feature, supposed[name], self.board.full)
            elif name not in self.held and is_by_rules_alone(feature):
                again = facts._find_rows_again(feature)
                if again:
                    facts._infer_again(feature, again, patched=patched)
        return facts

    def find_part_known_inputs(self) -> Wire:
        """The rows in which several words are left of what a feature is worked out again from."""
        names = {name for feature in self.list_inferred_again() for name in self.plan.inputs[feature.name]}
        wanted = [self.plan.by_name[name] for name in sorted(names) if len(self.plan.by_name[name].values) > 2]
        return merge_all(self.board, (find_part_known(one, self.find_reading(one.name), self.board) for one in wanted))

    def list_inferred_again(self) -> list[Feature]:
        """The features that are worked out again in some row."""
        wanted = (f for f in self.plan.features if is_by_rules_alone(f) and f.name not in self.held)
        return [feature for feature in wanted if not self.differs.keys().isdisjoint(self.plan.inputs[feature.name])]

    def _read_leaf(self, leaf: Leaf) -> WireRails:
        return read_leaf_rails(leaf, self.plan.by_name[leaf.feature], self.find_reading(leaf.feature), self.board)

    def _set_reading(self, feature: Feature, reading: Reading, again: Wire) -> None:
        assert self.before is not None
        differs = again & find_differing(feature, reading, self.before.find_reading(feature.name), self.board)
        if differs:
            self.readings[feature.name], self.differs[feature.name] = reading, differs

    def _find_rows_again(self, feature: Feature) -> Wire:
        """The rows in which what it is inferred from differs, and nobody stated it."""
        differs = [self.differs[name] for name in sorted(self.plan.inputs[feature.name]) if name in self.differs]
        if not differs:
            return self.board.none
        return merge_all(self.board, differs) & ~self.board.find_input(Plane("stated", feature.name))

    def _infer_again(self, feature: Feature, again: Wire, *, patched: bool) -> None:
        """The word that one rule proves, or none; where several words are proved, the facts contradict each other."""
        assert self.before is not None
        old, one, several = self.before.find_reading(feature.name), self.board.none, self.board.none
        proven = self._find_proven(feature)
        for wire in proven.values():
            several |= one & wire
            one |= wire
        silent = self._find_silent_words(feature, ~one)
        again_ruled_out = {
            word: (one & ~several & ~proven.get(word, self.board.none)) | silent.get(word, self.board.none)
            for word in feature.values
        }
        if patched:
            again_ruled_out = {word: self._patch(feature, word, wire) for word, wire in again_ruled_out.items()}
        mixed = {word: (again & wire) | (~again & old.rule_out(word)) for word, wire in again_ruled_out.items()}
        self.contradicted |= again & several
        self._set_reading(feature, WordReading(mixed, self.board), self.board.full)

    def _patch(self, feature: Feature, word: str, wire: Wire) -> Wire:
        beside = self.board.find_input(Plane("set", "", "beside"))
        return (beside & self.board.find_input(Plane("set", feature.name, word))) | (~beside & wire)

    def _find_proven(self, feature: Feature) -> dict[str, Wire]:
        proven: dict[str, Wire] = {}
        for rule in feature.rules:
            word = str(rule.value)
            proven[word] = proven.get(word, self.board.none) | self.reader.read(rule.if_)[0]
        return proven

    def _find_silent_words(self, feature: Feature, left: Wire) -> dict[str, Wire]:
        """Which words silence rules out in the rows that are left; nothing where the record is known to be in part."""
        ruled_out: dict[str, Wire] = {}
        for silence in feature.absent_means:
            holds = left & self.reader.read(silence.when)[0]
            left &= ~holds
            taken = holds if silence.over_unread else holds & ~self._find_partial_records()
            for word in feature.values:
                if word != str(silence.value):
                    ruled_out[word] = ruled_out.get(word, self.board.none) | taken
        return ruled_out

    def _find_partial_records(self) -> Wire:
        """The rows whose record is told not to be whole, whatever is supposed."""
        name = self.plan.completeness
        if name not in self.plan.by_name:
            return self.board.none
        rest = [word for word in self.plan.by_name[name].values if word != "no"]
        column = ColumnReading(self.board, name)
        return join_all(self.board, map(column.rule_out, rest))


def make_readings(values: Mapping[str, Value], board: Board) -> dict[str, Reading]:
    """Values that are so in every row, as readings."""
    return {name: FixedReading(board, value) for name, value in values.items()}
