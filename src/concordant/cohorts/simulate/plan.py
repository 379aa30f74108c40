"""A simulation made ready: drugs as bits, regimens by number, and from when each may be given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from concordant.cohorts.rules import load_concordance_rules
from concordant.cohorts.simulate.choices import count_days
from concordant.cohorts.simulate.draws import list_words
from concordant.model.cohort import POINT_KINDS
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.model.simulation import Draw, Kind, SimulatedRegimen, Simulation
from concordant.patient.fact_table import Cell, FactColumn, list_fact_columns

EVER = count_days(dt.date.min)


@dataclass(frozen=True)
class SimulationPlan:
    """What is asked of a simulation again and again, worked out once; `silence` is what a silent record says of each feature."""

    simulation: Simulation
    knowledge: Knowledge
    silence: Mapping[str, Cell] = field(default_factory=dict)

    @cached_property
    def drugs(self) -> tuple[str, ...]:
        """The drugs of all regimens; the place of one is its bit."""
        return tuple(dict.fromkeys(plan.drug for regimen in self.simulation.regimens for plan in regimen.drugs))

    @cached_property
    def regimens(self) -> tuple[str, ...]:
        """The ids of all regimens; the place of one is its number."""
        return tuple(regimen.id for regimen in self.simulation.regimens)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The kinds of entries by name."""
        return {kind.id: kind for kind in self.simulation.kinds}

    @cached_property
    def shares(self) -> dict[str, float]:
        """How often something is not on record, or not as it should be, by name."""
        gaps = {one.name: one.share for one in self.simulation.missing}
        return gaps | {one.name: one.share for one in self.simulation.mess}

    @cached_property
    def grace(self) -> tuple[int, ...]:
        """Days after a point within which a start counts as what was given then, by the kinds of points in their order."""
        windows = load_concordance_rules(self.knowledge).grace_days
        return tuple(windows.find_days(kind).days for kind in POINT_KINDS)

    @cached_property
    def features(self) -> dict[str, Feature]:
        """The features of the knowledge by name."""
        return {feature.name: feature for feature in self.knowledge.features}

    @cached_property
    def columns(self) -> list[FactColumn]:
        """The columns of facts."""
        return list_fact_columns(self.knowledge.features)

    def make_mask(self, drugs: Iterable[str]) -> np.uint64:
        """The bits of some drugs; one that no regimen here has is none."""
        return np.uint64(sum(1 << self.drugs.index(drug) for drug in drugs if drug in self.drugs))

    def name_drugs(self, mask: int) -> list[str]:
        """The drugs of some bits."""
        return [drug for number, drug in enumerate(self.drugs) if mask >> number & 1]

    def find_approval(self, regimen: SimulatedRegimen) -> int:
        """The first day on which a label names it; without a regimen to look for, ever since."""
        days = [
            indication.known_from
            for drug in self.knowledge.drugs
            for indication in drug.indications
            if regimen.approved in indication.regimens and indication.known_from is not None
        ]
        return count_days(min(days)) if regimen.approved and days else EVER

    def find_words(self, name: str) -> tuple[str, ...]:
        """The words that a draw can give."""
        return next(list_words(draw) for draw in self.list_draws() if draw.name == name)

    def list_draws(self) -> Sequence[Draw]:
        """Everything that is drawn, in the order in which it is."""
        lines = self.simulation.lines
        return (*self.simulation.draws, *lines.before, *lines.after)
