"""The decision for every row of a table: what `judged_lanes` makes of wires, and which planes tell it.

What a patient takes now may be continued: of that regimen each patient has another one, so its bars hold in the rows that take a
drug to which they belong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from concordant.decide.column_facts import ColumnFacts
from concordant.decide.decision import Answer, rank_offer
from concordant.decide.judged_lanes import Candidate, JudgedLanes, LaneJudge
from concordant.decide.ruleset import CURRENT, Proposal, Ruleset, add_current_regimen
from concordant.decide.running import make_current_regimen
from concordant.logic.status import Status
from concordant.readers.columns import Plane, merge_all
from concordant.readers.wires import Wire


@dataclass(frozen=True, slots=True)
class TableRuleset:
    """The ruleset of a table: with what may be continued, and the drugs for which each bar of it holds."""

    frame: Ruleset
    drugs: tuple[str, ...] = ()
    bar_drugs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def make_table_ruleset(plain: Ruleset, drugs: tuple[str, ...], names: Mapping[str, str]) -> TableRuleset:
    """The ruleset for a table in which these drugs are taken."""
    if not drugs:
        return TableRuleset(plain)
    held: dict[str, list[str]] = {}
    for drug in drugs:
        one = add_current_regimen(plain, make_current_regimen((drug,), names))
        bars = {id_ for proposal in one.proposals if proposal.regimen.id == CURRENT for id_ in proposal.bars}
        for id_ in bars:
            held.setdefault(id_, []).append(drug)
    frame = add_current_regimen(plain, make_current_regimen(drugs, names))
    return TableRuleset(frame, drugs, {id_: tuple(some) for id_, some in held.items()})


class Bars(NamedTuple):
    """What speaks against a proposal: the rows in which something precludes it, and those in which nothing is open or holds."""

    precluded: Wire
    clear: Wire


class TableJudge(LaneJudge[Wire]):
    """The decision over wires: on facts, and where these are others supposed, beside the decision on the facts before."""

    def __init__(self, rules: TableRuleset, facts: ColumnFacts, before: TableJudge | None = None) -> None:
        self.rules = rules
        self.board = facts.board
        self.before = before
        self.differing = facts.differs.keys()
        self.taken = {drug: self.board.find_input(Plane("taken", "", drug)) for drug in rules.drugs}
        self.takes = merge_all(self.board, self.taken.values())
        self.active: dict[str, Wire] = before.active if before is not None else {}
        self.bars: dict[str, Bars] = {}
        self.untouched: dict[tuple[str, tuple[str, ...]], Bars] = {}
        super().__init__(rules.frame, facts.reader)

    def find_given(self, proposal: Proposal) -> Wire:
        """The rows in which the proposal is made, and nothing precludes it."""
        if proposal.regimen.id != CURRENT:
            return super().find_given(proposal)
        return self.find_made(proposal) & ~self.judge_bars(proposal).precluded

    def find_made(self, proposal: Proposal) -> Wire:
        """The rows in which there is such a proposal."""
        return self.takes if proposal.regimen.id == CURRENT else self.board.full

    def find_active(self, bar: str, proposal: Proposal) -> Wire:
        """The rows in which it is a bar of the proposal."""
        if proposal.regimen.id != CURRENT:
            return self.board.full
        active = self.active.get(bar)
        if active is None:
            drugs = self.rules.bar_drugs.get(bar, ())
            active = self.active[bar] = merge_all(self.board, (self.taken[drug] for drug in drugs))
        return active

    def judge_bars(self, proposal: Proposal) -> Bars:
        """What speaks against the proposal."""
        if self.before is not None and proposal.reads.isdisjoint(self.differing):
            return self.before.judge_bars(proposal)
        bars = self.bars.get(proposal.id)
        if bars is None:
            bars = self.bars[proposal.id] = self._judge_bars(proposal)
        return bars

    def judge_untouched(self, proposal: Proposal, touched: tuple[str, ...]) -> Bars:
        """What speaks against the proposal beside these bars: worked out once for all suppositions that touch the same ones."""
        key = proposal.id, touched
        if key not in self.untouched:
            rest = (id_ for id_ in proposal.deciding if id_ not in touched)
            self.untouched[key] = self._add_bars(Bars(self.board.none, self.board.full), proposal, rest)
        return self.untouched[key]

    def _judge_bars(self, proposal: Proposal) -> Bars:
        if self.before is None:
            return self.judge_untouched(proposal, ())
        reads = self.frame.bar_reads
        touched = tuple(id_ for id_ in proposal.deciding if not reads[id_].isdisjoint(self.differing))
        return self._add_bars(self.before.judge_untouched(proposal, touched), proposal, touched)

    def _add_bars(self, bars: Bars, proposal: Proposal, more: Iterable[str]) -> Bars:
        precluded, clear = bars
        for id_ in more:
            bar = proposal.deciding[id_]
            true, false = self.reader.read(bar.if_)
            active = self.find_active(id_, proposal)
            clear &= false | ~active
            if bar.effect == "precludes":
                precluded |= true & active
        return Bars(precluded, clear)

    def judge_statuses(self, proposal: Proposal) -> dict[Status, Wire]:
        """The rows of each status of a proposal."""
        true, false = self.statements[proposal.statement.id]
        made, bars = self.find_made(proposal), self.judge_bars(proposal)
        alive = made & ~false
        given = alive & ~bars.precluded
        return {
            "applies": given & true & bars.clear,
            "applies_if_checked": given & true & ~bars.clear,
            "precluded": alive & bars.precluded,
            "needs_data": given & ~true,
            "does_not_apply": made & false,
        }

    def find_speaking(self, proposal: Proposal) -> Wire:
        """The rows in which the proposal is one of the guideline that speaks."""
        if len(self.verdicts) < 2:
            return self.board.full
        family = self.frame.family[proposal.statement.guideline]
        return merge_all(self.board, (one.speaks for one in self.verdicts if one.guideline.id == family))

    def list_offered(self) -> list[tuple[Candidate, Wire]]:
        """The rows in which each candidate is offered by the guideline that speaks."""
        return [(one.candidate, self._speak(one)) for one in self.judged]

    def judge_answers(self) -> dict[Answer, Wire]:
        """The rows of each answer."""
        needs = merge_all(self.board, (one.speaks & one.needs_data for one in self.verdicts))
        recommends = merge_all(self.board, (one.speaks & one.recommends for one in self.verdicts))
        return {"recommends": recommends, "needs_data": needs, "out_of_scope": ~recommends & ~needs}

    def judge_outcome(self) -> dict[str, Wire]:
        """The rows in whose outcome each regimen is: where it is preferred, or offered where none is preferred."""
        offered: dict[str, Wire] = {}
        preferred: dict[str, Wire] = {}
        for one in sorted(self.judged, key=lambda one: rank_offer(one.candidate)):
            regimen, before = one.candidate.proposal.regimen.id, offered.get(one.candidate.proposal.regimen.id, self.board.none)
            speaks = self._speak(one)
            if one.candidate.role == "preferred":
                preferred[regimen] = preferred.get(regimen, self.board.none) | (speaks & ~before)
            offered[regimen] = before | speaks
        inside = ~self.judge_answers()["out_of_scope"]
        any_preferred = merge_all(self.board, preferred.values())
        return {
            regimen: inside & (preferred.get(regimen, self.board.none) | (wire & ~any_preferred))
            for regimen, wire in offered.items()
        }

    def _speak(self, one: JudgedLanes[Wire]) -> Wire:
        return one.offered & self.find_speaking(one.candidate.proposal)


def find_changed_outcome(before: TableJudge, after: TableJudge) -> Wire:
    """The rows in which two decisions come to another outcome."""
    board = before.board
    old, new = before.judge_answers(), after.judge_answers()
    changed = merge_all(board, (old[answer] ^ new[answer] for answer in old))
    was, becomes = before.judge_outcome(), after.judge_outcome()
    names = dict.fromkeys((*was, *becomes))
    return changed | merge_all(board, (was.get(name, board.none) ^ becomes.get(name, board.none) for name in names))
