"""Primary tumours, stages and metastases, read together: what was there at diagnosis, and what came later.

A metastasis near the diagnosis was there from the start; a later one is a recurrence, or after metastatic disease a progression.
Where dates leave it open, only the extent is stated, and how it began stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable

from concordant.complaints import quoted
from concordant.dates import PartialDate, months_range
from concordant.record.events import EARLY, METASTATIC, PROGRESSION, RECURRENCE, DiseaseEvent, Entry, Extent
from concordant.record.fhir.chart import Chart, Spread, Staged, Tumour

OWN = "breast"


def events_of(chart: Chart) -> list[DiseaseEvent]:
    """The events that the whole of the chart tells."""
    own = [t for t in chart.tumours if t.cancer == OWN] or [t for t in chart.tumours if t.cancer == "unspecified"]
    _which_cancer(chart, own)
    first = _first(own)
    if first is None and not chart.stages and not chart.spread:
        return []
    found = _with_diagnosis(first, chart)
    return [*found, *(_again(one) for one in own if one.again)]


def _which_cancer(chart: Chart, own: list[Tumour]) -> None:
    """States the cancer where a diagnosis tells it."""
    others = [t for t in chart.tumours if t.cancer == "other"]
    if any(t.cancer == OWN for t in own):
        chart.stated["cancer_type"] = OWN
        if others:
            chart.notices.append(f"The record names another cancer as well ({', '.join(t.entry.place for t in others)}).")
    elif others:
        chart.stated["cancer_type"] = "other"


def _first(own: list[Tumour]) -> Tumour | None:
    """The earliest diagnosis; several of one cancer are one diagnosis told again."""
    dated = [t for t in own if t.date is not None]
    if dated:
        return min(dated, key=lambda t: (t.date.first, t.date.last, t.entry.place) if t.date else ())
    return min(own, key=lambda t: t.entry.place) if own else None


def _again(tumour: Tumour) -> DiseaseEvent:
    return DiseaseEvent(tumour.entry, RECURRENCE, None, None, (), None, "")


def _with_diagnosis(first: Tumour | None, chart: Chart) -> list[DiseaseEvent]:
    """The diagnosis with the stage and the metastases that belong to it, then what came later."""
    since = first.date if first is not None else None
    spread = [one for one in chart.spread if not _is_regional(one, chart)]
    placed = [(one, _near(one.date, since, chart)) for one in spread if not _of_before(one, since, chart)]
    here = [one for one, near in placed if near is True]
    later = [one for one, near in placed if near is False]
    loose = [one for one, near in placed if near is None]
    extent, m_later, open_spread = _extent(first, chart)
    if here:
        extent = None if _staged_early_after(here, since, chart) else METASTATIC
    events = []
    if first is not None or extent == EARLY:
        entry = first.entry if first is not None else chart.stages[0].entry
        sites = tuple(sorted({one.site for one in here if one.site}))
        events.append(DiseaseEvent(entry, "diagnosis", since, extent, sites, None, ""))
    events += _later([*later, *m_later], at_first=extent)
    _loosely([*loose, *open_spread], chart, known=extent == METASTATIC or bool(later or m_later))
    return events


def _of_before(one: Spread, since: PartialDate | None, chart: Chart) -> bool:
    """Whether a metastasis is older than this cancer, with another one on record: whose it is is not known, and is told."""
    others = any(tumour.cancer == "other" for tumour in chart.tumours)
    if not others or since is None or one.date is None or months_range(one.date, since)[0] <= chart.kit.de_novo_months:
        return False
    chart.turn(one.entry.place, "a metastasis from before this cancer, with another cancer on record: whose it is is not known")
    return True


def _staged_early_after(here: list[Spread], since: PartialDate | None, chart: Chart) -> bool:
    """Whether a stage says that there are no metastases when one was on record: a contradiction, which is told."""
    early = [s for s in chart.stages if s.extent == EARLY and s.date is not None and _near(s.date, since, chart) is not False]
    for stage in early:
        for one in here:
            if one.date is not None and stage.date is not None and not stage.date.certainly_before(one.date):
                says = f"the stage {quoted(stage.word)} ({stage.entry.place}) and a metastasis ({one.entry.place}) of one time"
                chart.aside.append(f"{says} contradict each other")
                return True
    return False


def _near(date: PartialDate | None, since: PartialDate | None, chart: Chart) -> bool | None:
    """Whether a date belongs to the diagnosis; None when it cannot be told."""
    if date is None or since is None:
        return None
    low, high = months_range(since, date)
    if high <= chart.kit.de_novo_months:
        return True
    return False if low > chart.kit.de_novo_months else None


def _is_regional(one: Spread, chart: Chart) -> bool:
    return bool(one.site) and "distant" not in chart.kit.tags.get(one.site, ())


def _extent(first: Tumour | None, chart: Chart) -> tuple[Extent | None, list[Spread], list[Spread]]:
    """The extent at diagnosis by the stages near it; metastatic stages of later, and those whose time is open."""
    since = first.date if first is not None else None
    near: dict[Extent, list[Staged]] = {}
    later: list[Spread] = []
    loose: list[Spread] = []
    for stage in chart.stages:
        when = _near(stage.date, since, chart)
        if stage.extent == METASTATIC and when is not True:
            own = first is not None and stage.entry == first.entry
            target = near.setdefault(METASTATIC, []) if own else None
            if target is not None:
                target.append(stage)
            else:
                (later if when is False else loose).append(Spread(stage.entry, "", stage.date))
        elif stage.extent is not None and when is not False:
            near.setdefault(stage.extent, []).append(stage)
    if len(near) > 1:
        told = " and ".join(sorted({f"{quoted(one.word)} ({one.entry.place})" for some in near.values() for one in some}))
        chart.aside.append(f"stages of one time that contradict each other: {told}")
        for one in (one for some in near.values() for one in some):
            chart.turn(one.entry.place, "it contradicts another stage of the same time", quiet=True)
        return None, later, loose
    return next(iter(near), None), later, loose


def _later(found: list[Spread], at_first: Extent | None) -> list[DiseaseEvent]:
    """Metastases of later: first a recurrence, or a progression when there were some before."""
    events: list[DiseaseEvent] = []
    kind = PROGRESSION if at_first == METASTATIC else RECURRENCE
    for date, some in _by_date(found):
        sites = tuple(sorted({one.site for one in some if one.site}))
        if at_first == METASTATIC and not sites:
            continue  # that it is metastatic was known
        if events and not sites:
            continue
        events.append(DiseaseEvent(some[0].entry, kind, date, METASTATIC, sites, None, ""))
        kind = PROGRESSION
    return events


def _by_date(found: Iterable[Spread]) -> list[tuple[PartialDate | None, list[Spread]]]:
    groups: dict[PartialDate | None, list[Spread]] = {}
    for one in sorted(found, key=lambda one: one.entry.place):
        groups.setdefault(one.date, []).append(one)
    return sorted(groups.items(), key=lambda item: (item[0].first, item[0].last) if item[0] else ())


def _loosely(found: list[Spread], chart: Chart, *, known: bool) -> None:
    """Metastases whose time is open: the extent is stated, and nothing of how it began."""
    if not found:
        return
    if not known:
        chart.stated["disease_extent"] = METASTATIC
    central = chart.kit.rules.central_sites
    names = sorted({one.site.replace("_", " ") for one in found if one.site})
    for feature, sites in (("has_brain_metastases", {"brain"}), ("leptomeningeal_disease", {"leptomeninges"})):
        if any(one.site in sites & central for one in found):
            chart.stated[feature] = "yes"
    if names:
        chart.notices.append(f"Metastases without a date that places them: {', '.join(names)}.")


def declared(chart: Chart) -> list[tuple[Entry, int | None, PartialDate | None, PartialDate | None]]:
    """The lines that the source counts, in the order of time."""
    lines = [one for one in chart.lines if one.line.isdigit() and int(one.line) > 0]
    return sorted(
        ((one.entry, int(one.line), one.start, one.end) for one in lines),
        key=lambda item: (item[2].first if item[2] else chart.as_of, item[1] or 0, item[0].place),
    )
