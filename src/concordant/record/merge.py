"""What a source tells in several entries and is one: parts of one test result, the trend and the site of one recurrence."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.patient.events import PROGRESSION, RECURRENCE, DiseaseEvent, Extent, Marker

_Part = tuple[frozenset[str], str | None]  # the numbers and the word of a result: all results with the same can be joined alike
_Relapse = tuple[frozenset[str], Extent | None]  # the sites and the extent of a recurrence


def merge_marker_parts(markers: Iterable[Marker]) -> tuple[Marker, ...]:
    """Numbers of one test, day and specimen that stand in entries of their own (ratio, copies), as one result.

    Apart they would say something else: copies without a ratio are those of a single probe.
    """
    merged: list[Marker] = []
    alone: dict[tuple[object, ...], dict[_Part, list[int]]] = {}
    for marker in sorted(markers, key=lambda one: one.entry.place):  # the order of the source plays no part
        same = alone.setdefault((marker.test, marker.date, marker.specimen), {})
        fitting = [part for part, places in same.items() if places and _is_part_of(marker, part)]
        part = min(fitting, key=lambda part: same[part][0], default=None)
        if part is None:
            at = len(merged)
            merged.append(marker)
        else:
            at = heappop(same[part])
            kept = merged[at]
            merged[at] = replace(kept, word=kept.word or marker.word, numbers={**kept.numbers, **marker.numbers})
        heappush(same.setdefault((frozenset(merged[at].numbers), merged[at].word), []), at)
    return tuple(merged)


def _is_part_of(marker: Marker, other: _Part) -> bool:
    """Whether a result goes on with others of the same test, day and specimen, that have these numbers and this word."""
    numbers, word = other
    parts = bool(marker.numbers) and bool(numbers) and numbers.isdisjoint(marker.numbers)
    return parts and (marker.word is None or word in (None, marker.word))


def drop_repeated_progressions(events: Iterable[DiseaseEvent]) -> tuple[DiseaseEvent, ...]:
    """Without the progressions that tell a recurrence of the same day again, at no other site."""
    all_events = tuple(events)
    relapses: dict[PartialDate, dict[_Relapse, None]] = {}
    for event in all_events:
        if event.kind == RECURRENCE and event.date is not None:
            relapses.setdefault(event.date, {})[frozenset(event.sites), event.extent] = None
    return tuple(event for event in all_events if not _is_repeat(event, relapses.get(event.date, ()) if event.date else ()))


def _is_repeat(event: DiseaseEvent, relapses: Iterable[_Relapse]) -> bool:
    """Whether a progression tells one of the recurrences of its day again."""
    if event.kind != PROGRESSION or event.brain is not None:
        return False
    return any(sites.issuperset(event.sites) and event.extent in (None, extent) for sites, extent in relapses)
