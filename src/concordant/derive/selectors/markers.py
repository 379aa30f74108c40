"""Marker tests: the results of the specimen that governs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from concordant.derive.context import SelectorContext, list_entry_places
from concordant.logic.date_index import keep_possible_last
from concordant.logic.dates import PartialDate, format_date
from concordant.logic.intervals import Interval, format_interval
from concordant.model.selectors.entries import MarkerPart, SpecimenTested
from concordant.patient.events import Marker
from concordant.patient.facts import Claim


def find_governing_markers(record_markers: Sequence[Marker], tests: Sequence[str], days: int) -> list[Marker]:
    """The results that govern: of the metastasis if tested, else the latest, with what was done for them.

    One that could not be read governs as well, unless a later one is known: it may be of the metastasis, and say anything.
    """
    family = [m for m in record_markers if m.test in tests]
    chosen = [m for m in family if m.specimen == "metastasis" or (m.specimen is None and _is_unread(m))]
    chosen = chosen if any(m.specimen == "metastasis" for m in chosen) else family
    dates = [m.date for m in chosen if m.date is not None]
    if not dates:
        return chosen
    newest: PartialDate = max(dates, key=lambda d: d.last)
    since = newest.first - dt.timedelta(days=days)
    governing = [m for m in chosen if m.date is None or m.date.last >= since]
    unread = [m.date for m in governing if _is_unread(m)]
    latest = max((date.first for date in unread if date is not None), default=dt.date.min)
    is_open = None in unread
    return [m for m in governing if _is_unread(m) or not (is_open or _is_before(m, latest))]


def _is_unread(item: Marker) -> bool:
    return item.word is None and not item.numbers


def _is_before(item: Marker, day: dt.date) -> bool:
    """Whether a result is certainly from before the day of one that could not be read, which may have replaced it."""
    return item.date is not None and item.date.last < day


def claim_marker(ctx: SelectorContext[MarkerPart]) -> Claim | None:
    """One result of the governing specimen: its word, or one of its numbers."""
    by = ctx.by
    results = [m for m in find_governing_markers(ctx.record.markers, by.family, by.together_days) if m.test == by.test]
    readings = [(m, _read_part(m, by.part)) for m in results if by.without not in m.numbers]
    readings = [(m, value) for m, value in readings if value is not None]
    if unread := [m for m in results if _is_unread(m)]:
        return Claim(None, "a result on record that cannot be read", list_entry_places(unread))
    if not readings:
        return None
    last = _find_possible_last_markers([m for m, _ in readings])
    values = {value for m in last if (value := _read_part(m, by.part)) is not None}
    says = ", ".join(filter(None, map(_describe_specimen, last)))
    if len(values) > 1:
        told_all = ", ".join(_describe_marker(m) for m in last)
        return Claim(
            None,
            told_all,
            list_entry_places(last),
            conflict=f"{ctx.feature.label}: results that contradict each other ({told_all})",
        )
    return Claim(values.pop(), says, list_entry_places(last))


def claim_specimen_tested(ctx: SelectorContext[SpecimenTested]) -> Claim | None:
    """Whether a test of the family was done on the specimen; open while a result does not say its specimen."""
    results = [m for m in ctx.record.markers if m.test in ctx.by.family]
    on_it = [m for m in results if m.specimen == ctx.by.specimen]
    if on_it:
        return Claim("yes", ", ".join(filter(None, map(_describe_specimen, on_it[:1]))), list_entry_places(on_it))
    if results and all(m.specimen for m in results):
        return Claim("no", "every result is of another specimen", list_entry_places(results))
    return None


def _read_part(item: Marker, part: str) -> Interval | str | None:
    return item.word if part == "word" else item.numbers.get(part)


def _find_possible_last_markers(items: list[Marker]) -> list[Marker]:
    return items if any(m.date is None for m in items) else keep_possible_last(items)


def _describe_marker(item: Marker) -> str:
    numbers = ", ".join(f"{name} {format_interval(value)}" for name, value in item.numbers.items())
    where = _describe_specimen(item)
    return f"{item.word or numbers}{f' ({where})' if where else ''}"


def _describe_specimen(item: Marker) -> str:
    """The specimen and the date of a result."""
    return ", ".join(filter(None, (item.specimen, format_date(item.date) if item.date else "")))
