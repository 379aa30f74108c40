"""The disease: extent, presentation, status, brain, sites."""

from __future__ import annotations

from concordant.dates import months_range, words
from concordant.derive.context import Context
from concordant.derive.courses import EARLY, ENDED_BADLY, is_distant, places, recurrence, spared_only
from concordant.facts import Claim
from concordant.quantities import Interval
from concordant.record.events import Course, DiseaseEvent
from concordant.selectors.base import Selector
from concordant.selectors.courses import DiseaseStatus
from concordant.selectors.disease import EventsListed, GrewElsewhere, MonthsBetween, SiteSeen


def dated(event: DiseaseEvent) -> str:
    """An event in words: what and when."""
    return f"{event.kind} {words(event.date)}" if event.date else event.kind


def _extent_of(event: DiseaseEvent, ctx: Context[Selector]) -> str | None:
    """The extent that an event tells: in so many words, by its stage, or by a distant site."""
    if event.extent in (None, "early") and is_distant(event, ctx):
        return "metastatic"
    return event.extent


def extent(ctx: Context[Selector]) -> Claim | None:
    """Metastatic once it was so; early only when nothing later is listed."""
    told = {event: _extent_of(event, ctx) for event in ctx.record.events}
    for value in ("metastatic", "locally_advanced_unresectable"):
        found = [event for event, one in told.items() if one == value]
        if found:
            return Claim(value, dated(found[0]), places(found))
    later = [e for e in told if e.kind in ("recurrence", "progression")]
    if later:
        return Claim(None, f"where the {dated(later[0])} was is not recorded", places(later))
    early = [event for event, one in told.items() if one == "early"]
    return Claim("early", dated(early[0]), places(early)) if early else None


def presentation(ctx: Context[Selector]) -> Claim | None:
    """De novo when the diagnosis was already metastatic; recurrent after early disease."""
    events = ctx.record.events
    new = [e for e in events if e.kind == "diagnosis" and _extent_of(e, ctx) == "metastatic"]
    if new:
        return Claim("de_novo", dated(new[0]), places(new))
    again = recurrence(ctx)
    if again is not None or any(e.kind == "recurrence" for e in events):
        told = [again] if again is not None else [e for e in events if e.kind == "recurrence"]
        return Claim("recurrent", dated(told[0]), places(told))
    early = [c for c in ctx.record.courses if c.setting in EARLY]
    if early and any(_extent_of(e, ctx) == "metastatic" for e in events):
        return Claim("recurrent", "treated for early disease before", places(early))
    return None


STATUS = {"progression": "progressing", "recurrence": "progressing", "response": "responding", "stable": "stable"}


def status(ctx: Context[DiseaseStatus]) -> Claim | None:
    """What the latest event says, unless a course began after it, or on its day; maintenance leaves a response what it was."""
    told = [e for e in ctx.record.events if e.kind in STATUS]
    advanced = [c for c in ctx.record.courses if c.setting == "advanced" or ctx.word(ctx.by.presentation) == "de_novo"]
    if any(e.kind != "recurrence" for e in told):
        told = [e for e in told if e.kind != "recurrence"]
    elif advanced:
        told = []
    last = may_be_last(told)
    if not last:
        return _by_courses(ctx)
    if len({STATUS[e.kind] for e in last}) > 1:
        return _undecided(last, ctx)
    newer = [c for c in advanced for e in last if _began_after(c, e) and not _maintains(c, e, ctx)]
    if newer:
        return Claim(None, "nothing recorded since the last course began", places(newer))
    return Claim(STATUS[last[0].kind], min(map(dated, last)), places(last))


def _began_after(course: Course, event: DiseaseEvent) -> bool:
    """Not certainly before the event; but one that ended badly, and not before the event, is the one that the event ended."""
    if course.start is None or event.date is None:
        return False
    if course.start.first >= event.date.last:
        return True
    ended_by_it = course.stopped in ENDED_BADLY and (course.end is None or course.end.last >= event.date.first)
    return course.start.last >= event.date.first and not ended_by_it


def _maintains(course: Course, event: DiseaseEvent, ctx: Context[DiseaseStatus]) -> bool:
    """Return True if a course is maintenance: it keeps some of the targeted drugs of a line that achieved response or stable
    disease.
    """
    kept = ctx.drugs().intersection(course.drugs)
    if STATUS[event.kind] == "progressing" or not kept:
        return False
    before = (c for c in ctx.record.courses if c is not course and c.setting not in EARLY and _was_running(c, event))
    return any(kept <= set(c.drugs) and _one_line(c, course) for c in before)


def _was_running(course: Course, event: DiseaseEvent) -> bool:
    """Begun before the event, and not known to have failed."""
    begun = course.start is None or event.date is None or course.start.first <= event.date.last
    return begun and course.stopped not in ENDED_BADLY


def _one_line(first: Course, second: Course) -> bool:
    """The numbers of two courses do not part them; without a start the first has to bear the number of the second."""
    if first.line is None or second.line is None:
        return first.start is not None
    return first.line == second.line


def _undecided(last: list[DiseaseEvent], ctx: Context[Selector]) -> Claim:
    """Different events that may be the last: a conflict when all are of one day, otherwise the order is not known."""
    one_day = len({e.date for e in last}) == 1 and all(e.date and e.date.is_exact for e in last)
    if not one_day:
        return Claim(None, "which event came last is not recorded", places(last))
    told = " and ".join(sorted(map(dated, last)))
    return Claim(None, told, places(last), conflict=f"{ctx.feature.label}: events of one day that contradict each other ({told})")


def may_be_last(events: list[DiseaseEvent]) -> list[DiseaseEvent]:
    """The events that are not certainly before another one; an undated event may always be the last."""
    dates = [e.date for e in events if e.date is not None]
    return [e for e in events if e.date is None or not any(e.date.certainly_before(d) for d in dates)]


def _by_courses(ctx: Context[Selector]) -> Claim | None:
    """Progressing when the last thing on record is a course that ended in progression."""
    ended = [c for c in ctx.record.courses if c.stopped == "progression"]
    others = [c for c in ctx.record.courses if c.setting not in EARLY and c not in ended]
    if ended and not others:
        return Claim("progressing", "treatment was stopped for progression", places(ended))
    return Claim(None, "no event tells it") if ctx.record.courses else None


def grew_elsewhere(ctx: Context[GrewElsewhere]) -> Claim | None:
    """Whether the latest progression was (also) outside the sites that are spared; open when only those are named."""
    last = may_be_last([e for e in ctx.record.events if e.kind == "progression" and e.sites])
    if not last:
        return None
    elsewhere = [e for e in last if not spared_only(e, ctx)]
    together = len({e.date for e in last}) == 1 and all(e.date and e.date.is_exact for e in last)
    if elsewhere == last or (elsewhere and together):
        sites = sorted({_plain(site) for e in elsewhere for site in e.sites})
        return Claim("yes", f"{min(map(dated, elsewhere))} in {', '.join(sites)}", places(elsewhere))
    return Claim(None, ctx.by.open_because, places(last))


def _plain(site: str) -> str:
    return site.replace("_", " ")


def brain(ctx: Context[Selector]) -> Claim | None:
    """None, stable or active, as the latest event that speaks of the brain says."""
    told = [e for e in ctx.record.events if e.brain is not None]
    if not told:
        return None
    last = may_be_last(told)
    values = {e.brain for e in last}
    if len(values) > 1:
        return Claim(None, "which entry about the brain is the latest is not recorded", places(last))
    return Claim(last[0].brain, min(map(dated, last)), places(last))


def site_seen(ctx: Context[SiteSeen]) -> Claim | None:
    """Yes when an event names the site; otherwise nothing, or what `else` says."""
    found = [e for e in ctx.record.events if ctx.by.site in e.sites]
    if found:
        return Claim("yes", dated(found[0]), places(found))
    return Claim(ctx.by.else_) if ctx.by.else_ is not None else None


def events_listed(ctx: Context[EventsListed]) -> Claim:
    """Yes when an event of one of the kinds is listed, else no."""
    kinds, relapse = ctx.by.kinds, recurrence(ctx)
    found = [e for e in ctx.record.events if e.kind in kinds and e is not relapse]
    return Claim("yes" if found else "no", "", places(found))


def advanced_course(ctx: Context[Selector]) -> Claim | None:
    """Yes when a course is said to be for advanced disease."""
    found = [c for c in ctx.record.courses if c.setting == "advanced"]
    return Claim("yes", "treated for advanced disease", places(found)) if found else None


def months_between_events(ctx: Context[MonthsBetween]) -> Claim | None:
    """Calendar months from the first event of a kind in `from` to the first of the kind `to`."""
    ends = [e for e in ctx.record.events if e.kind == ctx.by.to and e.date]
    starts = [e for e in ctx.record.events if e.kind in ctx.by.from_ and e.date]
    for kind in ctx.by.from_:
        first = [e for e in starts if e.kind == kind]
        if first and ends:
            begin = min(first, key=lambda e: e.date.first if e.date else ctx.record.as_of)
            end = min(ends, key=lambda e: e.date.first if e.date else ctx.record.as_of)
            assert begin.date and end.date
            low, high = months_range(begin.date, end.date)
            return Claim(Interval(max(0.0, low), max(0.0, high)), f"{dated(begin)}, {dated(end)}", places([begin, end]))
    return None
