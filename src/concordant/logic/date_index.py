"""Many partial dates in order: whether one lies between two days is found without looking at each of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Protocol, TypeVar

from concordant.logic.dates import Day, PartialDate, make_exact_date


class HasDate(Protocol):
    """An entry with a date, which may not be known."""

    @property
    def date(self) -> PartialDate | None:
        """When it was."""


Entry = TypeVar("Entry", bound=HasDate)


def keep_possible_last(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that are not certainly before another one; what has no date may always be the last."""
    latest = max((entry.date.first for entry in entries if entry.date is not None), default=Day.min)
    return [entry for entry in entries if entry.date is None or entry.date.last >= latest]


class DateIndex:
    """Partial dates by their first day, with the earliest end from each place on and the latest end up to it."""

    __slots__ = ("_dates", "_earliest_end", "_latest_end")

    def __init__(self, dates: Iterable[PartialDate]) -> None:
        self._dates = sorted(dates)
        ends = [date.last for date in self._dates]
        self._earliest_end = list(accumulate(reversed(ends), min))[::-1]
        self._latest_end = list(accumulate(ends, max))

    def __len__(self) -> int:
        return len(self._dates)

    def has_within(self, since: Day, until: Day) -> bool:
        """Whether a date certainly lies between two days, both counted."""
        return self._ends_by(bisect_left(self._dates, make_exact_date(since)), until)

    def has_after(self, day: Day, until: Day) -> bool:
        """Whether a date certainly lies after a day, and not after another."""
        return self._ends_by(bisect_right(self._dates, PartialDate(day, Day.max)), until)

    def has_within_beside(self, since: Day, until: Day) -> bool:
        """The same of the dates that are not the first of the two days itself."""
        return self._ends_by(bisect_right(self._dates, make_exact_date(since)), until)

    def can_have_within(self, since: Day, until: Day) -> bool:
        """Whether a date may lie between two days, both counted."""
        latest = self._find_latest_end(bisect_right(self._dates, PartialDate(until, Day.max)))
        return latest is not None and latest >= since

    def can_have_within_beside(self, since: Day, until: Day) -> bool:
        """The same of the dates that are not the first of the two days itself."""
        latest = self._find_latest_end(bisect_right(self._dates, PartialDate(until, Day.max)))
        if latest is not None and latest > since:
            return True
        before = self._find_latest_end(bisect_left(self._dates, make_exact_date(since)))
        return before is not None and before >= since

    def _ends_by(self, at: int, until: Day) -> bool:
        """Whether one of the dates from this place on ends by a day."""
        return at < len(self._dates) and self._earliest_end[at] <= until

    def _find_latest_end(self, count: int) -> Day | None:
        """The latest end of the first so many dates."""
        return self._latest_end[count - 1] if count else None
