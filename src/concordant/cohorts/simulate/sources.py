"""What was drawn from what: each distribution with the source that it is from, and how far that was checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.model.simulation import SimulatedRegimen
from concordant.model.sources import Checked, Cite


class SimulatedDraw(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution in words: what it is of, its figures as they stand in the knowledge, its source and the mark."""

    name: str
    says: str
    figures: Any
    source: str
    at: str
    checked: Checked


def list_drawn(plan: SimulationPlan) -> Iterator[SimulatedDraw]:
    """Every distribution, in the order in which it is drawn."""
    simulation = plan.simulation
    for draw in plan.list_draws():
        yield from (_tell(draw.name, draw.says, case, case.source or draw.source) for case in draw.cases)
    for early in simulation.early.plans:
        yield from (_tell(early.id, "Treatment of early disease", weight, weight.source) for weight in early.weights)
    for regimen in simulation.regimens:
        yield from _list_regimen(regimen)
    yield from (_tell(one.name, one.says, one.share, one.source) for one in simulation.missing)
    yield from (_tell(one.name, one.says, one.share, one.source) for one in simulation.mess)


def _list_regimen(regimen: SimulatedRegimen) -> Iterator[SimulatedDraw]:
    yield from (_tell(regimen.id, "How often a regimen is begun", part, part.source) for part in regimen.weights)
    yield from (_tell(regimen.id, "By what that is multiplied", part, part.source) for part in regimen.factors)


def _tell(name: str, says: str, figures: Any, source: Cite) -> SimulatedDraw:
    told = msgspec.to_builtins(figures)
    if isinstance(told, dict):
        told = {key: value for key, value in told.items() if value not in (None, {}, "") and key != "source"}
    return SimulatedDraw(name=name, says=says, figures=told, source=source.ref, at=source.at, checked=source.checked)
