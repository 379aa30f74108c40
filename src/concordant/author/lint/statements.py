"""Statements: short paraphrases, with sources, two of them where a statement is derived."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.author.places import PlaceIndex
from concordant.errors import Complaint
from concordant.model.knowledge import Knowledge

LONGEST_PARAPHRASE = 140


def check_statements(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """An overlong paraphrase, a statement without a source, a derived one with a single source."""
    for statement in knowledge.statements:
        node = places.find_record("guidelines/", statement.id)
        if len(statement.says) > LONGEST_PARAPHRASE:
            says = f"'says' has {len(statement.says)} characters; a paraphrase has at most {LONGEST_PARAPHRASE}"
            yield node.make_complaint(("says",), says, "Say it shorter, in our own words")
        if not statement.sources:
            yield node.make_complaint(("sources",), "a statement without a source", "Name the document and the place")
        if statement.parent and len(statement.sources) < 2:
            yield node.make_complaint(("sources",), "a derived statement needs two sources or more")
