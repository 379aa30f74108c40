"""Statements on facts: status of every proposal, the verdict, and the outcome that a question may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from concordant.decide.frame import Frame, InForce, Proposal
from concordant.evaluate.explain import Because, Evaluator, explain
from concordant.facts import Facts
from concordant.guideline import ScopeLimit
from concordant.kleene import FALSE, TRUE, UNKNOWN, Truth, any_
from concordant.outcomes import OFFERED, Status, status
from concordant.records import Bar, Role

Answer = Literal["recommends", "needs_data", "out_of_scope"]
Outcome = tuple[Answer, tuple[str, ...]]

ROLE_ORDER: dict[Role, int] = {"continue": 0, "preferred": 1, "option": 2, "alternative": 3, "selected": 4}


class Barred(msgspec.Struct, frozen=True):
    """A bar and what it comes to for this patient."""

    bar: Bar
    reason: Because


class Judged(msgspec.Struct, frozen=True):
    """A proposal with its status and the reasons for it."""

    proposal: Proposal
    role: Role
    status: Status
    applies: Because
    barred: tuple[Barred, ...]

    @property
    def offered(self) -> bool:
        """True when the regimen can be given, perhaps after a check."""
        return self.status in OFFERED and not self.proposal.against

    def bars(self, truth: object, effect: str) -> list[Barred]:
        """The bars of one effect that are true (or unknown) for this patient."""
        return [b for b in self.barred if b.reason.truth is truth and b.bar.effect == effect]


@dataclass(frozen=True, slots=True)
class Limit:
    """A scope limit that holds for this patient."""

    limit: ScopeLimit
    reason: Because


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guidelines say of the facts; the facts themselves stand beside it."""

    answer: Answer
    judged: tuple[Judged, ...]
    statements: dict[str, Because]
    limits: tuple[Limit, ...]
    bars: dict[int, Because] = field(default_factory=dict, repr=False, compare=False)

    @property
    def offered(self) -> list[Judged]:
        """What can be given, the best role first, each regimen once; a derived statement gives way to a numbered one."""
        found: dict[str, Judged] = {}
        for one in sorted((j for j in self.judged if j.offered), key=_precedence):
            found.setdefault(one.proposal.regimen.id, one)
        return sorted(found.values(), key=lambda j: ROLE_ORDER[j.role])

    @property
    def outcome(self) -> Outcome:
        """The answer and the preferred regimens, or all offered ones where none is preferred; none out of scope."""
        if self.answer == "out_of_scope":
            return self.answer, ()
        offered = self.offered
        regimens = [j for j in offered if j.role == "preferred"] or offered
        return self.answer, tuple(sorted(j.proposal.regimen.id for j in regimens))

    @property
    def headline(self) -> Outcome:
        """The answer and what leads it: the preferred regimens, or the first where none is; none while it is not decided."""
        if self.answer != "recommends":
            return self.answer, ()
        offered = self.offered
        leading = [j for j in offered if j.role == "preferred"] or offered[:1]
        return self.answer, tuple(sorted(j.proposal.regimen.id for j in leading))

    @property
    def open(self) -> list[Judged]:
        """What cannot be judged before more is known."""
        return [j for j in self.judged if j.status == "needs_data" and not j.proposal.against]


def _precedence(one: Judged) -> tuple[bool, int]:
    return bool(one.proposal.statement.parent), ROLE_ORDER[one.role]


def decide(
    frame: Frame,
    facts: Facts,
    before: Decision | None = None,
    touched: frozenset[str] | None = None,
    look: Evaluator = explain,
) -> Decision:
    """Judge every proposal. With `before` and `touched`, only what reads a touched feature is evaluated anew.

    `look` is `explain`, or for hypotheses and many patients an evaluator without reasons.
    """
    told = touched or frozenset()
    if before is not None and look is not explain and told.isdisjoint(frame.decisive):
        return before  # nothing that could change a status reads what differs
    session = _Session(frame, facts, before, told, look, _kept(frame, before, told))
    statements = session.statements()
    judged = _with_roles(session.judged(statements))
    limits = tuple(_limits(frame.in_force, facts, look))
    return Decision(_verdict(frame, judged, limits), tuple(judged), statements, limits, session.bars)


@dataclass(slots=True)
class _Session:
    """One pass through the statements; a bar that several regimens share is evaluated once."""

    frame: Frame
    facts: Facts
    before: Decision | None
    touched: frozenset[str]
    look: Evaluator = explain
    bars: dict[int, Because] = field(default_factory=dict)

    def statements(self) -> dict[str, Because]:
        """Why each statement applies or not; what reads nothing that differs stays as it was."""
        found = dict(self.before.statements) if self.before else {}
        for statement in self.frame.statements:
            if self.before is None or not self.touched.isdisjoint(self.frame.reads[statement.id]):
                found[statement.id] = self.look(statement.applies_if, self.facts)
        return found

    def judged(self, statements: Mapping[str, Because]) -> list[Judged]:
        """Every proposal with its status, in the order of the frame."""
        proposals = self.frame.proposals
        if self.before is None:
            return [self.judge(proposal, statements) for proposal in proposals]
        found = list(self.before.judged)
        for index, proposal in enumerate(proposals):
            if not self.touched.isdisjoint(proposal.reads if self.look is explain else proposal.decisive):
                found[index] = self.judge(proposal, statements)
        return found

    def judge(self, proposal: Proposal, statements: Mapping[str, Because]) -> Judged:
        applies = statements[proposal.statement.id]
        if applies.truth is FALSE:  # nothing can change the status, so the bars are not read
            return Judged(proposal, proposal.role, "does_not_apply", applies, ())
        barred = self._barred(proposal)
        return Judged(proposal, proposal.role, status(applies.truth, unless_of(barred)), applies, barred)

    def _barred(self, proposal: Proposal) -> tuple[Barred, ...]:
        """Every bar of the proposal, and what it comes to; where nobody reads the reasons, those that settle the status."""
        if self.look is explain:
            return tuple([Barred(bar, self.bar(bar)) for bar in proposal.bars])
        found = []
        for bar in (*proposal.precluding, *proposal.holding):
            reason = self.bars.get(id(bar)) or self.bar(bar)
            if reason.truth is not FALSE:
                found.append(Barred(bar, reason))
                if reason.truth is TRUE or bar.effect == "holds":
                    break
        return tuple(found)

    def bar(self, bar: Bar) -> Because:
        """Why the bar holds or not; kept by identity, because the frame keeps every bar alive."""
        known = self.bars.get(id(bar))
        if known is None:
            known = self.bars[id(bar)] = self.look(bar.if_, self.facts)
        return known


def _kept(frame: Frame, before: Decision | None, touched: frozenset[str]) -> dict[int, Because]:
    """What the bars came to before, without those that read what differs."""
    if before is None:
        return {}
    bars = dict(before.bars)
    for name in touched:
        for bar in frame.bars_reading.get(name, ()):
            bars.pop(bar, None)
    return bars


def unless_of(barred: Iterable[Barred]) -> Truth:
    """What the bars come to together: one that precludes decides, one that only holds leaves it open until it is settled."""
    return any_([weight(b) for b in barred if b.bar.effect != "caution"])


def weight(barred: Barred) -> Truth:
    """The truth of a bar as it counts: what is to be settled first is open, never a reason not to offer."""
    truth = barred.reason.truth
    return UNKNOWN if barred.bar.effect == "holds" and truth is TRUE else truth


def _with_roles(judged: list[Judged]) -> list[Judged]:
    """Of several regimens of one statement the first that can be given has the role, the others stand in."""
    taken: set[str] = set()
    found = []
    for one in judged:
        statement = one.proposal.statement
        role = one.proposal.role
        if role == "preferred" and statement.id in taken:
            role = "alternative"
        if one.offered:
            taken.add(statement.id)
        found.append(Judged(one.proposal, role, one.status, one.applies, one.barred) if role != one.role else one)
    return found


def _limits(in_force: tuple[InForce, ...], facts: Facts, look: Evaluator) -> list[Limit]:
    """The limits that hold, the first of each topic, of each guideline that is no companion."""
    found: dict[tuple[str, str], Limit] = {}
    for force in in_force:
        if force.guideline.parent:
            continue
        for limit in force.guideline.out_of_scope:
            reason = look(limit.if_, facts)
            if reason.truth is TRUE:
                found.setdefault((force.guideline.id, limit.topic), Limit(limit, reason))
    return list(found.values())


def _verdict(frame: Frame, judged: list[Judged], limits: tuple[Limit, ...]) -> Answer:
    """needs_data only when what could be preferred is open, or where all that could be offered is."""
    if limits or not frame.in_force:
        return "out_of_scope"
    live = [j for j in judged if not j.proposal.against]
    if any(j.status == "needs_data" for j in live if j.role == "preferred"):
        return "needs_data"
    if any(j.offered for j in live):
        return "recommends"
    return "needs_data" if any(j.status == "needs_data" for j in live) else "recommends"
