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
    still = [event for event in told if event.kind not in GREW]
    twofold |= {one for one in still for other in still if extents[one] != extents[other] and _is_of_one_time(one, other)}
    return [event for event in told if event in twofold]


def _is_of_one_time(one: DiseaseEvent, other: DiseaseEvent) -> bool:
    """Whether two events have the same date; without one, two diagnoses are the same."""
    if one.date is None or other.date is None or not one.date.is_exact:
        return one.date == other.date and one.kind == other.kind == DIAGNOSIS
    return one.date == other.date
