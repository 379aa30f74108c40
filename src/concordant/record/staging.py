"""Metastases found so soon after another growth, or after the first dose of a regimen, that they were there before: staging.

A metastasis that an entry tells by its date alone, later than the first ones, is a progression. One found within the window of
`staging` (data: lines-of-therapy.yaml) after a recurrence or progression belongs to that one; on its very day it is where the
disease grew. One found so soon after the first dose of a regimen grew before it, and is no progression on it. A progression that
the source calls so stays what it is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from concordant.logic.date_index import DateIndex
from concordant.logic.dates import Day, PartialDate, format_date, shift_day
from concordant.patient.events import FINDING, GREW, METASTATIC, PROGRESSION, DiseaseEvent
from concordant.record.courses.exposures import Exposure
from concordant.record.courses.line_rules import LineRules
from concordant.record.courses.span import days_between


def settle_staging(
    found: Sequence[DiseaseEvent], told: Sequence[DiseaseEvent], exposures: Sequence[Exposure], rules: LineRules
) -> tuple[list[DiseaseEvent], list[str]]:
    """The events that were `found` in metastases, with those that are staging as what they are; and what to say of them."""
    staging = _Staging(rules, _list_first_doses(exposures, rules), _index_starts(exposures, rules))
    staging.keep_events(told)
    return staging.settle_events(found), staging.notices


class _Staging(msgspec.Struct):
    """Reads the progressions that were made of metastases beside all that is told of growth and of drugs given.

    `grown` are the dates of growth so far in order, `advanced` the first day of advanced disease so far.
    """

    rules: LineRules
    doses: Sequence[PartialDate]
    starts: DateIndex
    grown: list[PartialDate] = msgspec.field(default_factory=list)
    advanced: Day | None = None
    notices: list[str] = msgspec.field(default_factory=list)

    def keep_events(self, events: Iterable[DiseaseEvent]) -> None:
        """Events that are what they are: those that come after are read beside them."""
        for event in events:
            if event.date is None:
                continue
            if event.kind in GREW:
                _insert_date(self.grown, event.date)
            if event.extent == METASTATIC:
                self.advanced = event.date.first if self.advanced is None else min(self.advanced, event.date.first)

    def settle_events(self, found: Sequence[DiseaseEvent]) -> list[DiseaseEvent]:
        """The events, with those that are staging as what they are."""
        settled: list[DiseaseEvent] = []
        for event in sorted(found, key=_date_key):
            told = [event] if event.kind != PROGRESSION or event.date is None else self._settle_event(event, event.date)
            self.keep_events(told)
            settled += told
        return settled

    def _settle_event(self, event: DiseaseEvent, date: PartialDate) -> list[DiseaseEvent]:
        dose = self._find_before(date, self.doses)
        if dose is not None and self._was_treated_before(dose):
            self._add_notice(event, date, "to have grown before the first dose of the drugs begun then", dose)
            return [replace(event, date=dose)]
        since = dose or self._find_before(date, self.grown)
        if since is None or (dose is None and since == date):  # what was found on the day of a growth is where it grew
            return [event]
        self._add_notice(event, date, "as staging, no progression", since)
        return list(_make_findings(event))

    def _add_notice(self, event: DiseaseEvent, date: PartialDate, taken: str, since: PartialDate) -> None:
        sites = ", ".join(site.replace("_", " ") for site in event.sites) or "no site told"
        within = f"found within {self.rules.staging} days after {format_date(since)}"
        self.notices.append(f"A metastasis ({sites}) of {format_date(date)} is taken {taken}: {within} ({event.entry.place}).")

    def _find_before(self, date: PartialDate, days: Sequence[PartialDate]) -> PartialDate | None:
        """The last of some days that certainly lies no later than the date, and no longer ago than the window."""
        earliest = shift_day(date.last, -self.rules.staging)
        for place in range(bisect_right(days, date.first, key=_first_day) - 1, -1, -1):
            if days[place].first < earliest:
                return None
            if days[place].last <= date.first:
                return days[place]
        return None

    def _was_treated_before(self, dose: PartialDate) -> bool:
        """Whether drugs were given for advanced disease before this first dose: then it grew on them."""
        return self.advanced is not None and self.starts.has_within(self.advanced, shift_day(dose.first, -1))


def _first_day(date: PartialDate) -> Day:
    return date.first


def _insert_date(dates: list[PartialDate], date: PartialDate) -> None:
    """The date in its place, once."""
    place = bisect_left(dates, date)
    if place == len(dates) or dates[place] != date:
        dates.insert(place, date)


def _index_starts(exposures: Iterable[Exposure], rules: LineRules) -> DateIndex:
    """The starts of drugs that make a regimen."""
    return DateIndex(one.start for one in exposures if one.start is not None and _is_counted(one, rules))


def _list_first_doses(exposures: Iterable[Exposure], rules: LineRules) -> list[PartialDate]:
    """The days on which a drug was given that had not been given for longer than a pause."""
    ends: dict[str, PartialDate] = {}
    firsts: dict[PartialDate, None] = {}
    for exposure in sorted((one for one in exposures if _is_counted(one, rules)), key=_start_key):
        assert exposure.start is not None
        for drug in (*exposure.drugs, *exposure.unknown_drugs):
            last = ends.get(drug)
            if last is None or days_between(last, exposure.start)[0] > rules.find_allowed_gap([drug]):
                firsts[exposure.start] = None
            end = exposure.end or exposure.start
            ends[drug] = end if last is None or end.last > last.last else last
    return sorted(firsts, key=lambda day: (day.first, day.last))


def _is_counted(exposure: Exposure, rules: LineRules) -> bool:
    """Whether the drugs make a regimen; what supplements others, or is supportive, begins none."""
    return exposure.start is not None and not rules.begins_none(exposure.drugs)


def _make_findings(event: DiseaseEvent) -> Iterable[DiseaseEvent]:
    """The same metastases, of which nothing is said of how the disease went; each told as a case file tells it."""
    for site in event.sites or ("",):
        told = f"{site.replace('_', ' ')} metastasis".strip()
        yield DiseaseEvent(event.entry, FINDING, event.date, METASTATIC, (site,) if site else (), event.brain, "", told)


def _date_key(event: DiseaseEvent) -> tuple[bool, object, object, str]:
    date = event.date
    return (date is None, date.first if date else None, date.last if date else None, event.entry.place)


def _start_key(exposure: Exposure) -> tuple[object, object, str]:
    start = exposure.start
    return (start.first if start else None, start.last if start else None, exposure.entry.place)
