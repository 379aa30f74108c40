"""Statements on facts: each proposal is judged, and with them each guideline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from concordant.decide.decision import (
    ActiveScopeLimit,
    Answer,
    Decision,
    GuidelineVerdict,
    JudgedProposal,
    JudgedRestriction,
)
from concordant.decide.ruleset import Proposal, Ruleset
from concordant.logic.conditions import All, Condition, Not
from concordant.logic.status import determine_status
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_any
from concordant.model.sources import Restriction
from concordant.patient.facts import Facts, Reason
from concordant.readers.explain import Evaluator, explain


def make_decision(frame: Ruleset, facts: Facts, look: Evaluator = explain) -> Decision:
    """Decide on every proposal and determine each guideline's answer.

    `look` is `explain`, or an evaluator without reasons for many patients.
    """
    session = _Session(frame, facts, look)
    statements = session.judge_statements()
    everything = tuple(_assign_roles([session.judge_proposal(proposal, statements) for proposal in frame.proposals]))
    verdicts = tuple(
        sorted(
            _judge_guidelines(frame, everything, facts, look),
            key=lambda verdict: _rank_verdict(verdict, frame),
        )
    )
    answer: Answer = verdicts[0].answer if verdicts else "out_of_scope"
    return Decision(answer, _select_governing_proposals(verdicts, everything, frame), statements, verdicts, everything)


def _rank_verdict(verdict: GuidelineVerdict, frame: Ruleset) -> tuple[bool, int]:
    """First the guideline that somebody asked for, whatever it says; else the one whose subject the patient is."""
    return verdict.force.guideline.id != frame.asked, -verdict.rank


class _Session(msgspec.Struct):
    """One pass through the statements; a bar that several regimens share is evaluated once."""

    frame: Ruleset
    facts: Facts
    look: Evaluator
    bars: dict[str, JudgedRestriction] = msgspec.field(default_factory=dict)
    reasons: dict[Condition, Reason] = msgspec.field(default_factory=dict)

    def judge_statements(self) -> dict[str, Reason]:
        """Why each statement applies or not."""
        reasons: dict[str, Reason] = {}
        waits = self._list_open_limits()
        for statement in self.frame.statements:
            outside = waits.get(self.frame.family[statement.guideline], ())
            applies = All((statement.applies_if, *map(Not, outside))) if outside else statement.applies_if
            reasons[statement.id] = self.look(applies, self.facts)
        return reasons

    def _list_open_limits(self) -> dict[str, tuple[Condition, ...]]:
        """Of each guideline the limits of scope that hold and are open: none of its statements applies before they are known."""
        held = {id_: [one for one in some if self.look(one, self.facts).truth is UNKNOWN] for id_, some in self.frame.limits_held}
        return {id_: tuple(some) for id_, some in held.items() if some}

    def judge_proposal(self, proposal: Proposal, statements: Mapping[str, Reason]) -> JudgedProposal:
        """The proposal with its status."""
        applies = statements[proposal.statement.id]
        if applies.truth is FALSE:  # nothing can change the status, so the bars are not read
            return JudgedProposal(proposal, proposal.role, "does_not_apply", applies, ())
        barred = self._judge_restrictions(proposal)
        return JudgedProposal(
            proposal, proposal.role, determine_status(applies.truth, combine_restrictions(barred)), applies, barred
        )

    def _judge_restrictions(self, proposal: Proposal) -> tuple[JudgedRestriction, ...]:
        """Every bar of the proposal, and what it comes to; where nobody reads the reasons, those that settle the status."""
        if self.look.gives_reasons:
            return tuple([self.bars.get(id_) or self._judge_restriction(id_, bar) for id_, bar in proposal.bars.items()])
        restrictions = []
        for id_, bar in proposal.deciding.items():
            barred = self.bars.get(id_) or self._judge_restriction(id_, bar)
            if barred.reason.truth is not FALSE:
                restrictions.append(barred)
                if barred.reason.truth is TRUE or bar.effect == "holds":
                    break
        return tuple(restrictions)

    def _judge_restriction(self, id_: str, bar: Restriction) -> JudgedRestriction:
        """The bar, and why it holds or not; what several bars ask is looked at once."""
        reason = self.reasons.get(bar.if_)
        if reason is None:
            reason = self.reasons[bar.if_] = self.look(bar.if_, self.facts)
        self.bars[id_] = barred = JudgedRestriction(bar, reason)
        return barred


def combine_restrictions(barred: Iterable[JudgedRestriction]) -> Truth:
    """Combine the restrictions of a proposal into one truth: precluding ones count fully, holding ones at most as unknown."""
    return judge_any([weigh_restriction(b) for b in barred if b.bar.effect != "caution"])


def weigh_restriction(barred: JudgedRestriction) -> Truth:
    """The truth of a bar as it counts: what is to be settled first is open, never a reason not to offer."""
    truth = barred.reason.truth
    return UNKNOWN if barred.bar.effect == "holds" and truth is TRUE else truth


def _assign_roles(judged: list[JudgedProposal]) -> list[JudgedProposal]:
    """Of several regimens of one statement the first that can be given has the role, the others stand in."""
    taken: set[str] = set()
    assigned = []
    for candidate in judged:
        statement = candidate.proposal.statement
        role = candidate.proposal.role
        if role == "preferred" and statement.id in taken:
            role = "alternative"
        if candidate.is_offered:
            taken.add(statement.id)
        assigned.append(
            JudgedProposal(candidate.proposal, role, candidate.status, candidate.applies, candidate.barred)
            if role != candidate.role
            else candidate
        )
    return assigned


def _judge_guidelines(
    frame: Ruleset, judged: tuple[JudgedProposal, ...], facts: Facts, look: Evaluator
) -> Iterator[GuidelineVerdict]:
    """One for each guideline in force that is no companion; the companions' proposals count for their parent."""
    for force in frame.in_force:
        if not force.guideline.parent:
            reasons = [ActiveScopeLimit(limit, look(limit.if_, facts)) for limit in force.guideline.out_of_scope]
            limits = _take_first_by_topic(item for item in reasons if item.reason.truth is TRUE)
            own = [item for item in judged if frame.family[item.proposal.statement.guideline] == force.guideline.id]
            answer: Answer = "out_of_scope" if limits else _determine_answer(own)
            yield GuidelineVerdict(force, answer, limits, all(item.reason.truth is FALSE for item in reasons))


def _take_first_by_topic(limits: Iterable[ActiveScopeLimit]) -> tuple[ActiveScopeLimit, ...]:
    by_topic: dict[str, ActiveScopeLimit] = {}
    for active in limits:
        by_topic.setdefault(active.limit.topic, active)
    return tuple(by_topic.values())


def _select_governing_proposals(
    verdicts: tuple[GuidelineVerdict, ...], judged: tuple[JudgedProposal, ...], frame: Ruleset
) -> tuple[JudgedProposal, ...]:
    """The proposals of the guideline that speaks and of its companions."""
    if len(verdicts) < 2:
        return judged
    speaking = verdicts[0].force.guideline.id
    return tuple(candidate for candidate in judged if frame.family[candidate.proposal.statement.guideline] == speaking)


def _determine_answer(judged: Iterable[JudgedProposal]) -> Answer:
    """needs_data only when what could be preferred is open, or where all that could be offered is."""
    live = [j for j in judged if not j.proposal.against]
    if any(j.status == "needs_data" for j in live if j.role == "preferred"):
        return "needs_data"
    if any(j.is_offered for j in live):
        return "recommends"
    return "needs_data" if any(j.status == "needs_data" for j in live) else "recommends"
