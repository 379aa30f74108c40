"""A document as one HTML file that needs nothing else: no script, no network; for light and dark screens, phones and paper."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from concordant.present.document import Document, Line, Section, Source
from concordant.present.html_parts import block, sentences
from concordant.present.markup import NOTHING, Html, css_string, element, escaped, joined

REFERENCES = "references"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render_html(document: Document) -> str:
    """The whole page."""
    body = element(
        "body", _skip(document), _main(document), _footer(document), class_=f"shape-{document.shape.replace(' ', '-')}"
    )
    return f"<!doctype html>\n{element('html', _head(document), body, lang=document.language)}\n"


def _head(document: Document) -> Html:
    """The policy lets the browser itself refuse what the page must never hold: scripts, and loads from elsewhere."""
    return joined(
        [
            Html('<head>\n<meta charset="utf-8">\n'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
            Html('<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'),
            element("title", escaped(document.title)),
            Html(f"\n<style>\n{_style()}{_page_margin(document)}</style>\n</head>\n"),
        ]
    )


@cache
def _style() -> str:
    return files("concordant.present").joinpath("page.css").read_text(encoding="utf-8")


def _page_margin(document: Document) -> str:
    """Every printed sheet says whose it is: sheets come apart."""
    told = " · ".join(filter(None, (document.whose, document.words.get("day"), document.title)))
    return f"@page {{ @bottom-left {{ content: {css_string(told)}; }} }}\n"


def _skip(document: Document) -> Html:
    if not document.references:
        return NOTHING
    return element("a", escaped(document.words["skip_to_references"]), class_="skip", href=f"#{REFERENCES}")


def _main(document: Document) -> Html:
    parts = [_top(document), *(_section(section, document) for section in document.sections), _references(document)]
    return element("main", *parts)


def _top(document: Document) -> Html:
    lines = joined(_line(line) for line in document.first)
    return joined(
        [
            element("p", escaped(document.whose), class_="whose") if document.whose else NOTHING,
            element("p", sentences(document.over), class_="over"),
            element("h1", sentences(document.verdict)),
            element("dl", lines, class_="first") if document.first else NOTHING,
        ]
    )


def _line(line: Line) -> Html:
    term, told = element("dt", escaped(line.title)), element("dd", sentences(line.text))
    return element("div", term, told, class_=f"row {line.tone}".strip())


def _section(section: Section, document: Document) -> Html:
    title = element("h2", escaped(section.title))
    inside = element("div", *(block(one, section, document.words) for one in section.blocks), class_="body")
    if not section.folded:
        return element("section", title, inside, id=section.id, class_="row")
    left_out = element("span", escaped(document.words["folded_not_printed"]), class_="paper-only")
    return element("section", element("details", element("summary", title, left_out), inside), id=section.id, class_="folded")


def _references(document: Document) -> Html:
    if not document.references:
        return NOTHING
    title = element("h2", escaped(document.references_title))
    inside = element("div", element("ol", *(_source(source) for source in document.references)), class_="body")
    return element("section", title, inside, id=REFERENCES, class_="row", role="doc-endnotes")


def _source(source: Source) -> Html:
    """How far it was checked stands once, marked, at the end."""
    mark = element("span", escaped(source.checked), class_=f"checked {source.mark}")
    return element("li", escaped(f"{source.citation} "), mark, id=f"ref-{source.n}", value=str(source.n))


def _footer(document: Document) -> Html:
    return element("footer", *(element("p", sentences(text)) for text in document.footer))
