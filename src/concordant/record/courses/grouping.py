"""Spans of drugs given, in the order of time, to groups: what goes on, what begins, what takes over from what."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from concordant.logic.dates import PartialDate, format_date, shift_day
from concordant.patient.events import GREW, Stopped
from concordant.record.courses.disease_times import DiseaseTimes
from concordant.record.courses.draft import CourseDraft
from concordant.record.courses.line_rules import LineRules
from concordant.record.courses.span import ExposureSpan, days_between

MONTH = 31
ENDED: tuple[Stopped, ...] = (*GREW, "toxicity", "choice")


def span_key(part: ExposureSpan) -> tuple[object, ...]:
    """By date, then by content: the order of the source plays no part."""
    exposure = part.exposure
    ends = (part.last.first, part.last.last, part.runs)
    rest = (
        exposure.setting or "",
        exposure.line or 0,
        exposure.drugs,
        exposure.unknown_drugs,
        exposure.stopped or "",
        exposure.entry.place,
    )
    return (part.first.first, part.first.last, rest[:2], ends, rest[2:])


def _first_day(part: ExposureSpan) -> dt.date:
    return part.first.first


def _day_key(part: ExposureSpan) -> tuple[object, ...]:
    """What is taken together; of spans told more coarsely than to the month, those that also end alike."""
    coarse = (part.first.last - part.first.first).days >= MONTH
    return (part.first, part.exposure.setting, part.exposure.line, part.last if coarse else None)


class CourseGrouping(msgspec.Struct):
    """Goes through the spans once; the last group is the one that may go on."""

    rules: LineRules
    times: DiseaseTimes
    groups: list[CourseDraft] = msgspec.field(default_factory=list)
    ordered: list[ExposureSpan] = msgspec.field(default_factory=list)
    coming: dict[PartialDate, frozenset[str]] = msgspec.field(default_factory=dict)

    def group_spans(self, parts: Iterable[ExposureSpan]) -> list[CourseDraft]:
        """The groups of some spans, those of one day taken together."""
        self.ordered = sorted(parts, key=span_key)
        for _, same in groupby(self.ordered, key=_day_key):
            self._place_day(list(same))
        return self.groups

    def _place_day(self, day: list[ExposureSpan]) -> None:
        if not self.groups:
            self.groups.append(CourseDraft(day))
            return
        group = self.groups[-1]
        parted = self._explain_split(group, day)
        if not parted:
            group.add_spans(day, self._explain_join(group, day))
            return
        following = CourseDraft(self._take_lead_in(group, day), [parted])
        following.add_spans(self._carry_over(group, day))
        following.add_spans(day)
        self.groups.append(following)

    def _explain_split(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        """Why the day begins another course; empty when it goes on with the group."""
        exposure = day[0].exposure
        if None not in (exposure.setting, group.setting) and exposure.setting != group.setting:
            return f"the source tells another setting ({exposure.setting})"
        if None not in (exposure.line, group.line) and exposure.line != group.line:
            return f"the source tells another line ({exposure.line})"
        return (
            self._explain_stop(group, day)
            or self._explain_pause(group, day)
            or self._explain_surgery(group, day)
            or self._explain_change(group, day)
        )

    def _explain_stop(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        reasons = group.list_final_reasons().intersection(ENDED)
        after = group.last.is_certainly_before(day[0].first)  # a dose within the span that was stopped is of it
        if reasons and after and not group.has_final_running():
            return f"the course before was stopped ({', '.join(sorted(reasons))})"
        return ""

    def _explain_pause(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        allowed = self.rules.find_allowed_gap(group.drugs)
        least, most = days_between(group.last, day[0].first)
        if least > allowed:
            return f"{least} days after the last entry of the course before, more than {allowed}"
        if most > allowed and self._can_have_progressed(group.last, day[0].first):
            return f"the pause may be longer than {allowed} days, and the disease may have grown in it"
        return ""

    def _explain_surgery(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        date = self.times.find_surgery_between(group.last, day[0].first)
        return f"surgery of {format_date(date)} lies between" if date is not None else ""

    def _explain_change(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        new = self._find_new_drugs(group, day)
        if not new:
            return self._explain_restart(group, day)
        if self._is_together(group, day):
            return ""
        if self._is_begun_within(group, day, new):
            return ""
        replaced = all(self.rules.can_replace(drug, group.drugs) for drug in new)
        if replaced and not self._can_have_progressed(group.last, day[0].first):
            return ""
        return f"{self._join_names(new)} was begun"

    def _is_begun_within(self, group: CourseDraft, day: Sequence[ExposureSpan], new: frozenset[str]) -> bool:
        """Whether drugs that lead no line begin while a leading one goes on as one entry, and the disease did not grow before."""
        start, leading = day[0].first, self.rules.leading
        goes_on = any(
            part.end_told and not leading.isdisjoint(part.names) and days_between(start, part.last)[0] > self.rules.lead_in
            for part in group.parts
        )
        plain = new.isdisjoint(leading | self.rules.alone)
        return goes_on and plain and not self._can_have_progressed(group.first, start)

    def _find_new_drugs(self, group: CourseDraft, day: Iterable[ExposureSpan]) -> frozenset[str]:
        """Known drugs that the group has not had; what only supplements others is none of them."""
        drugs = frozenset(drug for part in day for drug in part.exposure.drugs)
        return drugs - group.drugs - self.rules.supplements

    def _explain_restart(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        """A drug that was left out for longer than a pause while the others went on, and is given again."""
        for part in day:
            allowed = self.rules.find_allowed_gap(part.exposure.drugs)
            before = group.find_latest_end(part.names)
            least = days_between(before, part.first)[0] if before is not None else 0
            if before is not None and least > allowed:
                return f"{self._join_names(part.names)} was begun again after {least} days"
        return ""

    def _is_together(self, group: CourseDraft, day: list[ExposureSpan]) -> bool:
        """Whether the day lies within the window of the first day; or both told to the month or better, and to the same one."""
        start, first = group.first, day[0].first
        _, most = days_between(start, first)
        same = start == first and (start.last - start.first).days <= MONTH
        alike = start == first and group.ends_only_at(day[0].last) and all(part.last == day[0].last for part in day)
        return most <= self.rules.together or same or alike

    def _explain_join(self, group: CourseDraft, day: list[ExposureSpan]) -> str:
        """What is worth saying of a day that goes on with the group."""
        new = self._find_new_drugs(group, day)
        allowed = self.rules.find_allowed_gap(group.drugs)
        _, most = days_between(group.last, day[0].first)
        if new and not self._is_together(group, day) and self._is_begun_within(group, day, new):
            return f"{self._join_names(new)} was begun while the other drugs went on"
        if new and not self._is_together(group, day):
            return f"{self._join_names(new)} took the place of a drug of the same kind"
        if new and day[0].first != group.first:
            return f"{self._join_names(new)} was begun within {self.rules.together} days of the first drug"
        exact = group.last.is_exact and day[0].first.is_exact
        return f"whether the pause was longer than {allowed} days is not certain" if most > allowed and not exact else ""

    def _take_lead_in(self, group: CourseDraft, day: list[ExposureSpan]) -> list[ExposureSpan]:
        """The last doses of drugs that go on, so shortly before that they belong to the new regimen."""
        start = day[0].first
        coming = self._find_coming_drugs(start)
        lead_in: list[ExposureSpan] = []
        kept: list[ExposureSpan] = []
        for part in group.parts:
            (lead_in if self._leads_in(part, start, coming) else kept).append(part)
        if not kept:
            return []
        group.replace_spans(kept)
        return lead_in

    def _leads_in(self, part: ExposureSpan, start: PartialDate, coming: frozenset[str]) -> bool:
        shortly = part.first == part.last and 0 <= days_between(part.first, start)[0] <= self.rules.lead_in
        return shortly and part.names <= coming

    def _find_coming_drugs(self, start: PartialDate) -> frozenset[str]:
        """What is begun from a day on within the window of a first day."""
        if start not in self.coming:
            until = shift_day(start.first, self.rules.together)
            low = bisect_left(self.ordered, start.last, key=_first_day)
            ahead = self.ordered[low : bisect_right(self.ordered, until, key=_first_day)]
            self.coming[start] = frozenset[str]().union(*(part.names for part in ahead if part.first.last <= until))
        return self.coming[start]

    def _carry_over(self, group: CourseDraft, day: list[ExposureSpan]) -> list[ExposureSpan]:
        """Spans that reach beyond the new day: cut there, the rest goes on with the new regimen."""
        start, exposure = day[0].first, day[0].exposure
        alone = any(not self.rules.alone.isdisjoint(part.names) for part in day)
        carried, kept = [], []
        for part in group.parts:
            beyond = days_between(start, part.last)[0] > self.rules.lead_in and part.end_told
            same = part.exposure.setting == exposure.setting and part.exposure.line == exposure.line
            if beyond and same and not (alone and part.runs):
                carried.append(part.cut_since(start))
            cut = (beyond and same) or not part.end_told
            kept.append(part.cut_until(self._find_cut_date(part, start)) if cut else part)
        group.replace_spans(kept)
        return carried

    def _find_cut_date(self, part: ExposureSpan, start: PartialDate) -> PartialDate:
        """Where a span ends that the new day cuts; one without an end has it somewhere before."""
        return start if part.end_told else PartialDate(part.first.first, max(part.first.last, start.last))

    def _can_have_progressed(self, after: PartialDate, before: PartialDate) -> bool:
        """Whether a progression or recurrence may lie between two days."""
        return self.times.grown.can_have_within(after.first, before.last)

    def _join_names(self, drugs: Iterable[str]) -> str:
        return " and ".join(sorted(self.rules.names.get(drug, f"'{drug}'") for drug in drugs))


def is_recent(as_of: dt.date, days: int, last: PartialDate) -> bool:
    """True when the last day certainly lies no longer ago than so many days."""
    return (as_of - last.first).days <= days
