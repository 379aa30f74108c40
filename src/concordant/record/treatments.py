"""Treatment told in several ways, brought together before courses are made: orders, lines that the source counts, procedures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set

from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.patient.events import ADVANCED, Medication
from concordant.record.courses.exposures import Exposure
from concordant.record.findings import DeclaredLine, UnnamedTreatment
from concordant.record.rules import RecordRules

NOT_CARRIED_OUT = "an order that no entry carries out"


def carried_out(exposures: Sequence[Exposure], orders: Set[str], rules: RecordRules) -> tuple[list[Exposure], list[str]]:
    """Replace orders that were apparently never carried out, and say so; `orders` are the places of those that are orders.

    Where the record tells infusions but none of this drug, its order is no evidence of treatment: an exposure to an unnamed drug
    stays, so that what was given, and when, is unknown.
    """
    infused = rules.lines.leading - rules.lines.by_mouth
    if not orders or not any(one.single and not infused.isdisjoint(one.drugs) for one in exposures):
        return list(exposures), []
    given = {drug for one in exposures if one.entry.place not in orders for drug in one.drugs}
    found, notices = [], []
    for one in exposures:
        ordered = one.entry.place in orders and not infused.isdisjoint(one.drugs)
        if ordered and given.isdisjoint(one.drugs):
            names = " and ".join(rules.names.get(drug, drug) for drug in one.drugs)
            notices.append(f"{names}: ordered, and no entry tells that it was given ({one.entry.place}).")
            found.append(Exposure(one.entry, (), (NOT_CARRIED_OUT,)))
        else:
            found.append(one)
    return found, notices


def with_lines(exposures: Sequence[Exposure], lines: Sequence[DeclaredLine], as_of: dt.date) -> list[Exposure]:
    """The exposures, those of a declared line with its number; a line without one becomes an exposure of unnamed drugs."""
    found = list(exposures)
    ordered = _in_order(lines, as_of)
    for number, line in enumerate(ordered):
        following = ordered[number + 1].start if number + 1 < len(ordered) else None
        covered = [i for i, one in enumerate(found) if one.line is None and _lies_in(one.start, line, line.end or following)]
        for i in covered:
            found[i] = replace(found[i], line=int(line.line))
        if not covered:
            found.append(Exposure(line.entry, (), (), line.start, line.end, ADVANCED, int(line.line)))
    return found


def _in_order(lines: Sequence[DeclaredLine], as_of: dt.date) -> list[DeclaredLine]:
    """The lines that have a number, in the order of time."""
    numbered = [one for one in lines if one.line.isdigit() and int(one.line) > 0]
    return sorted(numbered, key=lambda one: (one.start.first if one.start else as_of, int(one.line), one.entry.place))


def _lies_in(date: PartialDate | None, line: DeclaredLine, until: PartialDate | None) -> bool:
    """Whether an exposure of this date belongs to a line that goes on until then: its own end, or the start of the next one."""
    if date is None or line.start is None or date.last < line.start.first:
        return False
    if until is None:
        return True
    return date.first <= until.last if line.end is not None else date.last < until.first


def unnamed_treatment(told: Sequence[UnnamedTreatment], exposures: Sequence[Exposure]) -> list[Exposure]:
    """Treatment told as a procedure, on days on which no drug is told."""
    days = {one.start for one in exposures}
    silent = [one for one in told if one.date not in days]
    return [Exposure(one.entry, (), (one.name,), one.date, one.date, single=one.date is not None) for one in silent]


def still_taken(supportive: Exposure, rules: RecordRules) -> list[Medication]:
    """A supportive drug is a medication while it runs."""
    if not supportive.ongoing:
        return []
    entry, known = supportive.entry, rules.medications
    return [Medication(entry, drug if drug in known else None, rules.names.get(drug, drug)) for drug in supportive.drugs]
