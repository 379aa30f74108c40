"""How far the disease has gone by each event, and the events that cannot both be: an early stage and metastases of one time."""

from __future__ import annotations

from collections.abc import Mapping

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import is_distant_disease
from concordant.model.selectors.base import Selector
from concordant.patient.events import EARLY, GREW, METASTATIC, DiseaseEvent, Extent

DIAGNOSIS = "diagnosis"
Extents = Mapping[DiseaseEvent, Extent | None]


def find_event_extent(event: DiseaseEvent, ctx: SelectorContext[Selector]) -> Extent | None:
    """The extent that an event tells: in so many words, by its stage, or by a distant site."""
    if event.extent in (None, EARLY) and is_distant_disease(event, ctx):
        return METASTATIC
    return event.extent


def find_clashing_extents(extents: Extents) -> list[DiseaseEvent]:
    """The events of one time that tell different extents; of a growth only one that is at odds with itself."""
    told = [event for event, extent in extents.items() if extent is not None]
    twofold = {event for event in told if event.extent == EARLY and extents[event] == METASTATIC}
    by_time: dict[object, list[DiseaseEvent]] = {}
    for event in told:
        if event.kind not in GREW and (time := _find_time(event)) is not None:
            by_time.setdefault(time, []).append(event)
    twofold |= {one for some in by_time.values() if len({extents[one] for one in some}) > 1 for one in some}
    return [event for event in told if event in twofold]


def _find_time(event: DiseaseEvent) -> object:
    """What events of one time have in common: the day; without one, two diagnoses of the same date are the same."""
    if event.date is not None and event.date.is_exact:
        return event.date
    return (DIAGNOSIS, event.date) if event.kind == DIAGNOSIS else None
