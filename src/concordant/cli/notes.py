"""How `read` shows a note: its marked text, or its readings as JSON."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from concordant.errors import Complaint, Unreadable
from concordant.record.sources import Patient

if TYPE_CHECKING:
    from concordant.api import Engine  # loaded only when the verb runs
    from concordant.present.marked.render import NoteFormat

NOTE_FORMATS = ("terminal", "html", "md", "json")
BY_ENDING = {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}


def choose_note_format(patient: Patient, asked: str | None, output: str, *, is_terminal: bool) -> str:
    """The format that is asked for, or that the name of the file says; on a terminal a note is shown marked.

    Raises Unreadable where a source that is no note is asked for as one.
    """
    if patient.note is None:
        if asked not in (None, "case"):
            says = f"only a note is shown as {asked}, and this is none"
            raise Unreadable(Complaint(says, "--format", way_out="Leave it out: it is read as a case file"))
        return "case"
    if asked is not None:
        return asked
    if output:
        return BY_ENDING.get(Path(output).suffix.lower(), "case")
    return "terminal" if is_terminal else "case"


def write_note(patient: Patient, format_: str, output: str, engine: Engine, language: str) -> None:
    """Write the note in a format."""
    from concordant.cli.opening import get_terminal_width
    from concordant.cli.writing import write_output
    from concordant.present.marked.render import render_note

    assert patient.note is not None
    colour = not output and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    kind = cast("NoteFormat", format_)
    text = render_note(patient.note, engine.knowledge, kind, width=get_terminal_width(), colour=colour, language=language)
    write_output(text, output)
