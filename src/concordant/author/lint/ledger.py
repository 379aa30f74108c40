"""The ledger and the files in step: each statement has its row, each computed row its statement."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.author.places import PlaceIndex
from concordant.errors import Complaint, suggest_word
from concordant.model.guideline import LedgerRow
from concordant.model.knowledge import Knowledge
from concordant.texts import SourceText


def check_ledger(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """A statement without a row, a row without its statement, a row that stands twice."""
    for statement in knowledge.statements:
        rows = knowledge.ledgers.get(statement.guideline, ())
        if not statement.parent and not any(is_row_for(row.number, statement.number) for row in rows):
            node = places.find_record("guidelines/", statement.id)
            yield node.make_complaint(("id",), f"the ledger has no row for '{statement.number}'", "Add it to ledger.yaml")
    for guideline, rows in knowledge.ledgers.items():
        text = places.texts[f"guidelines/{guideline}/ledger.yaml"]
        numbers = {s.number for s in knowledge.statements if s.guideline == guideline}
        others = _list_row_targets(knowledge) | numbers | {s.id for s in knowledge.statements}
        for i, row in enumerate(rows):
            yield from _check_row(text, i, row, numbers, others)
            if row.number in [before.number for before in rows[:i]]:
                yield text.make_complaint((i, "number"), f"the ledger has two rows for '{row.number}'", "Keep one of the two")


def _list_row_targets(knowledge: Knowledge) -> set[str]:
    """What a row may name as the place where it is computed, beside statements."""
    treatments = {drug.id for drug in knowledge.drugs} | {regimen.id for regimen in knowledge.regimens}
    return {feature.name for feature in knowledge.features} | set(knowledge.classes) | treatments


def _check_row(text: SourceText, i: int, row: LedgerRow, numbers: set[str], others: set[str]) -> Iterator[Complaint]:
    if row.where and row.where not in others:
        says = f"the row '{row.number}' names '{row.where}', which does not exist"
        yield text.make_complaint((i, "where"), says, suggest_word(row.where, others, listing=False))
    if row.state == "computed" and not row.where and not any(is_row_for(row.number, number) for number in numbers):
        says = f"the row '{row.number}' says computed, and no statement has this number"
        way_out = "Write the statement, correct the state, or name what computes it in `where`"
        yield text.make_complaint((i, "number"), says, way_out)
    if row.state != "computed" and row.number in numbers:
        says = f"the row '{row.number}' says {row.state}, but a statement with this number is computed"
        yield text.make_complaint((i, "state"), says, "Correct the state, or take the statement out")


def is_row_for(row: str, number: str) -> bool:
    """Whether a row speaks of a statement: its own number, `3.1.1 to 3.1.8`, or `3.1.x` for `3.1.x-name`."""
    first, _, last = row.partition(" to ")
    stem, _, low = first.rpartition(".")
    if row == number or (row.endswith(".x") and number.startswith(f"{row}-")):
        return True
    if not last or not low.isdigit():
        return False
    own_stem, _, own = number.partition("-")[0].rpartition(".")
    return own_stem == stem and (own == "x" or (own.isdigit() and int(low) <= int(own) <= int(last.rpartition(".")[2])))
