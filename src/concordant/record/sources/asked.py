"""For which day a question is asked, and what happens to a record that goes on after it."""

from __future__ import annotations

import datetime as dt

import msgspec

from concordant.errors import Complaint, Unreadable
from concordant.logic.dates import parse_partial_date

WRITE = "Write the day as 2022-09-20"


class AsOf(msgspec.Struct, frozen=True):
    """The day that was asked for, and the day of today where the caller has a clock.

    A record with a date of its own keeps it. Any other is cut at `asked`, or taken whole as of `today`.
    """

    asked: dt.date | None = None
    today: dt.date | None = None

    @property
    def cuts_record(self) -> bool:
        """Whether a record without a date of its own is cut."""
        return self.asked is not None

    def get_day(self, name: str) -> dt.date:
        """The day for a record without one of its own. Raises Unreadable when nobody told any."""
        day = self.asked or self.today
        if day is None:
            way_out = "Say for which day to answer: as_of='2022-09-20', or today=datetime.date.today()"
            raise Unreadable(Complaint("it has no date of its own, and none is given", name, way_out=way_out))
        return day


def parse_day(day: dt.date | str | None, place: str = "as_of") -> dt.date | None:
    """The day that a text names; None when there is none. Raises Unreadable for what is no day."""
    if day is None or day == "":
        return None
    if isinstance(day, dt.date):
        return day.date() if isinstance(day, dt.datetime) else day
    if not isinstance(day, str):
        raise Unreadable(Complaint(f"a day is a date or a text, and this is of type {type(day).__name__}", place, way_out=WRITE))
    try:
        date = parse_partial_date(day)
    except ValueError as error:
        raise Unreadable(Complaint(str(error), place, way_out=WRITE)) from None
    if not date.is_exact:
        raise Unreadable(Complaint(f"'{day}' is not a day", place, way_out=WRITE))
    return date.first
