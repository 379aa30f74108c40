"""Statements, roles and verdicts over lanes, whatever a lane is: a supposition about one patient, or one of many patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, NamedTuple

from concordant.decide.ruleset import GuidelineInForce, Proposal, Ruleset
from concordant.model.guideline import Guideline
from concordant.model.sources import Role
from concordant.readers.circuit import GateReader, L


class Candidate(NamedTuple):
    """A proposal with the role that it would have."""

    proposal: Proposal
    role: Role


class JudgedLanes(NamedTuple, Generic[L]):
    """A proposal in one role: the lanes in which it is offered so, and those in which it cannot be judged."""

    candidate: Candidate
    offered: L
    open: L


class VerdictLanes(NamedTuple, Generic[L]):
    """What one guideline says: where it recommends, where data are missing, and where it is the one that speaks.

    `ranks` are the lanes in which the patient is known to be its subject, those in which that is open, and those outside its
    scope.
    """

    guideline: Guideline
    recommends: L
    needs_data: L
    ranks: tuple[L, L, L]
    speaks: L


class LaneJudge(Generic[L]):
    """The decision over lanes: of a ruleset, as a reader of gates has its conditions."""

    def __init__(self, frame: Ruleset, reader: GateReader[L]) -> None:
        self.frame = frame
        self.reader = reader
        self.full = reader.full
        self.statements = self._judge_statements()
        self.judged = list(self._judge_proposals(self.statements))
        leading = [force for force in frame.in_force if not force.guideline.parent]
        self.verdicts = self._choose_speaking([self._judge_guideline(force) for force in leading])

    def find_given(self, proposal: Proposal) -> L:
        """The lanes in which the proposal is made, and nothing precludes it."""
        return self.full & ~self.reader.read(proposal.precluded_if)[0]

    def list_own(self, guideline: Guideline) -> list[JudgedLanes[L]]:
        """What the guideline and its companions propose."""
        return [one for one in self.judged if self.frame.family[one.candidate.proposal.statement.guideline] == guideline.id]

    def _judge_statements(self) -> dict[str, tuple[L, L]]:
        """Where each statement applies, and where not; none applies while a limit of its guideline's scope is open."""
        read, family = self.reader.read, self.frame.family
        waits: dict[str, L] = {}
        for guideline, limits in self.frame.limits_held:
            for true, false in map(read, limits):
                waits[guideline] = waits.get(guideline, self.reader.none) | (self.full & ~true & ~false)
        rails = {}
        for statement in self.frame.statements:
            true, false = read(statement.applies_if)
            rails[statement.id] = true & ~waits.get(family[statement.guideline], self.reader.none), false
        return rails

    def _judge_proposals(self, statements: Mapping[str, tuple[L, L]]) -> Iterator[JudgedLanes[L]]:
        """Of several regimens of one statement the first that can be given has the role, the others stand in."""
        none = self.reader.none
        taken: dict[str, L] = {}
        for proposal in self.frame.proposals:
            true, false = statements[proposal.statement.id]
            if proposal.against or false == self.full:
                continue
            given = self.find_given(proposal)
            offered, open_ = true & given, self.full & ~true & ~false & given
            before = taken.get(proposal.statement.id, none) if proposal.role == "preferred" else none
            if offered | open_:
                yield JudgedLanes(Candidate(proposal, proposal.role), offered & ~before, open_ & ~before)
            if (offered | open_) & before:
                yield JudgedLanes(Candidate(proposal, "alternative"), offered & before, open_ & before)
            taken[proposal.statement.id] = taken.get(proposal.statement.id, none) | offered

    def _judge_guideline(self, force: GuidelineInForce) -> VerdictLanes[L]:
        """Data are missing only where what could be preferred is open, or where all that could be offered is."""
        none = self.reader.none
        outside, certain = none, self.full
        for limit in force.guideline.out_of_scope:
            true, false = self.reader.read(limit.if_)
            outside |= true
            certain &= false
        offered = open_ = first_open = none
        for one in self.list_own(force.guideline):
            offered |= one.offered
            open_ |= one.open
            first_open |= one.open if one.candidate.role == "preferred" else none
        inside = self.full & ~outside
        needs_data = inside & (first_open | (open_ & ~offered))
        ranks = inside & certain, inside & ~certain, outside
        return VerdictLanes(force.guideline, inside & ~needs_data, needs_data, ranks, none)

    def _choose_speaking(self, verdicts: Sequence[VerdictLanes[L]]) -> list[VerdictLanes[L]]:
        """In each lane the guideline speaks that somebody asked for, whatever it says; else the first of the highest rank."""
        asked = [one for one in verdicts if one.guideline.id == self.frame.asked]
        left, speaks = self.full, dict.fromkeys((one.guideline.id for one in verdicts), self.reader.none)
        for rank in range(3):
            for one in asked or verdicts:
                speaks[one.guideline.id] |= one.ranks[rank] & left
                left &= ~one.ranks[rank]
        return [one._replace(speaks=speaks[one.guideline.id]) for one in verdicts]
