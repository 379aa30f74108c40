"""The answer as a few lines of plain text, to be pasted into a note: whole sentences, what could harm first, sources by name."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.present.language.quoting import show_quotations_of
from concordant.present.page.document import Document, ScreenLine, abbreviate_citations

LINES = 12  # of a note that is still read; what could harm has room however many they are


def render_note(document: Document) -> str:
    """Over the verdict who and what, then the lines of the first screen that have room, and the foot."""
    document = show_quotations_of(document)
    names = {source.n: source.short for source in document.references}
    lines = [document.over, document.verdict, *(f"{line.title}: {line.text}" for line in _iter_kept_lines(document))]
    rows = [_end_sentence(abbreviate_citations(" ".join(line.split()), names)) for line in (*lines, *document.footer)]
    return "\n".join([*([_end_sentence(document.whose)] if document.whose else []), *rows]) + "\n"


def _iter_kept_lines(document: Document) -> Iterator[ScreenLine]:
    """Every line about a danger, then as many of the others as there is room for."""
    room = LINES
    for line in document.first:
        if line.tone == "danger" or room > 0:
            yield line
            room -= 1


def _end_sentence(text: str) -> str:
    """A sentence ends with its stop."""
    return text if text[-1:] in ".?!" else f"{text}."
