"""From evidence to practice: how long it took until a site began a regimen that had become public to be preferred."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.findings import JOINED
from concordant.cohorts.milestones import find_approval, find_preferring_version
from concordant.cohorts.statistics import CurveStep, Observation, estimate_survival, find_median_time
from concordant.model.knowledge import Knowledge
from concordant.readers.facts_table import ArrowTable


class Adoption(NamedTuple):
    """How a regimen came into use after the day on which its evidence was public.

    `before` are sites that had begun it already, `sites` all that were watched after that day; `first_use` is the first start.
    """

    regimen: str
    since: dt.date
    by: str
    approved: dt.date | None
    preferred_since: dt.date | None
    sites: int
    before: int
    first_use: dt.date | None
    steps: tuple[CurveStep, ...]
    median_days: float | None


def trace_adoption(points: ArrowTable, knowledge: Knowledge, given: Mapping[int, str], percent: int = 95) -> list[Adoption]:
    """The regimens whose evidence became public while the sites were watched. `given` is the regimen of a point, by its row."""
    dates, sites = points[names.DATE].to_pylist(), points[names.SITE].to_pylist()
    watched = [(day, site) for day, site in zip(dates, sites, strict=True) if day is not None and site is not None]
    if not watched:
        return []
    first, last = min(day for day, _ in watched), max(day for day, _ in watched)
    spans = _find_spans(watched)
    found = []
    for regimen in _list_preferred(points):
        approval, preferring = find_approval(knowledge, regimen), find_preferring_version(knowledge, regimen)
        days = [(approval[0], "approval")] if approval else []
        days += [preferring] if preferring else []
        since, by = min(days, default=(dt.date.min, ""))
        if first < since < last:
            starts = _find_starts(points, given, regimen)
            told = approval[0] if approval else None, preferring[0] if preferring else None
            found.append(_follow_sites(regimen, since, by, told, spans, starts, percent))
    return sorted(found, key=lambda one: (one.since, one.regimen))


def _list_preferred(points: ArrowTable) -> list[str]:
    return sorted(filter(None, pc.unique(pc.list_flatten(points[names.PREFERRED])).to_pylist()))


def _find_spans(watched: Iterable[tuple[dt.date, str]]) -> dict[str, tuple[dt.date, dt.date]]:
    """The first and the last day on which each site has a point."""
    spans: dict[str, tuple[dt.date, dt.date]] = {}
    for day, site in watched:
        low, high = spans.get(site, (day, day))
        spans[site] = (min(low, day), max(high, day))
    return spans


def _find_starts(points: ArrowTable, given: Mapping[int, str], regimen: str) -> dict[str, dt.date]:
    """The first day on which each site began a regimen."""
    rows = [row for row, name in given.items() if name == regimen]
    chosen = points.select([names.SITE, names.GIVEN_DATE]).take(pa.array(rows, pa.int64()))
    starts: dict[str, dt.date] = {}
    for site, day in zip(chosen[names.SITE].to_pylist(), chosen[names.GIVEN_DATE].to_pylist(), strict=True):
        if site is not None and day is not None:
            starts[site] = min(day, starts.get(site, day))
    return starts


def _follow_sites(
    regimen: str,
    since: dt.date,
    by: str,
    told: tuple[dt.date | None, dt.date | None],
    spans: Mapping[str, tuple[dt.date, dt.date]],
    starts: Mapping[str, dt.date],
    percent: int,
) -> Adoption:
    """Each site is watched from the day of the evidence, or from its first point if that is later, to its start or last point."""
    observed: list[Observation] = []
    before = 0
    for site, (low, high) in spans.items():
        start = starts.get(site)
        if start is not None and start <= since:
            before += 1
        elif start is not None and start > low:
            observed.append(Observation(max((low - since).days, 0), (start - since).days, True))
        elif high > since and start is None:
            observed.append(Observation(max((low - since).days, 0), (high - since).days, False))
    steps = estimate_survival(observed, percent)
    first_use = min(starts.values(), default=None)
    return Adoption(regimen, since, by, *told, len(observed), before, first_use, tuple(steps), find_median_time(steps))


def match_regimens(joined: Sequence[str | None], regimens: Mapping[frozenset[str], str]) -> dict[int, str]:
    """The regimen of each point whose drugs are just those of one."""
    cache: dict[str, str | None] = {}
    found: dict[int, str] = {}
    for row, word in enumerate(joined):
        if word is not None and word not in cache:
            cache[word] = regimens.get(frozenset(word.split(JOINED)))
        if word is not None and (name := cache[word]) is not None:
            found[row] = name
    return found
