"""From an answer to the two figures of its page: the record in time, and the hazard ratios of its evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from concordant.answer.parts import CourseInTime, Estimate, EventInTime, EvidenceRow, HazardRatioShown, IntervalInTime, When
from concordant.answer.phrases import capitalize_first
from concordant.answer.schema import Answer
from concordant.answer.timeline_words import (
    Wording,
    phrase_course,
    phrase_event,
    phrase_interval,
    phrase_timeline,
    phrase_undated,
)
from concordant.logic.intervals import format_number
from concordant.patient.events import ADVANCED, EARLY_SETTINGS
from concordant.present.language import Language
from concordant.present.page.document import ForestPlot, ForestRow, Timeline, TimelineCourse, TimelineEvent, TimelineInterval
from concordant.present.sentences import append_references, cite_claim

LEAST_DIGITS = 2  # hazard ratios are printed with two decimals or more

# -- the record in time ------------------------------------------------------------------------------


def make_timeline(answer: Answer, language: Language) -> Timeline | None:
    """The record in time; None where no course and no event is on record."""
    record = answer.timeline
    if not record.courses and not record.events:
        return None
    wording = make_wording(language)
    asked = dt.date.fromisoformat(answer.as_of)
    spans = tuple(_make_timeline_course(course, wording) for course in record.courses if course.start or course.end)
    moments = tuple(_make_timeline_event(event, event.date, wording) for event in record.events if event.date)
    question = _make_question_event(asked, wording) if spans or moments else ()
    return Timeline(
        title=language.say("timeline.title"),
        spans=spans,
        moments=(*moments, *question),
        marked=tuple(_make_timeline_interval(interval, wording) for interval in record.intervals),
        told=phrase_timeline(record, When(first=asked, last=asked), wording),
        undated=tuple(phrase_undated(record, wording)),
        undated_title=language.say("timeline.undated.title"),
    )


def make_wording(language: Language) -> Wording:
    """The phrases of the record in time in a language, and how it writes dates, numbers and units."""
    phrases = {key.removeprefix("timeline."): text for key, text in language.phrases.items() if key.startswith("timeline.")}
    return Wording(
        phrases,
        day=lambda when: describe_date(when, language),
        number=lambda value: language.format_number(float(format_number(value))),
        unit=language.format_unit,
    )


def describe_date(when: When, language: Language) -> str:
    """`5 Mar 2021`, `Mar 2021` or `2021`; other stretches from their first day to their last."""
    first, last = when.first, when.last
    if first == last:
        return language.format_day(first.isoformat())
    if (first.year, first.month) == (last.year, last.month):
        return language.format_month(first)
    if first.year == last.year:
        return str(first.year)
    return language.say("timeline.dates", start=language.format_day(first.isoformat()), end=language.format_day(last.isoformat()))


def _make_timeline_course(course: CourseInTime, wording: Wording) -> TimelineCourse:
    """A missing end leaves a short stub that is rough: nothing is guessed."""
    start, end = course.start or course.end, course.end or course.start
    assert start is not None and end is not None
    exact = course.start is not None and (course.end is not None or course.running)
    exact = exact and all(when.first == when.last for when in (start, end))
    return TimelineCourse(
        label=phrase_course(course, wording),
        start=start.first,
        end=None if course.running else end.last if course.end else end.first,
        kind="early" if course.setting in EARLY_SETTINGS else "advanced" if course.setting == ADVANCED else "other",
        rough=not exact,
        entry=course.entry,
    )


def _make_timeline_event(event: EventInTime, when: When, wording: Wording) -> TimelineEvent:
    rough = when.first != when.last
    return TimelineEvent(phrase_event(event, wording), _get_middle_day(when), event.kind, rough=rough, entry=event.entry)


def _make_question_event(asked: dt.date, wording: Wording) -> tuple[TimelineEvent]:
    words = wording.fill_phrase("event", name=wording.fill_phrase("question"), date=wording.day(When(first=asked, last=asked)))
    return (TimelineEvent(words, asked, "question"),)


def _make_timeline_interval(interval: IntervalInTime, wording: Wording) -> TimelineInterval:
    return TimelineInterval(phrase_interval(interval, wording), _get_middle_day(interval.start), _get_middle_day(interval.end))


def _get_middle_day(when: When) -> dt.date:
    return when.first + (when.last - when.first) / 2


# -- hazard ratios -----------------------------------------------------------------------------------


def make_forest_plot(answer: Answer, language: Language) -> ForestPlot | None:
    """The hazard ratios with an interval behind the first option; None where there is none. Raises Uncited without a source."""
    evidence = answer.options[0].evidence if answer.options else []
    ratios = [(row, estimate, ratio) for row in evidence for estimate, ratio in _iter_hazard_ratios(row)]
    if not ratios:
        return None
    arms = [row.arms for row, *_ in ratios]
    ends = [end for *_, ratio in ratios for end in (ratio.low, ratio.high) if end is not None]
    return ForestPlot(
        title=language.say("forest.title"),
        rows=tuple(_make_forest_row(row, estimate, ratio, language) for row, estimate, ratio in ratios),
        left=_describe_favoured_arm([names[0] for names in arms], language, "forest.first_arm"),
        right=_describe_favoured_arm([" / ".join(names[1:]) for names in arms], language, "forest.other_arm"),
        decimal=language.format_number(0.5)[1],
        span=(min(ends), max(ends)),
    )


def _iter_hazard_ratios(row: EvidenceRow) -> Iterator[tuple[Estimate, HazardRatioShown]]:
    """Each hazard ratio of an analysis once: a share at a point in time repeats that of the whole curve."""
    seen = set()
    for estimate in row.estimates:
        ratio = estimate.hr
        if ratio is None or ratio.low is None or ratio.high is None:
            continue
        key = (ratio.of, estimate.assessed_by, ratio.estimate, ratio.low, ratio.high)
        if key not in seen:
            seen.add(key)
            yield estimate, ratio


def _describe_favoured_arm(names: list[str], language: Language, otherwise: str) -> str:
    """The arm by its name where all trials share it."""
    alike = names[0] if len(set(names)) == 1 else language.say(otherwise)
    return language.say("forest.favours", arm=alike)


def _make_forest_row(row: EvidenceRow, estimate: Estimate, ratio: HazardRatioShown, language: Language) -> ForestRow:
    say = language.say
    cut = say("forest.cut.unseen") if row.cut == "not seen" else say("forest.cut", cut=language.tell(row.cut))
    short = ", ".join(filter(None, (row.analysis, cut, estimate.assessed_by)))
    fits = row.eligibility
    return ForestRow(
        label=cite_claim(f"{row.trial}, {ratio.of}, {short}", row.refs),
        estimate=ratio.estimate,
        low=ratio.low or 0.0,
        high=ratio.high or 0.0,
        words=_describe_hazard_ratio(estimate, ratio, language),
        population=row.population,
        because=f"{capitalize_first(append_references(fits.because, fits.refs))}." if fits.because else "",
        heading=f"{row.trial}: {say('evidence.versus').join(row.arms)}",
        endpoint=ratio.of,
        short=cite_claim(short, row.refs),
    )


def _describe_hazard_ratio(result: Estimate, ratio: HazardRatioShown, language: Language) -> str:
    """`HR 0.28 (95 % CI 0.22-0.37)`, and that it was only recalled."""
    figures = (ratio.estimate, ratio.low or 0.0, ratio.high or 0.0)
    digits = max(LEAST_DIGITS, *(len(f"{figure:g}".partition(".")[2]) for figure in figures))
    estimate, low, high = (f"{figure:.{digits}f}".replace(".", language.format_number(0.5)[1]) for figure in figures)
    words = language.say("forest.ratio", estimate=estimate, low=low, high=high, level=f"{ratio.level:g}")
    return language.say("forest.recalled", told=words) if result.checked == "recalled" else words
