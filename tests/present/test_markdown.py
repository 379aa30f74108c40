"""The Markdown, parsed by a CommonMark library: every text prints as itself, and the structure is what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from concordant.errors import make_printable
from concordant.present.in_words import format_citation
from concordant.present.markdown import render_markdown, render_text
from concordant.present.page.document import (
    Citation,
    Document,
    PageReference,
    Paragraph,
    Point,
    PointList,
    ScreenLine,
    Section,
    Table,
    split_citations,
)
from concordant.present.page.numbering import iter_texts
from tests.present.pages import CASES, real_page, worded
from tests.present.samples import EVIDENCE, SAMPLES, question, recommendation, refusal

markdown_it = pytest.importorskip("markdown_it")
PARSER = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"text", "strong_open", "strong_close"}


def parsed(document: Document) -> list[Any]:
    return PARSER.parse(render_markdown(document))


def told(token: Any) -> str:
    """What a reader sees of one piece of inline text."""
    return "".join(child.content for child in token.children)


def inside(tokens: list[Any], kind: str) -> Iterator[str]:
    """The inline texts within each block of a kind."""
    depth = 0
    for token in tokens:
        depth += (token.type == f"{kind}_open") - (token.type == f"{kind}_close")
        if token.type == "inline" and depth:
            yield told(token)


def headings(tokens: list[Any]) -> list[tuple[str, str]]:
    return [(one.tag, told(tokens[i + 1])) for i, one in enumerate(tokens) if one.type == "heading_open"]


def seen(text: str) -> str:
    """A text as a reader should see it: on one line, citations with one blank before them."""
    parts = list(split_citations(" ".join(make_printable(text).split())))
    return "".join(
        f"{' ' if i else ''}{format_citation(part)}" if isinstance(part, Citation) else part for i, part in enumerate(parts)
    )


@pytest.mark.parametrize("shape", SAMPLES)
def test_headings_and_first_lines(shape: str) -> None:
    document = SAMPLES[shape]
    tokens = parsed(document)
    assert headings(tokens) == [
        ("h1", document.verdict),
        *(("h2", section.title) for section in document.sections),
        ("h2", document.references_title),
    ]
    listed = list(inside(tokens, "bullet_list"))[: len(document.first)]
    assert [one.removeprefix("⚠ ") for one in listed] == [f"{line.title}: {line.text}" for line in document.first]
    loud = {line.title for line in document.first if line.tone == "danger"}
    assert {one[2:].split(":")[0] for one in listed if one.startswith("⚠ ")} == loud
    assert told(tokens[1]) == f"{document.title} · {document.over}"


def test_checks_say_their_mark() -> None:
    listed = list(inside(parsed(recommendation()), "bullet_list"))
    assert "? missing Lung history and chest imaging: not on record [2: boxed warning, 5.1]" in listed
    assert "! not met Platelets: 38 10*9/L on 4 Jan 2023, at least 50 is asked [2: 5.2]" in listed


def test_tables_keep_their_cells() -> None:
    tokens = parsed(recommendation())
    assert list(inside(tokens, "thead")) == list(EVIDENCE.columns)
    assert list(inside(tokens, "tbody")) == [cell for row in EVIDENCE.rows for cell in row]
    assert next(inside(parsed(question()), "tbody")) == "12 months or less, or during treatment"


def test_references_keep_their_numbers() -> None:
    left_out = replace(refusal(), references=tuple(one for one in refusal().references if one.n != 2))
    tokens = parsed(left_out)
    starts = [(one.attrs or {}).get("start", 1) for one in tokens if one.type == "ordered_list_open"]
    assert starts == [1, 3]
    assert list(inside(tokens, "ordered_list")) == [f"{one.citation} ({one.checked})" for one in left_out.references]


def test_the_source_is_easy_to_read() -> None:
    assert render_text("Give it every 3 weeks [1: 2.1]. Then more [2].") == "Give it every 3 weeks [1: 2.1]. Then more [2]."
    assert render_text("3.6 mg/kg, -5 to +5") == "3.6 mg/kg, -5 to +5"
    assert render_text("P <0.001, 40 % or more & 3+") == "P <0.001, 40 % or more & 3+"


HOSTILE = (
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "1.",
    "-",
    "-- x",
    "123) item",
    "> quote",
    "=== ",
    "***",
    "---",
    "    code",
    "```x",
    "~~~",
    "~~gone~~",
    "*a* _b_ **c** `d`",
    "a_b_c",
    "[1](http://x) ![x](y)",
    "[1: 2.1]: http://x",
    "[1: 2.1](http://x)",
    "a [1: 2.1](http://x)",
    "a [1: 2.1][2]",
    "<b>x</b> <http://x.y> <!-- c -->",
    "&amp; &#42; &copy",
    "a | b \\| c \\",
    "| a | b |",
    "\\*x\\*",
    "line\nbreak  \nand\\\nback",
    "$x$ @y :smile:",
    "\u202eabc\x00",
)


def everywhere(text: str) -> Document:
    section = Section(
        "s",
        f"S {text}",
        (
            Paragraph(text),
            PointList((Point(text, f"L{text}"), Point(text))),
            Table((f"C {text}", "D"), ((text, "E"),), text, text),
        ),
    )
    source = PageReference(1, text, text, "recalled")
    return Document("en", "refusal", text, "over", text, (ScreenLine("F", text, "danger"),), (section,), "R", (source,), (text,))


def assert_prints_as_itself(text: str) -> None:
    tokens = parsed(everywhere(text))
    whole = seen(text)
    kinds = {child.type for token in tokens if token.type == "inline" for child in token.children}
    assert kinds <= PLAIN
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} <= {
        *("paragraph", "inline", "heading", "bullet_list", "ordered_list", "list_item"),
        *("table", "thead", "tbody", "tr", "th", "td", "hr"),
    }
    assert headings(tokens) == [("h1", whole), ("h2", f"S {whole}"), ("h2", "R")]
    assert list(inside(tokens, "tbody")) == [whole, "E"]
    assert list(inside(tokens, "thead")) == [f"C {whole}", "D"]
    assert list(inside(tokens, "bullet_list"))[-1] == whole
    assert list(inside(tokens, "paragraph"))[-1] == whole
    assert list(inside(tokens, "ordered_list")) == [f"{whole} {seen(f'({text})')}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_signs_of_markup_print_as_themselves(text: str) -> None:
    assert_prints_as_itself(text)


@given(st.text(st.sampled_from("ab1 2.)(*_`[]:<>&;|\\#-+=~!$/\n\"'é"), min_size=1).map(lambda t: f"x{t}y"))
def test_any_text_prints_as_itself(text: str) -> None:
    assert_prints_as_itself(text[1:-1].strip() or text)


def test_no_line_ends_in_blanks_and_the_text_ends_once() -> None:
    for document in SAMPLES.values():
        text = render_markdown(document)
        assert not re.search(r"[ \t]\n", text)
        assert text.endswith("\n") and not text.endswith("\n\n")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_real_page_says_everything_once_read(name: str, language: str) -> None:
    document = real_page(name, language)
    tokens = parsed(document)
    found = [told(token) for token in tokens if token.type == "inline"]
    assert headings(tokens)[0] == ("h1", document.verdict)
    for text in iter_texts(worded(document)):
        assert any(seen(text) in one for one in found), text
    assert [one.content for one in tokens if one.type in ("code_block", "fence", "html_block")] == []
