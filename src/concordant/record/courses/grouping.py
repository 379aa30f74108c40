"""Spans of drugs given, in the order of time, to groups: what goes on, what begins, what takes over from what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from concordant.dates import PartialDate, words
from concordant.record.courses.span import CourseDraft, ExposureSpan, days_between, latest
from concordant.record.events import EARLY, GREW, DiseaseEvent, Stopped
from concordant.record.line_rules import LineRules

MONTH = 31
ENDED: tuple[Stopped, ...] = (*GREW, "toxicity", "choice")


def order(part: ExposureSpan) -> tuple[object, ...]:
    """By date, then by content: the order of the source plays no part."""
    told = part.exposure
    ends = (part.last.first, part.last.last, part.runs)
    rest = (told.setting or "", told.line or 0, told.drugs, told.unknown_drugs, told.stopped or "", told.entry.place)
    return (part.first.first, part.first.last, rest[:2], ends, rest[2:])


def _day(part: ExposureSpan) -> tuple[object, ...]:
    """What is taken together; of spans told more coarsely than to the month, those that also end alike."""
    coarse = (part.first.last - part.first.first).days >= MONTH
    return (part.first, part.exposure.setting, part.exposure.line, part.last if coarse else None)


@dataclass(slots=True)
class Grouping:
    """Goes through the spans once; the last group is the one that may go on."""

    rules: LineRules
    events: Sequence[DiseaseEvent]
    groups: list[CourseDraft] = field(default_factory=list)

    def run(self, parts: Iterable[ExposureSpan]) -> list[CourseDraft]:
        """The groups of some spans, those of one day taken together."""
        ordered = sorted(parts, key=order)
        for _, same in groupby(ordered, key=_day):
            day = list(same)
            self._place(day, [part for part in ordered if self._is_ahead(part, day[0].first)])
        return self.groups

    def _is_ahead(self, part: ExposureSpan, start: PartialDate) -> bool:
        low, high = days_between(start, part.first)
        return low >= 0 and high <= self.rules.together

    def _place(self, day: list[ExposureSpan], ahead: Sequence[ExposureSpan]) -> None:
        if not self.groups:
            self.groups.append(CourseDraft(day))
            return
        group = self.groups[-1]
        parted = self._parted(group, day)
        if not parted:
            group.add(day, self._joined(group, day))
            return
        following = CourseDraft(self._led_in(group, day, ahead), [parted])
        following.add(self._carried(group, day))
        following.add(day)
        self.groups.append(following)

    def _parted(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        """Why the day begins another course; empty when it goes on with the group."""
        told = day[0].exposure
        if None not in (told.setting, group.setting) and told.setting != group.setting:
            return f"the source tells another setting ({told.setting})"
        if None not in (told.line, group.line) and told.line != group.line:
            return f"the source tells another line ({told.line})"
        return self._ended(group, day) or self._paused(group, day) or self._operated(group, day) or self._changed(group, day)

    def _ended(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        reasons = {part.stopped for part in group.final if part.stopped in ENDED}
        if reasons and not any(part.runs for part in group.final) and not day[0].first.overlaps(group.last):
            return f"the course before was stopped ({', '.join(sorted(filter(None, reasons)))})"
        return ""

    def _paused(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        allowed = self.rules.gap_for(group.drugs)
        least, most = days_between(group.last, day[0].first)
        if least > allowed:
            return f"{least} days after the last entry of the course before, more than {allowed}"
        if most > allowed and self._grew(group.last, day[0].first):
            return f"the pause may be longer than {allowed} days, and the disease may have grown in it"
        return ""

    def _operated(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        advanced = advanced_since(self.events, self.rules)
        for event in self.events:
            date = event.date
            early = advanced is None or (date is not None and date.certainly_before(advanced))
            between = date is not None and group.last.certainly_before(date) and date.certainly_before(day[0].first)
            if event.kind == "surgery" and early and between and date is not None:
                return f"surgery of {words(date)} lies between"
        return ""

    def _changed(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        new = self._new(group, day)
        if not new:
            return self._restarted(group, day)
        if self._is_together(group, day):
            return ""
        replaced = all(self.rules.stands_for(drug, group.drugs) for drug in new)
        if replaced and not self._grew(latest(group.parts), day[0].first):
            return ""
        return f"{self._named(new)} was begun"

    def _new(self, group: CourseDraft, day: Iterable[ExposureSpan]) -> frozenset[str]:
        """Known drugs that the group has not had; what only supplements others is none of them."""
        drugs = frozenset(drug for part in day for drug in part.exposure.drugs)
        return drugs - group.drugs - self.rules.supplements

    def _restarted(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        """A drug that was left out for longer than a pause while the others went on, and is given again."""
        for part in day:
            allowed = self.rules.gap_for(part.exposure.drugs)
            before = group.of(part.names)
            if before and days_between(latest(before), part.first)[0] > allowed:
                least = days_between(latest(before), part.first)[0]
                return f"{self._named(part.names)} was begun again after {least} days"
        return ""

    def _is_together(self, group: CourseDraft, day: list[ExposureSpan]) -> bool:
        """ExposureSpan within the window of the first day; or both told to the month or better, and to the same one."""
        start, first = group.first, day[0].first
        _, most = days_between(start, first)
        same = start == first and (start.last - start.first).days <= MONTH
        alike = start == first and all(part.last == day[0].last for part in (*group.parts, *day))
        return most <= self.rules.together or same or alike

    def _joined(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        """What is worth saying of a day that goes on with the group."""
        new = self._new(group, day)
        allowed = self.rules.gap_for(group.drugs)
        _, most = days_between(group.last, day[0].first)
        if new and not self._is_together(group, day):
            return f"{self._named(new)} took the place of a drug of the same kind"
        if new and day[0].first != group.first:
            return f"{self._named(new)} was begun within {self.rules.together} days of the first drug"
        exact = group.last.is_exact and day[0].first.is_exact
        return f"whether the pause was longer than {allowed} days is not certain" if most > allowed and not exact else ""

    def _led_in(self, group: CourseDraft, day: list[ExposureSpan], ahead: Sequence[ExposureSpan]) -> list[ExposureSpan]:
        """The last doses of drugs that go on, so shortly before that they belong to the new regimen."""
        coming = frozenset[str]().union(*(part.names for part in ahead))
        found = [
            part
            for part in group.parts
            if part.names <= coming
            and part.first == part.last
            and 0 <= days_between(part.first, day[0].first)[0] <= self.rules.lead_in
        ]
        if len(found) == len(group.parts):
            return []
        group.parts = [part for part in group.parts if part not in found]
        return found

    def _carried(self, group: CourseDraft, day: list[ExposureSpan]) -> list[ExposureSpan]:
        """Spans that reach beyond the new day: cut there, the rest goes on with the new regimen."""
        start, told = day[0].first, day[0].exposure
        alone = any(not self.rules.alone.isdisjoint(part.names) for part in day)
        carried, kept = [], []
        for part in group.parts:
            beyond = days_between(start, part.last)[0] > self.rules.lead_in and part.end_told
            same = part.exposure.setting == told.setting and part.exposure.line == told.line
            if beyond and same and not (alone and part.runs):
                carried.append(part.since(start))
            cut = (beyond and same) or not part.end_told
            kept.append(part.until(self._cut(part, start)) if cut else part)
        group.parts = kept
        return carried

    def _cut(self, part: ExposureSpan, start: PartialDate) -> PartialDate:
        """Where a span ends that the new day cuts; one without an end has it somewhere before."""
        return start if part.end_told else PartialDate(part.first.first, max(part.first.last, start.last))

    def _grew(self, after: PartialDate, before: PartialDate) -> bool:
        """Whether a progression or recurrence may lie between two days."""
        dates = [event.date for event in self.events if event.kind in GREW and event.date is not None]
        return any(after.first <= date.last and date.first <= before.last for date in dates)

    def _named(self, drugs: Iterable[str]) -> str:
        return " and ".join(sorted(self.rules.names.get(drug, f"'{drug}'") for drug in drugs))


def advanced_since(events: Iterable[DiseaseEvent], rules: LineRules) -> PartialDate | None:
    """The date of the event that first told advanced disease, in so many words or by a distant site."""
    far = [e for e in events if e.extent not in (None, EARLY) or not rules.distant_sites.isdisjoint(e.sites)]
    dates = [event.date for event in far if event.date is not None]
    return min(dates, key=lambda date: (date.first, date.last)) if dates else None


def today_after(as_of: dt.date, days: int, last: PartialDate) -> bool:
    """True when the last day certainly lies no longer ago than so many days."""
    return (as_of - last.first).days <= days
