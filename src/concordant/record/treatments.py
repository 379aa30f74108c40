"""Treatment told in several ways, brought together before courses are made: orders, lines that the source counts, procedures."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import accumulate

from msgspec.structs import replace

from concordant.logic.dates import PartialDate, find_months_range
from concordant.patient.events import ADVANCED, Medication
from concordant.record.courses.exposures import Exposure
from concordant.record.entries import time_key
from concordant.record.findings import DeclaredLine, UnnamedTreatment
from concordant.record.rules import RecordRules

NOT_CARRIED_OUT = "an order that no entry carries out"


def tell_treatments(
    exposures: Sequence[Exposure],
    orders: Set[str],
    lines: Sequence[DeclaredLine],
    unnamed: Sequence[UnnamedTreatment],
    as_of: dt.date,
    rules: RecordRules,
) -> tuple[list[Exposure], list[str]]:
    """What was received, by all that tells of it, and what has to be said of orders; `orders` are the places of those."""
    received, notices = drop_open_orders(exposures, orders, rules)
    received = date_carried_out_orders(received, orders, rules)
    return [*number_exposures(received, lines, as_of), *make_unnamed_exposures(unnamed, received)], notices


def drop_open_orders(exposures: Sequence[Exposure], orders: Set[str], rules: RecordRules) -> tuple[list[Exposure], list[str]]:
    """Replace orders that were apparently never carried out, and say so; `orders` are the places of those that are orders.

    Where the record tells infusions but none of this drug, its order is no evidence of treatment: an exposure to an unnamed drug
    stays, so that what was given, and when, is unknown.
    """
    infused = rules.lines.leading - rules.lines.by_mouth
    if not orders or not any(exposure.single and not infused.isdisjoint(exposure.drugs) for exposure in exposures):
        return list(exposures), []
    administered = {drug for exposure in exposures if exposure.entry.place not in orders for drug in exposure.drugs}
    kept, notices = [], []
    for exposure in exposures:
        ordered = exposure.entry.place in orders and not infused.isdisjoint(exposure.drugs)
        if ordered and administered.isdisjoint(exposure.drugs):
            names = " and ".join(rules.names.get(drug, drug) for drug in exposure.drugs)
            notices.append(f"{names}: ordered, and no entry tells that it was given ({exposure.entry.place}).")
            kept.append(Exposure(exposure.entry, (), (NOT_CARRIED_OUT,)))
        else:
            kept.append(exposure)
    return kept, notices


def date_carried_out_orders(exposures: Sequence[Exposure], orders: Set[str], rules: RecordRules) -> list[Exposure]:
    """The exposures, each order that others carry out as one dose of the day on which they begin to.

    An order says that treatment was to begin. That it names no end is no word of how long it went on, where others tell that.
    """
    if not orders:
        return list(exposures)
    given: dict[tuple[str, ...], list[Exposure]] = {}
    for exposure in sorted((one for one in exposures if one.entry.place not in orders and one.start), key=time_key):
        given.setdefault(tuple(sorted(exposure.drugs)), []).append(exposure)
    firsts = {drugs: [one.start.first for one in some if one.start] for drugs, some in given.items()}
    return [_date_order(one, given, firsts, rules) if one.entry.place in orders else one for one in exposures]


def _date_order(
    order: Exposure,
    given: Mapping[tuple[str, ...], Sequence[Exposure]],
    firsts: Mapping[tuple[str, ...], Sequence[dt.date]],
    rules: RecordRules,
) -> Exposure:
    drugs = tuple(sorted(order.drugs))
    if order.start is None or order.end is not None or order.ongoing or drugs not in given:
        return order
    at = bisect_left(firsts[drugs], order.start.first)
    following = given[drugs][at] if at < len(given[drugs]) else None
    if following is not None and following.start is not None and _is_soon(order.start, following.start, rules):
        return replace(order, start=following.start, end=following.start, single=True)
    before = given[drugs][at - 1] if at else None
    covered = before is not None and (before.ongoing or (before.end is not None and order.start.last <= before.end.last))
    return replace(order, end=order.start, single=True) if covered else order


def _is_soon(ordered: PartialDate, given: PartialDate, rules: RecordRules) -> bool:
    return (given.first - ordered.first).days <= rules.lines.together


def number_exposures(exposures: Sequence[Exposure], lines: Sequence[DeclaredLine], as_of: dt.date) -> list[Exposure]:
    """The exposures, those of a declared line with its number; a line without one becomes an exposure of unnamed drugs. A line
    that may be one of early disease has no number.

    Where the dates leave open whether an exposure lies in a line, it does so only if no other one surely does.
    """
    days = _LineDays(_sort_lines(lines, as_of), as_of)
    surely = [_find_line(exposure, days.find_sure_line) for exposure in exposures]
    perhaps = [_find_line(exposure, days.find_line) for exposure in exposures]
    filled = {place for place in surely if place is not None}
    places = [sure if sure is not None or may in filled else may for sure, may in zip(surely, perhaps, strict=True)]
    placed = [
        exposure if place is None else _number_exposure(exposure, days.lines[place])
        for exposure, place in zip(exposures, places, strict=True)
    ]
    taken = set(places)
    return placed + [_make_unnamed_line(line) for place, line in enumerate(days.lines) if place not in taken]


def _find_line(exposure: Exposure, find: Callable[[PartialDate], int | None]) -> int | None:
    """The line of an exposure that has a date and no number of its own."""
    return find(exposure.start) if exposure.line is None and exposure.start is not None else None


def _number_exposure(exposure: Exposure, line: DeclaredLine) -> Exposure:
    return replace(exposure, line=int(line.line)) if line.is_advanced else exposure


def _make_unnamed_line(line: DeclaredLine) -> Exposure:
    setting, number = (ADVANCED, int(line.line)) if line.is_advanced else (None, None)
    return Exposure(line.entry, (), (), line.start, line.end, setting, number)


def place_lines(
    lines: Sequence[DeclaredLine], signs: Sequence[PartialDate | None], rules: RecordRules
) -> tuple[list[DeclaredLine], list[str]]:
    """The lines, each with whether it is one of advanced disease, and what has to be said of the others.

    `signs` are the dates on which the record tells of advanced disease. Sources number adjuvant treatment as well: a line that
    lies before every sign counts for nothing.
    """
    first = min((sign for sign in signs if sign is not None), key=lambda sign: sign.first, default=None)
    is_open = None in signs
    placed = [replace(line, is_advanced=is_open or _follows_sign(line, first, rules)) for line in lines]
    places = ", ".join(line.entry.place for line in placed if not line.is_advanced)
    says = f"A line of therapy is numbered, and nothing says that the disease was advanced then: it is not counted ({places})."
    return placed, [says] if places else []


def _follows_sign(line: DeclaredLine, first: PartialDate | None, rules: RecordRules) -> bool:
    """Whether advanced disease was on record, by its first sign, when the line began, or soon after it."""
    if first is None or line.start is None:
        return first is not None
    return find_months_range(line.start, first)[0] <= rules.de_novo_months


def _sort_lines(lines: Sequence[DeclaredLine], as_of: dt.date) -> list[DeclaredLine]:
    """The lines that have a number, in the order of time."""
    numbered = [declared for declared in lines if declared.line.isdigit() and int(declared.line) > 0]
    return sorted(numbered, key=lambda one: (one.start.first if one.start else as_of, int(one.line), one.entry.place))


_NEVER = PartialDate(dt.date.min, dt.date.min)
_ALWAYS = PartialDate(dt.date.max, dt.date.max)


class _LineDays:
    """Declared lines in the order of time: the line of a date is found by its days, not by looking at each line.

    A line without an end goes on until the next one starts; where that has no start, without an end.
    """

    def __init__(self, lines: Sequence[DeclaredLine], as_of: dt.date) -> None:
        self.lines = lines
        self._following = [line.start for line in lines[1:]] + [None] if lines else []
        self._begun = [line.start.first if line.start is not None else as_of for line in lines]
        ends = [self._find_end(place) for place in range(len(lines))]
        self._reached = list(accumulate((end.last for end in ends), max))
        self._surely_reached = list(accumulate((end.first for end in ends), max))

    def _find_end(self, place: int) -> PartialDate:
        """The end of a line, whatever comes after it; none for one that the next line ends."""
        line = self.lines[place]
        if line.start is None:
            return _NEVER
        if line.end is not None:
            return PartialDate(max(line.start.first, line.end.first), line.end.last)
        return _ALWAYS if self._following[place] is None else _NEVER

    def find_line(self, date: PartialDate) -> int | None:
        """The first of the lines to which an exposure of this date may belong."""
        return self._find(date, bisect_left(self._reached, date.first))

    def find_sure_line(self, date: PartialDate) -> int | None:
        """The first of the lines that cannot have ended before this date."""
        return self._find(date, bisect_left(self._surely_reached, date.last))

    def _find(self, date: PartialDate, reaching: int) -> int | None:
        begun = bisect_right(self._begun, date.last)
        if reaching < begun and self._reached[reaching] > dt.date.min:
            return reaching
        return begun - 1 if begun and self._is_before_next(date, begun - 1) else None

    def _is_before_next(self, date: PartialDate, place: int) -> bool:
        line, following = self.lines[place], self._following[place]
        open_ = line.start is not None and line.end is None
        return open_ and following is not None and date.last < following.first


def make_unnamed_exposures(treatments: Sequence[UnnamedTreatment], exposures: Sequence[Exposure]) -> list[Exposure]:
    """Treatment told as a procedure, on days on which no drug is told."""
    days = {item.start for item in exposures}
    silent = [item for item in treatments if item.date not in days]
    return [Exposure(item.entry, (), (item.name,), item.date, item.date, single=item.date is not None) for item in silent]


def list_still_taken(supportive: Exposure, rules: RecordRules) -> list[Medication]:
    """A supportive drug is a medication while it runs."""
    if not supportive.ongoing:
        return []
    entry, known = supportive.entry, rules.medications
    return [Medication(entry, drug if drug in known else None, rules.names.get(drug, drug)) for drug in supportive.drugs]
