"""Days counted from a day of the patient's own (the diagnosis) to dates; intervals stay right whatever is known of that day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, format_date, make_exact_date
from concordant.record.dates import parse_source_date

EPOCH = dt.date(2000, 1, 1)  # stands for a day zero of which nothing is known; any other would do
FARTHEST = 60_000
WHOLE = re.compile(r"[-+]?\d{1,9}(?:\.0*)?")  # a spreadsheet writes 5.0


@dataclass(frozen=True, slots=True)
class PatientCalendar:
    """Day zero as it is used, as far as it is known, and what has to be said about it."""

    zero: dt.date
    known: PartialDate | None
    notice: str = ""

    def date_from_days(self, text: str) -> PartialDate:
        """The date of an event. Raises ValueError with a sentence."""
        return make_exact_date(self.zero + _parse_days(text))

    def birth_from_days(self, text: str) -> PartialDate | None:
        """The date of birth, with the whole uncertainty of day zero; None when day zero is not known at all."""
        days = _parse_days(text)
        return PartialDate(self.known.first + days, self.known.last + days) if self.known else None


def _parse_days(text: str) -> dt.timedelta:
    if WHOLE.fullmatch(text) is None:
        raise ValueError(f"{quote_word(text)} is not a number of days")
    number = int(text.partition(".")[0])
    if abs(number) > FARTHEST:
        raise ValueError(f"{quote_word(text)} days are more than a life")
    return dt.timedelta(days=number)


def make_calendar(texts: Sequence[str], called: str) -> PatientCalendar:
    """The calendar of one patient from what the rows say of day zero: a date, a month, a year, nothing, or different things."""
    known, remark = _parse_day_zero(texts)
    if known is None:
        notice = (
            f"The day of {called} is not known{remark}: it is set to {format_date(make_exact_date(EPOCH))}. "
            "Intervals between entries are right, calendar dates and the age are not."
        )
        return PatientCalendar(EPOCH, None, notice)
    if known.is_exact:
        return PatientCalendar(known.first, known)
    middle = known.first + (known.last - known.first) / 2
    notice = (
        f"The day of {called} is known as {format_date(known)} only: it is set to {format_date(make_exact_date(middle))}. "
        "Intervals between entries are right, calendar dates only as near as that."
    )
    return PatientCalendar(middle, known, notice)


def _parse_day_zero(texts: Sequence[str]) -> tuple[PartialDate | None, str]:
    """Day zero where the rows tell one; else why it is not known, in brackets."""
    if len(texts) > 1:
        return None, f" (the rows tell different ones: {', '.join(map(quote_word, texts))})"
    try:
        return (parse_source_date(texts[0]) if texts else None), ""
    except ValueError:
        return None, f" ({quote_word(texts[0])} is not a date)"
