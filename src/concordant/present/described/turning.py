"""Where a statement turns, one row a fact: for which of its values it applies, and what is answered for the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from concordant.decide.boundaries import Boundary
from concordant.decide.decision import Outcome
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.present.described.parts import PartBuilder
from concordant.present.described.phrases import HERE, NOT_TOLD
from concordant.present.page.document import Table

COLUMNS = ("fact", "it applies for", "it does not apply for, and what is answered then")
NAMED = 2  # regimens of an answer that are named in a row; how many others there are is told

Row = tuple[Boundary, ...]


def rank_rows(rows: Iterable[Row], asked: frozenset[str]) -> list[Row]:
    """The rows to be read first stand first: the numbers, then what the statement itself asks."""
    return sorted(rows, key=lambda row: (not row[0].feature.is_numeric, row[0].feature.name not in asked))


def list_turns(parts: PartBuilder, rows: Sequence[Row]) -> Table:
    """The table of the rows; a value that no patient can have beside the other facts is left out."""
    now = next((one.outcome for row in rows for one in row if one.is_now), None)
    return Table(COLUMNS, tuple(_make_row(parts, row, now) for row in rows))


def _make_row(parts: PartBuilder, row: Row, now: Outcome | None) -> tuple[str, str, str]:
    possible = [one for one in row if one.outcome is not None]
    applies = _tell_cells(parts, [one for one in possible if one.applies is TRUE], now)
    others = _tell_cells(parts, [one for one in possible if one.applies is not TRUE], None)
    return row[0].feature.brief, applies, others


def _tell_cells(parts: PartBuilder, cells: Sequence[Boundary], known: Outcome | None) -> str:
    """Values with what is answered, those that come to the same together; `known` is the answer that need not be told."""
    told = []
    for (answered, is_open), group in groupby(cells, key=lambda one: (one.outcome, one.applies is UNKNOWN)):
        values = parts.language.join_with_or([_name_value(one) for one in group])
        answer = "" if answered == known else ": " + ", ".join(_iter_answer(parts, answered, is_open))
        told.append(f"{values}{answer}")
    return "; ".join(told)


def _name_value(one: Boundary) -> str:
    return f"{one.cell.name}{HERE}" if one.is_now else one.cell.name


def _iter_answer(parts: PartBuilder, answered: Outcome | None, is_open: bool) -> Iterator[str]:
    if is_open:
        yield NOT_TOLD
    yield tell_shortly(parts, answered)


def tell_shortly(parts: PartBuilder, answered: Outcome | None) -> str:
    """What is answered, of many regimens the first few and how many others."""
    if answered is None or len(answered[1]) <= NAMED + 1:
        return parts.tell_outcome(answered)
    names = [parts.name_regimen(name) for name in answered[1]]
    return f"{', '.join(names[:NAMED])} or {len(names) - NAMED} others"
