"""Names of columns and definitions: what they stand for, in letters, digits and underscores, short enough for every system."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from concordant.logic.conditions import Compare, Leaf, Op
from concordant.model.guideline import Statement
from concordant.model.sources import Cite

LONGEST = 63  # PostgreSQL cuts what is longer
DIGITS = 8
SIGNS: dict[Op, str] = {"<=": "at_most", "<": "under", ">=": "at_least", ">": "over", "==": "exactly"}


class ColumnNames:
    """Names that are all different. What says the same has the same name in every export, unless another wants it too."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._meanings = dict.fromkeys(taken, "")

    def find_name(self, text: str, of: str = "") -> str:
        """The name for what this text says `of` something, where the text alone does not tell of what."""
        name, meaning = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_"), f"{text} of {of}"
        if not name[:1].isalpha():
            name = f"n_{name}"
        if len(name) > LONGEST or self._meanings.get(name, meaning) != meaning:
            name = f"{name[: LONGEST - DIGITS - 1]}_{hashlib.sha256(meaning.encode()).hexdigest()[:DIGITS]}"
        self._meanings[name] = meaning
        return name


def describe_leaf(leaf: Leaf) -> str:
    """The sentence in words that make a name."""
    if isinstance(leaf, Compare):
        return f"{leaf.feature} {SIGNS[leaf.op]} {'minus ' if leaf.bound < 0 else ''}{abs(leaf.bound):g}"
    return f"{leaf.feature} is {' or '.join(leaf.values)}"


def shorten_statement(statement: Statement) -> str:
    """The statement in words that make a name: without guideline and version, so that a newer one has the same columns."""
    return f"s {statement.id.partition(f'/{statement.version}/')[2] or statement.id}"


def describe_sources(sources: Iterable[Cite]) -> str:
    """The places in words: source, place, and how far it was checked."""
    return "; ".join(f"{cite.ref}{f', {cite.at}' if cite.at else ''} ({cite.checked})" for cite in sources)
