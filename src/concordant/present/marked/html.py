"""A marked text as one HTML page: the text, beside it the table. A row that is pointed at lights its words, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from concordant.errors import make_printable
from concordant.present.html.markup import NOTHING, Html, escape_html, join_html, make_element
from concordant.present.html.page import POLICY, read_stylesheet
from concordant.present.language.quoting import is_english, show_quotations
from concordant.present.marked.model import Kind, MarkedRow, MarkedText, RowGroup, Segment, iter_segments

LEGEND: tuple[Kind, ...] = ("said", "convention", "offer", "other", "unread")
LIT = "{outline:2px solid var(--ink);outline-offset:1px}"


def render_html(marked: MarkedText) -> str:
    """The whole page."""
    head = join_html(
        [
            Html('<head>\n<meta charset="utf-8">\n'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
            Html('<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'),
            make_element("title", escape_html(show_quotations(marked.title))),
            Html(f"\n<style>\n{read_stylesheet()}{read_marked_stylesheet()}{make_row_styles(marked)}</style>\n</head>\n"),
        ]
    )
    header = make_element(
        "header", make_element("p", escape_html(marked.summary), class_="over"), make_element("h1", escape_html(marked.title))
    )
    body = make_element("body", make_element("main", header, render_marked(marked)), class_="marked-page")
    return f"<!doctype html>\n{make_element('html', head, body, lang=marked.language)}\n"


@cache
def read_marked_stylesheet() -> str:
    """The styles of marked text."""
    return files("concordant.present.marked").joinpath("marked.css").read_text(encoding="utf-8")


def make_row_styles(marked: MarkedText) -> str:
    """A rule for each row: while it is pointed at, or has the focus, its words are lit."""
    signs = [row.sign for group in marked.groups for row in group.rows if row.sign]
    return "".join(
        f'.marked:has(#{_row_id(sign)}:is(:hover,:focus-within,:target)) mark[data-n~="{sign}"]{LIT}\n' for sign in signs
    )


def render_marked(marked: MarkedText) -> Html:
    """The text and its tables, for a page of its own or a part of one."""
    over = make_element("p", escape_html(marked.over), class_="refused") if marked.over else NOTHING
    seen: set[str] = set()
    text = join_html(_render_segment(segment, marked.text, seen) for segment in iter_segments(marked.text, marked.marks))
    legend = make_element("p", *_iter_legend(marked), class_="legend")
    beside = join_html(_render_group(group) for group in marked.groups)
    return make_element(
        "div",
        over,
        make_element("div", legend, make_element("div", text, class_="source", lang=_find_language(marked)), class_="text"),
        make_element("div", beside, class_="beside"),
        class_="marked",
    )


def _find_language(marked: MarkedText) -> str:
    """Of the text itself, where it is told and is another one than that of the page."""
    return "en" if marked.language != "en" and is_english(marked.text) else ""


def _iter_legend(marked: MarkedText) -> Iterator[Html]:
    for kind in LEGEND:
        words = escape_html(marked.words[f"marked.{kind}"])
        yield make_element("span", make_element("mark", words, class_=f"m-{kind}"), class_="key")


def _render_segment(segment: Segment, text: str, seen: set[str]) -> Html:
    """A stretch of the text; where the words of a row begin for the first time its link finds them."""
    words = escape_html(
        "\n".join(make_printable(line) for line in text[segment.start : segment.end].replace("\r\n", "\n").split("\n"))
    )
    if segment.kind is None:
        return words
    sign = make_element("sup", escape_html(" ".join(segment.ends))) if segment.ends else NOTHING
    first, *others = [sign for sign in segment.begins if sign not in seen] or [""]
    seen.update(segment.begins)
    anchors = join_html(make_element("a", NOTHING, id=f"m-{_clean(other)}") for other in others)
    id_ = f"m-{_clean(first)}" if first else ""
    signs = " ".join(segment.signs)
    return make_element("mark", anchors, words, sign, class_=f"m-{segment.kind}", data_n=signs, id=id_, title=segment.title)


def _render_group(group: RowGroup) -> Html:
    lead = make_element("p", escape_html(group.lead), class_="note") if group.lead else NOTHING
    rows = join_html(_render_row(row) for row in group.rows)
    return make_element("section", make_element("h2", escape_html(group.title)), lead, make_element("ul", rows, class_="rows"))


def _render_row(row: MarkedRow) -> Html:
    sign = NOTHING
    if row.sign:
        link = make_element("a", escape_html(row.sign), href=f"#m-{_clean(row.sign)}")
        sign = make_element("span", link, class_="no")
    words = make_element("span", escape_html(row.words), class_="words")
    told = make_element("span", escape_html(row.told), class_="told")
    return make_element("li", sign, words, told, class_=f"m-{row.kind}", id=_row_id(row.sign) if row.sign else "")


def _clean(sign: str) -> str:
    return sign.replace("?", "q")


def _row_id(sign: str) -> str:
    return f"r-{_clean(sign)}"
