"""What can be offered, as what, and which guideline offers it: the same for every system that a decision is written for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concordant.decide.ruleset import Proposal, Ruleset
from concordant.export.names import ColumnNames, shorten_statement
from concordant.model.guideline import Guideline
from concordant.model.sources import Role


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal in a role that it can have; `column` says whether it is offered so, `shown` whether it is told."""

    proposal: Proposal
    role: Role
    column: str
    shown: str


def iter_offers(frame: Ruleset, names: ColumnNames) -> Iterator[Offer]:
    """Of several regimens of one statement the first that can be given has the role, the others stand in."""
    for proposal in list_recommended(frame):
        yield _make_offer(proposal, proposal.role, names)
        if list_before(frame, proposal):
            yield _make_offer(proposal, "alternative", names)


def list_recommended(frame: Ruleset) -> list[Proposal]:
    """The proposals that are not advised against."""
    return [proposal for proposal in frame.proposals if not proposal.against]


def list_before(frame: Ruleset, proposal: Proposal) -> list[Proposal]:
    """What takes the role first; only who is preferred gives way."""
    own = [other for other in list_recommended(frame) if other.statement is proposal.statement]
    return own[: own.index(proposal)] if proposal.role == "preferred" else []


def list_leading(frame: Ruleset) -> list[Guideline]:
    """The guidelines in force that are no companions."""
    return [force.guideline for force in frame.in_force if not force.guideline.parent]


def find_family(frame: Ruleset, proposal: Proposal) -> str:
    """The guideline that speaks by the proposal: its own, or the parent of that."""
    return frame.family[proposal.statement.guideline]


def _make_offer(proposal: Proposal, role: Role, names: ColumnNames) -> Offer:
    name, of = f"{shorten_statement(proposal.statement)} {proposal.regimen.id} as {role}", proposal.id
    return Offer(proposal, role, names.find_name(name, of), names.find_name(f"{name} told", of))
