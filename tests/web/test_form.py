"""The form: what is sent back untouched changes nothing, a tap says what it says, and nothing that was typed is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine
from concordant.model.form import CourseRow, EventRow, FeatureRow
from concordant.web.pages import Page
from tests.shares import share_of
from tests.shipped import SHIPPED, failing, in_chunks, shipped_knowledge
from tests.web.form import BUILDER, TODAY, build, fields_of, html_of, tap

ENGINE: Engine = BUILDER.engine


def answer_of(page: Any) -> dict[str, Any]:
    return {key: value for key, value in page.answer.to_dict().items() if key not in ("not_understood",)}


@in_chunks
def test_a_form_that_is_sent_back_untouched_changes_nothing(chunk: int) -> None:
    def law(path: Path) -> None:
        first = build(upload=path.read_bytes())
        again = build(fields_of(first))
        assert again.case == first.case
        if not first.problems:
            assert again.answer.to_dict() == first.answer.to_dict()

    assert failing(law, share_of("forms", SHIPPED), chunk) == {}


@in_chunks
def test_the_page_answers_as_the_command_does(chunk: int) -> None:
    """The entries of a case stand in the order of the file, each on a line of its own: only the lines may differ."""

    def law(path: Path) -> None:
        page = build(upload=path.read_bytes())
        if not page.problems:
            assert page.answer.to_dict() == ENGINE.recommend(path, today=TODAY).to_dict()

    assert failing(law, share_of("forms", SHIPPED[1:]), chunk) == {}


def test_the_seed_story_by_taps() -> None:
    page = tap(build(), row__extent="1")
    page = tap(page, s__her2_status="positive")
    page = tap(page, **{"e.treatments.new-early-0.drugs": "trastuzumab"})
    page = tap(page, s__her2_therapy_started="no")
    assert page.answer.outcome == "needs_data"
    assert page.answer.questions[0].feature == "months_from_adjuvant_her2_therapy_to_recurrence"
    for branch in page.answer.questions[0].changes:
        then = tap(page, set=f"months_from_adjuvant_her2_therapy_to_recurrence={branch.if_}")
        assert [option.name for option in then.answer.options if option.role == "preferred"] == branch.names


def test_dates_of_any_precision_make_the_interval() -> None:
    page = tap(
        build(
            upload="disease: [{event: recurrence, extent: metastatic}]\ntreatments: [{drugs: [trastuzumab], setting: adjuvant}]"
        )
    )
    page = tap(page, **{"e.disease.0.date": "Oct 2022", "e.treatments.0.end": "14.10.2021"})
    assert page.case["disease"][0]["date"] == "2022-10"
    assert page.case["treatments"][0]["end"] == "2021-10-14"
    assert "11" in html_of(page)


BAD = {
    "e.disease.0.date": ("soon", "is not a date"),
    "e.treatments.0.end": ("31 Feb 2021", "31"),
    "s.lvef": ("much", "number"),
    "s.her2_status": ("perhaps", "positive"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_understood_stands_where_it_was_typed(name: str) -> None:
    typed, says = BAD[name]
    start = build(
        upload="disease: [{event: recurrence, extent: metastatic}]\ntreatments: [{drugs: [trastuzumab], setting: adjuvant}]"
    )
    fields = fields_of(start) | {name: [typed]}
    if name == "s.lvef":
        fields["shown"] = [*fields["shown"], "s:lvef"]
    page = build(fields)
    html = html_of(page)
    if name != "s.her2_status":  # a chip cannot be mistyped; only a foreign client sends this
        assert f'value="{typed}"' in html
        assert says in html
    assert page.case["disease"] == start.case["disease"]
    assert page.case["treatments"] == start.case["treatments"]
    assert page.case.get("stated", {}) == ({name[2:]: "unknown"} if name.startswith("s.") else {})  # something was said of it


IMPOSSIBLE = "treatments:\n  - {drugs: [trastuzumab], setting: adjuvant, start: 2022-01, end: 2021-01}\n"


def test_what_cannot_be_is_told_at_its_entry_and_kept() -> None:
    page = build(upload="disease: [{event: recurrence, extent: metastatic}]\n" + IMPOSSIBLE)
    assert page.problems
    assert page.paste  # a record that cannot be read stays in the box
    course = {"e.treatments.0.start": "2022", "e.treatments.0.end": "2021"}
    start = build(upload="treatments: [{drugs: [trastuzumab], setting: advanced, start: 2020}]")
    wrong = tap(start, **course)
    assert wrong.answer is None
    assert wrong.problems
    assert 'class="entry wrong"' in html_of(wrong)
    assert wrong.case["treatments"][0]["end"] == "2021"
    assert tap(wrong, **{"e.treatments.0.end": "2022-05"}).answer is not None


MARKUP = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\x1b[31mred", "\u202egnp.exe", "{{ 7*7 }}", "a" * 5000]


@pytest.mark.parametrize("text", MARKUP)
def test_a_text_is_only_text(text: str) -> None:
    start = build(upload="treatments: [{drugs: [trastuzumab], setting: advanced}]\nconditions: [{name: asthma}]")
    for name in ("e.treatments.0.drugs", "e.conditions.0.name", "e.treatments.0.end", "as_of", "lang", "guideline"):
        html = html_of(build(fields_of(start) | {name: [text]}))
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "\x1b" not in html
        assert "7*7" not in html or "{{ 7*7 }}" in html


FORGED = [
    "[]",
    "null",
    "{",
    '{"treatments": 5}',
    '{"treatments": [5]}',
    '{"stated": 7}',
    '{"as_of": [1]}',
    "[" * 10000,
    '{"zzz": 1}',
]


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_case_breaks_nothing(case: str) -> None:
    html_of(build(fields_of(build()) | {"case": [case], "pinned": [case], "carried": [case]}))
    html_of(
        build(
            {
                "case": [case],
                "drop": ["treatments.0"],
                "forget": ["lvef"],
                "set": ["nothing=1"],
                "shown": ["x", "s:x", "treatments.99:a"],
            }
        )
    )


def test_every_row_of_the_knowledge_is_shown_and_has_not_known() -> None:
    html = html_of(
        build(
            upload="disease: [{event: recurrence, extent: metastatic}]\ntreatments: [{drugs: [trastuzumab], setting: advanced}]"
        )
    )
    for row in shipped_knowledge().form.rows:
        match row:
            case EventRow() | CourseRow():
                assert f'id="row-{row.id}"' in html
            case FeatureRow():
                assert f'name="s.{row.feature}" value="unknown"' in html
    assert 'name="s.line_of_therapy"' not in html


def test_pinned_answers_stand_beside_each_other() -> None:
    page = tap(build(upload="tumor_markers: [{test: her2, value: positive}]"), pin="1")
    assert page.pinned is not None
    other = tap(page, s__brain_metastases="active")
    assert other.pinned is not None
    assert other.differs == ("brain_metastases: – → active",)
    assert tap(other, unpin="1").pinned is None


def test_a_fhir_record_becomes_a_form_that_names_its_entries() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1966"}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "id": "c",
                    "subject": {"reference": "Patient/p"},
                    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C50.9"}]},
                    "onsetDateTime": "2020-01-01",
                }
            },
        ],
    }
    page = build(upload=json.dumps(bundle))
    assert page.case["patient"]["sex"] == "female"
    assert any("Condition" in source for source in page.carried.sources.values())
    assert build(fields_of(page)).case == page.case


TABLE = "id{0}her2_status{0}Brain metastases{0}LVEF{0}shoe size\n7{0}positive{0}active{0}62{0}38\n"


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_row_of_a_table_with_its_heading(sign: str) -> None:
    page = build(upload=TABLE.format(sign))
    assert page.case["stated"]["her2_status"] == "positive"
    assert page.case["stated"]["brain_metastases"] == "active"
    assert any("shoe size" in text for text in page.carried.unread)


def test_two_rows_are_two_patients() -> None:
    two = TABLE.format(",") + "8,negative,none,60,40\n"
    assert "2 rows are 2 patients" in build(upload=two).problems[0]
    fields = {"patient": ["8"]}
    assert build(fields, upload=two).case["stated"]["her2_status"] == "negative"


def test_an_assumption_can_be_changed() -> None:
    page = build(upload=(Path(str(SHIPPED[0])).read_bytes()))
    html = html_of(tap(page, change="declines_chemotherapy"))
    assert 'name="s.declines_chemotherapy"' in html


EARLY = (
    "disease: [{event: diagnosis, date: 2018-08-12, extent: early}, {event: recurrence, date: 2023-03-01, extent: metastatic}]"
)


def test_a_chip_is_about_the_relapse_and_rewrites_no_entry_of_a_record() -> None:
    page = build(upload=EARLY)
    assert fields_of(page)["row.extent"] == ["1"]
    other = tap(page, row__extent="0")
    assert other.case["disease"][:2] == page.case["disease"]
    early = build(upload=EARLY.replace(", {event: recurrence, date: 2023-03-01, extent: metastatic}", ""))
    came_back = tap(early, row__extent="1")
    assert came_back.case["disease"] == [*early.case["disease"], {"event": "recurrence", "extent": "metastatic"}]


def test_a_chip_that_was_tapped_by_mistake_is_taken_back_by_another() -> None:
    page = tap(tap(build(), row__extent="0"), row__extent="1")
    assert page.case["disease"] == [{"event": "recurrence", "extent": "metastatic"}]


def test_a_question_stays_where_it_stood() -> None:
    def order(page: Page) -> list[str]:
        return next([row.id for row in group.rows] for group in page.groups if group.id == "ask")

    page = build(upload=next(path for path in SHIPPED if path.stem.startswith("A25")).read_bytes())
    first = order(page)
    assert len(first) > 2
    answered = tap(page, **{f"s.{first[0]}": "45 %" if first[0] == "lvef" else "no"})
    assert order(answered)[: len(first)] == [name for name in first if name in order(answered)]
    assert first[0] in order(answered)


def test_an_entry_that_is_dropped_takes_no_other_source() -> None:
    page = build(upload="treatments: [{drugs: [trastuzumab], setting: advanced}, {drugs: [docetaxel], setting: advanced}]")
    carried = '{"sources": {"treatments.0": "first", "treatments.1": "second"}}'
    assert build(fields_of(page) | {"carried": [carried], "drop": ["treatments.0"]}).carried.sources == {"treatments.0": "second"}


def test_a_drug_that_cannot_be_had() -> None:
    page = build(upload=next(path for path in SHIPPED if path.stem.startswith("A03")).read_bytes())
    without = tap(page, u=["trastuzumab deruxtecan", ""])
    assert without.case["unavailable"] == ["trastuzumab deruxtecan"]
    assert without.answer.regimen != page.answer.regimen
    assert "unavailable" not in tap(without, u="").case


@pytest.mark.parametrize(
    ("typed", "written"), [("10 Oct 2022", "2022-10-10"), ("10.10.2022", "2022-10-10"), ("2022-10-10", "2022-10-10")]
)
def test_the_day_of_the_question_is_read_as_any_date(typed: str, written: str) -> None:
    assert tap(build(upload=EARLY), as_of=typed).case["as_of"] == written


def test_what_was_typed_and_not_read_is_named_above_the_answer() -> None:
    page = tap(build(upload=EARLY), s__weight="heavy")
    assert page.typed == ("heavy",)
    assert "Typed, but not read:" in html_of(page)
    assert tap(page, s__weight="58,5").case["stated"]["weight"] == "58.5 kg"


def test_what_cannot_be_is_called_by_what_it_holds() -> None:
    start = build(upload="treatments: [{drugs: [docetaxel, trastuzumab], setting: advanced, start: 2020}]")
    wrong = tap(start, **{"e.treatments.0.start": "2022", "e.treatments.0.end": "2021"})
    assert wrong.problems[0].startswith("docetaxel + trastuzumab ends")
