"""What stands around a decision: cautions, what to avoid, checks before the first dose, actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec.structs import replace

from concordant.decide.dangers import find_stated_dangers
from concordant.decide.decision import Decision, JudgedProposal, JudgedRestriction, list_heard_statements
from concordant.decide.ruleset import Ruleset
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.drugs import Check, Drug
from concordant.model.guideline import Grade, action_from_danger
from concordant.model.sources import Action, Cite, Kind, Restriction
from concordant.patient.facts import Facts, Reason
from concordant.readers.explain import explain, find_missing_features

State = Literal["done", "missing", "unmet"]

# These hold of a drug whether or not a statement proposes it now, so they are always named.
ALWAYS_NAMED: frozenset[Kind] = frozenset({"already_failed", "stopped_for_toxicity", "unavailable"})


class AvoidedTreatment(msgspec.Struct, frozen=True):
    """A drug or a regimen that is not given, the kind of reason and its source."""

    regimen: str
    drugs: tuple[str, ...]
    kind: Kind
    says: str
    sources: tuple[Cite, ...]
    statements: tuple[str, ...]
    reason: Reason
    grade: Grade | None = None


class CheckResult(msgspec.Struct, frozen=True):
    """A check before the first dose, and how it stands."""

    check: str
    label: str
    state: State
    reason: Reason
    unmet: str
    source: Cite
    features: tuple[str, ...] = ()
    regimen: str = ""


class AdvisedAction(msgspec.Struct, frozen=True):
    """An action, and the statement that it came with (if it came with one)."""

    action: Action
    statement: str = ""


def find_avoided(decision: Decision, frame: Ruleset, facts: Facts) -> list[AvoidedTreatment]:
    """List the treatments that this patient is not given: precluded, advised against, or excluded because of a drug.

    A regimen that another statement offers is not listed; what speaks against it becomes a caution of that option.
    """
    treatments: dict[tuple[tuple[str, ...], Kind], AvoidedTreatment] = {}
    named = [
        avoided
        for avoided in (*_iter_precluded(decision, frame), *_iter_advised_against(decision, frame))
        if not _is_offered_after_all(avoided, decision, frame)
    ]
    for avoided in (*named, *_iter_excluded_drugs(frame, facts)):
        treatments.setdefault((avoided.drugs, avoided.kind), avoided)
    return list(treatments.values())


def _is_offered_after_all(avoided: AvoidedTreatment, decision: Decision, frame: Ruleset) -> bool:
    """Whether the regimen is offered, or is a part of one that is: `why_not` tells of the part without forbidding its drugs."""
    regimens = [j.proposal.regimen for j in decision.offered]
    if avoided.kind == "against":
        return any(regimen.id == avoided.regimen for regimen in regimens)
    return any({frame.drugs[d].name for d in regimen.drugs}.issuperset(avoided.drugs) for regimen in regimens)


def _iter_precluded(decision: Decision, frame: Ruleset) -> Iterator[AvoidedTreatment]:
    for candidate in decision.judged:
        if candidate.status != "precluded":
            continue
        for barred in candidate.find_restrictions(TRUE, "precludes"):
            yield _make_avoided(candidate, barred, frame)


def _make_avoided(candidate: JudgedProposal, barred: JudgedRestriction, frame: Ruleset) -> AvoidedTreatment:
    bar, regimen = barred.bar, candidate.proposal.regimen
    drugs = (bar.drug,) if bar.drug else regimen.drugs
    names = tuple(frame.drugs[d].name for d in drugs)
    return AvoidedTreatment(
        regimen.id, names, bar.kind, bar.says, (bar.source,), (candidate.proposal.statement.short_id,), barred.reason
    )


def _iter_advised_against(decision: Decision, frame: Ruleset) -> Iterator[AvoidedTreatment]:
    for candidate in decision.judged:
        if candidate.proposal.against and candidate.applies.truth is TRUE:
            names = tuple(frame.drugs[d].name for d in candidate.proposal.regimen.drugs)
            statement = candidate.proposal.statement
            grade = statement.recommend.grade if statement.recommend else None
            places = (statement.sources, (statement.short_id,), candidate.applies, grade)
            yield AvoidedTreatment(candidate.proposal.regimen.id, names, "against", statement.says, *places)


def _iter_excluded_drugs(frame: Ruleset, facts: Facts) -> Iterator[AvoidedTreatment]:
    proposed = dict.fromkeys(d for p in frame.proposals for d in p.regimen.drugs)
    for drug in (frame.drugs[d] for d in proposed):
        for bar in drug.unless:
            if bar.kind in ALWAYS_NAMED and bar.effect == "precludes":
                reason = explain(bar.if_, facts)
                if reason.truth is TRUE:
                    yield AvoidedTreatment("", (drug.name,), bar.kind, bar.says, (bar.source,), (), reason)


def collect_drugs(judged: Iterable[JudgedProposal], frame: Ruleset) -> list[Drug]:
    """The drugs of the proposals, each once."""
    ids = dict.fromkeys(d for candidate in judged for d in candidate.proposal.regimen.drugs)
    return [frame.drugs[d] for d in ids if d in frame.drugs]


def collect_checks(decision: Decision, frame: Ruleset, facts: Facts) -> list[CheckResult]:
    """Collect the checks before the first dose, each with its regimen: those of the first option, then those the others add.

    A fact that is unknown and could preclude or hold a regimen counts as a missing check.
    """
    open_ = [j for j in decision.open if j.role == "preferred"] or decision.open
    checks: dict[str, CheckResult] = {}
    for candidate in decision.offered or open_:
        own = _check_regimen_drugs(candidate, frame, facts)
        covered = {name for check in own.values() for name in check.features}
        for name, barred in _iter_open_restrictions(candidate, facts):
            if name not in covered:
                own.setdefault(name, CheckResult(name, "", "missing", barred.reason, "", barred.bar.source, (name,)))
        checked = {name for check in checks.values() for name in check.features}
        for key, check in own.items():
            if key not in checks and not (check.features and checked.issuperset(check.features)):
                checks[key] = replace(check, regimen=candidate.proposal.regimen.id)
    return list(checks.values())


def _check_regimen_drugs(candidate: JudgedProposal, frame: Ruleset, facts: Facts) -> dict[str, CheckResult]:
    """The checks of one regimen's drugs; of the same one the worst state."""
    checks: dict[str, CheckResult] = {}
    for drug in collect_drugs([candidate], frame):
        for check in (c for c in drug.checks if explain(c.when, facts).truth is not FALSE):
            state = judge_check(check, facts)
            if check.check not in checks or _rank_state(state.state) > _rank_state(checks[check.check].state):
                checks[check.check] = state
    return checks


def _iter_open_restrictions(candidate: JudgedProposal, facts: Facts) -> Iterator[tuple[str, JudgedRestriction]]:
    """Each fact that keeps open whether something speaks against it; an unread entry is named itself, not what it leaves open."""
    for barred in (*candidate.find_restrictions(UNKNOWN, "precludes"), *candidate.find_restrictions(UNKNOWN, "holds")):
        yield from ((name, barred) for name in find_missing_features(barred.reason) if not facts[name].unread)


def _rank_state(state: State) -> int:
    return {"done": 0, "missing": 1, "unmet": 2}[state]


def judge_check(check: Check, facts: Facts) -> CheckResult:
    """How one check of a drug stands."""
    reason = explain(check.met_if, facts)
    state: State = "missing"
    if reason.truth is not UNKNOWN:
        state = "done" if reason.truth is TRUE else "missing" if check.advisory else "unmet"
    return CheckResult(check.check, check.label, state, reason, check.unmet, check.source, check.features)


def collect_cautions(candidate: JudgedProposal, decision: Decision) -> list[JudgedRestriction]:
    """What holds a proposal back or cautions against it, and what another statement has against the same regimen, each once."""
    same = [j for j in decision.judged if j.proposal.regimen.id == candidate.proposal.regimen.id]
    elsewhere = [barred for j in same if j.status == "precluded" for barred in j.find_restrictions(TRUE, "precludes")]
    against = [_restriction_from_statement(j) for j in same if j.proposal.against and j.applies.truth is TRUE]
    return list(
        {
            b.bar.says: b
            for b in (
                *candidate.find_restrictions(TRUE, "holds"),
                *candidate.find_restrictions(TRUE, "caution"),
                *elsewhere,
                *against,
            )
        }.values()
    )


def _restriction_from_statement(candidate: JudgedProposal) -> JudgedRestriction:
    """A statement against a regimen, as what speaks against it where another statement offers it."""
    statement = candidate.proposal.statement
    bar = Restriction(
        if_=statement.applies_if, kind="against", says=statement.says, source=statement.sources[0], effect="caution"
    )
    return JudgedRestriction(bar, candidate.applies)


def collect_actions(decision: Decision, frame: Ruleset, facts: Facts) -> list[AdvisedAction]:
    """What to do beside the regimen: first about dangers, then of statements that apply, offered drugs, and bars that hold."""
    actions = [advised for advised in _iter_actions(decision, frame) if explain(advised.action.if_, facts).truth is TRUE]
    if not actions and not decision.offered and decision.answer == "recommends":
        actions = [AdvisedAction(decision.speaking.gap)] if decision.speaking and decision.speaking.gap else []
    each: dict[tuple[str, str], AdvisedAction] = {}
    for advised in [*(AdvisedAction(action_from_danger(danger)) for danger, _ in find_stated_dangers(frame, facts)), *actions]:
        each.setdefault((advised.action.kind, advised.action.says), advised)
    return list(each.values())


def _find_held_back_statements(decision: Decision) -> set[str]:
    """Statements none of whose regimens can be given: what they advise beside them falls away too."""
    proposed = {j.proposal.statement.id for j in decision.judged}
    return proposed - {j.proposal.statement.id for j in decision.judged if j.is_offered or j.status == "needs_data"}


def _iter_actions(decision: Decision, frame: Ruleset) -> Iterator[AdvisedAction]:
    held_back = _find_held_back_statements(decision)
    for statement in list_heard_statements(decision, frame):
        if decision.statements[statement.id].truth is TRUE and statement.id not in held_back:
            yield from (AdvisedAction(a, statement.short_id) for a in statement.actions)
    for candidate in decision.judged:
        if candidate.applies.truth is TRUE and not candidate.proposal.against:  # nobody prepares for what is advised against
            yield from (AdvisedAction(a) for b in candidate.barred if b.reason.truth is TRUE for a in b.bar.actions)
    for candidate in decision.offered[:1] + [j for j in decision.offered[1:] if j.role == "preferred"]:
        yield from (AdvisedAction(a) for a in candidate.proposal.regimen.actions)
    for drug in collect_drugs([j for j in decision.offered if j.role in ("preferred", "continue")] or decision.offered, frame):
        yield from (AdvisedAction(a) for a in drug.actions)
