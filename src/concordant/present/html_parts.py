"""The blocks of a page as HTML: sentences with their citations, lists, checks, tables, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from concordant.present.document import (
    Block,
    Citation,
    Forest,
    Paragraph,
    Point,
    Points,
    Section,
    Table,
    Timeline,
    cut,
    trials_of,
)
from concordant.present.figures import forest_svg, timeline_svg
from concordant.present.markup import NOTHING, Html, element, escaped, joined

SIGNS = {"done": "✓", "missing": "?", "unmet": "!"}
NUMBER, UNIT = r"\d(?:[\d.,]*\d)?", r" (?:%|[A-Za-zµ][\w/*²]{0,6})(?![\w/])"
AMOUNT = re.compile(rf"{NUMBER}(?:[-–]{NUMBER})+(?:{UNIT})?|{NUMBER}{UNIT}")
QUESTION = "question"
STACKED_FROM = 3  # columns; fewer fit side by side on a phone

Words = Mapping[str, str]


def sentences(text: str) -> Html:
    """The words, with each citation as a link to its reference."""
    return joined(_citation(part) if isinstance(part, Citation) else _words(part) for part in cut(text))


def _words(text: str) -> Html:
    """An amount stays together with its unit, an interval with its ends: what breaks over two lines is misread."""
    done, parts = 0, []
    for found in AMOUNT.finditer(text):
        parts += [escaped(text[done : found.start()]), element("span", escaped(found[0]), class_="amount")]
        done = found.end()
    return joined([*parts, escaped(text[done:])])


def _citation(citation: Citation) -> Html:
    """In brackets, not raised alone: a bare raised number beside a dose could be read as part of it."""
    at = f":\N{NO-BREAK SPACE}{citation.at}" if citation.at else ""
    link = element("a", escaped(f"[{citation.n}{at}]"), class_="cite", role="doc-noteref", href=f"#ref-{citation.n}")
    return joined([escaped("\N{NARROW NO-BREAK SPACE}"), link])


def block(one: Block, section: Section, words: Words) -> Html:
    """One block of a section."""
    match one:
        case Paragraph():
            return element("p", sentences(one.text))
        case Points():
            return _points(one, words)
        case Table():
            return _table(one, _kind(one, section))
        case Timeline():
            return _timeline(one, section)
        case Forest():
            figures = [Html(forest_svg(trial, name=f"forest-{i}")) for i, trial in enumerate(trials_of(one), 1)]
            return _captioned(one.title if one.title != section.title else "", joined(figures))


def _timeline(timeline: Timeline, section: Section) -> Html:
    """A figure; a record without a single date has nothing to draw and is told."""
    if not timeline.spans and not timeline.moments:
        return element("p", sentences(timeline.told))
    return _captioned(timeline.title if timeline.title != section.title else "", Html(timeline_svg(timeline)))


def _kind(table: Table, section: Section) -> str:
    """The branches of a question stand beside each other as cards; a wide table is stacked on a phone."""
    if section.id == QUESTION:
        return "branches"
    return "stacked" if len(table.columns) >= STACKED_FROM else ""


def _points(points: Points, words: Words) -> Html:
    """A list; one whose points have marks is a list of checks."""
    checks = any(point.mark for point in points.points)
    items = joined(_point(point, words) for point in points.points)
    return element("ul", items, class_="checks", role="list") if checks else element("ul", items)


def _point(point: Point, words: Words) -> Html:
    lead = joined([element("strong", sentences(f"{point.lead}:")), escaped(" ")]) if point.lead else NOTHING
    told = joined([lead, sentences(point.text)])
    if not point.mark:
        return element("li", told)
    sign = element("span", escaped(SIGNS[point.mark]), class_="sign", aria_hidden="true")
    mark = element("span", sign, escaped(f" {words[point.mark]}"), class_="mark")
    return element("li", mark, escaped(" "), element("span", told), class_=point.mark)


def _table(table: Table, kind: str) -> Html:
    """A table with headings for columns and rows. The roles are said aloud, since a stacked table would lose them."""
    headings = element("tr", *(_heading(column) for column in table.columns), role="row")
    head = element("thead", headings, role="rowgroup")
    body = element("tbody", *(_row(table.columns, row) for row in table.rows), role="rowgroup")
    note = element("p", sentences(table.note), class_="note") if table.note else NOTHING
    held = joined([element("table", head, body, class_=kind, role="table"), note])
    return _captioned(table.caption, held) if table.caption else held


def _captioned(caption: str, inside: Html) -> Html:
    """As a figure with its caption: a link in the caption of a table itself would count as one of its rows."""
    return element("figure", element("figcaption", sentences(caption)) if caption else NOTHING, inside)


def _heading(column: str) -> Html:
    if not column:
        return element("td", role="cell")
    return element("th", sentences(column), scope="col", role="columnheader")


def _row(columns: tuple[str, ...], row: tuple[str, ...]) -> Html:
    return element("tr", *_cells(columns, row), role="row")


def _cells(columns: tuple[str, ...], row: tuple[str, ...]) -> Iterator[Html]:
    for i, (column, cell) in enumerate(zip(columns, row, strict=True)):
        if i == 0 and cell:
            yield element("th", sentences(cell), scope="row", role="rowheader", data_label=column)
        else:
            yield element("td", sentences(cell), role="cell", data_label=column)
