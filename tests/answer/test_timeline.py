"""The record in time: order, lines, what is rough, what has no date, and the interval on which the answer rests."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from concordant.answer.engine import answer_record
from concordant.answer.parts import CourseInTime, TimelineShown, When
from concordant.library import FOLDER
from concordant.logic.dates import PartialDate
from concordant.model.knowledge import Knowledge
from concordant.patient.events import FINDING
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file
from tests.conftest import ReadCase
from tests.shipped import CASES, answer_to, failing, in_chunks, record_of
from tests.stories import Story, told_by


def timeline_of(name: str, knowledge: Knowledge, words: Words) -> TimelineShown:
    path = next((FOLDER / "cases").glob(f"{name}-*.yaml"))
    return answer_record(read_case(read_file(path), knowledge, words, dt.date(2022, 9, 20)), knowledge).timeline


def day(*parts: int) -> When:
    return When(first=dt.date(*parts), last=dt.date(*parts))


def test_courses_and_events_stand_in_order_with_setting_cycles_and_end(knowledge: Knowledge, words: Words) -> None:
    found = timeline_of("A02", knowledge, words)
    assert [(c.setting, c.line, c.drugs) for c in found.courses] == [
        ("neoadjuvant", None, ["docetaxel", "carboplatin", "trastuzumab"]),
        ("adjuvant", None, ["trastuzumab"]),
    ]
    assert (found.courses[1].start, found.courses[1].end) == (day(2021, 9, 1), day(2022, 1, 20))
    assert (found.courses[1].cycles, found.courses[1].stopped, found.courses[1].entry) == (7, "completed", "treatments[2]")
    assert [(e.kind, e.about) for e in found.events] == [
        ("diagnosis", ["early"]),
        ("surgery", ["mastectomy"]),
        ("recurrence", ["liver", "bone"]),
    ]


def test_the_deciding_interval_runs_from_the_last_dose_to_the_recurrence(knowledge: Knowledge, words: Words) -> None:
    (interval,) = timeline_of("A02", knowledge, words).intervals
    assert (interval.start, interval.end, interval.says) == (day(2022, 1, 20), day(2022, 9, 12), "7.7 months")
    assert interval.feature == "months_from_adjuvant_her2_therapy_to_recurrence"


def test_a_recurrence_during_treatment_is_no_interval_of_months(knowledge: Knowledge, words: Words) -> None:
    found = timeline_of("A01", knowledge, words)
    assert [interval.high for interval in found.intervals] == [0]
    assert "the recurrence came during treatment → recurrence 14 Oct 2022" in found.told


@pytest.mark.parametrize("name", ["A20", "V02b", "A25", "R01"])
def test_without_both_dates_no_interval_is_marked(name: str, knowledge: Knowledge, words: Words) -> None:
    assert timeline_of(name, knowledge, words).intervals == []


def test_an_open_interval_that_is_asked_for_is_marked_too(knowledge: Knowledge, words: Words) -> None:
    """Days unknown: 11 to 13 months. The month is no day: first and last stay apart."""
    (interval,) = timeline_of("A05", knowledge, words).intervals
    assert (interval.start.first, interval.start.last) == (dt.date(2021, 9, 1), dt.date(2021, 9, 30))
    assert 11 <= interval.low < 12 < interval.high < 13.01


@told_by("timeline", "rough")
def test_a_partial_date_is_rough_and_never_runs_past_the_question(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    found = answer_record(read(story.record), knowledge).timeline
    assert [spanned(event.date) for event in found.events] == story.expect["events"]
    assert story.expect["told"] in found.told


def spanned(when: When | None) -> str:
    return f"{when.first} to {when.last}" if when else ""


@told_by("timeline", "left open")
def test_a_date_that_a_reader_left_open_is_cut_at_the_question(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    record = read(story.record)
    month = PartialDate(dt.date(2022, 9, 1), dt.date(2022, 9, 30))
    found = answer_record(replace(record, events=(replace(record.events[0], date=month),)), knowledge).timeline
    assert found.events[0].date == When(first=dt.date(2022, 9, 1), last=dt.date(2022, 9, 10))


@told_by("timeline", "no setting")
def test_a_course_of_unknown_setting_has_no_line(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    found = answer_record(read(story.record), knowledge).timeline
    assert [course.setting for course in found.courses] == [None]
    assert lines_of(found) == story.expect["lines"]
    assert found.told.startswith(story.expect["begins"])


def lines_of(timeline: TimelineShown) -> list[str | None]:
    return [None if course.line is None else str(course.line) for course in timeline.courses]


def test_what_has_no_date_is_told_apart_in_the_order_of_nature(knowledge: Knowledge, words: Words) -> None:
    told = timeline_of("R01", knowledge, words).told
    dated, _, undated = told.partition("; without a date: ")
    assert dated == "diagnosis 2021 (early) → asked 3 Mar 2025"
    assert [part.partition(":")[0].partition(" (")[0] for part in undated.split("; ")] == [
        "neoadjuvant",
        "recurrence",
        "line 1",
        "line 2",
        "progression",
    ]


@told_by("timeline", "empty")
def test_a_record_of_statements_alone_has_an_empty_timeline(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    assert answer_record(read(story.record), knowledge).timeline == TimelineShown()


@told_by("timeline", "lines")
def test_the_line_of_a_course(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    assert lines_of(answer_record(read(story.record), knowledge).timeline) == story.expect["lines"]


# -- every case --------------------------------------------------------------------------------------


def whens(timeline: TimelineShown) -> list[When]:
    found = [when for course in timeline.courses for when in (course.start, course.end)]
    found += [event.date for event in timeline.events]
    found += [when for interval in timeline.intervals for when in (interval.start, interval.end)]
    return [when for when in found if when is not None]


def named(course: CourseInTime) -> str:
    return " + ".join(course.drugs)


@in_chunks
def test_every_entry_is_told_once_and_nothing_after_the_question(chunk: int) -> None:
    def law(path: Path) -> None:
        record, answer = record_of(path), answer_to(path)
        if record is None or answer is None:
            return  # it is refused, so there is no answer that could tell anything
        found = answer.timeline
        assert {c.entry for c in found.courses} == {c.entry.place for c in record.courses}
        assert {e.entry for e in found.events} == {e.entry.place for e in record.events if e.kind != FINDING}
        assert all(when.first <= when.last <= record.as_of for when in whens(found))
        for interval in found.intervals:
            assert interval.start.first <= interval.end.last
        assert all(named(course) in found.told for course in found.courses)
        assert len(re.findall(r"\basked ", found.told)) <= 1

    assert failing(law, CASES, chunk) == {}
