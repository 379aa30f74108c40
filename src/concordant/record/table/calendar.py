"""Days counted from a day of the patient's own (the diagnosis) to dates; intervals stay right whatever is known of that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from concordant.complaints import quoted
from concordant.dates import PartialDate, exactly, parse_partial_date, words

EPOCH = dt.date(2000, 1, 1)  # stands for a day zero of which nothing is known; any other would do
FARTHEST = 60_000


@dataclass(frozen=True, slots=True)
class Calendar:
    """Day zero as it is used, as far as it is known, and what has to be said about it."""

    zero: dt.date
    known: PartialDate | None
    notice: str = ""

    def day(self, text: str) -> PartialDate:
        """The date of an event. Raises ValueError with a sentence."""
        return exactly(self.zero + _days(text))

    def birth(self, text: str) -> PartialDate | None:
        """The date of birth, with the whole uncertainty of day zero; None when day zero is not known at all."""
        days = _days(text)
        return PartialDate(self.known.first + days, self.known.last + days) if self.known else None


def _days(text: str) -> dt.timedelta:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{quoted(text)} is not a number of days") from None
    if abs(number) > FARTHEST:
        raise ValueError(f"{quoted(text)} days are more than a life")
    return dt.timedelta(days=number)


def calendar_of(texts: Sequence[str], called: str) -> Calendar:
    """The calendar of one patient from what the rows say of day zero: a date, a month, a year, nothing, or different things."""
    known, told = _day_zero(texts)
    if known is None:
        notice = (
            f"The day of {called} is not known{told}: it is set to {words(exactly(EPOCH))}. "
            "Intervals between entries are right, calendar dates and the age are not."
        )
        return Calendar(EPOCH, None, notice)
    if known.is_exact:
        return Calendar(known.first, known)
    middle = known.first + (known.last - known.first) / 2
    notice = (
        f"The day of {called} is known as {words(known)} only: it is set to {words(exactly(middle))}. "
        "Intervals between entries are right, calendar dates only as near as that."
    )
    return Calendar(middle, known, notice)


def _day_zero(texts: Sequence[str]) -> tuple[PartialDate | None, str]:
    """Day zero where the rows tell one; else why it is not known, in brackets."""
    if len(texts) > 1:
        return None, f" (the rows tell different ones: {', '.join(map(quoted, texts))})"
    try:
        return (parse_partial_date(texts[0]) if texts else None), ""
    except ValueError:
        return None, f" ({quoted(texts[0])} is not a date)"
