"""What could harm this patient, worst first; and what must be settled before the first dose of what is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec.structs import replace

from concordant.decide.decision import Decision, JudgedProposal, JudgedRestriction
from concordant.decide.ruleset import Ruleset
from concordant.derive.unread import UnreadItem
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.guideline import Danger
from concordant.model.sources import BarEffect, Cite, Kind
from concordant.patient.facts import Fact, Facts, Reason
from concordant.readers.explain import explain, find_deciding_leaves, iter_facts_behind

Urgency = Literal["now", "precludes", "first", "caution"]
ORDER: dict[Urgency, int] = {"now": 0, "precludes": 1, "first": 2, "caution": 3}
URGENCY: dict[BarEffect, Urgency] = {"precludes": "precludes", "holds": "first", "caution": "caution"}
# What speaks against a regimen without harming anybody: it failed, it is not there, it was stopped.
NO_HARM: frozenset[Kind] = frozenset({"against", "already_failed", "unavailable", "stopped_for_toxicity"})


class PresentDanger(msgspec.Struct, frozen=True):
    """A danger of this patient: what it is, the first thing to do about it, the facts that show it, and where it stands."""

    says: str
    do: str
    urgency: Urgency
    reason: Reason
    source: Cite

    @property
    def features(self) -> frozenset[str]:
        """The facts that show it."""
        return frozenset(leaf.fact.feature for leaf in find_deciding_leaves(self.reason) if leaf.fact is not None)


class HoldReason(msgspec.Struct, frozen=True):
    """What is on record and is settled before the first dose: a danger or an unmet check, an entry that was not read, or a fact
    of which the record speaks and that it leaves open.
    """

    says: str
    met: PresentDanger | None = None
    unread: UnreadItem | None = None
    left_open: Fact | None = None


def find_dangers(decision: Decision, frame: Ruleset, facts: Facts) -> list[PresentDanger]:
    """Every danger that holds, the blocking one first; a bar about facts that a worse danger names already is left out."""
    dangers = [
        PresentDanger(danger.says, danger.do, danger.urgency, reason, danger.source)
        for danger, reason in find_stated_dangers(frame, facts)
    ]
    dangers += _iter_restriction_dangers(decision)
    kept: list[PresentDanger] = []
    for danger in sorted(dangers, key=lambda met: ORDER[met.urgency]):
        same = next((i for i, other in enumerate(kept) if _is_told_by(danger, other)), None)
        if same is None:
            kept.append(danger)
        elif not kept[same].do and danger.features == kept[same].features:  # the same finding, told with what to do about it
            kept[same] = replace(kept[same], do=danger.do)
    return kept


def _is_told_by(danger: PresentDanger, other: PresentDanger) -> bool:
    """Whether another danger says it already: in the same words, of the same facts, or with the same thing to do."""
    return danger.says == other.says or danger.features <= other.features or bool(danger.do and danger.do == other.do)


def find_stated_dangers(frame: Ruleset, facts: Facts) -> list[tuple[Danger, Reason]]:
    """The dangers that the knowledge names and that hold for the patient, the most urgent first."""
    judged = [(danger, explain(danger.if_, facts)) for danger in frame.dangers]
    return sorted((pair for pair in judged if pair[1].truth is TRUE), key=lambda one: ORDER[one[0].urgency])


def _iter_restriction_dangers(decision: Decision) -> Iterator[PresentDanger]:
    """What the labels and the guideline say of this patient, against what is offered first or would have been."""
    for candidate in find_candidates(decision):
        yield from (_make_danger(barred) for barred in candidate.barred if _is_harmful(barred))
    for candidate in _find_precluded_equals(decision):
        harmful = [barred for barred in candidate.barred if _is_harmful(barred) and barred.bar.effect == "precludes"]
        yield from (replace(_make_danger(barred), do="") for barred in harmful)  # what to do for one of them is not for all


def _is_harmful(barred: JudgedRestriction) -> bool:
    return barred.reason.truth is TRUE and barred.bar.kind not in NO_HARM


def _find_precluded_equals(decision: Decision) -> list[JudgedProposal]:
    """Where several stand side by side and none is preferred: those that this patient cannot be given."""
    first = find_first_offered(decision)
    if first is None or first.role != "option":
        return []
    return [j for j in decision.judged if j.status == "precluded" and j.proposal.role == first.role]


def _make_danger(barred: JudgedRestriction) -> PresentDanger:
    do = next((action.says for action in barred.bar.actions), "")
    return PresentDanger(barred.bar.says, do, URGENCY[barred.bar.effect], barred.reason, barred.bar.source)


def find_first_offered(decision: Decision) -> JudgedProposal | None:
    """The option that an answer is about: the preferred one, or the first."""
    return next((j for j in decision.offered if j.role == "preferred"), next(iter(decision.offered), None))


def find_candidates(decision: Decision) -> list[JudgedProposal]:
    """List the proposals the answer is about: the first offered, those precluded that would have preceded it, and open ones."""
    first = find_first_offered(decision)
    live = [j for j in decision.judged if not j.proposal.against and j.applies.truth is not FALSE]
    out = [j for j in live if j.status == "precluded" and (first is None or j.proposal.role in ("preferred", "continue"))]
    open_ = [j for j in live if j.status == "needs_data"] if decision.answer == "needs_data" else []
    return [*([first] if first else []), *out, *([j for j in open_ if j.role == "preferred"] or open_)]


def find_hold_reasons(decision: Decision, frame: Ruleset, unread: Iterable[UnreadItem]) -> list[HoldReason]:
    """What the first option waits for; while a decision is open, what the open ones wait for."""
    first = find_first_offered(decision)
    ones = [first] if first else [j for j in find_candidates(decision) if j.status == "needs_data"]
    holds: dict[str, HoldReason] = {}
    for candidate in ones:
        for danger in sorted(map(_make_danger, _find_holding_restrictions(candidate)), key=lambda met: ORDER[met.urgency]):
            if not any(held.met and danger.features <= held.met.features for held in holds.values()):
                holds.setdefault(danger.says, HoldReason(danger.says, danger))
    for fact in (fact for candidate in ones for fact in _find_open_facts(candidate)):
        holds.setdefault(fact.conflict or fact.says, HoldReason(fact.conflict or fact.says, left_open=fact))
    for entry in unread:
        if any(entry.holds_back(_list_drug_names(candidate, frame)) for candidate in ones):
            holds.setdefault(entry.entry, HoldReason(entry.name, unread=entry))
    return list(holds.values())


def is_held_back(candidate: JudgedProposal, frame: Ruleset, unread: Iterable[UnreadItem]) -> bool:
    """Whether something on record is settled before the first dose of this one."""
    return bool(_find_holding_restrictions(candidate) or _find_open_facts(candidate)) or any(
        entry.holds_back(_list_drug_names(candidate, frame)) for entry in unread
    )


def _find_holding_restrictions(candidate: JudgedProposal) -> list[JudgedRestriction]:
    return [b for b in candidate.barred if b.bar.effect == "holds" and b.reason.truth is TRUE]


def _find_open_facts(candidate: JudgedProposal) -> list[Fact]:
    """What the record says of a harm and leaves open: in two ways that cannot both be, or by an entry that does not tell enough.
    It may rule the regimen out.
    """
    open_ = [b for b in candidate.barred if b.reason.truth is UNKNOWN and b.bar.effect != "caution" and b.bar.kind not in NO_HARM]
    return [fact for barred in open_ for fact in iter_facts_behind(barred.reason) if fact.conflict or _is_left_open(fact)]


def _is_left_open(fact: Fact) -> bool:
    return fact.value is None and bool(fact.entries) and not fact.stale


def _list_drug_names(candidate: JudgedProposal, frame: Ruleset) -> set[str]:
    """The drugs of a regimen with their classes."""
    drugs = [frame.drugs[d] for d in candidate.proposal.regimen.drugs if d in frame.drugs]
    return {name for drug in drugs for name in (drug.id, *drug.classes)}
