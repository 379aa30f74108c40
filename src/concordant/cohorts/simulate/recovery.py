"""How much of a made-up history is found again in its records: lines, settings, progressions, a word; and why the rest is not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from concordant.cohorts.starts import TreatmentStart, find_starts
from concordant.patient.events import ADVANCED, PROGRESSION, Course, PatientRecord
from concordant.patient.fact_table import BETWEEN, PATIENT
from concordant.readers.facts_table import ArrowTable
from concordant.record.courses.disease_times import make_disease_times
from concordant.record.courses.line_rules import LineRules

NEAR_DAYS = 7  # a start, or a progression, is found where the record has it within so many days
FAR_DAYS = 60
LINES, SETTINGS, PROGRESSIONS, WORD = "lines", "settings", "progressions", "word"

# Why a line that was given is not found as it was, or one is told that was not given.
UNKNOWN_NAME = "a drug under a name that is not understood"
NEVER_GIVEN = "an order that was never carried out"
MAINTENANCE = "maintenance that was begun later is taken for a part of the line from its start"
BESIDE = "a drug of the line before or behind is taken for a part of the line"
LAST_DOSE = "a last dose of the line before is taken for the beginning of the line"
JOINED = "two lines begun so soon one after the other that they are read as one"
LOST_DRUG = "a drug of the line is not found at its start"
OTHER_DAY = "the same drugs, but on another day: the first doses are not on record"
GOES_ON = "the regimen before held these drugs, and no progression is told in between"
EARLY_TAKEN = "early treatment is taken for a line of advanced disease"
LATE_TAKEN = "a line is not known to be of advanced disease: no day is told since when it is so"
IN_TWO = "one line is told as two"
NOTHING_FOUND = "none of these"
# Why a progression is not found, or one is told that was not there.
NOT_TOLD = "the record does not tell it"
NOT_READ = "the record tells it in words or codes that are not understood"
ROUGH_DAY = "only its month or year is told"
SPREAD = "the spread of the disease is told as a progression"


class TrueCourse(NamedTuple):
    """A course of the truth."""

    setting: str
    drugs: frozenset[str]
    added: frozenset[str]
    start: dt.date
    progression: dt.date | None


@dataclass
class Tally:
    """How many were true, how many were told, how many of both are the same; and the causes of the rest."""

    true: int = 0
    told: int = 0
    same: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        """The share of what is true that was found."""
        return self.same / self.true if self.true else 1.0

    @property
    def precision(self) -> float:
        """The share of what was told that is true."""
        return self.same / self.told if self.told else 1.0


@dataclass
class Recovery:
    """The tallies of a cohort, and of how many patients."""

    patients: int = 0
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in (LINES, SETTINGS, PROGRESSIONS, WORD)})


class Order(NamedTuple):
    """An order that nobody carried out."""

    drug: str
    day: dt.date


class Truth(NamedTuple):
    """What is true of the patients, by their ids; `words` are what a feature is held against."""

    courses: Mapping[str, Sequence[TrueCourse]]
    orders: Mapping[str, Sequence[Order]]
    words: Mapping[str, str]


def read_courses(courses: ArrowTable) -> dict[str, list[TrueCourse]]:
    """The courses of the truth by patient."""
    found: dict[str, list[TrueCourse]] = {}
    for row in courses.to_pylist():
        one = TrueCourse(row["setting"], _read_drugs(row["drugs"]), _read_drugs(row["added"]), row["start"], row["progression"])
        found.setdefault(row[PATIENT], []).append(one)
    return found


def _read_drugs(cell: str | None) -> frozenset[str]:
    return frozenset(cell.split(BETWEEN)) if cell else frozenset()


def read_orders(orders: ArrowTable) -> dict[str, list[Order]]:
    """The orders that nobody carried out, by patient."""
    found: dict[str, list[Order]] = {}
    for row in orders.to_pylist():
        found.setdefault(row[PATIENT], []).append(Order(row["drug"], row["day"]))
    return found


def read_words(patients: ArrowTable, column: str) -> dict[str, str]:
    """One drawn word of each patient."""
    return dict(zip(patients.column(PATIENT).to_pylist(), patients.column(column).to_pylist(), strict=True))


class WordReader(NamedTuple):
    """How a feature is read of a record: its value, and whether the record holds results of it that were not understood."""

    find_value: Callable[[PatientRecord], Any]
    tests: frozenset[str]

    def holds_unread(self, record: PatientRecord) -> bool:
        """Whether a result is on record whose value or name says nothing."""
        return any(one.test in self.tests and one.word is None and not one.numbers for one in record.markers)


def score_records(records: Iterable[tuple[str, PatientRecord]], truth: Truth, rules: LineRules, word: WordReader) -> Recovery:
    """Hold the records of patients against the truth."""
    found = Recovery()
    for id_, record in records:
        found.patients += 1
        courses, orders = truth.courses.get(id_, ()), truth.orders.get(id_, ())
        _LineScore(record, courses, orders, rules, found.tallies[LINES]).score()
        _score_settings(record, courses, found.tallies[SETTINGS])
        _score_progressions(record, courses, found.tallies[PROGRESSIONS])
        _score_word(truth.words.get(id_), record, word, found.tallies[WORD])
    return found


# -- lines -----------------------------------------------------------------------------------------------------------------


class _LineScore:
    """The lines of one patient: those that are found, and why the others are not."""

    def __init__(
        self, record: PatientRecord, courses: Sequence[TrueCourse], orders: Sequence[Order], rules: LineRules, tally: Tally
    ) -> None:
        self.record, self.orders, self.tally, self.together = record, orders, tally, rules.together
        self.starts = find_starts(record, make_disease_times(record.events, rules), rules)
        self.early = [course for course in courses if course.setting != ADVANCED]
        self.lines = [course for course in courses if course.setting == ADVANCED]

    def score(self) -> None:
        """Count them."""
        free, missed = list(self.starts), []
        self.tally.true, self.tally.told = self.tally.true + len(self.lines), self.tally.told + len(free)
        for place, line in enumerate(self.lines):
            same = next((one for one in free if self._is_same(one, line)), None)
            if same is None:
                missed.append(place)
            else:
                self.tally.same += 1
                free.remove(same)
        self.tally.missed.update(self._explain_missed(place, free) for place in missed)
        self.tally.wrong.update(self._explain_wrong(one) for one in free)

    def _is_same(self, told: TreatmentStart, line: TrueCourse) -> bool:
        return _is_near(told, line.start) and frozenset(told.drugs) == line.drugs and not told.other

    def _explain_missed(self, place: int, free: Sequence[TreatmentStart]) -> str:
        line, before = self.lines[place], self.lines[place - 1] if place else None
        near = next((one for one in free if _is_near(one, line.start)), None)
        if near is not None:
            return self._explain_drugs(place, near)
        if any(abs((one.start - line.start).days) <= self.together for one in self._list_neighbours(place)):
            return JOINED
        if before is not None and any(self._holds_both(one, before, line) for one in free):
            return LAST_DOSE
        if any(frozenset(one.drugs) == line.drugs and _is_near(one, line.start, FAR_DAYS) for one in free):
            return OTHER_DAY
        return self._explain_absent(line, before)

    def _list_neighbours(self, place: int) -> list[TrueCourse]:
        """The lines before and behind a line."""
        return [self.lines[other] for other in (place - 1, place + 1) if 0 <= other < len(self.lines)]

    def _holds_both(self, told: TreatmentStart, before: TrueCourse, line: TrueCourse) -> bool:
        """Whether a start that is told some days before a line holds its drugs, and some of the line before it."""
        drugs = frozenset(told.drugs)
        soon = told.date is not None and 0 < (line.start - told.date.first).days <= self.together
        return soon and line.drugs <= drugs and bool(drugs & (before.drugs | before.added))

    def _explain_absent(self, line: TrueCourse, before: TrueCourse | None) -> str:
        """Why nothing is told to begin when a line does."""
        courses = [course for course in self.record.courses if _starts_near(course, line.start)]
        if any(course.unknown_drugs for course in courses):
            return UNKNOWN_NAME
        if before is not None and line.drugs <= before.drugs | before.added:
            return GOES_ON
        if any(course.setting != ADVANCED for course in courses):
            return LATE_TAKEN
        if any(abs((order.day - line.start).days) <= FAR_DAYS for order in self.orders):
            return NEVER_GIVEN
        return NOTHING_FOUND

    def _explain_drugs(self, place: int, told: TreatmentStart) -> str:
        """Why the drugs of a start are not those of the line."""
        line = self.lines[place]
        extra = frozenset(told.drugs) - line.drugs
        if told.other:
            return UNKNOWN_NAME
        if extra & {order.drug for order in self.orders if abs((order.day - line.start).days) <= FAR_DAYS}:
            return NEVER_GIVEN
        if extra and extra <= line.added:
            return MAINTENANCE
        if extra and any(abs((one.start - line.start).days) <= self.together for one in self._list_neighbours(place)):
            return JOINED
        return BESIDE if extra else LOST_DRUG

    def _explain_wrong(self, told: TreatmentStart) -> str:
        place = next((place for place, one in enumerate(self.lines) if _is_near(told, one.start)), None)
        if place is not None:
            return self._explain_drugs(place, told)
        if told.other:
            return UNKNOWN_NAME
        if any(self._holds_both(told, before, line) for before, line in pairwise(self.lines)):
            return LAST_DOSE
        if any(_is_near(told, order.day) and order.drug in told.drugs for order in self.orders):
            return NEVER_GIVEN
        if any(_is_near(told, course.start) for course in self.early):
            return EARLY_TAKEN
        if any(frozenset(told.drugs) == line.drugs and _is_near(told, line.start, FAR_DAYS) for line in self.lines):
            return OTHER_DAY
        if any(frozenset(told.drugs) <= line.drugs | line.added for line in self.lines):
            return IN_TWO
        return NOTHING_FOUND


def _is_near(told: TreatmentStart, day: dt.date, days: int = NEAR_DAYS) -> bool:
    return told.date is not None and abs((told.date.first - day).days) <= days


def _starts_near(course: Course, day: dt.date) -> bool:
    return course.start is not None and abs((course.start.first - day).days) <= NEAR_DAYS


# -- settings, progressions, a word ------------------------------------------------------------------------------------------


def _score_settings(record: PatientRecord, courses: Sequence[TrueCourse], tally: Tally) -> None:
    """Whether a course is known to be early, or for advanced disease, as it was."""
    for course in courses:
        told = next(
            (one for one in record.courses if _starts_near(one, course.start) and course.drugs & frozenset(one.drugs)), None
        )
        if told is None:
            continue
        tally.true += 1
        if told.setting is None:
            tally.missed["the record leaves it open"] += 1
            continue
        tally.told += 1
        same = told.setting == course.setting
        tally.same += same
        if not same:
            tally.missed[f"{course.setting} taken for {told.setting}"] += 1
            tally.wrong[f"{course.setting} taken for {told.setting}"] += 1


def _score_progressions(record: PatientRecord, courses: Sequence[TrueCourse], tally: Tally) -> None:
    true = [course.progression for course in courses if course.progression is not None]
    told = _list_days(record)
    tally.true, tally.told = tally.true + len(true), tally.told + len(told)
    left = list(told)
    for day in true:
        near = next((one for one in left if abs((one - day).days) <= NEAR_DAYS), None)
        if near is not None:
            tally.same += 1
            left.remove(near)
        else:
            tally.missed[ROUGH_DAY if any(_is_same_month(one, day) for one in told) else NOT_TOLD] += 1
    for one in left:
        tally.wrong[ROUGH_DAY if any(_is_same_month(one, day) for day in true) else SPREAD] += 1


def _list_days(record: PatientRecord) -> list[dt.date]:
    """The days of the progressions that a record tells; what it tells of one within some days is one."""
    days = sorted(event.date.first for event in record.events if event.kind == PROGRESSION and event.date is not None)
    kept: list[dt.date] = []
    for day in days:
        if not kept or (day - kept[-1]).days > NEAR_DAYS:
            kept.append(day)
    return kept


def _is_same_month(one: dt.date, other: dt.date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _score_word(true: str | None, record: PatientRecord, reader: WordReader, tally: Tally) -> None:
    told = reader.find_value(record)
    tally.true += 1
    if told is None:
        tally.missed[NOT_READ if reader.holds_unread(record) else NOT_TOLD] += 1
        return
    tally.told += 1
    tally.same += told == true
    if told != true:
        tally.missed[f"{true} told as {told}"] += 1
        tally.wrong[f"{true} told as {told}"] += 1
