"""A chart that is read to a record: what cannot be is taken out, exposures become courses, the account is closed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from msgspec.structs import replace

from concordant.dates import PartialDate, exactly, words
from concordant.record import events as ev
from concordant.record.account import Account
from concordant.record.assemble import courses_from
from concordant.record.entries import dates_of, opened, running, table_of
from concordant.record.events import ADVANCED
from concordant.record.exposures import Exposure
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.disease import declared, events_of
from concordant.record.impossible import impossible_birth, impossible_dates
from concordant.record.merging import together, told_once
from concordant.record.sources import Patient

TABLES = ("markers", "events", "courses", "conditions", "measurements", "medications", "findings")


def finished(chart: Chart, name: str, *, given: bool) -> Patient:
    """The patient of a chart. `given`: the date was asked for, and cuts the record; else a later entry is impossible."""
    _check_birth(chart)
    events = events_of(chart)
    _receptors(chart)
    chart.exposures = _carried_out(chart)
    exposures = [*_with_lines(chart), *_unnamed_treatment(chart)]
    tables: dict[str, list[Any]] = {table: [] for table in TABLES}
    cut = 0
    possible: list[Exposure] = []
    for event in (*events, *chart.found, *exposures):
        kept = _possible(event, chart, given=given)
        if kept is None:
            cut += 1
        elif isinstance(kept, Exposure):
            possible.append(kept)
        else:
            tables[table_of(kept)].append(kept)
    tables["markers"], tables["events"] = list(together(tables["markers"])), list(told_once(tables["events"]))
    made = courses_from(possible, tables["events"], chart.as_of, chart.kit.rules)
    tables["courses"] += made.courses
    tables["medications"] += [m for one in made.supportive for m in _supportive(one, chart)]
    record = ev.PatientRecord(
        chart.as_of,
        name,
        chart.person,
        **{table: tuple(sorted(found, key=_order)) for table, found in tables.items()},
        stated=dict(sorted(chart.stated.items())),
        not_understood=tuple(sorted(dict.fromkeys(chart.lost))),
        notices=(*sorted(chart.notices), *([_cut_notice(chart.as_of, cut)] if given else [])),
        set_aside=tuple(sorted(dict.fromkeys(chart.aside))),
        notes={note.place: note.says for note in made.notes},
    )
    return Patient(chart.id, record, Account(chart.rows, Counter(chart.unmapped)))


def _order(event: Any) -> tuple[Any, ...]:
    """By date, then by place: the order of entries in the source plays no part."""
    start, last = dates_of(event)
    return (start.first if start else dt.date.max, last.last if last else dt.date.max, event.entry.place)


def _check_birth(chart: Chart) -> None:
    if chart.born is None:
        return
    why = impossible_birth(chart.born, chart.as_of)
    if why:
        chart.turn(chart.born_at, why)
        chart.born = None


def _possible(event: Any, chart: Chart, *, given: bool) -> Any:
    """The event as it may stand; open when it cannot be; None when it lies after the date that was asked for."""
    start, last = dates_of(event)
    if start is None and last is None:
        return event
    today = exactly(chart.as_of)
    if start is not None and given and today.certainly_before(start):
        chart.turn(event.entry.place, "it lies after the date asked for", cut=True)
        return None
    why = impossible_dates(start, last, chart.born, chart.as_of)
    if why:
        chart.turn(event.entry.place, why)
        return opened(event)
    if isinstance(event, Exposure) and last is not None and today.certainly_before(last):
        return replace(event, end=None, **running(event))
    return event


def _cut_notice(as_of: dt.date, cut: int) -> str:
    return f"The record was cut at {words(exactly(as_of))}: {cut} later {'entry' if cut == 1 else 'entries'} left out."


NOT_CARRIED_OUT = "an order that no entry carries out"


def _carried_out(chart: Chart) -> list[Exposure]:
    """The exposures; an order of an infusion is none where the record tells infusions, and none of this drug.

    Whether it was given is then not known: it may be any drug, at any time.
    """
    leading = chart.kit.rules.leading - chart.kit.rules.by_mouth
    infusions = any(one.single and not leading.isdisjoint(one.drugs) for one in chart.exposures)
    given = {drug for one in chart.exposures if one.entry.place not in chart.orders for drug in one.drugs}
    found = []
    for one in chart.exposures:
        ordered = one.entry.place in chart.orders and not leading.isdisjoint(one.drugs)
        if infusions and ordered and given.isdisjoint(one.drugs):
            names = " and ".join(chart.kit.names.get(drug, drug) for drug in one.drugs)
            chart.notices.append(f"{names}: ordered, and no entry tells that it was given ({one.entry.place}).")
            found.append(Exposure(one.entry, (), (NOT_CARRIED_OUT,)))
        else:
            found.append(one)
    return found


def _with_lines(chart: Chart) -> list[Any]:
    """The exposures, those of a declared line with its number; a line without one becomes an exposure of unnamed drugs."""
    exposures: list[Any] = list(chart.exposures)
    lines = declared(chart)
    for number, (entry, line, start, end) in enumerate(lines):
        following = lines[number + 1][2] if number + 1 < len(lines) else None
        covered = False
        for index, one in enumerate(exposures):
            if isinstance(one, Exposure) and one.line is None and _within(one.start, start, end or following, end is not None):
                exposures[index] = replace(one, line=line)
                covered = True
        if not covered:
            exposures.append(Exposure(entry, (), (), start, end, ADVANCED, line))
    return exposures


def _within(date: PartialDate | None, start: PartialDate | None, until: PartialDate | None, included: bool) -> bool:
    if date is None or start is None or date.last < start.first:
        return False
    if until is None:
        return True
    return date.first <= until.last if included else date.last < until.first


def _unnamed_treatment(chart: Chart) -> list[Exposure]:
    """Treatment told as a procedure, on days on which no drug is told."""
    days = {one.start for one in chart.exposures}
    return [Exposure(e, (), (name,), date, date, single=date is not None) for e, date, name in chart.chemo if date not in days]


def _receptors(chart: Chart) -> None:
    """A result of both receptors together counts where no single one stands."""
    if not chart.receptors:
        return
    words_told = {word for _, word in chart.receptors}
    single = {marker.test for marker in chart.found if isinstance(marker, ev.Marker)}
    if single.isdisjoint(chart.kit.single_receptors) and len(words_told) == 1:
        chart.stated["hormone_receptor"] = words_told.pop()


def _supportive(one: Exposure, chart: Chart) -> list[ev.Medication]:
    """A supportive drug is a medication while it runs."""
    if not one.ongoing:
        return []
    known = chart.kit.terms.words.medication_ids
    return [ev.Medication(one.entry, drug if drug in known else None, chart.kit.names.get(drug, drug)) for drug in one.drugs]
