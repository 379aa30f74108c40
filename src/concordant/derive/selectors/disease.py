"""The disease: extent, presentation, status, brain, sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from concordant.contract_names import BRAIN
from concordant.derive.context import SelectorContext
from concordant.derive.selectors.courses import ENDED_BADLY, find_recurrence, list_places
from concordant.derive.selectors.denied import find_denied_findings
from concordant.derive.selectors.extents import Extents, find_clashing_extents, find_event_extent
from concordant.derive.selectors.growth import spared_only
from concordant.derive.selectors.maintenance import CoursesBefore
from concordant.logic.date_index import keep_possible_last
from concordant.logic.dates import PartialDate, find_months_range, format_date
from concordant.logic.intervals import Interval
from concordant.model.selectors.base import Selector
from concordant.model.selectors.courses import DiseaseStatus
from concordant.model.selectors.disease import EventsListed, GrewElsewhere, MonthsBetween, SiteSeen
from concordant.patient.events import ABSENT, EARLY_SETTINGS, METASTATIC, UNCLEAR, Comorbidity, Course, DiseaseEvent
from concordant.patient.facts import Claim

NONE_FOUND = "none"


def describe_event(event: DiseaseEvent) -> str:
    """An event in words: what and when."""
    return f"{event.kind} {format_date(event.date)}" if event.date else event.kind


def claim_extent(ctx: SelectorContext[Selector]) -> Claim | None:
    """Metastatic once it was so; early only when nothing later is listed; open where two of one time cannot both be."""
    extents = {event: find_event_extent(event, ctx) for event in ctx.record.events}
    clashing = find_clashing_extents(extents)
    for value in (METASTATIC, "locally_advanced_unresectable"):
        events = [event for event, extent in extents.items() if extent == value and event not in clashing]
        denied = find_denied_findings(ctx.record) if events else {}
        if events and all(event in denied for event in events):
            return _claim_denied(ctx, events, denied)
        if events:
            return Claim(value, describe_event(events[0]), list_places(events))
        if clashing:
            return _claim_clashing_extents(ctx, clashing, extents)
    later = [e for e in extents if e.kind in ("recurrence", "progression")]
    if later:
        return Claim(None, f"where the {describe_event(later[0])} was is not recorded", list_places(later))
    if unclear := [event for event in ctx.record.events if _may_be_spread(event, ctx)]:
        told = ", ".join(dict.fromkeys(event.told or "an entry" for event in unclear))
        return Claim(None, f"whether it is a distant metastasis is not known: {told}", list_places(unclear))
    early = [event for event, extent in extents.items() if extent == "early"]
    return Claim("early", describe_event(early[0]), list_places(early), partial=None) if early else None


def _may_be_spread(event: DiseaseEvent, ctx: SelectorContext[Selector]) -> bool:
    """Whether a finding may be a distant metastasis: it names no site, or one that is neither distant nor of the region."""
    near = bool(event.sites) and all("regional" in ctx.tags.get(site, ()) for site in event.sites)
    return event.kind == "finding" and event.brain is None and not near


def _claim_clashing_extents(ctx: SelectorContext[Selector], clashing: Sequence[DiseaseEvent], extents: Extents) -> Claim:
    told = "; ".join(f"{_format_site(extents[event] or '')}, {describe_event(event)}" for event in clashing)
    if len(clashing) == 1:
        told += f"; {clashing[0].extent}, {', '.join(map(_format_site, clashing[0].sites))}"
    return Claim(None, told, list_places(clashing), conflict=f"{ctx.feature.label}: entries that contradict each other ({told})")


def claim_presentation(ctx: SelectorContext[Selector]) -> Claim | None:
    """De novo when the diagnosis was already metastatic; recurrent after early disease."""
    events = ctx.record.events
    extents = {event: find_event_extent(event, ctx) for event in events}
    new = [e for e in events if e.kind == "diagnosis" and extents[e] == METASTATIC]
    clashing = find_clashing_extents(extents) if new else []
    if any(event in clashing for event in new):
        return _claim_clashing_extents(ctx, clashing, extents)
    if new:
        return Claim("de_novo", describe_event(new[0]), list_places(new))
    again = find_recurrence(ctx)
    if again is not None or any(e.kind == "recurrence" for e in events):
        relapses = [again] if again is not None else [e for e in events if e.kind == "recurrence"]
        return Claim("recurrent", describe_event(relapses[0]), list_places(relapses))
    early = [c for c in ctx.record.courses if c.setting in EARLY_SETTINGS]
    if early and METASTATIC in extents.values():
        return Claim("recurrent", "treated for early disease before", list_places(early))
    return None


STATUS = {"progression": "progressing", "recurrence": "progressing", "response": "responding", "stable": "stable"}


def claim_status(ctx: SelectorContext[DiseaseStatus]) -> Claim | None:
    """What the latest event says, unless a course began after it, or on its day; maintenance leaves a response what it was."""
    events = [e for e in ctx.record.events if e.kind in STATUS]
    advanced = [c for c in ctx.record.courses if c.setting == "advanced" or ctx.known_word(ctx.by.presentation) == "de_novo"]
    if any(e.kind != "recurrence" for e in events):
        events = [e for e in events if e.kind != "recurrence"]
    elif advanced:
        events = []
    last = keep_possible_last([*events, *(e for e in ctx.record.events if e.kind == UNCLEAR)])
    if unclear := [e for e in last if e.kind == UNCLEAR]:
        return Claim(None, f"not understood: {min(e.told for e in unclear)}", list_places(unclear))
    if not last:
        return _claim_status_from_courses(ctx)
    if len({STATUS[e.kind] for e in last}) > 1:
        return _claim_undecided_status(last, ctx)
    newer = _find_newer_courses(advanced, last, ctx)
    if newer:
        return Claim(None, "nothing recorded since the last course began", list_places(newer))
    return Claim(STATUS[last[0].kind], min(map(describe_event, last)), list_places(last))


def _find_newer_courses(
    advanced: Sequence[Course], last: Sequence[DiseaseEvent], ctx: SelectorContext[DiseaseStatus]
) -> list[Course]:
    """The courses that began after what may be the last event, or on its day, and are no maintenance of what went before it."""
    grew = STATUS[last[0].kind] == "progressing"
    dates = dict.fromkeys(event.date for event in last if event.date is not None)
    before = {date: None if grew else CoursesBefore(_find_running_at(date, ctx), ctx.drugs()) for date in dates}
    return [c for c in advanced if any(_is_newer(c, date, earlier) for date, earlier in before.items())]


def _is_newer(course: Course, date: PartialDate, before: CoursesBefore | None) -> bool:
    return _has_begun_after(course, date) and not (before is not None and before.has_maintained(course))


def _has_begun_after(course: Course, date: PartialDate) -> bool:
    """Not certainly before the event; but one that ended badly, and not before the event, is the one that the event ended."""
    if course.start is None:
        return False
    if course.start.first >= date.last:
        return True
    ended_by_it = course.stopped in ENDED_BADLY and (course.end is None or course.end.last >= date.first)
    return course.start.last >= date.first and not ended_by_it


def _find_running_at(date: PartialDate, ctx: SelectorContext[DiseaseStatus]) -> list[Course]:
    """The courses that were begun before an event, not before or after surgery, and are not known to have failed."""
    begun = [c for c in ctx.record.courses if c.start is None or c.start.first <= date.last]
    return [c for c in begun if c.setting not in EARLY_SETTINGS and c.stopped not in ENDED_BADLY]


def _claim_undecided_status(last: list[DiseaseEvent], ctx: SelectorContext[Selector]) -> Claim:
    """Different events that may be the last: a conflict when all are of one day, otherwise the order is not known."""
    one_day = len({e.date for e in last}) == 1 and all(e.date and e.date.is_exact for e in last)
    if not one_day:
        return Claim(None, "which event came last is not recorded", list_places(last))
    listing = " and ".join(sorted(map(describe_event, last)))
    return Claim(
        None,
        listing,
        list_places(last),
        conflict=f"{ctx.feature.label}: events of one day that contradict each other ({listing})",
    )


def _claim_status_from_courses(ctx: SelectorContext[Selector]) -> Claim | None:
    """Progressing when the last thing on record is a course that ended in progression."""
    ended = [c for c in ctx.record.courses if c.stopped == "progression"]
    others = [c for c in ctx.record.courses if c.setting not in EARLY_SETTINGS and c.stopped != "progression"]
    if ended and not others:
        return Claim("progressing", "treatment was stopped for progression", list_places(ended))
    return Claim(None, "no event tells it") if ctx.record.courses else None


def grew_elsewhere(ctx: SelectorContext[GrewElsewhere]) -> Claim | None:
    """Whether the latest progression was (also) outside the sites that are spared; open when only those are named."""
    last = keep_possible_last([e for e in ctx.record.events if e.kind == "progression" and e.sites])
    if not last:
        return None
    elsewhere = [e for e in last if not spared_only(e, ctx)]
    together = len({e.date for e in last}) == 1 and all(e.date and e.date.is_exact for e in last)
    if elsewhere == last or (elsewhere and together):
        sites = sorted({_format_site(site) for e in elsewhere for site in e.sites})
        return Claim("yes", f"{min(map(describe_event, elsewhere))} in {', '.join(sites)}", list_places(elsewhere))
    return Claim(None, ctx.by.open_because, list_places(last))


def _format_site(site: str) -> str:
    return site.replace("_", " ")


def claim_brain(ctx: SelectorContext[Selector]) -> Claim | None:
    """None, stable or active, as the latest event that speaks of the brain says."""
    events = [e for e in ctx.record.events if e.brain is not None]
    if not events:
        return None
    last = keep_possible_last(events)
    values = {e.brain for e in last}
    if len(values) > 1:
        return _claim_undecided_brain(last, ctx)
    if last[0].brain == NONE_FOUND and (sites := _find_brain_sites(ctx.record.events, last)):
        says = f"none found ({min(map(describe_event, last))}), and the brain is a site ({min(map(describe_event, sites))})"
        is_same_time = any(site.date == none.date for site in sites for none in last)
        return Claim(None, says, list_places([*last, *sites]), conflict=f"{ctx.feature.label}: {says}" if is_same_time else "")
    return Claim(last[0].brain, min(map(describe_event, last)), list_places(last))


def _claim_undecided_brain(last: list[DiseaseEvent], ctx: SelectorContext[Selector]) -> Claim:
    """Different words about the brain that may be the last: a conflict when they are of one time, otherwise the order is open."""
    if len({event.date for event in last}) > 1:
        return Claim(None, "which entry about the brain is the latest is not recorded", list_places(last))
    told = "; ".join(sorted(f"{event.brain}, {describe_event(event)}" for event in last))
    conflict = f"{ctx.feature.label}: entries that contradict each other ({told})"
    return Claim(None, told, list_places(last), conflict=conflict)


def _find_brain_sites(events: Sequence[DiseaseEvent], cleared: Sequence[DiseaseEvent]) -> list[DiseaseEvent]:
    """The events with a metastasis of the brain, unless the entries that found none are certainly later."""
    named = [event for event in events if BRAIN in event.sites]
    return [event for event in keep_possible_last([*named, *cleared]) if event in named]


def claim_site_seen(ctx: SelectorContext[SiteSeen]) -> Claim | None:
    """Yes when an event names the site; otherwise nothing, or what `else` says. Open where all of it is denied as well."""
    events = [e for e in ctx.record.events if ctx.by.site in e.sites]
    denied = find_denied_findings(ctx.record) if events else {}
    if events and all(event in denied for event in events):
        return _claim_denied(ctx, events, denied)
    if events:
        return Claim("yes", describe_event(events[0]), list_places(events))
    return Claim(ctx.by.else_, partial=None) if ctx.by.else_ is not None else None


def _claim_denied(
    ctx: SelectorContext[Selector], events: Sequence[DiseaseEvent], denied: Mapping[DiseaseEvent, Comorbidity]
) -> Claim:
    """Metastases that are told and denied at one time: whether there are any is open."""
    told = "; ".join(dict.fromkeys(f"{event.told}; {denied[event].name}, {ABSENT}" for event in events))
    places = (*list_places(events), *(denied[event].entry.place for event in events))
    return Claim(None, told, places, conflict=f"{ctx.feature.label}: entries that contradict each other ({told})")


def claim_events_listed(ctx: SelectorContext[EventsListed]) -> Claim:
    """Yes when an event of one of the kinds is listed, else no."""
    kinds, relapse = ctx.by.kinds, find_recurrence(ctx)
    events = [e for e in ctx.record.events if e.kind in kinds and e is not relapse]
    return Claim("yes", "", list_places(events)) if events else Claim("no", partial=None)


def claim_advanced_course(ctx: SelectorContext[Selector]) -> Claim | None:
    """Yes when a course is said to be for advanced disease."""
    courses = [c for c in ctx.record.courses if c.setting == "advanced"]
    return Claim("yes", "treated for advanced disease", list_places(courses)) if courses else None


def claim_months_between(ctx: SelectorContext[MonthsBetween]) -> Claim | None:
    """Calendar months from the first event of a kind in `from` to the first of the kind `to`."""
    ends = [e for e in ctx.record.events if e.kind == ctx.by.to and e.date]
    starts = [e for e in ctx.record.events if e.kind in ctx.by.from_ and e.date]
    for kind in ctx.by.from_:
        first = [e for e in starts if e.kind == kind]
        if first and ends:
            begin = min(first, key=lambda e: e.date.first if e.date else ctx.record.as_of)
            end = min(ends, key=lambda e: e.date.first if e.date else ctx.record.as_of)
            assert begin.date and end.date
            low, high = find_months_range(begin.date, end.date)
            return Claim(
                Interval(max(0.0, low), max(0.0, high)),
                f"{describe_event(begin)}, {describe_event(end)}",
                list_places([begin, end]),
            )
    return None
