"""A checked answer as Markdown: each line as it is, its notes as a quotation below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from concordant.present.audit.page import SIGNS, AuditPage, Line, Note
from concordant.present.language.quoting import show_quotations_of
from concordant.present.markdown import render_text


def render_markdown(page: AuditPage) -> str:
    """The page as one text."""
    return "\n\n".join(part for part in _iter_parts(show_quotations_of(page)) if part) + "\n"


def _iter_parts(page: AuditPage) -> Iterator[str]:
    yield render_text(f"{page.title} · {page.over}")
    yield f"# {render_text(page.headline)}"
    yield " · ".join(f"{SIGNS[verdict]} {page.words[f'audit.{verdict}']} {count}" for verdict, count in page.tally)
    for line in page.lines:
        yield _render_line(line, page.words)
    if page.references:
        yield f"## {page.words['audit.sources']}"
        yield "\n".join(f"{r.n}. {render_text(r.citation)} ({page.words[f'audit.checked.{r.checked}']})" for r in page.references)
    yield "---"
    yield from map(render_text, page.footer)


def _render_line(line: Line, words: Mapping[str, str]) -> str:
    told = "".join(
        f"{_render_words(piece.text)} **({piece.n})**" if piece.n else _render_words(piece.text) for piece in line.pieces
    ).strip()
    notes = "\n".join(f"> - {_render_note(note, words)}" for note in line.notes)
    return "\n\n".join(filter(None, (told, notes)))


def _render_words(text: str) -> str:
    """Words with the blanks that part them from those beside."""
    before, behind = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if text.strip() else ""
    return f"{before}{render_text(text)}{behind}"


def _render_note(note: Note, words: Mapping[str, str]) -> str:
    places = (f"[{n}{': ' + at if at else ''}]" for n, at in note.cites)
    cites = "".join(f" {render_text(place)}" for place in places)
    right = f": {render_text(note.right)}" if note.right else ""
    return f"**{note.n} {SIGNS[note.verdict]} {words[f'audit.{note.verdict}']}**{right}{cites}"
