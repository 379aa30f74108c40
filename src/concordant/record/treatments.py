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


def number_exposures(exposures: Sequence[Exposure], lines: Sequence[DeclaredLine], as_of: dt.date) -> list[Exposure]:
    """The exposures, those of a declared line with its number; a line without one becomes an exposure of unnamed drugs."""
    placed = list(exposures)
    ordered = _sort_lines(lines, as_of)
    for number, line in enumerate(ordered):
        following = ordered[number + 1].start if number + 1 < len(ordered) else None
        covered = [
            i
            for i, exposure in enumerate(placed)
            if exposure.line is None and _lies_in(exposure.start, line, line.end or following)
        ]
        for i in covered:
            placed[i] = replace(placed[i], line=int(line.line))
        if not covered:
            placed.append(Exposure(line.entry, (), (), line.start, line.end, ADVANCED, int(line.line)))
    return placed


def _sort_lines(lines: Sequence[DeclaredLine], as_of: dt.date) -> list[DeclaredLine]:
    """The lines that have a number, in the order of time."""
    numbered = [declared for declared in lines if declared.line.isdigit() and int(declared.line) > 0]
    return sorted(numbered, key=lambda one: (one.start.first if one.start else as_of, int(one.line), one.entry.place))


def _lies_in(date: PartialDate | None, line: DeclaredLine, until: PartialDate | None) -> bool:
    """Whether an exposure of this date belongs to a line that goes on until then: its own end, or the start of the next one."""
    if date is None or line.start is None or date.last < line.start.first:
        return False
    if until is None:
        return True
    return date.first <= until.last if line.end is not None else date.last < until.first


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
