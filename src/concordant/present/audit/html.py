"""A checked answer as one HTML page that needs nothing else: the text on the left, its notes in the margin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from concordant.model.audit import ClaimVerdict
from concordant.present.audit.page import SIGNS, AuditPage, Line, Note, Piece
from concordant.present.html.markup import NOTHING, Html, escape_html, join_html, make_element, quote_css
from concordant.present.html.page import POLICY, read_stylesheet
from concordant.present.html.parts import render_text


def render_html(page: AuditPage) -> str:
    """The whole page."""
    body = make_element("body", make_element("main", render_body(page)), class_="audit")
    return f"<!doctype html>\n{make_element('html', _render_head(page), body, lang=page.language)}\n"


@cache
def read_audit_stylesheet() -> str:
    """The styles of a checked answer, beside those of every page."""
    return files("concordant.present.audit").joinpath("audit.css").read_text(encoding="utf-8")


def _render_head(page: AuditPage) -> Html:
    margin = f"@page {{ @bottom-left {{ content: {quote_css(' · '.join(filter(None, (page.title, page.over))))}; }} }}\n"
    return join_html(
        [
            Html('<head>\n<meta charset="utf-8">\n'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
            Html('<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'),
            make_element("title", escape_html(page.headline)),
            Html(f"\n<style>\n{read_stylesheet()}{read_audit_stylesheet()}{margin}</style>\n</head>\n"),
        ]
    )


def render_body(page: AuditPage) -> Html:
    """Headline, tally, text with notes, sources: what the page of the web shows too."""
    return join_html(
        [
            make_element("p", escape_html(f"{page.title} · {page.over}"), class_="over"),
            make_element("h1", escape_html(page.headline)),
            _render_tally(page),
            make_element("div", *(_render_line(line, page.words) for line in page.lines), class_="checked-text"),
            _render_references(page),
            make_element("footer", *(make_element("p", escape_html(text)) for text in page.footer)),
        ]
    )


def _render_tally(page: AuditPage) -> Html:
    """How many claims of each verdict, with what the word means."""
    items = [
        make_element(
            "li",
            _render_mark(verdict, page.words),
            make_element("strong", escape_html(str(count))),
            make_element("span", escape_html(page.words[f"audit.meaning.{verdict}"]), class_="meaning"),
        )
        for verdict, count in page.tally
    ]
    return make_element("ul", *items, class_="tally", role="list")


def _render_mark(verdict: ClaimVerdict, words: Mapping[str, str], n: int = 0) -> Html:
    sign = make_element("span", escape_html(SIGNS[verdict]), class_="verdict-sign", aria_hidden="true")
    number = make_element("b", escape_html(str(n)), class_="n") if n else NOTHING
    return make_element("span", number, sign, escape_html(f" {words[f'audit.{verdict}']}"), class_=f"verdict {verdict}")


def _render_line(line: Line, words: Mapping[str, str]) -> Html:
    """A line with its notes beside it; on a phone, and where there is no room, they stand below it."""
    if not line.pieces:
        return make_element("div", class_="blank")
    told = make_element("p", *(_render_piece(piece, words) for piece in line.pieces), class_="heading" if line.heading else "")
    notes = make_element("aside", *(_render_note(note, words) for note in line.notes)) if line.notes else NOTHING
    return make_element("div", told, notes, class_="line")


def _render_piece(piece: Piece, words: Mapping[str, str]) -> Html:
    if piece.verdict is None:
        return escape_html(piece.text)
    if not piece.n:
        return make_element("span", escape_html(piece.text), class_="open", title=words[f"audit.{piece.verdict}"])
    link = make_element("a", escape_html(f"{piece.n}"), class_="to-note", href=f"#note-{piece.n}")
    sign = make_element("span", escape_html(SIGNS[piece.verdict]), class_="verdict-sign", aria_hidden="true")
    told = make_element("mark", escape_html(piece.text), class_=piece.verdict)
    return make_element("span", told, make_element("sup", sign, link), class_=f"claim {piece.verdict}", id=f"claim-{piece.n}")


def _render_note(note: Note, words: Mapping[str, str]) -> Html:
    cites = join_html(
        make_element("a", escape_html(f"[{n}{': ' + at if at else ''}]"), class_="cite", href=f"#source-{n}")
        for n, at in note.cites
    )
    right = _render_right(note)
    return make_element(
        "div", _render_mark(note.verdict, words, note.n), right, cites, class_=f"note {note.verdict}", id=f"note-{note.n}"
    )


def _render_right(note: Note) -> Html:
    """What is right; the rows of a trial one below the other."""
    if len(note.facts) < 2 or note.verdict == "supported":
        return make_element("span", escape_html(note.right), class_="right") if note.right else NOTHING
    rows = [make_element("li", render_text(fact)) for fact in note.facts[1:]]
    return join_html([make_element("span", escape_html(f"{note.facts[0]}:"), class_="right"), make_element("ul", *rows)])


def _render_references(page: AuditPage) -> Html:
    if not page.references:
        return NOTHING
    items = [
        make_element(
            "li",
            escape_html(f"{source.citation} "),
            make_element("span", escape_html(page.words[f"audit.checked.{source.checked}"]), class_=f"checked {source.checked}"),
            id=f"source-{source.n}",
            value=str(source.n),
        )
        for source in page.references
    ]
    return make_element(
        "section", make_element("h2", escape_html(page.words["audit.sources"])), make_element("ol", *items), id="sources"
    )
