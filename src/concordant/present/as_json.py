"""The answer as the JSON of contract 4."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from concordant.answer.schema import Answer
from concordant.present.language import load_language
from concordant.present.page.document import ScreenLine, abbreviate_citations
from concordant.present.page.first_screen import make_first_screen, make_screen_lines
from concordant.present.sentences import Sentences


def render_json(answer: Answer) -> str:
    """One JSON object, indented."""
    return write_json(add_first_screen(answer))


def write_json(answer: Answer) -> str:
    """An answer that has its first screen, as one JSON object, indented."""
    return msgspec.json.format(msgspec.json.encode(answer), indent=1).decode()


def add_first_screen(answer: Answer) -> Answer:
    """Return the answer with its verdict and first-screen lines filled in as plain text, so that the JSON says what every
    page shows first.
    """
    verdict, lines = list_first_screen(answer)
    told = [f"{line.title}: {line.text}" for line in lines]
    return replace(answer, verdict=verdict, first_screen=[verdict, *told])


def list_first_screen(answer: Answer) -> tuple[str, list[ScreenLine]]:
    """The verdict and the lines below it as plain text, sources by their short names."""
    sentences = Sentences(answer, load_language("en"))
    screen = make_first_screen(sentences)
    names = {reference.n: reference.short for reference in answer.references}
    lines = [replace(line, text=abbreviate_citations(line.text, names)) for line in make_screen_lines(screen, sentences)]
    return screen.verdict, lines
