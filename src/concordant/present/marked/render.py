"""The marked text of a note in each of its formats."""

from __future__ import annotations

from typing import Literal

from concordant.model.knowledge import Knowledge
from concordant.present.language import load_language
from concordant.present.marked.html import render_html
from concordant.present.marked.markdown import render_markdown
from concordant.present.marked.note import mark_note
from concordant.present.marked.terminal import render_terminal
from concordant.present.note_json import render_note_json
from concordant.record.sources import NoteRead

NoteFormat = Literal["terminal", "html", "md", "json"]
NOTE_FORMATS: tuple[NoteFormat, ...] = ("terminal", "html", "md", "json")


def render_note(
    note: NoteRead, knowledge: Knowledge, format_: NoteFormat, *, width: int = 100, colour: bool = False, language: str = "en"
) -> str:
    """What was read in a note; JSON is the same in every language."""
    if format_ == "json":
        return render_note_json(note.readings)
    marked = mark_note(note.readings, knowledge, note.name, load_language(language, knowledge))
    match format_:
        case "html":
            return render_html(marked)
        case "md":
            return render_markdown(marked)
        case "terminal":
            return render_terminal(marked, width=width, colour=colour)
