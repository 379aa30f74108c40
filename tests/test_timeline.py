"""The record in time: order, lines, what is rough, what has no date, and the interval on which the answer rests."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from concordant.answer.parts import CourseInTime, TimelineShown, When
from concordant.answer.recommend import recommend
from concordant.compiled import Knowledge
from concordant.dates import PartialDate
from concordant.library import FOLDER
from concordant.record.casefile import read_case
from concordant.record.events import FINDING
from concordant.record.vocabulary import Words
from concordant.texts import read_file
from tests.conftest import ReadCase
from tests.shipped import CASES, answer_to, failing, in_chunks, record_of


def timeline_of(name: str, knowledge: Knowledge, words: Words) -> TimelineShown:
    path = next((FOLDER / "cases").glob(f"{name}-*.yaml"))
    return recommend(read_case(read_file(path), knowledge, words, dt.date(2022, 9, 20)), knowledge).timeline


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


def test_a_partial_date_is_rough_and_never_runs_past_the_question(read: ReadCase, knowledge: Knowledge) -> None:
    text = """
as_of: 2022-09-10
disease:
  - {event: diagnosis, date: 2020, stage: IV}
  - {event: progression, date: 2022-09}
"""
    found = recommend(read(text), knowledge).timeline
    assert found.events[0].date == When(first=dt.date(2020, 1, 1), last=dt.date(2020, 12, 31))
    assert found.events[1].date == When(first=dt.date(2022, 9, 1), last=dt.date(2022, 9, 10))
    assert "diagnosis 2020 (metastatic)" in found.told


def test_a_date_that_a_reader_left_open_is_cut_at_the_question(read: ReadCase, knowledge: Knowledge) -> None:
    record = read("as_of: 2022-09-10\ndisease:\n  - {event: diagnosis, date: 2022-09-01, stage: IV}\n")
    month = PartialDate(dt.date(2022, 9, 1), dt.date(2022, 9, 30))
    found = recommend(replace(record, events=(replace(record.events[0], date=month),)), knowledge).timeline
    assert found.events[0].date == When(first=dt.date(2022, 9, 1), last=dt.date(2022, 9, 10))


def test_a_course_of_unknown_setting_has_no_line(read: ReadCase, knowledge: Knowledge) -> None:
    text = """
treatments:
  - {drugs: [trastuzumab], start: 2021-01-10}
stated: {adjuvant_her2_therapy: no}
"""
    found = recommend(read(text), knowledge).timeline
    assert [(course.setting, course.line) for course in found.courses] == [(None, None)]
    assert found.told.startswith("trastuzumab, from 10 Jan 2021, end not dated")


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


def test_a_record_of_statements_alone_has_an_empty_timeline(read: ReadCase, knowledge: Knowledge) -> None:
    assert recommend(read("stated: {her2_status: positive}"), knowledge).timeline == TimelineShown()


# -- lines -------------------------------------------------------------------------------------------

ADVANCED = """
as_of: 2023-06-01
disease:
  - {{event: diagnosis, date: 2020-01-10, stage: {stage}}}
{events}
treatments:
{courses}
"""


def lines_in(read: ReadCase, knowledge: Knowledge, stage: str, events: list[str], courses: list[str]) -> list[int | None]:
    text = ADVANCED.format(stage=stage, events=listed(events), courses=listed(courses))
    return [course.line for course in recommend(read(text), knowledge).timeline.courses]


def listed(items: list[str]) -> str:
    return "\n".join(f"  - {{{item}}}" for item in items)


FIRST = "drugs: [docetaxel, trastuzumab, pertuzumab], setting: advanced, start: 2020-02-01, end: 2021-03-01"
SECOND = "drugs: [trastuzumab deruxtecan], setting: advanced, start: 2021-04-01, end: 2022-08-01"
THIRD = "drugs: [tucatinib, trastuzumab, capecitabine], setting: advanced, start: 2022-09-01"
ADJUVANT = "drugs: [docetaxel, trastuzumab], setting: adjuvant, start: 2020-03-01, end: 2020-12-01, stopped: completed"
RELAPSE = "event: recurrence, date: {}, extent: metastatic, sites: [liver]"

LINES = [
    ("counted by progression", "IV", [], [f"{FIRST}, stopped: progression", f"{SECOND}, stopped: progression"], [1, 2]),
    ("a switch for toxicity begins none", "IV", [], [f"{FIRST}, stopped: toxicity", f"{SECOND}, stopped: ongoing"], [1, 1]),
    ("why the first ended is not told", "IV", [], [FIRST, SECOND], [1, None]),
    ("as declared", "IV", [], [f"{FIRST}, line: 1", f"{SECOND}, line: 3, stopped: progression", THIRD], [1, 3, 4]),
    ("an early relapse counts", "II", [RELAPSE.format("2021-02-01")], [ADJUVANT, f"{SECOND}, stopped: progression"], [None, 2]),
    ("a late one does not", "II", [RELAPSE.format("2022-02-01")], [ADJUVANT, THIRD], [None, 1]),
]


@pytest.mark.parametrize(("name", "stage", "events", "courses", "wanted"), LINES, ids=[row[0] for row in LINES])
def test_the_line_of_a_course(
    name: str,
    stage: str,
    events: list[str],
    courses: list[str],
    wanted: list[int | None],
    read: ReadCase,
    knowledge: Knowledge,
) -> None:
    fixed = [course.replace("end: 2022-08-01, stopped: ongoing", "stopped: ongoing") for course in courses]
    assert lines_in(read, knowledge, stage, events, fixed) == wanted


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
