"""What a decision is: the status of every proposal, the verdict of each guideline, and the outcome that a question may change."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal, Protocol, TypeVar

import msgspec

from concordant.decide.ruleset import GuidelineInForce, Proposal, Ruleset
from concordant.logic.status import OFFERED, Status
from concordant.model.guideline import Guideline, ScopeLimit, Statement
from concordant.model.sources import Restriction, Role
from concordant.patient.facts import Facts, Reason

Answer = Literal["recommends", "needs_data", "out_of_scope"]
Outcome = tuple[Answer, tuple[str, ...]]

KNOWN_SUBJECT = 2  # the rank of a guideline whose subject the patient is known to be

ROLE_ORDER: dict[Role, int] = {"continue": 0, "preferred": 1, "option": 2, "alternative": 3, "selected": 4}


class JudgedRestriction(msgspec.Struct, frozen=True):
    """A bar and what it comes to for this patient."""

    bar: Restriction
    reason: Reason


class JudgedProposal(msgspec.Struct, frozen=True):
    """A proposal with its status and the reasons for it."""

    proposal: Proposal
    role: Role
    status: Status
    applies: Reason
    barred: tuple[JudgedRestriction, ...]

    @property
    def is_offered(self) -> bool:
        """True when the regimen can be given, perhaps after a check."""
        return self.status in OFFERED and not self.proposal.against

    def find_restrictions(self, truth: object, effect: str) -> list[JudgedRestriction]:
        """The bars of one effect that are true (or unknown) for this patient."""
        return [b for b in self.barred if b.reason.truth is truth and b.bar.effect == effect]


class ActiveScopeLimit(msgspec.Struct, frozen=True):
    """A scope limit that holds for this patient."""

    limit: ScopeLimit
    reason: Reason


class GuidelineVerdict(msgspec.Struct, frozen=True):
    """What one guideline says of the patient: its answer, and the limits of its scope that hold.

    `certain` means that no limit is open: the guideline's subject is known to be the patient's disease.
    """

    force: GuidelineInForce
    answer: Answer
    limits: tuple[ActiveScopeLimit, ...]
    certain: bool

    @property
    def rank(self) -> int:
        """Whether it speaks: 0 outside its scope, 1 while that is open, 2 when the patient is known to be its subject."""
        return 0 if self.answer == "out_of_scope" else KNOWN_SUBJECT if self.certain else 1


class Decision(msgspec.Struct, frozen=True, dict=True):
    """What the guidelines say of the facts; the facts themselves stand beside it.

    `verdicts` are those of every guideline in force, the one that speaks first. `judged` are the proposals of that one and of
    its companions, `everything` those of all: of a guideline that does not speak nothing is offered. What is counted off them is
    counted once.
    """

    answer: Answer
    judged: tuple[JudgedProposal, ...]
    statements: dict[str, Reason]
    verdicts: tuple[GuidelineVerdict, ...]
    everything: tuple[JudgedProposal, ...]

    @property
    def limits(self) -> tuple[ActiveScopeLimit, ...]:
        """Why no guideline speaks; none when one does."""
        return tuple(limit for verdict in self.verdicts for limit in verdict.limits) if self.answer == "out_of_scope" else ()

    @property
    def speaking(self) -> Guideline | None:
        """The guideline whose answer this is, or whose subject the patient is not; None when none is in force."""
        return self.verdicts[0].force.guideline if self.verdicts else None

    @cached_property
    def offered(self) -> list[JudgedProposal]:
        """What can be given, the best role first, each regimen once; a derived statement gives way to a numbered one."""
        return order_offered([j for j in self.judged if j.is_offered])

    @cached_property
    def outcome(self) -> Outcome:
        """The answer and the preferred regimens, or all offered ones where none is preferred; none out of scope."""
        return find_outcome(self.answer, self.offered)

    @cached_property
    def headline(self) -> Outcome:
        """The answer and what leads it: the preferred regimens, or the first where none is; none while it is not decided."""
        return find_headline(self.answer, self.offered)

    @cached_property
    def open(self) -> list[JudgedProposal]:
        """What cannot be judged before more is known."""
        return [j for j in self.judged if j.status == "needs_data" and not j.proposal.against]


def list_heard_statements(decision: Decision, frame: Ruleset) -> tuple[Statement, ...]:
    """The statements of the guideline that speaks and of its companions: no other one advises or explains."""
    if len(decision.verdicts) < 2:
        return frame.statements
    heard = decision.verdicts[0].force.guideline.id
    return tuple(statement for statement in frame.statements if frame.family[statement.guideline] == heard)


def find_line(decision: Decision, facts: Facts) -> str | None:
    """The line of therapy as the guideline that speaks counts it; None when it counts none, or when it is open."""
    rule = decision.speaking.line if decision.speaking else None
    value = facts[rule.feature].value if rule else None
    return value if isinstance(value, str) else None


class Offered(Protocol):
    """A proposal that can be given, in a role."""

    @property
    def proposal(self) -> Proposal:
        """What is proposed."""

    @property
    def role(self) -> Role:
        """As what."""


Offer = TypeVar("Offer", bound=Offered)


def order_offered(offers: Sequence[Offer]) -> list[Offer]:
    """The best role first, each regimen once; a derived statement gives way to a numbered one."""
    by_regimen: dict[str, Offer] = {}
    for offer in sorted(offers, key=rank_offer):
        by_regimen.setdefault(offer.proposal.regimen.id, offer)
    return sorted(by_regimen.values(), key=lambda offer: ROLE_ORDER[offer.role])


def find_outcome(answer: Answer, offered: Sequence[Offered]) -> Outcome:
    """The answer and the preferred regimens, or all offered ones where none is preferred; none out of scope."""
    if answer == "out_of_scope":
        return answer, ()
    preferred = [offer for offer in offered if offer.role == "preferred"]
    return answer, tuple(sorted(offer.proposal.regimen.id for offer in preferred or offered))


def find_headline(answer: Answer, offered: Sequence[Offered]) -> Outcome:
    """The answer and what leads it: the preferred regimens, or the first where none is; none while it is not decided."""
    if answer != "recommends":
        return answer, ()
    leading = [offer for offer in offered if offer.role == "preferred"] or offered[:1]
    return answer, tuple(sorted(offer.proposal.regimen.id for offer in leading))


def rank_offer(offer: Offered) -> tuple[bool, int]:
    """Where it stands among offers: a numbered statement before a derived one, then the best role first."""
    return bool(offer.proposal.statement.parent), ROLE_ORDER[offer.role]
