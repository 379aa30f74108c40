"""A document as one HTML file that needs nothing else: no script, no network; for light and dark screens, phones and paper."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from concordant.present.html.markup import NOTHING, Html, escape_html, join_html, make_element, quote_css
from concordant.present.html.parts import render_block, render_text
from concordant.present.language.quoting import leave_out_cited, show_quotations
from concordant.present.page.document import Document, PageReference, ScreenLine, Section

REFERENCES = "references"
NO_TARGETS: Mapping[str, str] = {}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render_html(document: Document) -> str:
    """The whole page."""
    body = make_element(
        "body",
        _render_skip_link(document),
        _render_main(document),
        render_footer(document),
        class_=f"shape-{document.shape.replace(' ', '-')}",
    )
    return f"<!doctype html>\n{make_element('html', _render_head(document), body, lang=document.language)}\n"


def _render_head(document: Document) -> Html:
    """The policy lets the browser itself refuse what the page must never hold: scripts, and loads from elsewhere."""
    return join_html(
        [
            Html('<head>\n<meta charset="utf-8">\n'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
            Html('<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'),
            make_element("title", escape_html(leave_out_cited(document.title, document.whose))),
            Html(f"\n<style>\n{read_stylesheet()}{_render_page_margin(document)}</style>\n</head>\n"),
        ]
    )


@cache
def read_stylesheet() -> str:
    """The styles of the page."""
    return files("concordant.present.html").joinpath("page.css").read_text(encoding="utf-8")


def _render_page_margin(document: Document) -> str:
    """Every printed sheet says whose it is: sheets come apart."""
    text = " · ".join(filter(None, (document.whose, document.words.get("day"), show_quotations(document.title))))
    return f"@page {{ @bottom-left {{ content: {quote_css(text)}; }} }}\n"


def _render_skip_link(document: Document) -> Html:
    if not document.references:
        return NOTHING
    return make_element("a", escape_html(document.words["skip_to_references"]), class_="skip", href=f"#{REFERENCES}")


def _render_main(document: Document) -> Html:
    return make_element("main", render_first_screen(document), render_rest(document))


def render_rest(document: Document) -> Html:
    """The sections and the references."""
    return join_html([*(_render_section(section, document) for section in document.sections), _render_references(document)])


def render_first_screen(document: Document, targets: Mapping[str, str] = NO_TARGETS) -> Html:
    """What stands above the first section: whose answer it is, the verdict, and the lines below it.

    `targets` tells by the kind of a line where on the page stands more about it: its title is a link to that.
    """
    lines = join_html(_render_screen_line(line, targets) for line in document.first)
    return join_html(
        [
            make_element("p", escape_html(document.whose), class_="whose") if document.whose else NOTHING,
            make_element("p", render_text(document.over), class_="over"),
            make_element("h1", render_text(document.verdict)),
            make_element("dl", lines, class_="first") if document.first else NOTHING,
        ]
    )


def _render_screen_line(line: ScreenLine, targets: Mapping[str, str]) -> Html:
    title = escape_html(line.title)
    if line.key in targets:
        title = make_element("a", title, href=f"#{targets[line.key]}")
    term, detail = make_element("dt", title), make_element("dd", render_text(line.text))
    return make_element("div", term, detail, class_=f"row {line.tone}".strip())


def _render_section(section: Section, document: Document) -> Html:
    title = make_element("h2", escape_html(section.title))
    inside = make_element("div", *(render_block(block, section, document.words) for block in section.blocks), class_="body")
    if not section.folded:
        return make_element("section", title, inside, id=section.id, class_="row")
    left_out = make_element("span", escape_html(document.words["folded_not_printed"]), class_="paper-only")
    return make_element(
        "section", make_element("details", make_element("summary", title, left_out), inside), id=section.id, class_="folded"
    )


def _render_references(document: Document) -> Html:
    if not document.references:
        return NOTHING
    title = make_element("h2", escape_html(document.references_title))
    inside = make_element(
        "div", make_element("ol", *(_render_reference(source) for source in document.references)), class_="body"
    )
    return make_element("section", title, inside, id=REFERENCES, class_="row", role="doc-endnotes")


def _render_reference(source: PageReference) -> Html:
    """How far it was checked stands once, marked, at the end."""
    mark = make_element("span", escape_html(source.checked), class_=f"checked {source.mark}")
    return make_element("li", escape_html(f"{source.citation} "), mark, id=f"ref-{source.n}", value=str(source.n))


def render_footer(document: Document, name: str = "footer") -> Html:
    """What the answer rests on, and that nobody reviewed it; `name` is that of the element."""
    return make_element(name, *(make_element("p", render_text(text)) for text in document.footer))
