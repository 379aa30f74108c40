"""When an entry of any kind begins, by which it lies before or after the date that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from concordant.logic.dates import PartialDate
from concordant.record.cut import is_after
from concordant.record.fhir.allergies import find_noticed_date
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.conditions import find_onset
from concordant.record.fhir.decode import LocatedResource
from concordant.record.fhir.medications import read_dates
from concordant.record.fhir.observations import find_observed_date
from concordant.record.fhir.procedures import find_performed_date
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.shapes import to_r4_shape

DateFinder = Callable[[Resource, Chart], PartialDate | None]


def find_later(group: Sequence[LocatedResource], chart: Chart) -> frozenset[int]:
    """The numbers of the entries that begin after the date that was asked for; none of them is looked at."""
    if not chart.cuts:
        return frozenset()
    known = ((number, to_r4_shape(entry.resource)) for number, entry in enumerate(group) if not entry.passed)
    return frozenset(number for number, resource in known if is_after(_find_begin(resource, chart), chart.as_of))


def _find_begin(resource: Resource, chart: Chart) -> PartialDate | None:
    kind = resource.resourceType or ""
    find = BEGINS.get("Medication" if kind.startswith("Medication") else kind)
    return find(resource, chart) if find is not None else None


def _find_observation_begin(resource: Resource, chart: Chart) -> PartialDate | None:
    """The start of a period: a line of therapy goes on, and any other result is cut by the day on which it stood."""
    period = resource.effectivePeriod
    if period is not None and period.start and resource.effectiveDateTime is None:
        return chart.parse_date(period.start)[0]
    return find_observed_date(resource, chart)[0]


BEGINS: dict[str, DateFinder] = {
    "Observation": _find_observation_begin,
    "Condition": lambda resource, chart: find_onset(resource, chart)[0],
    "Procedure": lambda resource, chart: find_performed_date(resource, chart)[0],
    "Medication": lambda resource, chart: read_dates(resource, chart)[0],
    "AllergyIntolerance": find_noticed_date,
}
