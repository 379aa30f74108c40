"""The examples beside the rules by which notes are read: each has to be read, or not read, as it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint
from concordant.model.knowledge import Knowledge


class ExampleFailure(NamedTuple):
    """An example that fails: the language, the list and the rule beside which it stands, and what is wrong."""

    code: str
    block: str
    rule: str
    says: str


TryExamples = Callable[[Knowledge], Iterable[ExampleFailure]]


def check_examples(places: PlaceIndex, failures: Iterable[ExampleFailure]) -> Iterator[Complaint]:
    """A complaint for each failure, at its rule."""
    rules: dict[tuple[str, str, str], Node] = {}
    for node in places.nodes:
        folder = node.text.file.split("/")
        if folder[0] == "notes" and len(node.place) == 2 and "id" in node.value:
            rules[folder[1], str(node.place[0]), str(node.value["id"])] = node
    for failure in failures:
        found = rules.get((failure.code, failure.block, failure.rule))
        way_out = "Correct the form, or the example"
        yield found.make_complaint((), failure.says, way_out) if found else Complaint(failure.says, f"notes/{failure.code}")
