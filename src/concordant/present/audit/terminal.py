"""A checked answer on a terminal: the text, and below each claim its verdict, what is right, and the source."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Mapping

from concordant.model.audit import ClaimVerdict
from concordant.present.audit.page import SIGNS, AuditPage, Line, Note
from concordant.present.language.quoting import show_quotations_of

WIDEST, NARROWEST = 100, 60
COLOURS: dict[ClaimVerdict, str] = {
    "mixed_cuts": "1;31",
    "contradicted": "1;31",
    "outdated": "1;33",
    "overstated": "1;33",
    "supported": "32",
    "not_in_knowledge": "2",
}


def render_terminal(page: AuditPage, *, colour: bool, width: int = 0) -> str:
    """The page as terminal text; every colour has its sign and word beside it."""
    page = show_quotations_of(page)
    columns = max(NARROWEST, min(width or shutil.get_terminal_size((100, 40)).columns, WIDEST))
    plain = not colour or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    paint = _Paint(page.words, columns, plain)
    parts = [f"{page.title} · {page.over}", "", page.headline, paint.say_tally(page), ""]
    parts += [text for line in page.lines for text in paint.render_line(line)]
    parts += [
        "",
        *(paint.wrap(f"[{r.n}] {r.citation} ({page.words[f'audit.checked.{r.checked}']})", "", "    ") for r in page.references),
    ]
    parts += ["", *(paint.wrap(text, "", "") for text in page.footer)]
    return "\n".join(parts) + "\n"


class _Paint:
    """Wraps and paints; `plain` leaves the colours out."""

    def __init__(self, words: Mapping[str, str], columns: int, plain: bool) -> None:
        self.words, self.columns, self.plain = words, columns, plain

    def paint(self, text: str, verdict: ClaimVerdict) -> str:
        return text if self.plain else f"\x1b[{COLOURS[verdict]}m{text}\x1b[0m"

    def wrap(self, text: str, first: str, rest: str) -> str:
        return textwrap.fill(text, self.columns, initial_indent=first, subsequent_indent=rest, break_long_words=False)

    def say_tally(self, page: AuditPage) -> str:
        return "   ".join(
            self.paint(f"{SIGNS[verdict]} {self.words[f'audit.{verdict}']} {count}", verdict) for verdict, count in page.tally
        )

    def render_line(self, line: Line) -> list[str]:
        told = "".join(f"{piece.text} ({piece.n})" if piece.n else piece.text for piece in line.pieces)
        return [self.wrap(told, "", ""), *(self.render_note(note) for note in line.notes)]

    def render_note(self, note: Note) -> str:
        lead = f"  {note.n} {SIGNS[note.verdict]} {self.words[f'audit.{note.verdict}']}"
        cites = "".join(f" [{n}{': ' + at if at else ''}]" for n, at in note.cites)
        told = f"{lead}: {note.right}{cites}" if note.right else lead
        first, *rest = textwrap.wrap(told, self.columns, subsequent_indent=" " * 6, break_long_words=False)
        return "\n".join([first.replace(lead, self.paint(lead, note.verdict), 1), *rest])
