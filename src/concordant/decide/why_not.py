"""Why a regimen is not offered: the deciding bar, or the condition of the nearest statement that does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from concordant.decide.decision import Decision, JudgedProposal
from concordant.decide.ruleset import CURRENT, Ruleset
from concordant.logic.truth import TRUE
from concordant.model.drugs import Regimen
from concordant.model.sources import Restriction
from concordant.patient.facts import Reason
from concordant.readers.explain import find_deciding_leaves, iter_facts_behind, iter_reason_leaves


class NotOffered(msgspec.Struct, frozen=True):
    """A regimen with the proposal that came nearest; none when no statement in force names it.

    `bar` is what precludes it; otherwise `leaves` are the conditions of the statement that do not hold, or are open.
    """

    regimen: Regimen
    nearest: JudgedProposal | None = None
    bar: Restriction | None = None
    leaves: tuple[Reason, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """The record entries behind what decided."""
        facts = (fact for leaf in self.leaves for fact in iter_facts_behind(leaf))
        return tuple(dict.fromkeys(entry for fact in facts if fact.is_known for entry in fact.entries))


def find_not_offered(decision: Decision, frame: Ruleset) -> list[NotOffered]:
    """One entry for every known regimen that is not offered, those that came nearest first."""
    offered = {candidate.proposal.regimen.id for candidate in decision.offered}
    waiting = [r for r in frame.regimens.values() if r.id not in offered | {CURRENT}]
    not_offered = [_find_nearest(r, [j for j in decision.judged if j.proposal.regimen.id == r.id]) for r in waiting]
    return sorted(not_offered, key=_rank_nearness)


def _rank_nearness(not_offered: NotOffered) -> tuple[int, int, int]:
    """Nearest first: barred, open, not applying; then by conditions that fail, then by those that hold."""
    kinds = {"precluded": 0, "needs_data": 1, "applies": 2, "applies_if_checked": 2, "does_not_apply": 3}
    if not_offered.nearest is None:
        return (4, 0, 0)
    holding = sum(leaf.truth is TRUE for leaf in iter_reason_leaves(not_offered.nearest.applies))
    return (kinds[not_offered.nearest.status], len(not_offered.leaves), -holding)


def _find_nearest(regimen: Regimen, judged: Iterable[JudgedProposal]) -> NotOffered:
    reasons = [reason for each in judged for reason in _iter_reasons(regimen, each)]
    return min(reasons, key=_rank_nearness) if reasons else NotOffered(regimen)


def _iter_reasons(regimen: Regimen, candidate: JudgedProposal) -> Iterator[NotOffered]:
    if candidate.status == "precluded":
        barred = candidate.find_restrictions(TRUE, "precludes")[0]
        yield NotOffered(regimen, candidate, barred.bar, (barred.reason,))
    else:
        yield NotOffered(regimen, candidate, None, tuple(find_deciding_leaves(candidate.applies)))
