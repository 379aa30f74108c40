"""Statements without a case: what no case of the folder reaches has never been tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from concordant.author.places import PlaceIndex
from concordant.errors import Complaint
from concordant.model.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What came of the cases of a folder: how many, how many are bad input on purpose, the statements that they reach."""

    count: int
    refused: int
    reached: frozenset[str]
    complaints: tuple[Complaint, ...] = ()


# Answers every case of a folder. It lives in a room further out and is handed in.
AnswerCases = Callable[[Knowledge, Path], CaseSummary]


def check_case_coverage(places: PlaceIndex, knowledge: Knowledge, cases: CaseSummary) -> Iterator[Complaint]:
    """A statement that is true of no case, in the version in force or in an incomplete one asked for by name."""
    if not cases.count:
        yield Complaint("no cases are here", "cases/", way_out="Write cases/NAME.yaml: a case file with its expected answer")
        return
    yield from cases.complaints
    for statement in knowledge.statements:
        if statement.id not in cases.reached:
            way_out = "Write a case in which `applies_if` is true, with its expected answer"
            node = places.find_record("guidelines/", statement.id)
            yield node.make_complaint(("applies_if",), "no case reaches this statement", way_out)
