"""Real pages, one of each shape and of each thing a page has to say loudly, made once a run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

import concordant
from concordant.answer.engine import answer_record
from concordant.present.in_words import to_text_blocks
from concordant.present.language.quoting import show_quotations_of
from concordant.present.page.document import Block, Document, ForestPlot, Timeline
from concordant.present.page.page import build_document
from concordant.record.casefile.read import read_case
from concordant.texts import read_file
from tests.conftest import AS_OF
from tests.shipped import shipped_knowledge, shipped_words

CASES = {
    "A03": "recommendation, close to a boundary",
    "A08": "recommendation of a substitute",
    "A10": "recommendation without the preferred regimen",
    "A25": "recommendation",
    "P01": "question",
    "A33": "refusal, another cancer",
    "P07": "refusal, early disease",
    "A24": "conflict in the record",
    "E03": "controlled disease",
    "A16": "pregnancy",
}
# In a hurry one page of them is enough.
NAMES = [pytest.param(name, marks=[pytest.mark.long] if place else []) for place, name in enumerate(CASES)]
FOLDER = Path(concordant.__file__).parent / "knowledge" / "cases"


@cache
def real_page(name: str, language: str = "en") -> Document:
    knowledge = shipped_knowledge()
    path = next(FOLDER.glob(f"{name}-*.yaml"))
    answer = answer_record(read_case(read_file(path), knowledge, shipped_words(), AS_OF), knowledge)
    return show_quotations_of(build_document(answer, language, knowledge=knowledge))


def worded(document: Document, *, figures: bool = True) -> Document:
    """The page with its figures in words, or without them."""

    def told(block: Block) -> tuple[Block, ...]:
        return to_text_blocks(block) if figures or not isinstance(block, Timeline | ForestPlot) else ()

    sections = (replace(s, blocks=tuple(one for block in s.blocks for one in told(block))) for s in document.sections)
    return replace(document, sections=tuple(sections))
