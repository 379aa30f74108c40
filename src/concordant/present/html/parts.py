"""The blocks of a page as HTML: sentences with their citations, lists, checks, tables, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from concordant.present.figures.figures import render_forest_svg, render_timeline_svg
from concordant.present.html.markup import NOTHING, Html, escape_html, join_html, make_element
from concordant.present.page.document import (
    Block,
    Citation,
    ForestPlot,
    Paragraph,
    Point,
    PointList,
    Section,
    Table,
    Timeline,
    split_by_trial,
    split_citations,
)

SIGNS = {"done": "✓", "missing": "?", "unmet": "!"}
NUMBER, UNIT = r"\d(?:[\d.,]*\d)?", r" (?:%|[A-Za-zµ][\w/*²]{0,6})(?![\w/])"
AMOUNT = re.compile(rf"{NUMBER}(?:[-–]{NUMBER})+(?:{UNIT})?|{NUMBER}{UNIT}")
QUESTION = "question"
STACKED_FROM = 3  # columns; fewer fit side by side on a phone

Words = Mapping[str, str]


def render_text(text: str) -> Html:
    """The words, with each citation as a link to its reference."""
    return join_html(
        _render_citation(part) if isinstance(part, Citation) else _render_words(part) for part in split_citations(text)
    )


def _render_words(text: str) -> Html:
    """An amount stays together with its unit, an interval with its ends: what breaks over two lines is misread."""
    done, parts = 0, []
    for amount in AMOUNT.finditer(text):
        parts += [escape_html(text[done : amount.start()]), make_element("span", escape_html(amount[0]), class_="amount")]
        done = amount.end()
    return join_html([*parts, escape_html(text[done:])])


def _render_citation(citation: Citation) -> Html:
    """In brackets, not raised alone: a bare raised number beside a dose could be read as part of it."""
    at = f":\N{NO-BREAK SPACE}{citation.at}" if citation.at else ""
    link = make_element("a", escape_html(f"[{citation.n}{at}]"), class_="cite", role="doc-noteref", href=f"#ref-{citation.n}")
    return join_html([escape_html("\N{NARROW NO-BREAK SPACE}"), link])


def render_block(block: Block, section: Section, words: Words) -> Html:
    """One block of a section."""
    match block:
        case Paragraph():
            return make_element("p", render_text(block.text))
        case PointList():
            return _render_point_list(block, words)
        case Table():
            return _render_table(block, _choose_table_class(block, section))
        case Timeline():
            return _render_timeline(block, section)
        case ForestPlot():
            figures = [Html(render_forest_svg(trial, name=f"forest-{i}")) for i, trial in enumerate(split_by_trial(block), 1)]
            return _wrap_in_figure(block.title if block.title != section.title else "", join_html(figures))


def _render_timeline(timeline: Timeline, section: Section) -> Html:
    """A figure; a record without a single date has nothing to draw and is told."""
    if not timeline.spans and not timeline.moments:
        return make_element("p", render_text(timeline.told))
    return _wrap_in_figure(timeline.title if timeline.title != section.title else "", Html(render_timeline_svg(timeline)))


def _choose_table_class(table: Table, section: Section) -> str:
    """The branches of a question stand beside each other as cards; a wide table is stacked on a phone."""
    if section.id == QUESTION:
        return "branches"
    return "stacked" if len(table.columns) >= STACKED_FROM else ""


def _render_point_list(points: PointList, words: Words) -> Html:
    """A list; one whose points have marks is a list of checks."""
    checks = any(point.mark for point in points.points)
    items = join_html(_render_point(point, words) for point in points.points)
    return make_element("ul", items, class_="checks", role="list") if checks else make_element("ul", items)


def _render_point(point: Point, words: Words) -> Html:
    lead = join_html([make_element("strong", render_text(f"{point.lead}:")), escape_html(" ")]) if point.lead else NOTHING
    content = join_html([lead, render_text(point.text)])
    if not point.mark:
        return make_element("li", content)
    sign = make_element("span", escape_html(SIGNS[point.mark]), class_="sign", aria_hidden="true")
    mark = make_element("span", sign, escape_html(f" {words[point.mark]}"), class_="mark")
    return make_element("li", mark, escape_html(" "), make_element("span", content), class_=point.mark)


def _render_table(table: Table, kind: str) -> Html:
    """A table with headings for columns and rows. The roles are said aloud, since a stacked table would lose them."""
    headings = make_element("tr", *(_render_heading_cell(column) for column in table.columns), role="row")
    head = make_element("thead", headings, role="rowgroup")
    body = make_element("tbody", *(_render_row(table.columns, row) for row in table.rows), role="rowgroup")
    note = make_element("p", render_text(table.note), class_="note") if table.note else NOTHING
    held = join_html([make_element("table", head, body, class_=kind, role="table"), note])
    return _wrap_in_figure(table.caption, held) if table.caption else held


def _wrap_in_figure(caption: str, inside: Html) -> Html:
    """As a figure with its caption: a link in the caption of a table itself would count as one of its rows."""
    return make_element("figure", make_element("figcaption", render_text(caption)) if caption else NOTHING, inside)


def _render_heading_cell(column: str) -> Html:
    if not column:
        return make_element("td", role="cell")
    return make_element("th", render_text(column), scope="col", role="columnheader")


def _render_row(columns: tuple[str, ...], row: tuple[str, ...]) -> Html:
    return make_element("tr", *_iter_row_cells(columns, row), role="row")


def _iter_row_cells(columns: tuple[str, ...], row: tuple[str, ...]) -> Iterator[Html]:
    for i, (column, cell) in enumerate(zip(columns, row, strict=True)):
        if i == 0 and cell:
            yield make_element("th", render_text(cell), scope="row", role="rowheader", data_label=column)
        else:
            yield make_element("td", render_text(cell), role="cell", data_label=column)
