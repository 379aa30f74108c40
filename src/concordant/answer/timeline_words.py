"""The record in time as words: a course, an event, an interval, and all of it as one line, in any language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from concordant.answer.parts import CourseInTime, EventInTime, IntervalInTime, TimelineShown, When
from concordant.logic.dates import PartialDate, format_date
from concordant.logic.intervals import format_number

PHRASES: dict[str, str] = {
    "neoadjuvant": "neoadjuvant",
    "adjuvant": "adjuvant",
    "advanced": "advanced disease",
    "line": "line {line}",
    "course": "{where}: {drugs}",
    "drugs.unnamed": "treatment, drug not named",
    "dates": "{start} to {end}",
    "dates.running": "since {start}, running",
    "dates.running.undated": "running",
    "dates.no_end": "from {start}, end not dated",
    "dates.no_start": "until {end}, start not dated",
    "cycles": "{count} cycles",
    "cycles.one": "1 cycle",
    "ended.progression": "ended by progression",
    "ended.recurrence": "ended by recurrence",
    "ended.toxicity": "stopped for toxicity",
    "ended.choice": "stopped by choice",
    "diagnosis": "diagnosis",
    "surgery": "surgery",
    "recurrence": "recurrence",
    "progression": "progression",
    "response": "response",
    "stable": "stable disease",
    "question": "asked",
    "event": "{name} {date}",
    "about": "{event} ({about})",
    "interval": "{length} from the last dose to the recurrence",
    "interval.during": "the recurrence came during treatment",
    "interval.between": "{low} to {high} {unit}",
    "interval.exact": "{value} {unit}",
    "then": " → ",
    "undated": "without a date: {all}",
}

NATURAL = {"diagnosis": 0, "neoadjuvant": 1, "surgery": 2, "adjuvant": 3, "recurrence": 4, "advanced": 5, None: 6}
LAST = 1000  # a progression or response without a date is told after all courses without one


class Wording(msgspec.Struct, frozen=True):
    """A language for the record in time: phrases by key, how it writes dates, numbers and units."""

    phrases: Mapping[str, str]
    day: Callable[[When], str]
    number: Callable[[float], str] = format_number
    unit: Callable[[str], str] = str

    def fill_phrase(self, key: str, **values: object) -> str:
        """A phrase with its values filled in."""
        return self.phrases[key].format(**values)


ENGLISH = Wording(PHRASES, lambda when: format_date(PartialDate(when.first, when.last)))


def phrase_course(course: CourseInTime, wording: Wording, *, dated: bool = True) -> str:
    """`line 1: drug one + drug two, 16 Nov 2020 to 13 Jun 2022, ended by progression`."""
    drugs = " + ".join(course.drugs) or wording.fill_phrase("drugs.unnamed")
    where = wording.fill_phrase("line", line=course.line) if course.line else wording.phrases.get(course.setting or "", "")
    parts = [wording.fill_phrase("course", where=where, drugs=drugs) if where else drugs]
    if dated:
        parts.append(_phrase_course_dates(course, wording))
    if course.cycles:
        parts.append(
            wording.fill_phrase("cycles", count=course.cycles) if course.cycles > 1 else wording.fill_phrase("cycles.one")
        )
    parts.append(wording.phrases.get(f"ended.{course.stopped}", ""))
    return ", ".join(filter(None, parts))


def _phrase_course_dates(course: CourseInTime, wording: Wording) -> str:
    start = wording.day(course.start) if course.start else ""
    end = wording.day(course.end) if course.end else ""
    if course.running:
        return wording.fill_phrase("dates.running", start=start) if start else wording.fill_phrase("dates.running.undated")
    if start and end:
        return start if start == end else wording.fill_phrase("dates", start=start, end=end)
    if start:
        return wording.fill_phrase("dates.no_end", start=start)
    return wording.fill_phrase("dates.no_start", end=end) if end else ""


def phrase_event(event: EventInTime, wording: Wording) -> str:
    """`recurrence 12 Sep 2022 (liver, bone)`; an operation is called by its name."""
    own = event.about[0] if event.kind == "surgery" and event.about else wording.fill_phrase(event.kind)
    phrase = wording.fill_phrase("event", name=own, date=wording.day(event.date)) if event.date else own
    about = [] if event.kind == "surgery" else event.about
    return wording.fill_phrase("about", event=phrase, about=", ".join(about)) if about else phrase


def phrase_interval(interval: IntervalInTime, wording: Wording) -> str:
    """`7.7 months from the last dose to the recurrence`, or that it came during treatment."""
    if interval.high <= 0:
        return wording.fill_phrase("interval.during")
    return wording.fill_phrase("interval", length=_phrase_length(interval, wording))


def _phrase_length(interval: IntervalInTime, wording: Wording) -> str:
    unit = wording.unit(interval.unit)
    if interval.low == interval.high:
        return wording.fill_phrase("interval.exact", value=wording.number(interval.low), unit=unit)
    return wording.fill_phrase(
        "interval.between", low=wording.number(interval.low), high=wording.number(interval.high), unit=unit
    )


def phrase_timeline(timeline: TimelineShown, question: When, wording: Wording) -> str:
    """All of it as one line: what has a date in order, then what has none."""
    dated = sorted(_iter_dated_phrases(timeline, wording), key=lambda item: item[:2])
    lines = [text for *_, text in dated]
    if lines:
        lines.append(wording.fill_phrase("event", name=wording.fill_phrase("question"), date=wording.day(question)))
    undated = phrase_undated(timeline, wording)
    rest = [wording.fill_phrase("undated", all="; ".join(undated))] if undated else []
    return "; ".join(filter(None, [wording.fill_phrase("then").join(lines), *rest]))


def _iter_dated_phrases(timeline: TimelineShown, wording: Wording) -> Iterator[tuple[int, int, str]]:
    """Each with the day that it is sorted by; on one day what was begun comes before what happened."""
    for course in timeline.courses:
        if when := course.start or course.end:
            yield when.first.toordinal(), 1, phrase_course(course, wording)
    for event in timeline.events:
        if event.date:
            yield event.date.first.toordinal(), 0 if event.kind == "diagnosis" else 3, phrase_event(event, wording)
    for interval in timeline.intervals:
        yield interval.end.first.toordinal(), 2, phrase_interval(interval, wording)


def phrase_undated(timeline: TimelineShown, wording: Wording) -> list[str]:
    """What has no place in time, in the order of nature: early disease before advanced, lines by their number."""
    undated: list[tuple[int, int, str]] = []
    for course in timeline.courses:
        if course.start is None and course.end is None:
            undated.append((NATURAL[course.setting], course.line or 0, phrase_course(course, wording)))
    for event in timeline.events:
        if event.date is None:
            undated.append((NATURAL.get(event.kind, LAST), 0, phrase_event(event, wording)))
    return [text for *_, text in sorted(undated, key=lambda item: item[:2])]
