"""Counting lines of therapy: what ends a line, what starts one, and what an unwritten reason leaves open.

Every story is metastatic from the first diagnosis, unless it tells of early disease. The rules are those
of the contract, section 2, and of the reading notes on counting lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, permutations, product

import pytest
from msgspec.structs import replace

from concordant.derive.book import derive_facts
from concordant.derive.plan import Plan
from concordant.facts import Value
from concordant.quantities import Interval
from tests.conftest import ReadCase
from tests.shipped import failing

INF = float("inf")
HER2 = "as_of: 2023-06-01\ntumor_markers: [{test: her2, value: positive}]\n"
DE_NOVO = "{event: diagnosis, date: 2020-01-10, stage: IV, sites: [bone, liver]}"
EARLY = "{event: diagnosis, date: 2018-01-10, stage: IIB}"


def relapse(date: str) -> str:
    return f"{{event: recurrence, date: {date}, extent: metastatic, sites: [liver]}}"


def growth(date: str, sites: str = "liver") -> str:
    return f"{{event: progression, date: {date}, sites: [{sites}]}}"


def course(drugs: str, told: str, setting: str = "advanced") -> str:
    return f"{{drugs: [{drugs}], setting: {setting}, {told}}}"


INDUCTION = course("docetaxel, trastuzumab, pertuzumab", "start: 2020-02-01, end: 2020-07-01, stopped: completed")
THP_FAILED = course("docetaxel, trastuzumab, pertuzumab", "start: 2020-02-01, end: 2021-02-01, stopped: progression")
THP_TOXIC = course("docetaxel, trastuzumab, pertuzumab", "start: 2020-02-01, end: 2020-04-01, stopped: toxicity")
THP_CHOICE = course("docetaxel, trastuzumab, pertuzumab", "start: 2020-02-01, end: 2020-09-01, stopped: choice")
THP_SILENT = course("docetaxel, trastuzumab, pertuzumab", "start: 2020-02-01, end: 2021-02-01")
THP_RUNS = course("docetaxel, trastuzumab, pertuzumab", "start: 2022-09-01, stopped: ongoing")
HP_RUNS = course("trastuzumab, pertuzumab", "start: 2020-07-22, stopped: ongoing")
HP_FAILED = course("trastuzumab, pertuzumab", "start: 2020-07-22, end: 2021-02-01, stopped: progression")
TDXD_RUNS = course("trastuzumab deruxtecan", "start: 2021-02-20, stopped: ongoing")
TDXD_FAILED = course("trastuzumab deruxtecan", "start: 2021-02-20, end: 2022-03-01, stopped: progression")
TDXD_SILENT = course("trastuzumab deruxtecan", "start: 2021-02-20, end: 2022-03-01")
TDM1_FAILED = course("trastuzumab emtansine", "start: 2022-03-20, end: 2022-12-01, stopped: progression")
TDM1_RUNS = course("trastuzumab emtansine", "start: 2022-03-20, stopped: ongoing")
ADJUVANT_TO_MARCH = course("trastuzumab", "start: 2020-03-10, end: 2021-03-10, stopped: completed", "adjuvant")


@dataclass(frozen=True)
class Story:
    """What the record tells, and what it comes to: the next line, and how many lines progressed (at least, at most)."""

    name: str
    disease: tuple[str, ...]
    treatments: tuple[str, ...]
    line: str | None
    low: float
    high: float
    stated: str = ""

    @property
    def text(self) -> str:
        blocks = {"disease": self.disease, "treatments": self.treatments}
        lists = "".join(
            f"{key}:\n" + "".join(f"  - {entry}\n" for entry in entries) for key, entries in blocks.items() if entries
        )
        return HER2 + lists + (f"stated: {{{self.stated}}}\n" if self.stated else "")


def de_novo(
    name: str, treatments: tuple[str, ...], line: str | None, low: float, high: float, *more: str, stated: str = ""
) -> Story:
    return Story(name, (DE_NOVO, *more), treatments, line, low, high, stated)


COUNTED = [
    de_novo("nothing given yet", (), "first", 0, 0),
    de_novo("the first line runs", (THP_RUNS,), "first", 0, 0, stated="disease_status: responding"),
    de_novo("one line ended in progression", (THP_FAILED,), "second", 1, 1),
    de_novo("progression on the line is told by a dated event", (THP_SILENT,), "second", 1, 1, growth("2021-02-01")),
    de_novo("two lines ended in progression", (THP_FAILED, TDXD_FAILED), "third_or_later", 2, 2),
    de_novo("three lines ended in progression", (THP_FAILED, TDXD_FAILED, TDM1_FAILED), "third_or_later", 3, 3),
    de_novo("the second line runs", (THP_FAILED, TDXD_RUNS), "second", 1, 1, stated="disease_status: stable"),
]

ONE_LINE = [
    de_novo("induction then maintenance that runs", (INDUCTION, HP_RUNS), "first", 0, 0, stated="disease_status: stable"),
    de_novo("induction then maintenance that fails", (INDUCTION, HP_FAILED), "second", 1, 1),
    de_novo("progression on maintenance, told by an event", (INDUCTION, HP_RUNS), "second", 1, 1, growth("2023-05-01")),
    de_novo(
        "endocrine therapy added without progression",
        (INDUCTION, course("trastuzumab, pertuzumab, letrozole", "start: 2020-07-22, end: 2021-02-01, stopped: progression")),
        "second",
        1,
        1,
    ),
    de_novo(
        "maintenance with one of the two antibodies",
        (INDUCTION, course("trastuzumab", "start: 2020-07-22, end: 2021-02-01, stopped: progression")),
        "second",
        1,
        1,
    ),
    de_novo(
        "the subcutaneous form of both antibodies",
        (INDUCTION, course("Phesgo", "start: 2020-07-22, end: 2021-02-01, stopped: progression")),
        "second",
        1,
        1,
    ),
    de_novo(
        "the subcutaneous form that runs",
        (INDUCTION, course("Phesgo", "start: 2020-07-22, stopped: ongoing")),
        "first",
        0,
        0,
        stated="disease_status: stable",
    ),
    de_novo(
        "a biosimilar in place of the brand",
        (
            course("paclitaxel, Herceptin, pertuzumab", "start: 2020-02-01, end: 2020-07-01, stopped: completed"),
            course("Ogivri, pertuzumab", "start: 2020-07-22, end: 2021-02-01, stopped: progression"),
        ),
        "second",
        1,
        1,
    ),
    de_novo(
        "one taxane changed for another because of toxicity",
        (THP_TOXIC, course("paclitaxel, trastuzumab, pertuzumab", "start: 2020-04-20, end: 2021-02-01, stopped: progression")),
        "second",
        1,
        1,
    ),
    de_novo(
        "the same drugs again at a lower dose",
        (
            course("trastuzumab deruxtecan", "start: 2020-02-01, end: 2020-06-01, stopped: toxicity"),
            course("trastuzumab deruxtecan", "start: 2020-07-01, end: 2021-02-01, stopped: progression"),
        ),
        "second",
        1,
        1,
    ),
]

SWITCHED = [
    de_novo(
        "a switch for toxicity, and the next regimen runs", (THP_TOXIC, TDXD_RUNS), "first", 0, 0, stated="disease_status: stable"
    ),
    de_novo("a switch for toxicity, and the next regimen fails", (THP_TOXIC, TDXD_FAILED), "second", 1, 1),
    de_novo(
        "two switches for toxicity",
        (THP_TOXIC, course("trastuzumab emtansine", "start: 2020-05-01, end: 2020-09-01, stopped: toxicity"), TDXD_RUNS),
        "first",
        0,
        0,
        stated="disease_status: stable",
    ),
    de_novo("stopped by choice, later progression off therapy", (THP_CHOICE,), "second", 1, 1, growth("2021-06-01")),
    de_novo("stopped by choice, nothing since", (THP_CHOICE,), "first", 0, 0, stated="disease_status: stable"),
]

SILENT = [
    de_novo("nobody wrote down why the only line stopped", (THP_SILENT,), None, 0, 1),
    de_novo("the first reason is missing, the second line failed", (THP_SILENT, TDXD_FAILED), None, 1, 2),
    de_novo(
        "the first reason is missing, the second line runs", (THP_SILENT, TDXD_RUNS), None, 0, 1, stated="disease_status: stable"
    ),
    de_novo("the second reason is missing", (THP_FAILED, TDXD_SILENT), None, 1, 2),
    de_novo(
        "two failed and one is silent: third line either way",
        (THP_FAILED, TDXD_FAILED, course("trastuzumab emtansine", "start: 2022-03-20, end: 2022-12-01")),
        "third_or_later",
        2,
        3,
    ),
    de_novo("a missing reason is not progression because a next course exists", (THP_SILENT, TDXD_SILENT), None, 0, 2),
]

BRAIN = [
    de_novo(
        "only the brain, and nothing grows elsewhere",
        (THP_RUNS,),
        "first",
        0,
        0,
        growth("2023-04-01", "brain"),
        stated="extracranial_progression: no",
    ),
    de_novo("only the brain is named, elsewhere not told", (THP_RUNS,), None, 0, 1, growth("2023-04-01", "brain")),
    de_novo(
        "only the brain is named, growth elsewhere is stated",
        (THP_RUNS,),
        "second",
        1,
        1,
        growth("2023-04-01", "brain"),
        stated="extracranial_progression: yes",
    ),
    de_novo("brain and liver", (THP_RUNS,), "second", 1, 1, growth("2023-04-01", "brain, liver")),
    de_novo(
        "only the brain, on the second line",
        (THP_FAILED, TDXD_RUNS),
        "second",
        1,
        1,
        growth("2023-04-01", "brain"),
        stated="extracranial_progression: no",
    ),
]

AGAIN = [
    de_novo(
        "rechallenge after progression on it is a line of its own",
        (
            THP_FAILED,
            TDXD_FAILED,
            course("trastuzumab, pertuzumab, vinorelbine", "start: 2022-03-20, end: 2022-12-01, stopped: progression"),
        ),
        "third_or_later",
        3,
        3,
    ),
    de_novo(
        "rechallenge at once, with other chemotherapy",
        (THP_FAILED, course("trastuzumab, vinorelbine", "start: 2021-02-20, end: 2021-11-01, stopped: progression")),
        "third_or_later",
        2,
        2,
    ),
    de_novo(
        "rechallenge after a pause that ended in progression",
        (THP_CHOICE, course("trastuzumab, pertuzumab, paclitaxel", "start: 2021-06-20, end: 2022-03-01, stopped: progression")),
        "third_or_later",
        2,
        2,
        growth("2021-06-01"),
    ),
    de_novo(
        "the antibodies go on with other chemotherapy because of progression, told by an event",
        (THP_SILENT, course("trastuzumab, pertuzumab, vinorelbine", "start: 2021-02-20, end: 2022-03-01, stopped: progression")),
        "third_or_later",
        2,
        2,
        growth("2021-02-01"),
    ),
    de_novo(
        "rechallenge after another line failed, though the first had ended by choice and then progression",
        (
            THP_CHOICE,
            TDXD_FAILED,
            course("trastuzumab, pertuzumab, vinorelbine", "start: 2022-03-20, end: 2022-12-01, stopped: progression"),
        ),
        "third_or_later",
        3,
        3,
        growth("2021-02-01"),
    ),
]

WITHOUT = [
    de_novo(
        "chemotherapy alone", (course("capecitabine", "start: 2020-02-01, end: 2020-09-01, stopped: progression"),), "first", 0, 0
    ),
    de_novo(
        "endocrine therapy alone",
        (course("letrozole", "start: 2020-02-01, end: 2020-09-01, stopped: progression"),),
        "first",
        0,
        0,
    ),
    de_novo(
        "chemotherapy alone before",
        (course("capecitabine", "start: 2020-01-20, end: 2020-01-30, stopped: progression"), THP_FAILED),
        "second",
        1,
        1,
    ),
    de_novo(
        "chemotherapy alone after",
        (THP_FAILED, course("eribulin", "start: 2021-02-20, end: 2021-09-01, stopped: progression")),
        "second",
        1,
        1,
    ),
    de_novo(
        "chemotherapy alone between",
        (THP_FAILED, course("eribulin", "start: 2021-02-02, end: 2021-02-19, stopped: progression"), TDXD_FAILED),
        "third_or_later",
        2,
        2,
    ),
]


def early(
    name: str, courses: tuple[str, ...], date: str, line: str | None, *later: str, low: float = 0, high: float = 0
) -> Story:
    return Story(name, (EARLY, relapse(date)), (*courses, *later), line, low, high)


def until(end: str, drugs: str = "trastuzumab", start: str = "2019-06-01") -> tuple[str, ...]:
    return (course(drugs, f"start: {start}, end: {end}, stopped: completed", "adjuvant"),)


RELAPSED = [
    early("twelve months less a day", until("2021-03-10"), "2022-03-09", "second"),
    early("twelve months to the day", until("2021-03-10"), "2022-03-10", "second"),
    early("twelve months and a day", until("2021-03-10"), "2022-03-11", "first"),
    early("twelve months from a leap day", until("2020-02-29"), "2021-02-28", "second"),
    early("twelve months from a leap day, and a day", until("2020-02-29"), "2021-03-01", "first"),
    early("known to the month, on both sides of twelve", until("2021-03"), "2022-03", None),
    early("known to the month, certainly within twelve", until("2021-03"), "2022-02", "second"),
    early("known to the month, certainly after twelve", until("2021-03"), "2022-04", "first"),
    early("twelve months after trastuzumab emtansine", until("2021-03-10", "trastuzumab emtansine"), "2022-03-10", "second"),
    early("twelve months after both antibodies", until("2021-03-10", "trastuzumab, pertuzumab"), "2022-03-10", "second"),
    early("after chemotherapy alone", until("2021-03-10", "docetaxel, cyclophosphamide"), "2021-09-10", "first"),
    early("the last dose counts, not the neoadjuvant one", (*until("2019-12-01"), ADJUVANT_TO_MARCH), "2022-03-10", "second"),
    early(
        "a neratinib tail does not move the clock",
        (*until("2020-06-10"), *until("2021-06-10", "neratinib", "2020-07-01")),
        "2021-09-10",
        "first",
    ),
    early(
        "during adjuvant therapy",
        (course("trastuzumab", "start: 2021-06-01, end: 2022-03-10, stopped: recurrence", "adjuvant"),),
        "2022-03-10",
        "second",
    ),
    early(
        "during neoadjuvant therapy, then adjuvant, long ago",
        (
            course("docetaxel, trastuzumab", "start: 2018-02-01, end: 2018-06-01, stopped: completed", "neoadjuvant"),
            *until("2019-06-01"),
        ),
        "2022-03-10",
        "first",
    ),
    early(
        "early relapse and one failed line",
        until("2021-03-10"),
        "2022-03-10",
        "third_or_later",
        course("docetaxel, trastuzumab, pertuzumab", "start: 2022-03-20, end: 2022-12-01, stopped: progression"),
        low=1,
        high=1,
    ),
    early(
        "late relapse and one failed line",
        until("2021-03-10"),
        "2022-03-11",
        "second",
        course("docetaxel, trastuzumab, pertuzumab", "start: 2022-03-20, end: 2022-12-01, stopped: progression"),
        low=1,
        high=1,
    ),
    early(
        "early relapse, and trastuzumab deruxtecan runs",
        until("2021-03-10"),
        "2022-03-10",
        "second",
        course("trastuzumab deruxtecan", "start: 2022-03-20, stopped: ongoing"),
    ),
]


def numbered(line: int, told: str, drugs: str = "trastuzumab deruxtecan") -> str:
    return course(drugs, f"line: {line}, {told}")


DECLARED = [
    de_novo(
        "the only course is called the second line and runs",
        (numbered(2, "start: 2022-06-01, stopped: ongoing"),),
        "second",
        0,
        1,
        stated="disease_status: stable",
    ),
    de_novo(
        "the only course is called the second line and failed",
        (numbered(2, "start: 2022-06-01, end: 2023-03-01, stopped: progression"),),
        "third_or_later",
        1,
        2,
    ),
    de_novo(
        "the only course is called the third line and runs",
        (numbered(3, "start: 2022-06-01, stopped: ongoing"),),
        "third_or_later",
        0,
        2,
        stated="disease_status: stable",
    ),
    de_novo(
        "the only course is called the fourth line and failed",
        (numbered(4, "start: 2022-06-01, end: 2023-03-01, stopped: progression"),),
        "third_or_later",
        1,
        4,
    ),
    de_novo(
        "both lines are numbered and failed",
        (
            numbered(1, "start: 2020-02-01, end: 2021-02-01, stopped: progression", "docetaxel, trastuzumab, pertuzumab"),
            numbered(2, "start: 2021-02-20, end: 2022-03-01, stopped: progression"),
        ),
        "third_or_later",
        2,
        2,
    ),
    de_novo(
        "a low number is no upper bound",
        (THP_FAILED, numbered(1, "start: 2021-02-20, end: 2022-03-01, stopped: progression")),
        "third_or_later",
        2,
        2,
    ),
    de_novo(
        "induction and maintenance bear one number",
        (
            numbered(1, "start: 2020-02-01, end: 2020-07-01, stopped: completed", "docetaxel, trastuzumab, pertuzumab"),
            numbered(1, "start: 2020-07-22, end: 2021-02-01, stopped: progression", "trastuzumab, pertuzumab"),
        ),
        "second",
        1,
        1,
    ),
    de_novo(
        "the first numbered line was chemotherapy alone",
        (
            numbered(1, "start: 2020-02-01, end: 2021-02-01, stopped: progression", "capecitabine"),
            numbered(2, "start: 2021-02-20, stopped: ongoing", "docetaxel, trastuzumab, pertuzumab"),
        ),
        "first",
        0,
        0,
        stated="disease_status: stable",
    ),
]

STORIES = [*COUNTED, *ONE_LINE, *SWITCHED, *SILENT, *BRAIN, *AGAIN, *WITHOUT, *RELAPSED, *DECLARED]
by_name = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


def test_the_line_and_the_lines_that_progressed(read: ReadCase, plan: Plan) -> None:
    def law(story: Story) -> None:
        facts = derive_facts(read(story.text), plan)
        found = facts["line_of_therapy"].value, facts["her2_lines_progressed"].value
        assert found == (story.line, Interval(story.low, story.high))

    assert failing(law, STORIES) == {}


def test_the_order_of_the_entries_changes_nothing(read: ReadCase, plan: Plan) -> None:
    def law(story: Story) -> None:
        record = read(story.text)
        told = values(record, plan)
        orders = product(permutations(record.events), permutations(record.courses))
        for events, courses in islice(orders, 48):
            assert values(replace(record, events=events, courses=courses), plan) == told
        turned = replace(record, events=record.events[::-1], courses=record.courses[::-1])
        assert values(turned, plan) == told

    assert failing(law, STORIES) == {}


COARSE = [("the month of an event", "date", 7), ("the year of an event", "date", 4), ("the month of a start", "start", 7)]


@pytest.mark.parametrize(("key", "length"), [row[1:] for row in COARSE], ids=[f"known is {row[0]}" for row in COARSE])
@by_name
def test_a_coarser_date_leaves_more_open_and_says_nothing_else(
    story: Story, key: str, length: int, read: ReadCase, plan: Plan
) -> None:
    coarse = re.sub(rf"{key}: (\d{{4}}-\d\d-\d\d)", lambda found: f"{key}: {found[1][:length]}", story.text)
    facts = derive_facts(read(coarse), plan)
    assert facts["line_of_therapy"].value in (story.line, None)
    progressed = facts["her2_lines_progressed"].value
    assert progressed is None or Interval(story.low, story.high).refines(progressed)  # type: ignore[arg-type]


def values(record: object, plan: Plan) -> dict[str, Value]:
    return {name: fact.value for name, fact in derive_facts(record, plan).items()}  # type: ignore[arg-type]


UNDATED = [
    ("two progressions", "{event: progression, sites: [brain]}", "{event: progression, sites: [liver]}"),
    ("two progressions of which one is dated", "{event: progression, sites: [brain]}", growth("2022-05-01")),
    ("two progressions of one day", growth("2022-05-01", "brain"), growth("2022-05-01")),
    ("progression and response", "{event: progression, sites: [liver]}", "{event: response}"),
    (
        "the brain twice on one day",
        "{event: progression, date: 2022-05-01, brain_metastases: active}",
        "{event: stable, date: 2022-05-01, brain_metastases: stable}",
    ),
]


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in UNDATED], ids=[row[0] for row in UNDATED])
def test_the_order_of_entries_without_an_order_of_their_own_changes_nothing(
    one: str, other: str, read: ReadCase, plan: Plan
) -> None:
    record = read(Story("", (DE_NOVO, one, other), (THP_RUNS,), None, 0, 0).text)
    assert values(replace(record, events=record.events[::-1]), plan) == values(record, plan)


# the courses; the regimens for advanced disease, at least and at most
RECEIVED: list[tuple[str, tuple[str, ...], float, float]] = [
    ("one", (THP_FAILED,), 1, 1),
    ("induction and maintenance", (INDUCTION, HP_FAILED), 1, 1),
    ("the subcutaneous form", (INDUCTION, course("Phesgo", "start: 2020-07-22, stopped: ongoing")), 1, 1),
    ("a switch for toxicity", (THP_TOXIC, TDXD_RUNS), 2, 2),
    ("two lines", (THP_FAILED, TDXD_FAILED), 2, 2),
    (
        "a line without a targeted drug between",
        (THP_FAILED, course("eribulin", "start: 2021-02-02, stopped: progression"), TDXD_RUNS),
        2,
        2,
    ),
    ("adjuvant therapy does not count", (ADJUVANT_TO_MARCH, TDXD_RUNS), 1, 1),
]


@pytest.mark.parametrize(("courses", "low", "high"), [row[1:] for row in RECEIVED], ids=[row[0] for row in RECEIVED])
def test_regimens_received(courses: tuple[str, ...], low: float, high: float, read: ReadCase, plan: Plan) -> None:
    facts = derive_facts(read(Story("", (DE_NOVO,), courses, None, 0, 0).text), plan)
    assert facts["her2_regimens_received_advanced"].value == Interval(low, high)


# the courses; whether there was progression on trastuzumab deruxtecan, and on trastuzumab
FAILED: list[tuple[str, tuple[str, ...], str | None, str | None]] = [
    (
        "a drug that was stopped by choice has not failed",
        (course("trastuzumab deruxtecan", "start: 2020-02-01, end: 2020-09-01, stopped: choice"), TDM1_FAILED),
        "no",
        "no",
    ),
    (
        "a drug that was stopped for toxicity has not failed",
        (course("trastuzumab deruxtecan", "start: 2020-02-01, end: 2020-09-01, stopped: toxicity"), THP_FAILED),
        "no",
        "yes",
    ),
    ("a drug with progression on it has failed", (THP_FAILED, TDXD_FAILED), "yes", "yes"),
    ("a drug without a reason for stopping may have failed", (THP_FAILED, TDXD_SILENT), None, "yes"),
    ("a drug that was never given has not failed", (THP_FAILED,), "no", "yes"),
    ("induction has failed when maintenance with the same drug did", (INDUCTION, HP_FAILED), "no", "yes"),
]


@pytest.mark.parametrize(("courses", "deruxtecan", "antibody"), [row[1:] for row in FAILED], ids=[row[0] for row in FAILED])
def test_a_drug_has_failed_only_if_progression_was_on_it(
    courses: tuple[str, ...], deruxtecan: str | None, antibody: str | None, read: ReadCase, plan: Plan
) -> None:
    facts = derive_facts(read(Story("", (DE_NOVO,), courses, None, 0, 0).text), plan)
    found = facts["progressed_on_trastuzumab_deruxtecan"].value, facts["progressed_on_trastuzumab"].value
    assert found == (deruxtecan, antibody)


# the last dose and the recurrence; months from one to the other, at least and at most
CLOCK = [
    ("2021-03-10", "2022-03-10", 12.0, 12.0),
    ("2021-03-10", "2022-03-11", 12 + 1 / 31, 12 + 1 / 31),
    ("2021-03-10", "2021-11-10", 8.0, 8.0),
    ("2021-03", "2022-03-15", 11 + 15 / 31, 12 + 14 / 31),
    ("2021-03-10", "2022-03", 11 + 19 / 28, 12 + 21 / 31),
]


@pytest.mark.parametrize(("end", "recurrence", "low", "high"), CLOCK)
def test_months_from_the_last_dose_to_the_recurrence(
    end: str, recurrence: str, low: float, high: float, read: ReadCase, plan: Plan
) -> None:
    facts = derive_facts(read(early("", until(end), recurrence, None).text), plan)
    value = facts["months_from_adjuvant_her2_therapy_to_recurrence"].value
    assert isinstance(value, Interval)
    assert (value.low, value.high) == pytest.approx((low, high))


def test_numbers_of_lines_that_contradict_their_dates_are_a_conflict(read: ReadCase, plan: Plan) -> None:
    case = """
as_of: 2023-12-30
tumor_markers: [{test: her2, value: positive}]
disease: [{event: diagnosis, date: 2022-01-05, extent: metastatic}]
treatments:
  - {drugs: [trastuzumab, pertuzumab], setting: advanced, line: 2, start: 2022-01-10, end: 2022-12-01, stopped: progression}
  - {drugs: [trastuzumab deruxtecan], setting: advanced, line: 1, start: 2022-12-29, stopped: ongoing}
"""
    facts = derive_facts(read(case), plan)
    assert facts["her2_lines_progressed"].value is None
    assert facts["her2_lines_progressed"].conflict.endswith("line 2 began (10 Jan 2022) before line 1 (29 Dec 2022)")
    assert facts["line_of_therapy"].value is None


def test_what_grew_on_the_first_day_of_a_line_grew_before_it(read: ReadCase, plan: Plan) -> None:
    case = """
as_of: 2023-08-01
disease: [{event: diagnosis, date: 2022-01-05, extent: metastatic}, {event: progression, date: 2022-12-29}]
treatments:
  - {drugs: [trastuzumab, pertuzumab], setting: advanced, start: 2022-01-10, end: 2022-12-01, stopped: progression}
  - {drugs: [trastuzumab deruxtecan], setting: advanced, start: 2022-12-29, stopped: ongoing}
"""
    facts = derive_facts(read(case), plan)
    assert (facts["line_of_therapy"].value, facts["disease_status"].value) == ("second", None)


def test_a_distant_site_dates_advanced_disease(read: ReadCase, plan: Plan) -> None:
    case = """
as_of: 2023-08-01
disease: [{event: diagnosis, date: 2020-01-05, extent: early}, {event: recurrence, date: 2023-03-01, sites: [bone]}]
treatments: [{drugs: [trastuzumab], start: 2020-03-01, end: 2021-03-01, stopped: completed}]
"""
    facts = derive_facts(read(case), plan)
    assert facts["line_of_therapy"].value == "first", "the course was over before: it was adjuvant"


@pytest.mark.parametrize(
    ("status", "date", "value"),
    [
        ("active", "2023-01-10", "yes"),
        ("active", "2021-01-10", None),
        ("absent", "2023-05-20", "no"),
        ("absent", "2015-05-20", None),
    ],
)
def test_a_pregnancy_and_its_absence_age(status: str, date: str, value: str | None, read: ReadCase, plan: Plan) -> None:
    told = f"as_of: 2023-06-01\nconditions: [{{name: pregnancy, status: {status}, date: {date}}}]\n"
    assert derive_facts(read(told), plan)["pregnant"].value == value
