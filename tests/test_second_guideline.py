"""A second guideline, for another disease, answers beside the first: scope, line and cut-off belong to each of them.

It is invented (tests/second_guideline), so what it says is no medicine.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import random
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

import concordant as cc
from concordant.answer.engine import answer_record, build_situation
from concordant.answer.schema import Answer
from concordant.api.fhir import ApplyQuestion, apply_plan, list_definitions
from concordant.author.build import build_knowledge
from concordant.author.lint.run import lint_folder
from concordant.derive.engine import derive_facts
from concordant.derive.plan import make_plan
from concordant.errors import Unreadable
from concordant.library import FOLDER
from concordant.logic.conditions import ALWAYS
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.present.formats import FORMATS, RenderOptions, render_answer
from concordant.readers.truth_only import TruthOnly
from concordant.record.casefile.read import read_case
from concordant.record.courses.assemble import assemble_courses
from concordant.record.courses.line_rules import make_line_rules
from concordant.terminology.names import Words, make_words
from concordant.texts import read_file, read_text
from tests.conftest import AS_OF
from tests.laws.columns import Reference, draw_rows, find_differences, row_of, table_of, tell_decision, tell_table
from tests.record.test_courses import STORIES, events, exposures
from tests.shares import share_of
from tests.shipped import CASES, answer_to, case, compiling, record_of

pytestmark = compiling

INVENTED = Path(__file__).parent / "second_guideline"
OTHER = "invented-other-abc"
ADVANCED = "disease: [{event: diagnosis, date: 2023-01-05, stage: IV, sites: [bone]}]\npatient: {sex: female, ecog: 1}\n"


def built(folder: Path) -> Knowledge:
    assert [str(complaint) for complaint in lint_folder(folder).complaints] == []
    knowledge = build_knowledge(folder).knowledge
    assert knowledge is not None
    return knowledge


def with_invented(folder: Path) -> Path:
    """A folder of the shipped knowledge and the invented guideline."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("cases", "stories"))
    shutil.copytree(INVENTED, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("README.md"))
    return folder


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return built(with_invented(tmp_path_factory.mktemp("both") / "knowledge"))


@pytest.fixture(scope="module")
def words(both: Knowledge) -> Words:
    return make_words(both)


def asked(text: str, both: Knowledge, words: Words) -> Answer:
    return answer_record(read_case(read_text(ADVANCED + text, "case.yaml"), both, words, AS_OF), both)


def said(answer: Answer) -> dict[str, str | None]:
    """What each guideline answers."""
    return {one.id: one.answer for one in answer.guidelines if one.id != "asco-her2-brain"}


NEGATIVE = "stated: {her2_status: negative, her2_low: no, hormone_receptor: positive, advanced_disease: yes, cancer_type: breast"
ROWS = [  # the record, what each guideline answers, who is heard, and the line that it counts
    (f"{NEGATIVE}, invented_line: first}}", "out_of_scope", "recommends", "invented-receptor-abc", "first"),
    (f"{NEGATIVE}, invented_line: second}}", "out_of_scope", "recommends", "invented-receptor-abc", "second"),
    (f"{NEGATIVE}}}", "out_of_scope", "needs_data", "invented-receptor-abc", None),
    ("stated: {her2_status: equivocal}", "out_of_scope", "out_of_scope", "asco-her2-abc", None),
]


@pytest.mark.parametrize(("text", "first", "second", "heard", "line"), ROWS, ids=[row[3] + "-" + row[2] for row in ROWS])
def test_each_guideline_has_its_verdict_and_one_is_heard(
    text: str, first: str, second: str, heard: str, line: str | None, both: Knowledge, words: Words
) -> None:
    answer = asked(text, both, words)
    assert said(answer) == {"asco-her2-abc": first, "invented-receptor-abc": second}
    assert [one.id for one in answer.guidelines if one.speaks and one.id != "asco-her2-brain"] == [heard]
    assert answer.answer == (second if heard == "invented-receptor-abc" else first)
    assert answer.line == line
    statements = {name for option in answer.options for name in option.statements}
    assert all(name.startswith((heard, "asco-her2-brain")) for name in statements)


def test_the_first_guideline_is_heard_of_its_own_patients(both: Knowledge, words: Words) -> None:
    answer = answer_record(read_case(read_file(case("A02")), both, words, AS_OF), both)
    assert said(answer) == {"asco-her2-abc": "recommends", "invented-receptor-abc": "out_of_scope"}
    assert answer.line == "second"


def with_advice(both: Knowledge) -> Knowledge:
    """The second guideline advises something to everybody, beside any regimen."""
    one = next(statement for statement in both.statements if statement.id == "invented-receptor-abc/1/1.1")
    action = next(action for statement in both.statements for action in statement.actions)
    advice = replace(action, says="Invented advice.")
    everybody = replace(one, id="invented-receptor-abc/1/9.9", applies_if=ALWAYS, recommend=None, actions=(advice,))
    return replace(both, statements=(*both.statements, everybody))


def test_a_guideline_that_is_not_heard_advises_nothing(both: Knowledge, words: Words) -> None:
    advising = with_advice(both)
    record = read_case(read_file(case("A02")), both, words, AS_OF)
    assert "Invented advice." not in str(answer_record(record, advising).actions)
    assert "Invented advice." in str(asked(f"{NEGATIVE}, invented_line: first}}", advising, words).actions)


def test_the_guideline_that_was_asked_for_is_heard(both: Knowledge, words: Words) -> None:
    record = read_case(read_file(case("A02")), both, words, AS_OF)
    answer = answer_record(record, both, "invented-receptor-abc/1")
    assert (answer.answer, answer.options) == ("out_of_scope", [])
    assert said(answer) == {"asco-her2-abc": "recommends", "invented-receptor-abc": "out_of_scope"}
    assert answer_record(record, both, "asco-her2-abc/2022").answer == "recommends"


def test_a_version_that_there_is_not_is_named_so(both: Knowledge, words: Words) -> None:
    record = read_case(read_file(case("A02")), both, words, AS_OF)
    for wanted in ("invented-receptor-abc/77", "asco-her2-abc/1999"):
        with pytest.raises(Unreadable, match=f"no guideline '{wanted}'"):
            answer_record(record, both, wanted)


def test_what_the_second_guideline_needs_is_asked(both: Knowledge, words: Words) -> None:
    answer = asked(f"{NEGATIVE}}}", both, words)
    assert answer.ask[0].feature == "invented_line" and answer.ask[0].blocking
    regimens = {name for change in answer.ask[0].changes for name in change.then}
    assert {"letrozole", "fulvestrant", "exemestane"} <= regimens


def test_an_open_subject_is_asked_and_leads_to_either_guideline(both: Knowledge, words: Words) -> None:
    answer = asked("stated: {hormone_receptor: positive, invented_line: first, her2_lines_progressed: 0}", both, words)
    assert answer.answer == "needs_data"
    question = next(q for q in answer.ask if q.feature in ("her2_status", "her2_reported", "her2_ihc"))
    assert "letrozole" in {name for change in question.changes for name in change.then}


@pytest.mark.long
def test_the_shipped_answers_stay_as_they_are(both: Knowledge) -> None:
    """But for those who are the invented guideline's own patients: outside the shipped one, receptor-positive and advanced."""
    changed = {}
    for path in share_of("told back", CASES[::6]):
        record, before = record_of(path), answer_to(path)
        if record is None or before is None:
            continue
        after = answer_record(record, both)
        if (after.answer, [o.regimen for o in after.options]) != (before.answer, [o.regimen for o in before.options]):
            changed[path.stem] = (before.answer, after.answer)
    assert {name: told for name, told in changed.items() if told[0] != "out_of_scope"} == {}


# -- its own line, in the record in time ------------------------------------------------------------

TREATED = """
disease:
  - {event: diagnosis, date: 2015-01-10, stage: IIA}
  - {event: surgery, date: 2015-02-01}
  - {event: recurrence, date: 2020-03-01, extent: metastatic, sites: [bone]}
  - {event: progression, date: 2021-04-01, sites: [brain]}
patient: {sex: female, ecog: 1}
treatments:
  - {drugs: [tamoxifen], setting: adjuvant, start: 2015-03-01, end: 2018-03-01, stopped: completed}
  - {drugs: [letrozole], setting: advanced, start: 2020-04-01, end: 2021-04-01, stopped: progression}
  - {drugs: [trastuzumab, docetaxel], setting: advanced, start: 2021-05-01, end: 2022-01-01, stopped: progression}
  - {drugs: [SECOND], setting: advanced, start: 2022-02-01, stopped: ongoing}
"""


def lines_in_time(second: str, her2: str, both: Knowledge, words: Words) -> tuple[str | None, dict[str, int | None]]:
    text = TREATED.replace("SECOND", second)
    stated = f"stated: {{her2_status: {her2}, her2_low: no, hormone_receptor: positive, disease_status: stable}}"
    answer = answer_record(read_case(read_text(text + stated, "case.yaml"), both, words, AS_OF), both)
    return answer.line, {course.drugs[0]: course.line for course in answer.timeline.courses}


def test_the_line_in_time_is_counted_as_the_guideline_that_speaks_counts_it(both: Knowledge, words: Words) -> None:
    """Endocrine lines after one before them for the invented guideline; for the shipped one those with its own drugs."""
    mine = lines_in_time("fulvestrant", "negative", both, words)
    assert mine == ("later", {"tamoxifen": None, "letrozole": 2, "trastuzumab": None, "fulvestrant": 3})
    line, lines = lines_in_time("trastuzumab deruxtecan", "positive", both, words)
    assert line == "second"
    assert lines == {"tamoxifen": None, "letrozole": None, "trastuzumab": 1, "trastuzumab deruxtecan": 2}


# A guideline whose features name no spared sites counts a progression in the brain; the shipped one asks what grew elsewhere.
BRAIN = """
disease:
  - {event: diagnosis, date: 2020-03-01, stage: IV, sites: [bone]}
  - {event: progression, date: 2021-04-01, sites: [brain], brain_metastases: active}
patient: {sex: female, ecog: 1}
treatments: [{drugs: [DRUG], setting: advanced, start: 2020-04-01, end: 2022-01-01, stopped: toxicity}]
"""


@pytest.mark.parametrize(
    ("drug", "name", "high"), [("letrozole", "invented_lines_progressed", 1), ("trastuzumab", "her2_lines_progressed", 0)]
)
def test_what_ends_no_line_is_said_by_the_feature_that_counts(
    drug: str, name: str, high: int, both: Knowledge, words: Words
) -> None:
    text = BRAIN.replace("DRUG", drug) + "stated: {extracranial_progression: no, disease_status: stable}"
    facts = derive_facts(read_case(read_text(text, "case.yaml"), both, words, AS_OF), make_plan(both))
    assert facts[name].value == Interval(high, high)


# -- its own leading drugs ---------------------------------------------------------------------------


def test_its_leading_drugs_hold_its_courses_together(both: Knowledge, knowledge: Knowledge, words: Words) -> None:
    """While the endocrine drug goes on, what ended beside it is a course with an end of its own: for this guideline only."""
    given = ["letrozole from 2022-01-03, 16 times every 28 days", "palbociclib from 2022-01-03, 6 times every 28 days"]
    told = exposures(given, words)
    courses = {
        name: sorted(course.drugs for course in assemble_courses(told, (), AS_OF, make_line_rules(one)).courses)
        for name, one in (("both", both), ("shipped", knowledge))
    }
    assert courses == {"both": [("letrozole",), ("palbociclib",)], "shipped": [("letrozole", "palbociclib")]}


def test_what_only_supplements_leads_nothing_beside_another_leader(both: Knowledge) -> None:
    rules = make_line_rules(both)
    assert rules.find_leaders(frozenset({"trastuzumab", "letrozole", "docetaxel"})) == {"trastuzumab"}
    assert rules.find_leaders(frozenset({"letrozole", "palbociclib"})) == {"letrozole"}


def test_the_leading_drugs_of_the_first_guideline_lead_as_before(both: Knowledge, knowledge: Knowledge, words: Words) -> None:
    targeted = {drug.id for drug in knowledge.drugs if "her2_targeted" in drug.classes}
    seen = 0
    for story in STORIES:
        told, happened = exposures(story["given"], words), events(story["disease"])
        if not any(targeted.intersection(one.drugs) for one in told):
            continue
        before, after = (assemble_courses(told, happened, AS_OF, make_line_rules(one)).courses for one in (knowledge, both))
        assert [c for c in after if targeted.intersection(c.drugs)] == [c for c in before if targeted.intersection(c.drugs)]
        seen += 1
    assert seen > 20


# -- its own cut-off for evidence --------------------------------------------------------------------


def test_what_is_newer_is_told_against_the_cut_off_of_the_guideline_that_speaks(both: Knowledge, words: Words) -> None:
    second = asked(f"{NEGATIVE}, invented_line: first}}", both, words)
    assert [one.split(" [")[0] for one in second.newer_in_short if "Invented" in one] == [
        "Invented, Sep 2022",
        "Invented, Mar 2022",
    ]
    first = answer_record(read_case(read_file(case("A02")), both, words, AS_OF), both)
    assert [one.split(" [")[0] for one in first.newer_in_short if "Invented" in one] == ["Invented, Sep 2022"]


# -- two guidelines that both speak of a patient -----------------------------------------------------


@pytest.fixture(scope="module")
def differing(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """With a third guideline, which is the invented one under another name, but for what it prefers in first line."""
    folder = with_invented(tmp_path_factory.mktemp("differing") / "knowledge")
    original = folder / "guidelines" / "invented-receptor-abc"
    for path in sorted(original.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8").replace("invented-receptor-abc", OTHER)
        text = text.replace("short_title: Invented", "short_title: Other").replace(
            "regimens: [letrozole, anastrozole]", "regimens: [tamoxifen]"
        )
        copy = folder / "guidelines" / OTHER / path.relative_to(original)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    return built(folder)


DIFFERS = "Invented speaks of this patient as well and differs: it leads to letrozole. The answer here is that of Other."


def test_two_guidelines_that_differ_are_told_as_a_disagreement(differing: Knowledge) -> None:
    answer = asked(f"{NEGATIVE}, invented_line: first}}", differing, make_words(differing))
    assert said(answer) == {"asco-her2-abc": "out_of_scope", OTHER: "recommends", "invented-receptor-abc": "recommends"}
    assert [option.regimen for option in answer.options if option.role == "preferred"] == ["tamoxifen"]
    assert DIFFERS in answer.disagreements
    assert [one.id for one in answer.guidelines if one.differs] == ["invented-receptor-abc"]


def test_two_guidelines_that_agree_are_none(differing: Knowledge) -> None:
    answer = asked(f"{NEGATIVE}, invented_line: second}}", differing, make_words(differing))
    assert said(answer)[OTHER] == said(answer)["invented-receptor-abc"] == "recommends"
    assert [one for one in answer.disagreements if "speaks of this patient" in one] == []
    assert [one.id for one in answer.guidelines if one.differs] == []


def text_in(told: str | bytes, format_: str) -> str:
    """What a reader sees of a file, on one line."""
    if format_ == "pdf" and isinstance(told, bytes):
        pypdf = pytest.importorskip("pypdf")
        told = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(told)).pages)
    if isinstance(told, bytes):
        told = zipfile.ZipFile(io.BytesIO(told)).read("word/document.xml").decode()
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", told)).split()).replace(" .", ".")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_disagreement_of_guidelines_stands_on_the_first_screen(format_: str, differing: Knowledge) -> None:
    answer = asked(f"{NEGATIVE}, invented_line: first}}", differing, make_words(differing))
    shown = text_in(render_answer(answer, RenderOptions(format_)), format_)
    first, _, rest = shown.partition("Where sources disagree")
    assert DIFFERS in (" ".join(json.loads(shown)["first_screen"]) if format_ == "json" else first)
    assert format_ in ("terminal", "note", "json") or DIFFERS in rest


def test_in_columns_the_guideline_speaks_that_the_reference_hears(both: Knowledge) -> None:
    engine, day = cc.Engine(both), dt.date(2024, 6, 1)
    reference = Reference(engine, day, TruthOnly())
    records = list(filter(None, map(record_of, CASES[::12])))
    known = [row_of(record, reference.plan) for record in records]
    rows = known + list(draw_rows(known, build_situation(records[0], both), random.Random(5), 300))
    wanted = [tell_decision(reference.decide(row)) for row in rows]
    assert find_differences(tell_table(engine.decide_table(table_of(rows, engine), as_of=day)), wanted) == []
    assert len({one["guideline"] for one in wanted}) == 2


def test_each_plan_of_fhir_is_applied_by_itself(both: Knowledge) -> None:
    """Each guideline is a plan of its own, and what the other one says of the patient stands in none of it."""
    engine, base, person = (
        cc.Engine(both),
        "https://fhir.example",
        {"resourceType": "Patient", "id": "p1", "birthDate": "1960-01-01"},
    )
    plans = {one["id"]: one for one in list_definitions(engine, base, AS_OF)["PlanDefinition"]}
    assert len(plans) == 2
    for id_, plan in plans.items():
        question = ApplyQuestion(id_, "p1", (json.dumps(person).encode(),), base, AS_OF.isoformat())
        made = apply_plan(engine, question, AS_OF)
        assert made["instantiatesCanonical"] == [f"{plan['url']}|{plan['version']}"]
        version = plan["identifier"][0]["value"]
        told = engine.recommend(person, as_of=AS_OF, guideline=version).answer
        assert made["description"] == told.verdict
        (guidance,) = [one for one in made["contained"] if one["resourceType"] == "GuidanceResponse"]
        assert [one["id"] for one in guidance["dataRequirement"]] == [ask.feature for ask in told.ask]
    with pytest.raises(Unreadable, match="there is no such plan"):
        apply_plan(engine, ApplyQuestion("asco-her2-brain", "p1", (json.dumps(person).encode(),), base), AS_OF)
