"""The answer as the JSON of contract 4."""

from __future__ import annotations

import msgspec

from concordant.answer.model import Answer
from concordant.present.document import in_short
from concordant.present.first_screen import first_screen, lines_of
from concordant.present.language import language
from concordant.present.sentences import Sentences


def as_json(answer: Answer) -> str:
    """One JSON object, indented."""
    return msgspec.json.format(msgspec.json.encode(with_first_screen(answer)), indent=1).decode()


def with_first_screen(answer: Answer) -> Answer:
    """Return the answer with its verdict and first-screen lines filled in as plain text, so that the JSON says what every
    page shows first.
    """
    told = Sentences(answer, language("en"))
    screen = first_screen(told)
    names = {one.n: one.short for one in answer.references}
    lines = [f"{line.title}: {in_short(line.text, names)}" for line in lines_of(screen, told)]
    return msgspec.structs.replace(answer, verdict=screen.verdict, first_screen=[screen.verdict, *lines])
