"""The answer in ten lines of plain text, to be pasted into a note."""

from __future__ import annotations

import textwrap

from concordant.present.document import CITATION, Document

LINES, WIDTH = 10, 200


def render_note(document: Document) -> str:
    """The verdict, the titled lines, the foot; what a line cannot hold is cut at a word and marked."""
    told = [document.over, document.verdict, *(f"{title}: {text}" for title, text in document.first)]
    sources = "; ".join(f"[{one.n}] {one.citation}" for one in document.references[:2])
    foot = [*([f"{document.references_title}: {sources}"] if sources else []), document.footer[-1]]
    return "\n".join(_line(text) for text in [*told[: LINES - len(foot)], *foot]) + "\n"


def _line(text: str) -> str:
    """One line; places within a source stay out, their numbers stay."""
    return textwrap.shorten(CITATION.sub(lambda found: f" [{found[1]}]", text), WIDTH, placeholder=" ...")
