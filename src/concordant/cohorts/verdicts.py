"""Whether what was given is what a guideline offers: the verdict on one point, with its reason and its statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from concordant.cohorts.columns import Verdict
from concordant.decide.decision import Decision, JudgedProposal, Offered, order_offered
from concordant.decide.gather import AvoidedTreatment, find_avoided
from concordant.decide.judging import make_decision
from concordant.decide.ruleset import CURRENT, Ruleset
from concordant.logic.truth import TRUE
from concordant.patient.facts import Facts
from concordant.record.courses.line_rules import LineRules

NO_DATE, NOTHING, UNNAMED, NEEDS_DATA = "no_date", "nothing_on_record", "drugs_not_named", "needs_data"
TRIAL = "trial"
NONE_IN_FORCE, SILENT = "no_guideline_in_force", "guideline_is_silent"

Drugs = tuple[str, ...]


class JudgedPoint(NamedTuple):
    """The verdict on what was given, why, and the statement that names it or speaks against it."""

    verdict: Verdict
    reason: str | None = None
    statement: str | None = None


class AcceptedReasons(NamedTuple):
    """What justifies a treatment that is not offered: reasons by the kind of what speaks against the preferred, and a trial."""

    by_kind: Mapping[str, str]
    trial: bool


@dataclass(frozen=True, slots=True)
class Treated:
    """What was given after a point; `drugs` is None where nothing is on record."""

    drugs: Drugs | None
    other: Drugs
    running: Drugs
    in_trial: bool


def match_offer(treated: Treated, offered: Sequence[Offered], rules: LineRules) -> Offered | None:
    """The offer that is what was given, the best first; None where it is none of them, or its drugs are not all named."""
    given = treated.drugs
    if given is None or treated.other:
        return None
    return next((offer for offer in offered if is_same_treatment(given, _name_drugs(offer, treated), rules)), None)


def _name_drugs(offer: Offered, treated: Treated) -> Drugs:
    regimen = offer.proposal.regimen
    return treated.running if regimen.id == CURRENT else regimen.drugs


def is_same_treatment(given: Iterable[str], named: Iterable[str], rules: LineRules) -> bool:
    """Whether drugs that were given are a regimen: the same, or one of them by its like (`alike` of the lines of therapy).

    Supportive drugs do not count, and what only supplements others may have been added.
    """
    own, wanted = set(given) - rules.supportive, set(named)
    added, lacking = own - wanted, wanted - own
    for drug in sorted(lacking):
        stand_in = next((other for other in sorted(added) if rules.can_replace(other, (drug,))), None)
        if stand_in is None:
            return False
        added.discard(stand_in)
    return added <= rules.supplements


def judge_settled(treated: Treated, offered: Sequence[Offered], rules: LineRules) -> JudgedPoint | None:
    """The verdict where what is offered settles it; None where it has to be looked for what speaks against what was given."""
    if treated.drugs is None:
        return JudgedPoint("undecidable", NOTHING, _name_first(offered))
    match = match_offer(treated, offered, rules)
    if match is not None:
        verdict: Verdict = "preferred" if match.role == "preferred" else "offered"
        return JudgedPoint(verdict, None, match.proposal.statement.id)
    return None


def _name_first(offered: Sequence[Offered]) -> str | None:
    return offered[0].proposal.statement.id if offered else None


def judge_unoffered(treated: Treated, facts: Facts, frame: Ruleset, accepted: AcceptedReasons, rules: LineRules) -> JudgedPoint:
    """The verdict on what is not offered to a patient of whom the guideline speaks.

    While it may turn out to be offered, or the guideline not to speak of the patient, nothing speaks surely against it: less on
    record never makes a verdict more certain.
    """
    decision = make_decision(frame, facts)
    first = _name_first(decision.offered)
    if match_offer(treated, order_offered(decision.open), rules) is not None:
        return JudgedPoint("undecidable", NEEDS_DATA, first)
    is_open = decision.answer == "needs_data"
    if not is_open and (against := _find_against(treated, decision, frame, facts, rules)):
        return against
    if treated.in_trial and accepted.trial:
        return JudgedPoint("justified", TRIAL, first)
    if treated.other:
        return JudgedPoint("undecidable", UNNAMED, first)
    if is_open:
        return JudgedPoint("undecidable", NEEDS_DATA, first)
    if excused := _find_excuse(decision, accepted):
        return excused
    return JudgedPoint("not_offered", None, first) if decision.offered else JudgedPoint("out_of_scope", SILENT)


def _find_against(treated: Treated, decision: Decision, frame: Ruleset, facts: Facts, rules: LineRules) -> JudgedPoint | None:
    """What surely speaks against the drugs that were given, the named ones among others included."""
    names = {drug.name: id_ for id_, drug in frame.drugs.items()}
    for avoided in find_avoided(decision, frame, facts):
        drugs = [names[name] for name in avoided.drugs]
        if _concerns_given(avoided, drugs, treated, rules):
            return JudgedPoint("against", avoided.kind, _find_statement(avoided, decision))
    return None


def _concerns_given(avoided: AvoidedTreatment, drugs: Sequence[str], treated: Treated, rules: LineRules) -> bool:
    """Whether one drug was given, alone or among others; of a regimen that is advised against, the whole of it."""
    given = treated.drugs or ()
    if avoided.kind == "against" or len(drugs) > 1:
        return not treated.other and is_same_treatment(given, drugs, rules)
    return drugs[0] in given


def _find_statement(avoided: AvoidedTreatment, decision: Decision) -> str | None:
    short = set(avoided.statements)
    named = (one.proposal.statement for one in decision.judged if one.proposal.statement.short_id in short)
    return next((statement.id for statement in named), None)


def _find_excuse(decision: Decision, accepted: AcceptedReasons) -> JudgedPoint | None:
    """The reason on record for which the preferred regimens cannot be given, where it is one that is accepted."""
    barred = [one for one in decision.judged if one.proposal.role == "preferred" and one.status == "precluded"]
    for one in barred:
        for kind in _list_kinds(one):
            if kind in accepted.by_kind:
                return JudgedPoint("justified", accepted.by_kind[kind], one.proposal.statement.id)
    return None


def _list_kinds(one: JudgedProposal) -> list[str]:
    return [barred.bar.kind for barred in one.find_restrictions(TRUE, "precludes")]
