"""One exposure as the span of days in which the drugs were given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from concordant.logic.dates import PartialDate, make_exact_date
from concordant.patient.events import Stopped
from concordant.record.courses.exposures import Exposure


class ExposureSpan(msgspec.Struct, frozen=True, gc=False):
    """An exposure from its first to its last day; the last may be open (it runs) or not told (it lies before `as_of`)."""

    exposure: Exposure
    first: PartialDate
    last: PartialDate
    runs: bool = False
    end_told: bool = True

    @property
    def names(self) -> frozenset[str]:
        """Ids of known drugs and names of unknown ones."""
        return frozenset((*self.exposure.drugs, *self.exposure.unknown_drugs))

    @property
    def stopped(self) -> Stopped | None:
        """The documented reason, of an exposure that does not run."""
        return None if self.runs else self.exposure.stopped

    def cut_until(self, day: PartialDate) -> ExposureSpan:
        """The part before a day on which another course took over."""
        return replace(self, last=day, runs=False, exposure=replace(self.exposure, stopped=None, ongoing=False))

    def keep_drugs(self, names: Iterable[str]) -> ExposureSpan:
        """The same span of some of its drugs."""
        kept = frozenset(names)
        drugs = tuple(drug for drug in self.exposure.drugs if drug in kept)
        unknown = tuple(name for name in self.exposure.unknown_drugs if name in kept)
        return replace(self, exposure=replace(self.exposure, drugs=drugs, unknown_drugs=unknown))

    def cut_since(self, day: PartialDate) -> ExposureSpan:
        """The part from that day on."""
        return replace(self, first=day)


def make_span(exposure: Exposure, as_of: dt.date) -> ExposureSpan | None:
    """The span of an exposure; None without any start."""
    if exposure.start is None:
        return None
    today = make_exact_date(as_of)
    end = exposure.start if exposure.single else exposure.end
    if exposure.ongoing or (end is not None and today.is_certainly_before(end)):
        return ExposureSpan(exposure, exposure.start, today, runs=True)
    if end is None:  # a prescription or a statement with its start alone
        return ExposureSpan(
            exposure, exposure.start, PartialDate(exposure.start.first, max(as_of, exposure.start.last)), end_told=False
        )
    return ExposureSpan(exposure, exposure.start, end)


def latest_end(parts: Sequence[ExposureSpan]) -> PartialDate:
    """The latest end of some spans."""
    if len(parts) == 1:
        return parts[0].last
    return max([part.last for part in parts], key=lambda day: (day.last, day.first))


def days_between(start: PartialDate, end: PartialDate) -> tuple[int, int]:
    """The fewest and the most days that lie between two partial dates."""
    return (end.first - start.last).days, (end.last - start.first).days
