"""The marked text of a note in each of its formats."""

from __future__ import annotations

from typing import Literal

from concordant.model.knowledge import Knowledge
from concordant.present.marked.html import render_html
from concordant.present.marked.markdown import render_markdown
from concordant.present.marked.note import mark_note
from concordant.present.marked.terminal import render_terminal
from concordant.present.note_json import render_note_json
from concordant.record.sources import NoteRead

NoteFormat = Literal["terminal", "html", "md", "json"]
NOTE_FORMATS: tuple[NoteFormat, ...] = ("terminal", "html", "md", "json")


def render_note(note: NoteRead, knowledge: Knowledge, format_: NoteFormat, *, width: int = 100, colour: bool = False) -> str:
    """What was read in a note."""
    if format_ == "json":
        return render_note_json(note.readings)
    marked = mark_note(note.readings, knowledge, note.name)
    match format_:
        case "html":
            return render_html(marked)
        case "md":
            return render_markdown(marked)
        case "terminal":
            return render_terminal(marked, width=width, colour=colour)
