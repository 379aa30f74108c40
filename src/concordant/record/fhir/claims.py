"""Bills: their lines are administrations of the drugs that they name, and nothing else is read of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from concordant.logic.dates import PartialDate
from concordant.record.courses.exposures import Exposure
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.drug_codes import add_administration, find_drug
from concordant.record.fhir.elements import ClaimItem, Period
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.unnamed_treatment import add_unnamed_treatment, find_unnamed_treatment

UNPAID = {"entered-in-error": "entered in error", "cancelled": "cancelled", "draft": "a draft"}
LINES = msgspec.json.Decoder(list[ClaimItem])
ASKED = {
    "preauthorization": "asked for before it was done",
    "predetermination": "asked for before it was done",
    "proposed": "proposed only",
    "exploratory": "asked for before it was done",
}


def read_claim(resource: Resource, chart: Chart) -> None:
    """One Claim or ExplanationOfBenefit: exactly one fate."""
    if why := UNPAID.get(resource.status or "") or ASKED.get(resource.use or ""):
        chart.mark_ignored(why)
        return
    is_read = False
    items = _decode_lines(resource)
    if items is None:
        chart.mark_set_aside("its lines cannot be read")
        chart.keep_blank([Exposure(chart.entry, (), ("not readable",))])
        return
    for item in _iter_lines(items):
        match = find_drug(item.productOrService or item.service, chart)
        if match is not None:
            start, end, wrong = _read_day(item, resource.billablePeriod, chart)
            add_administration(match, start, end, wrong, chart)
            is_read = True
        elif find_unnamed_treatment(item.productOrService or item.service, chart) is not None:
            start, _, wrong = _read_day(item, resource.billablePeriod, chart)
            add_unnamed_treatment(item.productOrService or item.service, start, wrong, chart)
            is_read = True
    if not is_read:
        chart.mark_ignored("no line of it is a cancer drug")


def _decode_lines(resource: Resource) -> list[ClaimItem] | None:
    """The lines of the bill; None where they cannot be read."""
    if not bytes(resource.item):
        return []
    try:
        return LINES.decode(resource.item)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _iter_lines(items: list[ClaimItem]) -> Iterator[ClaimItem]:
    for item in items:
        yield item
        yield from _iter_lines(item.detail or [])


def _read_day(item: ClaimItem, whole: Period | None, chart: Chart) -> tuple[PartialDate | None, PartialDate | None, str]:
    """When the line was given; one without a day of its own, on one of the days that the bill is for."""
    if item.servicedDate is not None:
        day, wrong = chart.parse_date(item.servicedDate)
        return day, day, wrong
    own = item.servicedPeriod
    period = own or whole
    if period is None:
        return None, None, ""
    start, wrong = chart.parse_date(period.start)
    end, also = chart.parse_date(period.end or period.start)
    if own is None and start is not None and end is not None and not end.is_certainly_before(start):
        start = end = PartialDate(start.first, end.last)
    return start, end, wrong or also
