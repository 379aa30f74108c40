"""Days on which things became known: every source has one, and nothing is known before its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from concordant.author.places import PlaceIndex
from concordant.errors import Complaint
from concordant.model.knowledge import Knowledge


def check_dates(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """A source without its day, a newer event or an analysis that is older than its source."""
    for source in knowledge.sources:
        if source.known_from is None and source.kind != "choice":
            says = f"the source '{source.id}' does not say since when it is known"
            yield places.find_record("sources/", source.id).make_complaint(
                (), says, "Add `known_from`; without it, it counts as always known"
            )
    known = {source.id: source.known_from for source in knowledge.sources}
    yield from _check_newer_events(places, knowledge, known)
    yield from _check_analyses(places, knowledge, known)


def _check_newer_events(places: PlaceIndex, knowledge: Knowledge, known: Mapping[str, dt.date | None]) -> Iterator[Complaint]:
    for event in knowledge.newer:
        since = known.get(event.source.ref)
        if since and event.date < since:
            says = f"the event is dated {event.date}, before its source '{event.source.ref}' was known ({since})"
            yield places.find_record("newer/", event.id).make_complaint(
                ("date",), says, "Nothing can be told before it is published"
            )


def _check_analyses(places: PlaceIndex, knowledge: Knowledge, known: Mapping[str, dt.date | None]) -> Iterator[Complaint]:
    for trial in knowledge.trials:
        for i, analysis in enumerate(trial.analyses):
            since = known.get(analysis.source)
            if since and analysis.known_from < since:
                says = f"'{analysis.id}' is known from {analysis.known_from}, before its source '{analysis.source}' ({since})"
                place = ("analyses", i, "known_from")
                yield places.find_record("trials/", trial.id).make_complaint(place, says, "The publication counts, not the cut")
