"""A report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from concordant.present.cohort.charts import FONT
from concordant.present.cohort.page import Block, Figure, Part, Points, Report, Table, Text
from concordant.present.cohort.words import keep_units
from concordant.present.html.markup import NOTHING, Html, escape_html, join_html, make_element, quote_css

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def _escape(text: str) -> Html:
    return escape_html(keep_units(text))


def render_report_html(report: Report) -> str:
    """The whole page."""
    body = make_element(
        "body", _render_first(report), *map(_render_part, report.parts), _render_sources(report), _render_foot(report)
    )
    return f"<!doctype html>\n{make_element('html', _render_head(report), body, lang='en')}\n"


def _render_head(report: Report) -> Html:
    margin = f"@page {{ @bottom-left {{ content: {quote_css(report.foot)}; }} }}\n"
    return join_html(
        [
            Html('<head>\n<meta charset="utf-8">\n'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'),
            Html(
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
            ),
            make_element("title", _escape(report.title)),
            Html(f"\n<style>\n{_read_stylesheet()}{margin}</style>\n</head>\n"),
        ]
    )


@cache
def _read_stylesheet() -> str:
    return files("concordant.present.cohort").joinpath("report.css").read_text(encoding="utf-8")


def _render_first(report: Report) -> Html:
    lines = join_html(
        make_element("div", make_element("dt", _escape(title)), make_element("dd", _escape(text))) for title, text in report.lines
    )
    contents = join_html(make_element("a", _escape(part.title), href=f"#{part.id}") for part in report.parts)
    return make_element(
        "header",
        make_element("p", _escape(report.about), class_="about"),
        make_element("h1", _escape(report.title)),
        make_element("p", _escape(report.finding), class_="finding"),
        make_element("dl", lines) if lines else NOTHING,
        _render_block(report.figure) if report.figure else NOTHING,
        make_element("nav", contents, aria_label="Contents"),
    )


def _render_part(part: Part) -> Html:
    title = make_element("h2", _escape(part.title))
    return make_element("section", title, *(_render_block(block, part.title) for block in part.blocks), id=part.id)


def _render_block(block: Block, under: str = "") -> Html:
    """A block of a part; a title that only repeats the heading over it is left out."""
    match block:
        case Text(text):
            return make_element("p", _escape(text))
        case Points(points):
            return make_element("ul", *(make_element("li", _escape(one)) for one in points))
        case Table():
            return _render_table(block, under)
        case Figure():
            return _render_figure(block, under)


def _render_figure(figure: Figure, under: str) -> Html:
    """The picture, its notes, and its table folded away below it: open on paper."""
    notes = make_element("figcaption", *(make_element("p", _escape(note)) for note in figure.notes)) if figure.notes else NOTHING
    title = make_element("p", _escape(figure.title), class_="title") if figure.title != under else NOTHING
    drawn = make_element("figure", title, _make_inline(figure.svg), notes)
    if figure.table is None:
        return drawn
    summary = make_element("summary", _escape(f"Table: {figure.table.caption}"))
    return join_html([drawn, make_element("details", summary, _render_table(figure.table, figure.table.caption))])


def _make_inline(svg: str) -> Html:
    """The picture in the letters of the page; its width gives way on a narrow screen."""
    return Html(svg.replace(f'font-family="{FONT}"', "").replace("<svg ", '<svg class="drawn" ', 1))


def _render_table(table: Table, under: str) -> Html:
    head = make_element("tr", *(_render_cell("th", i, text, table) for i, text in enumerate(table.columns)))
    rows = (make_element("tr", *(_render_cell("td", i, text, table) for i, text in enumerate(row))) for row in table.rows)
    caption = make_element("caption", _escape(table.caption), class_="repeated" if table.caption == under else "")
    body = make_element("table", caption, make_element("thead", head), make_element("tbody", *rows))
    note = make_element("p", _escape(table.note), class_="note") if table.note else NOTHING
    return make_element("div", body, note, class_="table", tabindex="0", role="region", aria_label=table.caption)


def render_table_html(table: Table) -> str:
    """One table, to be put into a page of somebody else's."""
    return _render_table(table, "")


def _render_cell(name: str, index: int, text: str, table: Table) -> Html:
    number = "n" if index in table.numbers else ""
    return make_element(name, _escape(text), class_=number, scope="col" if name == "th" else "")


def _render_sources(report: Report) -> Html:
    if not report.sources:
        return NOTHING
    items = (make_element("li", _escape(one.citation), Html(" "), _render_mark(one.checked)) for one in report.sources)
    return make_element("section", make_element("h2", _escape("Sources")), make_element("ol", *items), id="sources")


def _render_mark(checked: str) -> Html:
    return make_element("span", _escape(f"({checked})"), class_="mark")


def _render_foot(report: Report) -> Html:
    return make_element("footer", make_element("p", _escape(report.foot)))
