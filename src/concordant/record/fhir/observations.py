"""Observations: what one is about, when it was made, and its one fate."""

from __future__ import annotations

from concordant.compiled import CodeKind
from concordant.dates import PartialDate
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import Concept, Resource
from concordant.record.fhir.results import Asked, marker, measured
from concordant.record.fhir.statuses import OBSERVED
from concordant.record.terminology import Concept as Meaning

ABOUT: frozenset[CodeKind] = frozenset({"test", "measurement", "observation", "not_asked"})
UNSAID = {"entered-in-error": "entered in error", "cancelled": "cancelled", "registered": "no result yet"}


def observation(resource: Resource, chart: Chart) -> None:
    """One Observation: exactly one fate."""
    if resource.status in UNSAID:
        chart.ignored(UNSAID[resource.status])
        return
    about = _about(resource.code, chart)
    components = resource.component
    if about is None and components is None:  # most of a record: results that nobody asks for
        chart.unmapped_code(resource.code)
        return
    parts = [(part, found) for part in components or () if (found := _about(part.code, chart)) is not None]
    if about is None and not parts:
        chart.unmapped_code(resource.code)
        return
    if about is not None and about.kind == "not_asked" and not parts:
        chart.ignored(about.says)
        return
    date, wrong = observed(resource, chart)
    said: list[str] = []
    whys: list[str] = [wrong] if wrong else []
    for value, meaning in [*([(resource, about)] if about is not None else []), *parts]:
        if meaning.kind != "not_asked":
            _one(Asked(value, meaning, resource, date), chart, said, whys)
    _fate(said, whys, chart)


def _fate(said: list[str], whys: list[str], chart: Chart) -> None:
    if whys:
        chart.put_aside("; ".join(whys))
    elif said:
        chart.used(", ".join(said))
    else:
        chart.ignored("it has no result")


def _one(asked: Asked, chart: Chart, said: list[str], whys: list[str]) -> None:
    """One value of an observation, by what it is about."""
    spoilt, about = bool(whys), asked.about
    if about.kind == "test":
        why = marker(asked, chart, spoilt=spoilt)
    elif about.kind == "measurement":
        why = measured(asked, chart, spoilt=spoilt)
    else:
        why = "" if spoilt else OBSERVED[about.name](asked, chart)
    if why is None:
        return
    if why:
        whys.append(why)
    said.append(about.name)


def _about(code: Concept | None, chart: Chart) -> Meaning | None:
    """What the observation is about; None when no code of it is known."""
    if code is None:
        return None
    systems = chart.kit.terms.systems
    for coding in code.coding or ():
        if coding.system and coding.code:
            found = systems[coding.system][coding.code]
            if found is not None and found.kind in ABOUT:
                return found
    return None


def observed(resource: Resource, chart: Chart) -> tuple[PartialDate | None, str]:
    """When it was observed; why the date is none."""
    period = resource.effectivePeriod
    if resource.effectiveDateTime is not None or period is None:
        return chart.date(resource.effectiveDateTime)
    start, wrong = chart.date(period.start)
    end, also = chart.date(period.end)
    if start is not None and end is not None and end.certainly_before(start):
        return None, "it ends before it starts"
    return end or start, wrong or also
