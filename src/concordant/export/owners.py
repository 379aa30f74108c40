"""Whose each restriction is: what several proposals share is written once, for its owner."""

from __future__ import annotations

from typing import Literal

from concordant.decide.ruleset import EVERY, Proposal, Ruleset
from concordant.model.sources import Restriction

Effect = Literal["precludes", "holds"]
EFFECTS: dict[Effect, str] = {"precludes": "precluded", "holds": "held"}
EVERY_DRUG = "every drug"


class Owners:
    """The owner of each restriction of a ruleset.

    An owner is a statement, a regimen, a drug, the checks of a drug, or all drugs (`EVERY_DRUG`). A danger belongs to each drug
    that waits for it.
    """

    def __init__(self, frame: Ruleset) -> None:
        self._frame = frame
        self._owners = {id_: owner for owner, bars in frame.bars.items() for id_ in bars}
        self._owners |= {id_: f"drug/{drug}/check" for drug, bars in frame.unmet.items() for id_ in bars}

    def group_restrictions(self, proposal: Proposal, effect: Effect) -> dict[str, dict[str, Restriction]]:
        """What precludes the proposal, or what holds it back, by owner and id."""
        groups: dict[str, dict[str, Restriction]] = {}
        for id_, bar in proposal.deciding.items():
            for owner in self._list_owners(id_, proposal) if bar.effect == effect else ():
                groups.setdefault(owner, {})[id_] = bar
        return groups

    def _list_owners(self, id_: str, proposal: Proposal) -> list[str]:
        """Whose restriction it is."""
        if id_ not in self._frame.holding:
            return [self._owners[id_]]
        waiting = set(self._frame.holding[id_][0].holds)
        if EVERY in waiting:
            return [EVERY_DRUG]
        drugs = (self._frame.drugs[drug] for drug in proposal.regimen.drugs if drug in self._frame.drugs)
        return [f"drug/{drug.id}" for drug in drugs if waiting & {drug.id, *drug.classes}]
