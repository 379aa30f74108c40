"""Stories of single administrations: the courses they make, and the line that is derived from the courses."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.logic.dates import PartialDate, make_exact_date, parse_partial_date
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Course, DiseaseEvent, EntryLocation, Marker, PatientRecord
from concordant.record.courses.assemble import AssembledCourses, assemble_courses
from concordant.record.courses.exposures import Exposure
from concordant.record.courses.line_rules import make_line_rules
from concordant.terminology.names import Words, drugs_from_name
from concordant.texts import read_file

AS_OF = dt.date(2023, 6, 1)
STORIES: list[dict[str, Any]] = read_file(Path(__file__).parents[1] / "stories" / "courses.yaml").value
SERIES = re.compile(r"(.+) from (\S+), (\d+) times every (\d+) days")
EXTENTS = {"IV": "metastatic", "IIB": "early", "metastatic": "metastatic"}


def exposures(told: list[Any], words: Words) -> list[Exposure]:
    return [exposure for i, one in enumerate(told) for exposure in _exposures(one, f"given/{i + 1}", words)]


def _exposures(told: Any, place: str, words: Words) -> Iterator[Exposure]:
    if isinstance(told, dict):
        yield _span(told, place, words)
        return
    found = SERIES.fullmatch(told)
    assert found, told
    known = drugs_from_name(found[1], words)
    for number in range(int(found[3])):
        day = make_exact_date(dt.date.fromisoformat(found[2]) + dt.timedelta(days=number * int(found[4])))
        unknown = () if known else (found[1],)
        yield Exposure(EntryLocation(f"{place}.{number + 1}"), known, unknown, start=day, end=day, single=True)


def _span(told: dict[str, str], place: str, words: Words) -> Exposure:
    drugs = tuple(id_ for name in told["drugs"].split("+") for id_ in drugs_from_name(name, words))
    dates = {key: parse_partial_date(told[key]).clip_to(AS_OF) for key in ("start", "end") if key in told}
    return Exposure(
        EntryLocation(place), drugs, setting=told.get("setting"), stopped=told.get("stopped"), ongoing="ongoing" in told, **dates
    )


def events(told: list[str]) -> tuple[DiseaseEvent, ...]:
    found = []
    for i, line in enumerate(told):
        kind, date, *more = line.split()
        extent = next((EXTENTS[word] for word in more if word in EXTENTS), None)
        sites = tuple(word for word in more if word not in EXTENTS)
        found.append(DiseaseEvent(EntryLocation(f"disease/{i}"), kind, parse_partial_date(date), extent, sites, None, ""))
    return tuple(found)


def written(date: PartialDate | None, open_: str) -> str:
    if date is None:
        return open_
    months = {date.first.month, date.last.month}
    return f"{date.first}" if date.is_exact else f"{date.first:%Y-%m}" if len(months) == 1 else f"{date.first:%Y}"


def described(course: Course) -> str:
    drugs = " ".join(sorted((*course.drugs, *course.classes, *course.unknown_drugs)))
    dates = f"{written(course.start, '?')} - {written(course.end, '')}".strip()
    return f"{drugs}; {course.setting or '?'}; {dates}; {course.stopped or '?'}"


def assembled(story: dict[str, Any], knowledge: Knowledge, words: Words) -> AssembledCourses:
    return assemble_courses(exposures(story["given"], words), events(story["disease"]), AS_OF, make_line_rules(knowledge))


def record_of(story: dict[str, Any], courses: tuple[Course, ...]) -> PatientRecord:
    her2 = Marker(EntryLocation("marker"), "her2", "positive", {}, None, None)
    return PatientRecord(AS_OF, markers=(her2,), events=events(story["disease"]), courses=courses)


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s["name"].replace(" ", "-"))
def test_story(story: dict[str, Any], knowledge: Knowledge, words: Words, plan: DerivationPlan) -> None:
    found = assembled(story, knowledge, words)
    assert [described(course) for course in found.courses] == story["courses"]
    if "line" in story:
        facts = derive_facts(record_of(story, found.courses), plan)
        assert facts["line_of_therapy"].value == story["line"]


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s["name"].replace(" ", "-"))
def test_the_order_of_the_source_plays_no_part(story: dict[str, Any], knowledge: Knowledge, words: Words) -> None:
    told, rules = exposures(story["given"], words), make_line_rules(knowledge)
    expected = assembled(story, knowledge, words)
    for seed in range(5):
        shuffled = random.Random(seed).sample(told, len(told))
        found = assemble_courses(shuffled, events(story["disease"]), AS_OF, rules)
        assert (found.courses, found.notes) == (expected.courses, expected.notes)


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s["name"].replace(" ", "-"))
def test_each_course_has_a_note_and_no_drug_is_lost(story: dict[str, Any], knowledge: Knowledge, words: Words) -> None:
    found = assembled(story, knowledge, words)
    dated = [course.entry.place for course in found.courses]
    assert [note.place for note in found.notes] == dated
    assert all(note.says for note in found.notes)
    given = {name for one in exposures(story["given"], words) for name in (*one.drugs, *one.unknown_drugs)}
    kept = {name for course in found.courses for name in (*course.drugs, *course.unknown_drugs)}
    assert kept | {name for one in found.supportive for name in one.drugs} == given


def test_different_reasons_for_stopping_are_told(knowledge: Knowledge, words: Words) -> None:
    both = {"start": "2021-01-11", "end": "2022-01-24"}
    given = [{"drugs": "pertuzumab", "stopped": "toxicity", **both}, {"drugs": "trastuzumab", "stopped": "progression", **both}]
    found = assembled({"given": given, "disease": ["diagnosis 2021-01 IV"]}, knowledge, words)
    assert [course.stopped for course in found.courses] == ["progression"]
    assert "its entries tell different reasons (progression, toxicity): progression counts" in found.notes[0].says
