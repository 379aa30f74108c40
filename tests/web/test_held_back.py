"""What is not understood holds back on the page and on everything that leaves it; what was typed last is what counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from concordant.web.outputs import make_output
from concordant.web.pages import Page
from concordant.web.problems import Problem
from tests.shipped import SHIPPED
from tests.web.form import BUILDER, TODAY, build, fields_of, html_of, tap

INTERVAL = "s.months_from_adjuvant_her2_therapy_to_recurrence"
RELAPSE = """
tumor_markers: [{test: her2, value: positive}]
disease: [{event: recurrence, extent: metastatic, date: 2022-10-14}]
treatments: [{drugs: [trastuzumab], setting: adjuvant}]
"""
PAPERS = ("note", "docx", "pdf", "html", "json", "reasons")


def a03() -> Page:
    return build(upload=next(path for path in SHIPPED if path.stem.startswith("A03")).read_bytes())


@pytest.mark.parametrize(
    "typed", ["1 Nov 2021", "14 Oct 2021", "1 Nov 2020 to 12 Jan 2022", "11.2 months", "11.2000 months", "8"]
)
def test_an_interval_that_was_typed_stays_when_the_form_is_sent_again(typed: str) -> None:
    page = tap(build(upload=RELAPSE), **{INTERVAL: typed})
    assert page.typed == ()
    again = build(fields_of(page))
    assert again.typed == ()
    assert again.case == page.case
    assert again.answer.to_dict() == page.answer.to_dict()


def both(page: Page, name: str, typed: str) -> Page:
    """Typed into the field of a number, while one of its chips is chosen."""
    fields = fields_of(page)
    return build(fields | {name: [typed, *fields[name][1:]]})


@pytest.mark.parametrize("chosen", ["unknown", "< 40 %"])
def test_a_number_that_is_typed_beats_the_chip_that_was_chosen_before(chosen: str) -> None:
    page = tap(build(upload=RELAPSE), change="lvef", s__lvef=chosen, shown=[*fields_of(build(upload=RELAPSE))["shown"], "s:lvef"])
    assert page.case["stated"]["lvef"] == chosen
    assert both(page, "s.lvef", "62").case["stated"]["lvef"] == "62 %"


def test_a_chip_that_is_tapped_beats_the_number_that_was_typed_before() -> None:
    page = tap(build(upload=RELAPSE), s__weight="62 kg")
    fields = fields_of(page)
    assert build(fields | {"s.weight": [*fields["s.weight"], "unknown"]}).case["stated"]["weight"] == "unknown"


def test_a_chip_against_the_record_adds_nothing_and_says_so() -> None:
    page = build(upload=RELAPSE)
    other = tap(tap(page, row__extent="0"), row__extent="2")
    assert other.case["disease"] == page.case["disease"]
    assert other.typed == ("not metastatic",)


def test_what_is_typed_and_not_read_is_open_not_absent() -> None:
    page = tap(a03(), s__weight="heavy")
    assert page.case["stated"]["weight"] == "unknown"
    assert page.typed == ("heavy",)
    assert build(fields_of(page)).typed == ("heavy",)
    assert tap(page, s__weight="58").typed == ()


@pytest.mark.parametrize("name", ["s.weight", "e.disease.2.date", "as_of"])
@pytest.mark.parametrize("kind", PAPERS)
def test_no_paper_leaves_while_something_typed_is_not_read(kind: str, name: str) -> None:
    page = a03()
    fields = fields_of(page) | {name: ["soon"]}
    with pytest.raises(Problem) as found:
        make_output(BUILDER, kind, fields, TODAY)
    assert found.value.status == 422
    assert "soon" in found.value.detail
    html = html_of(build(fields))
    assert 'id="note"' not in html
    assert 'formaction="/out/pdf"' not in html


def hospital(*more: dict[str, Any]) -> str:
    mine = {"subject": {"reference": "Patient/p"}}
    breast = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C50.9"}]}
    entries: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1966"},
        {"resourceType": "Condition", "id": "c", "code": breast, "recordedDate": "2020-01-01", **mine},
        *({**one, **mine} for one in more),
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]})


REPORT = {
    "resourceType": "DiagnosticReport",
    "id": "r",
    "status": "final",
    "effectiveDateTime": "2023-01-01",
    "code": {"text": "CT"},
    "conclusion": "New liver metastases, progression. HER2 positive.",
}
SET_ASIDE = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "effectiveDateTime": "2023-01-01",
    "valueQuantity": {"value": -62, "unit": "kg"},
}
KEPT = ("reports_not_read", "incomplete", "conflicts", "verdict")


@pytest.mark.parametrize("more", [(REPORT,), (SET_ASIDE,), (REPORT, SET_ASIDE)], ids=["a report", "set aside", "both"])
def test_what_a_record_says_and_nobody_reads_is_said_by_every_answer_of_the_page(more: tuple[dict[str, Any], ...]) -> None:
    bundle = hospital(*more)
    direct = BUILDER.engine.recommend(bundle, today=TODAY).to_dict()
    page = build(upload=bundle)
    for shown in (page, build(fields_of(page)), tap(page, s__weight="60", seen="1")):
        assert {key: shown.answer.to_dict()[key] for key in KEPT} == {key: direct[key] for key in KEPT}
    note = bytes(make_output(BUILDER, "note", fields_of(page), TODAY).body).decode()
    assert ("DiagnosticReport/r" in note) == (REPORT in more)


def test_a_record_that_cannot_be_read_hides_the_answer_of_the_one_before() -> None:
    page = a03()
    failed = build(fields_of(page), upload="treatments: [{drugs: 5, zzz: 1}]")
    assert failed.problems
    assert failed.document is None
    assert failed.case == page.case


def test_every_sheet_says_whose_it_is() -> None:
    page = BUILDER.build_page({}, TODAY, upload_of("mrs-smith.json", hospital()))
    assert "mrs-smith.json" in bytes(make_output(BUILDER, "note", fields_of(page), TODAY).body).decode()
    assert "mrs-smith.json" in html_of(page)


def upload_of(name: str, text: str) -> Any:
    from concordant.web.pages import Upload

    return Upload(text.encode(), name)


@pytest.mark.parametrize("kind", ["pdf", "docx", "pathway"])
def test_a_format_that_is_not_installed_is_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("typst", "docx", "quickjs_ng", "quickjs"):
        monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(Problem) as found:
        make_output(BUILDER, kind, fields_of(a03()), TODAY)
    assert (found.value.status, "concordant[" in found.value.detail) == (501, True)
