"""What a source tells in several entries and is one: parts of one test result, the trend and the site of one recurrence."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from concordant.patient.events import PROGRESSION, RECURRENCE, DiseaseEvent, Marker


def merge_marker_parts(markers: Iterable[Marker]) -> tuple[Marker, ...]:
    """Numbers of one test, day and specimen that stand in entries of their own (ratio, copies), as one result.

    Apart they would say something else: copies without a ratio are those of a single probe.
    """
    merged: list[Marker] = []
    for marker in sorted(markers, key=lambda one: one.entry.place):  # the order of the source plays no part
        home = next((i for i, other in enumerate(merged) if _is_part_of(marker, other)), None)
        if home is None:
            merged.append(marker)
        else:
            kept = merged[home]
            merged[home] = replace(kept, word=kept.word or marker.word, numbers={**kept.numbers, **marker.numbers})
    return tuple(merged)


def _is_part_of(marker: Marker, other: Marker) -> bool:
    same = (marker.test, marker.date, marker.specimen) == (other.test, other.date, other.specimen)
    parts = bool(marker.numbers) and bool(other.numbers) and marker.numbers.keys().isdisjoint(other.numbers)
    return same and parts and (marker.word is None or other.word in (None, marker.word))


def drop_repeated_progressions(events: Iterable[DiseaseEvent]) -> tuple[DiseaseEvent, ...]:
    """Without the progressions that tell a recurrence of the same day again, at no other site."""
    all_events = tuple(events)
    relapses = [event for event in all_events if event.kind == RECURRENCE and event.date is not None]
    return tuple(event for event in all_events if not any(_is_repeat(event, relapse) for relapse in relapses))


def _is_repeat(event: DiseaseEvent, relapse: DiseaseEvent) -> bool:
    same = event.kind == PROGRESSION and event.date == relapse.date and set(event.sites) <= set(relapse.sites)
    return same and event.brain is None and event.extent in (None, relapse.extent)
