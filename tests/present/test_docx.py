"""The DOCX, read again: styles, lists, tables, language, properties; and no word formatted by hand."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from concordant.present.docx.page import DocxMissing, render_docx
from concordant.present.page.document import Document, Paragraph, Point, PointList, ScreenLine, Section, Table
from concordant.present.page.numbering import iter_texts as texts_of
from tests.present.pages import NAMES, real_page, worded
from tests.present.samples import CHECKS, EVIDENCE, FOREST, SAMPLES, recommendation, refusal
from tests.shares import share_of

docx = pytest.importorskip("docx")
from docx.oxml.ns import qn  # noqa: E402

DAY = dt.date(2023, 1, 12)
HEADED = ("Title", "Subtitle", "Heading 1")


def opened(document: Document) -> Any:
    return docx.Document(io.BytesIO(render_docx(document)))


def body(sheet: Any) -> Iterator[tuple[str, str]]:
    """The paragraphs in order, those of tables too: style and text."""
    for paragraph in sheet.element.body.iter(qn("w:p")):
        line = docx.text.paragraph.Paragraph(paragraph, sheet)
        yield line.style.name, line.text


def texts(sheet: Any, style: str) -> list[str]:
    return [text.replace("\xa0", " ") for name, text in body(sheet) if name == style]


@pytest.mark.parametrize("shape", SAMPLES)
def test_the_head_the_parts_and_the_foot_stand_in_order(shape: str) -> None:
    document = SAMPLES[shape]
    sheet = opened(document)
    assert [texts(sheet, style) for style in HEADED] == [[document.title], [document.over], [document.verdict]]
    titles = [section.title for section in document.sections]
    assert texts(sheet, "Heading 2") == [*titles, document.references_title]
    first = {f"{line.title}\t{line.text}" for line in document.first}
    assert first == {*texts(sheet, "First line"), *texts(sheet, "First line loud")}
    loud = {line.title for line in document.first if line.tone == "danger"}
    assert {text.split("\t")[0] for text in texts(sheet, "First line loud")} == loud
    assert texts(sheet, "Foot") == list(document.footer)


def test_lists_are_lists_and_checks_say_their_mark_in_words() -> None:
    sheet = opened(replace(recommendation(), sections=(Section("checks", "Checks", (CHECKS,)),)))
    assert texts(sheet, "List Bullet") == [
        "✓ done Ejection fraction: 62 % (4 Jan 2023) [4: low ejection fraction]",
        "? missing Lung history and chest imaging: not on record [2: boxed warning, 5.1]",
        "! not met Platelets: 38 10*9/L on 4 Jan 2023, at least 50 is asked [2: 5.2]",
    ]
    assert sheet.styles["List Bullet"].element.pPr.numPr is not None
    assert sheet.styles["List Number"].element.pPr.numPr is not None


def test_tables_have_a_header_row_and_every_cell() -> None:
    sheet = opened(recommendation())
    table = sheet.tables[0]
    assert [[cell.text.replace("\xa0", " ") for cell in row.cells] for row in table.rows] == [
        list(EVIDENCE.columns),
        *map(list, EVIDENCE.rows),
    ]
    assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [True, False, False, False]
    assert texts(sheet, "Caption") == [EVIDENCE.caption]
    assert EVIDENCE.note in texts(sheet, "Table note")


def test_two_tables_do_not_become_one() -> None:
    bare = replace(EVIDENCE, caption="", note="")
    sheet = opened(replace(recommendation(), sections=(Section("s", "S", (bare, bare)),)))
    tags = [one.tag for one in sheet.element.body]
    first, second = (i for i, tag in enumerate(tags) if tag == qn("w:tbl"))
    assert second == first + 2


def test_figures_are_told() -> None:
    told = texts(opened(recommendation()), "Body Text")
    assert "Diagnosis 1 Jun 2021, drug three Aug 2021 to 12 May 2022, recurrence 2 Jan 2023 after 7.7 months." in told
    points = texts(opened(recommendation()), "List Bullet")
    assert "A course of drug four without dates" in points
    for row in FOREST.rows:
        assert f"{row.label}: {row.words}. {row.population}. {row.because}." in points


def test_references_are_numbered_linked_and_marked() -> None:
    document = recommendation()
    sheet = opened(document)
    assert texts(sheet, "List Number") == [f"{one.citation} ({one.checked})" for one in document.references]
    marks = {m.get(qn("w:name")) for m in sheet.element.body.iter(qn("w:bookmarkStart"))}
    links = {link.get(qn("w:anchor")) for link in sheet.element.body.iter(qn("w:hyperlink"))}
    assert links <= marks == {f"reference_{n}" for n in (1, 2, 3, 4)}
    weak = [run.text for line in sheet.paragraphs for run in line.runs if run.style.name == "Checked weakly"]
    assert weak == [f"({one.checked})" for one in document.references[2:]]


def test_a_number_that_is_left_out_is_left_out_in_the_list() -> None:
    document = replace(refusal(), references=(refusal().references[0], replace(refusal().references[2], n=3)))
    sheet = opened(document)
    second = [line for line in sheet.paragraphs if line.style.name == "List Number"][1]
    num = sheet.part.numbering_part.element.num_having_numId(second._p.pPr.numPr.numId.val)
    assert num.lvlOverride_lst[0].startOverride.val == 3


@pytest.mark.parametrize("shape", SAMPLES)
def test_no_word_is_formatted_by_hand(shape: str) -> None:
    sheet = opened(SAMPLES[shape])
    parts = [sheet.element.body, sheet.sections[0].footer._element]
    runs = {child.tag for part in parts for found in part.iter(qn("w:rPr")) for child in found}
    paragraphs = {child.tag for part in parts for found in part.iter(qn("w:pPr")) for child in found}
    assert runs <= {qn("w:rStyle")}
    assert paragraphs <= {qn("w:pStyle")}


@pytest.mark.parametrize(("code", "region"), [("en", "en-GB"), ("de", "de-DE")])
def test_language_title_and_day(code: str, region: str) -> None:
    sheet = opened(replace(recommendation("Case 7"), language=code, as_of=DAY))
    assert {lang.get(qn("w:val")) for lang in sheet.styles.element.iter(qn("w:lang"))} == {region}
    told = sheet.core_properties
    assert (told.title, told.language) == ("Recommendation for one patient: Case 7", code)
    assert told.created.date() == told.modified.date() == DAY
    assert opened(recommendation()).core_properties.created is None


def test_the_bytes_are_the_same_every_time_and_hold_no_clock() -> None:
    data = render_docx(recommendation())
    assert data == render_docx(recommendation())
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_each_page_names_the_patient_and_its_number() -> None:
    document = replace(recommendation("Case 7"), words={"page": "Seite {page} von {pages}"})
    foot = opened(document).sections[0].footer._element
    assert [field.get(qn("w:instr")) for field in foot.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    told = "".join(text.text or "" for text in foot.iter(qn("w:t")))
    assert document.title in told
    assert document.footer[-1] in told
    assert "Seite 1 von 1" in told


@pytest.mark.parametrize("text", ["<w:p>&amp;", "a\x00b\x0bc", "\ud800", "{page}", "a\nb", "北 😀"])
def test_any_text_is_only_text(text: str) -> None:
    told = "".join(sign if sign.isprintable() else " " if sign.isspace() else "?" for sign in text)
    section = Section("s", text, (Paragraph(text), PointList((Point(text, text),)), Table((text,), ((text,),), text, text)))
    document = Document("en", "refusal", text, text, text, (ScreenLine(text, text, "danger"),), (section,), text, (), (text,))
    found = [line.replace("\xa0", " ") for _, line in body(opened(document)) if line]
    assert sum(line.count(told) for line in found) == 14


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(DocxMissing, match=re.escape("pip install 'concordant[docx]'")):
        render_docx(refusal())


@pytest.mark.parametrize("name", share_of("real pages", NAMES))
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_real_page_is_all_there(name: str, language: str) -> None:
    document = real_page(name, language)
    found = [line.replace("\xa0", " ") for _, line in body(opened(document))]
    for text in texts_of(worded(document)):
        assert any(text in line for line in found), text
    for source in document.references:
        assert any(source.citation in line for line in found)
