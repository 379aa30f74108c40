"""Which single fact could change the outcome of each row: every cell of every feature that is asked, supposed over wires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from concordant.decide.column_facts import ColumnFacts
from concordant.decide.columns import TableJudge, find_changed_outcome
from concordant.decide.partitions import Cell, make_cells
from concordant.decide.ruleset import CURRENT, Proposal
from concordant.logic.conditions import find_features_read
from concordant.logic.intervals import Interval
from concordant.model.features import Feature
from concordant.readers.columns import FixedReading, NarrowedReading, Reading, find_possible, find_settled, merge_all
from concordant.readers.wires import Wire


@dataclass(frozen=True, slots=True)
class AskedRows:
    """A feature that is asked: the rows in which one of its values changes the outcome.

    `beside` are those in which this cannot be told over wires, because words that are left have to be followed.
    """

    feature: Feature
    rows: Wire
    beside: Wire


def find_asked_rows(judge: TableJudge, facts: ColumnFacts) -> Iterator[AskedRows]:
    """The features that are worth asking of any row."""
    reached = _Reached(judge, facts)
    for feature in facts.plan.features:
        if feature.question and (asked := reached.find_askable(feature)):
            yield _ask_feature(feature, asked, judge, facts)


def _ask_feature(feature: Feature, asked: Wire, judge: TableJudge, facts: ColumnFacts) -> AskedRows:
    changes = beside = judge.board.none
    for cell in make_cells(feature, judge.frame.cuts.get(feature.name, ()), None):
        reading = facts.find_reading(feature.name)
        possible = find_possible(cell.value, feature, reading, judge.board)
        supposed = facts.suppose({feature.name: _suppose_cell(cell, reading, judge)})
        changed = find_changed_outcome(judge, TableJudge(judge.rules, supposed, judge))
        changes |= possible & changed & ~supposed.contradicted
        beside |= supposed.find_part_known_inputs()
    return AskedRows(feature, asked & changes, asked & beside)


def _suppose_cell(cell: Cell, reading: Reading, judge: TableJudge) -> Reading:
    if isinstance(cell.value, Interval):
        return NarrowedReading(reading, cell.value, judge.board)
    return FixedReading(judge.board, cell.value)


class _Reached:
    """The rows in which a feature is read, directly or through others, by what is alive, and in which it may be asked."""

    def __init__(self, judge: TableJudge, facts: ColumnFacts) -> None:
        self.judge = judge
        self.facts = facts
        self.rows: dict[str, Wire] = {}
        limits = [limit.if_ for force in judge.frame.in_force for limit in force.guideline.out_of_scope]
        for limit in limits:
            self._add_rows(find_features_read(limit), judge.board.full)
        for proposal in judge.frame.proposals:
            alive = judge.find_speaking(proposal) & judge.find_made(proposal) & ~judge.statements[proposal.statement.id][1]
            self._add_proposal(proposal, alive)

    def find_askable(self, feature: Feature) -> Wire:
        """The rows in which the feature is open, read, and makes sense to ask about."""
        board, facts = self.judge.board, self.facts
        rows = self.rows.get(feature.name, board.none)
        if not rows:
            return rows
        rows &= ~find_settled(feature, facts.find_reading(feature.name), board)
        if feature.only_if is not None:
            rows &= facts.reader.read(feature.only_if)[0]
        if feature.waits_for is not None:
            unknown = ~facts.find_reading(feature.waits_for.feature).know()
            rows &= ~(unknown & facts.reader.read(feature.waits_for.when)[0])
        return rows

    def _add_proposal(self, proposal: Proposal, alive: Wire) -> None:
        frame = self.judge.frame
        if proposal.regimen.id != CURRENT:
            self._add_rows(proposal.reads, alive)
            return
        self._add_rows(frame.reads[proposal.statement.id], alive)
        for id_ in proposal.bars:
            self._add_rows(frame.bar_reads[id_], alive & self.judge.find_active(id_, proposal))

    def _add_rows(self, names: Iterable[str], rows: Wire) -> None:
        for name in sorted(self.facts.plan.collect_inputs(names)):
            self.rows[name] = merge_all(self.judge.board, (self.rows.get(name, self.judge.board.none), rows))
