"""The HTML page says all that the document says and nothing that runs, loads or leads astray."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from concordant.cli.main import main
from concordant.present.html.markup import quote_css
from concordant.present.html.page import render_html
from concordant.present.html.parts import render_text
from concordant.present.language import LANGUAGES
from concordant.present.page.document import Citation, Document, ForestPlot, Section, Timeline, split_citations
from tests.present.pages import CASES, FOLDER, real_page
from tests.present.parsed import Parsed, parsed, words
from tests.present.samples import SAMPLES, TIMELINE, recommendation

HOSTILE = '</style></title><script>alert(1)</script><b onclick="x">\\\' & {}'
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "role", "scope", "value", "data-label"}
ATTRIBUTES |= {"aria-hidden", "aria-labelledby"}
DRAWN = {"xmlns", "viewbox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "points", "text-anchor"}
DRAWN |= {"fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order"}
DRAWN |= {"font-family", "font-size", "font-weight"}
NO_TEXT = {"key", "language", "shape", "layout", "id", "mark", "kind", "entry", "words", "tone", "short", "whose", "title"}

DOCUMENTS = [*SAMPLES, *CASES]


def document_of(name: str) -> Document:
    return SAMPLES[name] if name in SAMPLES else real_page(name)


def page_of(name: str) -> Parsed:
    return parsed(render_html(document_of(name)))


def texts(part: Any) -> Iterator[str]:
    """Every text of a document that is meant to be read."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from texts(one)
    elif isinstance(part, Timeline):
        yield from (part.title, part.told)
    elif isinstance(part, ForestPlot):
        yield part.title
        yield from (text for row in part.rows for text in (row.label, row.words))
    elif isinstance(part, msgspec.Struct):
        if hasattr(part, "title") and not isinstance(part, Document):
            yield part.title
        for name in part.__struct_fields__:
            if name not in NO_TEXT:
                yield from texts(getattr(part, name))


def planted(part: Any) -> Any:
    """The same document with hostile text in place of every text."""
    if isinstance(part, str):
        return f"{part}{HOSTILE}"
    if isinstance(part, tuple):
        return tuple(planted(one) for one in part)
    if isinstance(part, frozenset):
        return frozenset(planted(one) for one in part)
    if isinstance(part, dict):
        return {key: planted(text) for key, text in part.items()}
    if isinstance(part, msgspec.Struct):
        kept = {"language", "shape", "layout", "mark", "kind", "tone", "id"}
        changed = {name: planted(getattr(part, name)) for name in part.__struct_fields__ if name not in kept}
        return replace(part, **changed)
    return part


# -- what it says ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_claim_of_the_document_is_on_the_page(name: str) -> None:
    shown, document = page_of(name).text, document_of(name)
    citations = {source.citation for source in document.references}
    for text in texts(document):
        for piece in split_citations(text):
            if isinstance(piece, Citation):
                at = f": {piece.at}" if piece.at else ""
                assert f"[{piece.n}{at}]" in shown
            else:
                said = re.sub(r" \([^()]*\)$", "", words(piece)) if piece in citations else words(piece)
                assert said in shown, text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_how_far_a_reference_was_checked_stands_beside_it_once(name: str) -> None:
    shown = {e.attributes["id"]: e for e in page_of(name).named("li") if e.attributes.get("id", "").startswith("ref-")}
    for source in document_of(name).references:
        assert shown[f"ref-{source.n}"].text.count(source.checked) == 1
        assert shown[f"ref-{source.n}"].attributes["value"] == str(source.n)


def test_what_nobody_checked_and_what_the_project_chose_are_marked() -> None:
    classes = [
        e.attributes["class"] for e in page_of("recommendation").named("span") if "checked" in e.attributes.get("class", "")
    ]
    assert classes == ["checked secondary", "checked primary", "checked recalled", "checked choice"]


def test_a_check_has_a_sign_and_a_word_not_only_a_colour() -> None:
    marks = [words(e.text) for e in page_of("recommendation").named("span") if e.attributes.get("class") == "mark"]
    assert marks == ["✓ done", "? missing", "! not met"]


def test_a_dangerous_line_is_marked_and_no_other() -> None:
    for name, loud in (("recommendation", ["Danger"]), ("continue", ["In conflict"]), ("question", [])):
        html = render_html(SAMPLES[name])
        assert re.findall(r'<div class="row danger"><dt>([^<]*)</dt>', html) == loud
        assert html.count('<div class="row') == len(SAMPLES[name].first)


@pytest.mark.parametrize("text", ["5.4 mg/kg", "12 months", "62 %", "0.22-0.37", "28.8 v 6.8 months"])
def test_an_amount_does_not_break_over_two_lines(text: str) -> None:
    held = re.findall(r'<span class="amount">([^<]*)</span>', render_text(f"Give {text} now."))
    assert held and held[-1].startswith(text.split(" v ")[-1])


def test_a_citation_beside_a_dose_stands_in_brackets() -> None:
    assert "[1:\N{NO-BREAK SPACE}2.1]</a>" in render_text("5.4 mg/kg [1: 2.1].")


# -- what it must not hold ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_hostile_text_stays_text(name: str) -> None:
    html = render_html(planted(SAMPLES[name]))
    page = parsed(html)
    assert page.unclosed == []
    assert page.named("script", "b") == []
    for element in page.elements:
        assert set(element.attributes) <= (ATTRIBUTES | DRAWN if "svg" in (element.name, *element.inside) else ATTRIBUTES)
    assert words(HOSTILE) in page.text
    assert len(page.named("style")) == 1 and [e.name for e in page.named("title") if "svg" not in e.inside] == ["title"]


def test_a_case_named_as_a_script_is_harmless_from_file_to_page(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    case = next(FOLDER.glob("A33-*.yaml")).read_text(encoding="utf-8")
    case = re.sub(r"^name:.*$", "name: '<script>alert(1)</script>'", case, flags=re.M)
    (tmp_path / "case.yaml").write_text(case, encoding="utf-8")
    assert main(["recommend", str(tmp_path / "case.yaml"), "--format", "html", "-o", str(tmp_path / "page.html")]) == 0
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in html and "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert main(["recommend", str(tmp_path / "case.yaml"), "--format", "html"]) == 0
    assert capsys.readouterr().out == html


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_runs_and_nothing_is_loaded(name: str) -> None:
    page = page_of(name)
    assert page.named("script", "link", "iframe", "object", "embed", "form", "base") == []
    assert not [key for e in page.elements for key in e.attributes if key.startswith("on") or key in ("src", "srcset", "data")]
    assert all(target.startswith("#") for target in page.values("href"))
    assert not re.search(r"url\(|@import|https?:", page.named("style")[0].text)
    policy = next(e.attributes["content"] for e in page.named("meta") if e.attributes.get("http-equiv"))
    assert policy.startswith("default-src 'none'") and "script-src" not in policy


def test_the_name_on_every_sheet_cannot_leave_its_string() -> None:
    text = 'a"b\\c\n</style>é'
    inside = quote_css(text)[1:-1]
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]+ )*", inside)
    assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), inside) == text


# -- how it is built ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_ids_are_unique_and_every_link_has_its_place(name: str) -> None:
    page = page_of(name)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in page.values("href")} <= set(ids)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_elements_are_nested_rightly(name: str) -> None:
    page = page_of(name)
    assert page.unclosed == []
    assert [len(page.named(one)) for one in ("main", "h1", "footer", "style")] == [1, 1, 1, 1]
    assert page.named("html")[0].attributes["lang"] == document_of(name).language
    assert page.named("h1", "h2")[0].name == "h1" and not page.named("h3", "h4")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_heading_of_a_table_says_what_it_heads(name: str) -> None:
    for heading in page_of(name).named("th"):
        assert heading.attributes["scope"] in ("col", "row") and heading.text.strip()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_folded_parts_are_folded_and_no_others(name: str) -> None:
    folded = [words(e.text) for e in page_of(name).named("h2") if "summary" in e.inside]
    assert folded == [words(section.title) for section in document_of(name).sections if section.folded]


def test_the_branches_of_a_question_stand_side_by_side() -> None:
    assert page_of("P01").named("table")[0].attributes["class"] == "branches"


@pytest.mark.parametrize("name", ["recommendation", "A25"])
def test_the_same_document_is_the_same_page(name: str) -> None:
    document = document_of(name)
    again = replace(document, words=dict(reversed(document.words.items())))
    assert render_html(document) == render_html(again)


ADDED = {"skip_to_references", "folded_not_printed", "done", "missing", "unmet"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_brings_every_word_that_is_added_to_it(language: str) -> None:
    document = real_page("A25", language)
    assert set(document.words) >= ADDED
    assert parsed(render_html(document)).named("html")[0].attributes["lang"] == language


def test_a_record_without_dates_is_told_not_drawn() -> None:
    bare = replace(TIMELINE, spans=(), moments=(), marked=())
    document = replace(recommendation(), sections=(Section("record", "The record in time", (bare,)),))
    page = parsed(render_html(document))
    assert page.named("svg") == [] and words(TIMELINE.told) in page.text
    assert len(page_of("recommendation").named("svg")) == 2


def test_a_page_without_references_leads_to_none() -> None:
    page = parsed(render_html(replace(recommendation(), references=(), sections=(), first=())))
    assert page.values("href") == [] and page.named("ol", "dl") == []
