"""When the disease grew, apart for growth at the spared sites alone, so that many courses can be held against many events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from concordant.derive.context import SelectorContext
from concordant.logic.date_index import DateIndex
from concordant.model.selectors.courses import OfLines, ProgressedOn
from concordant.model.selectors.disease import GrewElsewhere
from concordant.patient.events import DiseaseEvent


class Growth(msgspec.Struct, frozen=True):
    """The dates of some events that tell growth of one kind, and whether one of them has no date."""

    dates: DateIndex
    has_undated: bool

    @property
    def is_told(self) -> bool:
        """True when there is such an event at all."""
        return self.has_undated or len(self.dates) > 0


def make_growth(events: Sequence[DiseaseEvent]) -> Growth:
    """The growth that these events tell."""
    dates = [event.date for event in events if event.date is not None]
    return Growth(DateIndex(dates), len(dates) < len(events))


def part_growth(
    events: Iterable[DiseaseEvent], ctx: SelectorContext[ProgressedOn | OfLines | GrewElsewhere]
) -> tuple[Growth, Growth]:
    """Growth anywhere, and growth at the spared sites alone."""
    anywhere: list[DiseaseEvent] = []
    spared: list[DiseaseEvent] = []
    for event in events:
        (spared if spared_only(event, ctx) else anywhere).append(event)
    return make_growth(anywhere), make_growth(spared)


def spared_only(event: DiseaseEvent, ctx: SelectorContext[ProgressedOn | OfLines | GrewElsewhere]) -> bool:
    """True when every site that the event names bears the tag of those at which a progression is none against the treatment."""
    return bool(event.sites and ctx.by.spared) and all(ctx.by.spared in ctx.tags.get(s, frozenset()) for s in event.sites)
