"""The answer in ten lines of plain text, to be pasted into a note."""

from __future__ import annotations

import textwrap

from concordant.present.document import CITATION, Document

LINES, WIDTH = 10, 200


def render_note(document: Document) -> str:
    """The verdict, the titled lines and the foot; what must not be missed comes first, because only ten lines have room.

    A line that is too long is cut at a word, and marked.
    """
    titled = sorted(document.first, key=lambda line: line[0] not in document.loud)
    told = [document.over, document.verdict, *(f"{title}: {text}" for title, text in titled)]
    told = told[: LINES - (2 if document.references else 1)]
    return "\n".join([*map(_line, told), *_sources(told, document), _line(document.footer[-1])]) + "\n"


def _sources(told: list[str], document: Document) -> list[str]:
    """The sources that the lines name, as far as one line holds them."""
    named = {int(found[1]) for text in told for found in CITATION.finditer(_line(text))}
    sources = "; ".join(f"[{one.n}] {one.citation}" for one in document.references if one.n in named)
    return [textwrap.shorten(f"{document.references_title}: {sources}", WIDTH, placeholder=" ...")] if sources else []


def _line(text: str) -> str:
    """One line; places within a source stay out, their numbers stay."""
    return textwrap.shorten(CITATION.sub(lambda found: f" [{found[1]}]", text), WIDTH, placeholder=" ...")
