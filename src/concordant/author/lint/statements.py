"""Statements: short paraphrases, with sources, two of them where a statement is derived; signatures that still hold."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge
from concordant.model.signing import compute_statement_digest

LONGEST_PARAPHRASE = 140


def check_statements(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """An overlong paraphrase, a statement without a source, a derived one with a single source, a signature that has lapsed."""
    for statement in knowledge.statements:
        node = places.find_record("guidelines/", statement.id)
        if len(statement.says) > LONGEST_PARAPHRASE:
            says = f"'says' has {len(statement.says)} characters; a paraphrase has at most {LONGEST_PARAPHRASE}"
            yield node.make_complaint(("says",), says, "Say it shorter, in our own words")
        if not statement.sources:
            yield node.make_complaint(("sources",), "a statement without a source", "Name the document and the place")
        if statement.parent and len(statement.sources) < 2:
            yield node.make_complaint(("sources",), "a derived statement needs two sources or more")
        yield from _check_signatures(node, statement, knowledge)


def _check_signatures(node: Node, statement: Statement, knowledge: Knowledge) -> Iterator[Complaint]:
    """A statement that was changed loses the signatures of those who saw it as it was."""
    digest = compute_statement_digest(statement, knowledge) if statement.reviewed_by else ""
    for number, signed in enumerate(statement.reviewed_by):
        if signed.digest != digest:
            says = f"what {signed.name} signed on {signed.date} (digest {signed.digest}) is no longer what the statement says"
            way_out = (
                f"Have it signed anew (digest {digest}: concordant describe {statement.short_id}), or take the signature out"
            )
            yield node.make_complaint(("reviewed_by", number, "digest"), says, way_out)
