"""Why a regimen is not offered: the deciding bar, or the condition of the nearest statement that does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from concordant.decide.decision import Decision, JudgedProposal
from concordant.decide.ruleset import CURRENT, Ruleset
from concordant.logic.truth import TRUE
from concordant.model.drugs import Regimen
from concordant.model.sources import Restriction
from concordant.patient.facts import Because
from concordant.readers.explain import find_deciding_leaves, iter_facts_behind, iter_reason_leaves


@dataclass(frozen=True, slots=True)
class NotOffered:
    """A regimen with the proposal that came nearest; none when no statement in force names it.

    `bar` is what precludes it; otherwise `leaves` are the conditions of the statement that do not hold, or are open.
    """

    regimen: Regimen
    nearest: JudgedProposal | None = None
    bar: Restriction | None = None
    leaves: tuple[Because, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """The record entries behind what decided."""
        facts = (fact for leaf in self.leaves for fact in iter_facts_behind(leaf))
        return tuple(dict.fromkeys(entry for fact in facts if fact.is_known for entry in fact.entries))


def find_not_offered(decision: Decision, frame: Ruleset) -> list[NotOffered]:
    """One entry for every known regimen that is not offered, those that came nearest first."""
    offered = {one.proposal.regimen.id for one in decision.offered}
    waiting = [r for r in frame.regimens.values() if r.id not in offered | {CURRENT}]
    found = [_find_nearest(r, [j for j in decision.judged if j.proposal.regimen.id == r.id]) for r in waiting]
    return sorted(found, key=_rank_nearness)


def _rank_nearness(one: NotOffered) -> tuple[int, int, int]:
    """Nearest first: barred, open, not applying; then by conditions that fail, then by those that hold."""
    kinds = {"precluded": 0, "needs_data": 1, "applies": 2, "applies_if_checked": 2, "does_not_apply": 3}
    if one.nearest is None:
        return (4, 0, 0)
    holding = sum(leaf.truth is TRUE for leaf in iter_reason_leaves(one.nearest.applies))
    return (kinds[one.nearest.status], len(one.leaves), -holding)


def _find_nearest(regimen: Regimen, judged: Iterable[JudgedProposal]) -> NotOffered:
    found = [one for each in judged for one in _iter_reasons(regimen, each)]
    return min(found, key=_rank_nearness) if found else NotOffered(regimen)


def _iter_reasons(regimen: Regimen, one: JudgedProposal) -> Iterator[NotOffered]:
    if one.status == "precluded":
        barred = one.find_restrictions(TRUE, "precludes")[0]
        yield NotOffered(regimen, one, barred.bar, (barred.reason,))
    else:
        yield NotOffered(regimen, one, None, tuple(find_deciding_leaves(one.applies)))
