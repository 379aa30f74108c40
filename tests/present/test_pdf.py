"""The PDF: opens, is tagged, says everything, is the same every time, and reads nothing as markup."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from concordant.present.in_words import forest_to_text
from concordant.present.page.document import Document, Paragraph, Point, PointList, ScreenLine, Section, Table
from concordant.present.page.numbering import iter_texts
from concordant.present.pdf.data import CHARACTERS
from concordant.present.pdf.page import SCALES, PdfMissing, render_pdf
from concordant.present.widths import compute_column_widths
from tests.present.pages import NAMES, real_page, worded
from tests.present.samples import EVIDENCE, FOREST, SAMPLES, TIMELINE, question, recommendation, refusal
from tests.shares import share_of

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")

DAY = dt.date(2023, 1, 12)


def opened(document: Document, **options: Any) -> Any:
    return pypdf.PdfReader(io.BytesIO(render_pdf(document, **options)))


def plain(text: str) -> str:
    """Without blanks and line ends: where a line breaks is not what is tested here."""
    return re.sub(r"\s", "", text)


def text_of(reader: Any) -> str:
    return plain("".join(page.extract_text() for page in reader.pages))


def structure(reader: Any) -> list[tuple[str, str]]:
    """The tags in order, each with its alternative text."""

    def walk(node: Any) -> Any:
        node = node.get_object()
        if isinstance(node, list):
            for one in node:
                yield from walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                yield node["/S"][1:], str(node.get("/Alt", ""))
            if "/K" in node:
                yield from walk(node["/K"])

    return list(walk(reader.trailer["/Root"]["/StructTreeRoot"]))


@pytest.mark.parametrize("shape", SAMPLES)
def test_it_is_titled_tagged_and_in_its_language(shape: str) -> None:
    document = SAMPLES[shape]
    reader = opened(replace(document, language="de"))
    root = reader.trailer["/Root"]
    assert reader.metadata.title == document.title
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
    tags = [name for name, _ in structure(reader)]
    assert tags.count("H1") == 1
    assert tags.count("H2") == len(document.sections) + 1


def test_lists_and_tables_are_tagged_as_such() -> None:
    tags = [name for name, _ in structure(opened(recommendation()))]
    assert {"L", "LI", "Lbl", "LBody", "Table", "TH", "TD", "Link"} <= set(tags)
    assert tags.count("TH") == 5


def test_a_wide_table_takes_the_title_of_its_part_along() -> None:
    title = plain("Evidence, each figure with its data cut")
    assert text_of(opened(recommendation())).count(title) == 2


def test_a_part_of_wide_tables_has_its_title_over_the_first() -> None:
    part = Section("hold", "When to hold", (EVIDENCE, EVIDENCE))
    reader = opened(replace(refusal(), sections=(part,)))
    tags = [name for name, _ in structure(reader) if name in ("H2", "Table")]
    assert tags == ["H2", "Table", "Table", "H2"]
    assert text_of(reader).count(plain("When to hold")) == 2


def test_a_slightly_smaller_type_saves_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    def sheets(lines: int) -> int:
        part = Section("long", "Long", (PointList(tuple(Point(f"Point {n}") for n in range(lines))),))
        return len(opened(replace(refusal(), sections=(part,))).pages)

    fitted = [sheets(lines) for lines in range(120, 140)]
    monkeypatch.setitem(SCALES, "page", (1.0,))
    plainly = [sheets(lines) for lines in range(120, 140)]
    saved = [full - fit for full, fit in zip(plainly, fitted, strict=True)]
    assert set(saved) == {0, 1}


def test_the_branches_of_a_question_stand_side_by_side() -> None:
    reader = opened(question())
    assert "Table" not in [name for name, _ in structure(reader)]
    assert text_of(reader).count(plain(question().sections[0].blocks[0].columns[0])) == 2


@pytest.mark.parametrize("shape", SAMPLES)
def test_everything_that_is_said_can_be_found_and_copied(shape: str) -> None:
    document = SAMPLES[shape]
    found = text_of(opened(document))
    assert found.count(plain(document.title)) == 2, "at the head, and at the foot of the page"
    assert plain(document.verdict) in found
    for line in document.first:
        assert plain(line.title) in found
        assert plain(line.text) in found
    for source in document.references:
        assert plain(f"{source.n}.{source.citation}({source.checked})") in found
    for section in document.sections:
        assert plain(section.title) in found
    for text in document.footer:
        assert plain(text) in found


def test_each_page_names_the_patient_its_day_and_its_number() -> None:
    long = Section("long", "Long", (PointList(tuple(Point(f"Point {n}") for n in range(600))),))
    document = replace(recommendation("Case 7"), sections=(long,), words={"page": "Seite {page} von {pages}"})
    reader = opened(document)
    assert len(reader.pages) > 2
    for number, page in enumerate(reader.pages, 1):
        found = plain(page.extract_text())
        assert plain(f"Seite {number} von {len(reader.pages)}") in found
        assert plain(document.title) in found
        assert plain("as of 12 Jan 2023") in found
        assert plain(document.footer[-1]) in found


def test_figures_have_a_text_that_says_the_same() -> None:
    told = [alt for name, alt in structure(opened(recommendation())) if name == "Figure"]
    assert told[0] == TIMELINE.told
    assert told[1:] == [forest_to_text(FOREST)]
    found = text_of(opened(recommendation()))
    assert plain(FOREST.title) in found
    assert found.count(plain(TIMELINE.title)) == 1, "the section is called like its figure"


def test_a_record_without_dates_is_told_and_not_drawn() -> None:
    figure = replace(TIMELINE, spans=(), moments=(), marked=(), told="Without a date: drug four")
    reader = opened(replace(refusal(), sections=(Section("record", "Record", (figure,)),)))
    assert "Figure" not in [name for name, _ in structure(reader)]
    assert plain(figure.told) in text_of(reader)


def test_a_figure_may_hold_any_name() -> None:
    figure = replace(TIMELINE, moments=(replace(TIMELINE.moments[0], label="<北> & \u202e #x"),), undated=("]]>",), told="<北>")
    reader = opened(replace(refusal(), sections=(Section("record", "Record", (figure,)),)))
    assert [alt for name, alt in structure(reader) if name == "Figure"] == ["<[U+5317]>"]


def test_the_paper_is_the_one_asked_for() -> None:
    sizes = {paper: opened(refusal(), paper=paper).pages[0].mediabox for paper in ("a4", "letter")}
    assert [round(float(side)) for side in (sizes["a4"].width, sizes["a4"].height)] == [595, 842]
    assert [round(float(side)) for side in (sizes["letter"].width, sizes["letter"].height)] == [612, 792]


def test_the_bytes_are_the_same_every_time_and_the_day_is_that_of_the_question() -> None:
    document = replace(recommendation(), as_of=DAY)
    assert render_pdf(document) == render_pdf(document)
    assert pypdf.PdfReader(io.BytesIO(render_pdf(document))).metadata.creation_date.date() == DAY
    assert opened(recommendation()).metadata.get("/CreationDate") is None


MARKUP = (
    "#panic()",
    "#set page(fill: red)",
    "*bold* _it_ `raw` $x^2$",
    "@reference-1 <label>",
    "= heading",
    "- item",
    "\\u{41} \\ back",
    "{page} [x] (y)",
    '"quoted" -- --- ... ~',
    "// comment /* too */",
    "https://example.org",
    "%}{{ x }}",
)


@pytest.mark.parametrize("text", MARKUP)
def test_nothing_in_the_data_is_read_as_markup(text: str) -> None:
    everywhere = Document(
        language="en",
        shape="refusal",
        title=f"T {text}",
        over=f"O {text}",
        verdict=f"V {text}",
        first=(ScreenLine(f"F {text}", f"G {text}", "danger"),),
        sections=(
            Section("s", f"S {text}", (Paragraph(f"P {text}"), PointList((Point(f"Q {text}", f"L {text}"),)))),
            Section("t", "T", (Table((f"C {text}", "D"), ((f"R {text}", "E"),), f"K {text}", f"N {text}"),), folded=True),
        ),
        references_title=f"X {text}",
        references=(),
        footer=(f"Y {text}",),
    )
    reader = opened(everywhere)
    found = text_of(reader)
    for place in "TOVFGSPQLCRKNY":
        assert plain(f"{place} {text}") in found
    assert reader.metadata.title == everywhere.title


def test_a_citation_leads_to_its_reference_and_one_without_is_only_printed() -> None:
    document = refusal()
    links = [a.get_object() for page in opened(document).pages for a in page.get("/Annots", [])]
    assert len(links) == 1
    lost = replace(document, verdict="Outside [77: 3.1].")
    reader = opened(lost)
    assert len([a for page in reader.pages for a in page.get("/Annots", [])]) == 1
    assert "[77:3.1]" in text_of(reader)


def test_every_sign_of_the_font_is_printed_as_itself() -> None:
    ranges = json.loads(CHARACTERS.read_text(encoding="utf-8"))
    signs = [chr(code) for first, last in ranges for code in range(first, last + 1)]
    assert set("≤≥²³⁹✓–µäöüßñçéŁžΑяΩ→×±€") <= set(signs)
    body = Section("s", "S", (Paragraph(" ".join(signs)),))
    assert "[U+" not in text_of(opened(replace(refusal(), sections=(body,))))


@pytest.mark.parametrize(
    ("text", "told"), [("北", "[U+5317]"), ("a\u202eb", "[U+202E]"), ("😀", "[U+1F600]"), ("\x00", "[U+0000]")]
)
def test_a_sign_that_the_font_lacks_is_named_not_lost(text: str, told: str) -> None:
    assert told in text_of(opened(replace(refusal(), title=f"Name {text}")))


ALARM = tuple(round(int(part, 16) / 255, 2) for part in ("9a", "2a", "1c"))


def colours(document: Document) -> set[tuple[float, ...]]:
    drawn = opened(document).pages[0].get_contents().get_data().decode("latin-1")
    return {tuple(round(float(part), 2) for part in found.split()) for found in re.findall(r"([\d. ]+) (?:scn|rg)\b", drawn)}


def test_weakly_checked_references_and_loud_lines_stand_out() -> None:
    strong = replace(refusal(), references=refusal().references[:2])
    assert ALARM not in colours(strong)
    assert ALARM in colours(refusal())
    assert ALARM in colours(replace(strong, first=tuple(replace(line, tone="danger") for line in strong.first)))


def test_a_long_column_gets_more_room_and_none_cuts_a_word() -> None:
    table = Table(("a", "b", "c"), (("incomprehensibilities", "word " * 60, "x"), ("x", "word " * 40, "y")))
    first, second, third = compute_column_widths(table, 60)
    assert first >= len("incomprehensibilities")
    assert second > first > third >= 1
    assert first + second + third <= 60


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(PdfMissing, match=re.escape("pip install 'concordant[pdf]'")):
        render_pdf(refusal())


def test_the_fonts_carry_their_licence() -> None:
    folder = Path(CHARACTERS).parent
    assert "SIL Open Font License" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in folder.glob("*.ttf")) < 600_000


# -- real pages, and the command ---------------------------------------------------------------------

# How many pages, and on which of them the parts end that are not folded away: the rest is sources and what few look for.
PAGES = {
    "A25": (3, 2),
    "A03": (4, 3),
    "A08": (4, 3),
    "A10": (4, 3),
    "P01": (1, 1),
    "A33": (1, 1),
    "P07": (1, 1),
    "A24": (2, 1),
    "E03": (2, 1),
    "A16": (2, 1),
}


LONGER = {("de", "A08")}  # since the knowledge speaks German, whose words are longer: its last part ends on the fourth sheet


@pytest.mark.parametrize("name", share_of("real pages", NAMES))
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_real_page_is_short_and_whole(name: str, language: str) -> None:
    document = real_page(name, language)
    reader = opened(document)
    last = plain([section.title for section in document.sections if not section.folded][-1])
    ends = next(n for n, sheet in enumerate(reader.pages, 1) if last in plain(sheet.extract_text()))
    assert len(reader.pages) <= PAGES[name][0]
    assert ends <= PAGES[name][1] + ((language, name) in LONGER)
    found = text_of(reader)
    assert "[U+" not in found
    for text in iter_texts(worded(document, figures=False)):
        assert plain(text) in found, text
    for source in document.references:
        assert plain(source.citation) in found
    assert len([a for page in reader.pages for a in page.get("/Annots", [])]) >= len(document.references)
