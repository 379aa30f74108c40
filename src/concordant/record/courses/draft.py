"""Groups of spans that become courses, each with what its spans come to, kept up as they are added."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from concordant.logic.dates import Day, PartialDate
from concordant.patient.events import Setting, Stopped
from concordant.record.courses.span import ExposureSpan


class _Summary(msgspec.Struct):
    """What the first `count` spans of a group come to: no span is looked at twice, however many follow.

    `ends` are the latest ends by drug, `stops` the last days that spans with a reason for stopping can have.
    """

    count: int = 0
    drugs: dict[str, None] = msgspec.field(default_factory=dict)
    ends: dict[str, PartialDate] = msgspec.field(default_factory=dict)
    by_name: dict[str, list[ExposureSpan]] = msgspec.field(default_factory=dict)
    all_ends: set[PartialDate] = msgspec.field(default_factory=set)
    first: PartialDate | None = None
    last: PartialDate | None = None
    setting: Setting | None = None
    line: int | None = None
    runs_until: Day | None = None
    stops: dict[Stopped, Day] = msgspec.field(default_factory=dict)

    def add_span(self, part: ExposureSpan) -> None:
        """One more span."""
        self.count += 1
        exposure = part.exposure
        self.drugs |= dict.fromkeys(exposure.drugs)
        for name in part.names:
            self.by_name.setdefault(name, []).append(part)
            self.ends[name] = _later_end(self.ends.get(name), part.last)
        self.all_ends.add(part.last)
        self.first = part.first if self.first is None else min(self.first, part.first)
        self.last = _later_end(self.last, part.last)
        self.setting = exposure.setting if self.setting is None else self.setting
        self.line = exposure.line if self.line is None else self.line
        if part.runs:
            self.runs_until = max(self.runs_until or part.last.last, part.last.last)
        elif part.stopped is not None:
            self.stops[part.stopped] = max(self.stops.get(part.stopped, part.last.last), part.last.last)


def _later_end(known: PartialDate | None, end: PartialDate) -> PartialDate:
    return end if known is None or (end.last, end.first) > (known.last, known.first) else known


class CourseDraft(msgspec.Struct):
    """Spans that count as one course, and why they were joined or parted.

    What is given `beside` them belongs to the course, and neither begins nor ends it. `parts` is changed by `add_spans` and
    `replace_spans` only.
    """

    parts: list[ExposureSpan] = msgspec.field(default_factory=list)
    why: list[str] = msgspec.field(default_factory=list)
    beside: list[ExposureSpan] = msgspec.field(default_factory=list)
    _told: _Summary = msgspec.field(default_factory=_Summary)

    @property
    def _summary(self) -> _Summary:
        told = self._told
        while told.count < len(self.parts):
            told.add_span(self.parts[told.count])
        return told

    @property
    def names(self) -> frozenset[str]:
        """Ids of known drugs and names of unknown ones."""
        return frozenset(self._summary.by_name)

    @property
    def drugs(self) -> frozenset[str]:
        """The known drugs of the group."""
        return frozenset(self._summary.drugs)

    @property
    def first(self) -> PartialDate:
        """The earliest start."""
        first = self._summary.first
        assert first is not None
        return first

    @property
    def last(self) -> PartialDate:
        """The latest end."""
        last = self._summary.last
        assert last is not None
        return last

    @property
    def setting(self) -> Setting | None:
        """The setting that the source tells."""
        return self._summary.setting

    @property
    def line(self) -> int | None:
        """The line that the source tells."""
        return self._summary.line

    def list_spans_with(self, drugs: Iterable[str]) -> list[ExposureSpan]:
        """The spans with one of the drugs."""
        wanted = frozenset(drugs)
        if len(wanted) == 1:
            return list(self._summary.by_name.get(next(iter(wanted)), ()))
        return [part for part in self.parts if not wanted.isdisjoint(part.names)]

    def find_latest_end(self, names: Iterable[str]) -> PartialDate | None:
        """The latest end of the spans with one of the drugs; None when there is none."""
        ends = self._summary.ends
        return max((ends[name] for name in names if name in ends), key=lambda day: (day.last, day.first), default=None)

    def list_final_reasons(self) -> set[Stopped]:
        """Why spans that end last were stopped: those that no other ends certainly after."""
        return {reason for reason, day in self._summary.stops.items() if day >= self.last.first}

    def has_final_running(self) -> bool:
        """Whether one of the spans that end last is said to go on."""
        until = self._summary.runs_until
        return until is not None and until >= self.last.first

    def ends_only_at(self, last: PartialDate) -> bool:
        """Whether all spans end at this date."""
        return self._summary.all_ends == {last}

    @property
    def final_spans(self) -> list[ExposureSpan]:
        """The spans that end last: no other ends certainly after them."""
        last = self.last
        return [part for part in self.parts if not part.last.is_certainly_before(last)]

    def remove_drugs(self, names: Iterable[str]) -> None:
        """Takes drugs out."""
        gone = frozenset(names)
        left = [(part, part.names - gone) for part in self.parts]
        self.replace_spans([part.keep_drugs(kept) for part, kept in left if kept or not part.names])

    def add_spans(self, parts: Iterable[ExposureSpan], why: str = "") -> None:
        """More spans, and the reason where it is not plain."""
        self.parts += parts
        if why and why not in self.why:
            self.why.append(why)

    def replace_spans(self, parts: list[ExposureSpan]) -> None:
        """Other spans in place of these."""
        self.parts, self._told = parts, _Summary()
