"""The decision under many suppositions at a time: statements, bars, roles and verdicts over lanes, one bit a supposition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from concordant.decide.decision import Answer, Outcome, find_headline, find_outcome, order_offered
from concordant.decide.ruleset import GuidelineInForce, Proposal, Ruleset
from concordant.derive.lanes import LaneFacts, Lanes, split_lanes
from concordant.logic.conditions import Condition
from concordant.model.guideline import Guideline
from concordant.model.sources import Role
from concordant.readers.circuit import Rails


class Candidate(NamedTuple):
    """A proposal with the role that it would have."""

    proposal: Proposal
    role: Role


@dataclass(frozen=True, slots=True)
class SupposedDecision:
    """What would be said under a supposition: of a decision all but the reasons.

    `line` is the line of therapy as the guideline that speaks counts it. `contradicts` means that a fact would then be in
    conflict, `impossible` that no patient can have these facts.
    """

    answer: Answer
    offered: tuple[Candidate, ...]
    open: tuple[Candidate, ...]
    line: str
    contradicts: bool
    impossible: bool
    outcome: Outcome
    headline: Outcome


class _JudgedLanes(NamedTuple):
    """A proposal in one role: the lanes in which it is offered so, and those in which it cannot be judged."""

    candidate: Candidate
    offered: Lanes
    open: Lanes


class _VerdictLanes(NamedTuple):
    """What one guideline says: where it recommends, where data are missing, and where it is the one that speaks.

    `ranks` are the lanes in which the patient is known to be its subject, those in which that is open, and those outside its
    scope.
    """

    guideline: Guideline
    recommends: Lanes
    needs_data: Lanes
    ranks: tuple[Lanes, Lanes, Lanes]
    speaks: Lanes = 0


class LaneDecisions:
    """The decision under each of the suppositions; those that come to the same share one."""

    def __init__(self, frame: Ruleset, facts: LaneFacts, never: tuple[Condition, ...]) -> None:
        self.facts = facts
        self._frame = frame
        self._full = facts.reader.full
        self._judged: list[_JudgedLanes] = []
        self._verdicts: list[_VerdictLanes] = []
        self._impossible: Lanes = 0
        self._decisions: list[SupposedDecision] = []
        if facts.suppositions:
            self._decide(never)

    def __getitem__(self, number: int) -> SupposedDecision:
        """The decision under one of the suppositions."""
        return self._decisions[number]

    def __iter__(self) -> Iterator[SupposedDecision]:
        return iter(self._decisions)

    def is_true(self, condition: Condition, number: int) -> bool:
        """Whether the condition is known to be true under one of the suppositions."""
        return bool(self.facts.reader.read(condition)[0] >> number & 1)

    def _decide(self, never: tuple[Condition, ...]) -> None:
        self._judged = list(self._judge_proposals(self._judge_statements()))
        leading = [force for force in self._frame.in_force if not force.guideline.parent]
        self._verdicts = self._choose_speaking([self._judge_guideline(force) for force in leading])
        for condition in never:
            self._impossible |= self.facts.reader.read(condition)[0]
        self._decisions = self._decide_groups()

    def _judge_statements(self) -> dict[str, Rails]:
        """Where each statement applies, and where not; none applies while a limit of its guideline's scope is open."""
        read, family = self.facts.reader.read, self._frame.family
        waits: dict[str, Lanes] = {}
        for guideline, limits in self._frame.limits_held:
            for true, false in map(read, limits):
                waits[guideline] = waits.get(guideline, 0) | (self._full & ~true & ~false)
        rails = {}
        for statement in self._frame.statements:
            true, false = read(statement.applies_if)
            rails[statement.id] = true & ~waits.get(family[statement.guideline], 0), false
        return rails

    def _judge_proposals(self, statements: Mapping[str, Rails]) -> Iterator[_JudgedLanes]:
        """Of several regimens of one statement the first that can be given has the role, the others stand in."""
        taken: dict[str, Lanes] = {}
        for proposal in self._frame.proposals:
            true, false = statements[proposal.statement.id]
            if proposal.against or false == self._full:
                continue
            kept = self._full & ~self.facts.reader.read(proposal.precluded_if)[0]
            offered, open_ = true & kept, self._full & ~true & ~false & kept
            before = taken.get(proposal.statement.id, 0) if proposal.role == "preferred" else 0
            if offered | open_:
                yield _JudgedLanes(Candidate(proposal, proposal.role), offered & ~before, open_ & ~before)
            if (offered | open_) & before:
                yield _JudgedLanes(Candidate(proposal, "alternative"), offered & before, open_ & before)
            taken[proposal.statement.id] = taken.get(proposal.statement.id, 0) | offered

    def _judge_guideline(self, force: GuidelineInForce) -> _VerdictLanes:
        """Data are missing only where what could be preferred is open, or where all that could be offered is."""
        outside, certain = 0, self._full
        for limit in force.guideline.out_of_scope:
            true, false = self.facts.reader.read(limit.if_)
            outside |= true
            certain &= false
        offered = open_ = first_open = 0
        for one in self._list_own(force.guideline):
            offered |= one.offered
            open_ |= one.open
            first_open |= one.open if one.candidate.role == "preferred" else 0
        inside = self._full & ~outside
        needs_data = inside & (first_open | (open_ & ~offered))
        return _VerdictLanes(force.guideline, inside & ~needs_data, needs_data, (inside & certain, inside & ~certain, outside))

    def _list_own(self, guideline: Guideline) -> list[_JudgedLanes]:
        """What the guideline and its companions propose."""
        return [one for one in self._judged if self._frame.family[one.candidate.proposal.statement.guideline] == guideline.id]

    def _choose_speaking(self, verdicts: list[_VerdictLanes]) -> list[_VerdictLanes]:
        """In each lane the guideline speaks that somebody asked for, whatever it says; else the first of the highest rank."""
        asked = [one for one in verdicts if one.guideline.id == self._frame.asked]
        left, speaks = self._full, dict.fromkeys((one.guideline.id for one in verdicts), 0)
        for rank in range(3):
            for one in asked or verdicts:
                speaks[one.guideline.id] |= one.ranks[rank] & left
                left &= ~one.ranks[rank]
        return [one._replace(speaks=speaks[one.guideline.id]) for one in verdicts]

    def _decide_groups(self) -> list[SupposedDecision]:
        decisions: dict[int, SupposedDecision] = {}
        for lanes in split_lanes(self._full, self._iter_differences()):
            decision = self._make_decision(lanes & -lanes)
            while lanes:
                lane = lanes & -lanes
                decisions[lane.bit_length() - 1] = decision
                lanes ^= lane
        return [decisions[number] for number in range(len(decisions))]

    def _iter_differences(self) -> Iterator[Lanes]:
        """Sets of lanes, so that two lanes that are alike in all of them have the same decision."""
        yield self.facts.contradicted
        yield self._impossible
        for verdict in self._verdicts:
            yield from (verdict.recommends, verdict.needs_data, verdict.speaks)
            if verdict.guideline.line is not None:
                yield from (lanes for lanes, _ in self.facts.group_by_value(verdict.guideline.line.feature))
        for one in self._judged:
            yield from (one.offered, one.open)

    def _make_decision(self, lane: Lanes) -> SupposedDecision:
        verdict = next((one for one in self._verdicts if one.speaks & lane), None)
        own = self._list_own(verdict.guideline) if verdict is not None and len(self._verdicts) > 1 else self._judged
        offered = tuple(order_offered([one.candidate for one in own if one.offered & lane]))
        answer = _find_answer(verdict, lane)
        return SupposedDecision(
            answer,
            offered,
            tuple(one.candidate for one in own if one.open & lane),
            self._find_line(verdict, lane),
            bool(self.facts.contradicted & lane),
            bool(self._impossible & lane),
            find_outcome(answer, offered),
            find_headline(answer, offered),
        )

    def _find_line(self, verdict: _VerdictLanes | None, lane: Lanes) -> str:
        rule = verdict.guideline.line if verdict is not None else None
        value = self.facts.find_fact(rule.feature, lane).value if rule is not None else None
        return value if isinstance(value, str) else ""


def _find_answer(verdict: _VerdictLanes | None, lane: Lanes) -> Answer:
    if verdict is None:
        return "out_of_scope"
    return "needs_data" if verdict.needs_data & lane else "recommends" if verdict.recommends & lane else "out_of_scope"
