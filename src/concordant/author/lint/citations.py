"""Citations: the source exists, the mark is no better than the source's, and every source says how it was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint, suggest_word

MARKS = {"primary": 0, "secondary": 1, "recalled": 2, "choice": 3}


def check_citations(places: PlaceIndex, faulty: Collection[str]) -> Iterator[Complaint]:
    """A missing source, a mark better than the source allows. Sources in `faulty` files are taken to be there."""
    marks = {str(node.value.get("id")): str(node.value.get("checked")) for node in places.iter_files_under("sources/")}
    for node in find_citations(places):
        ref = str(node.value["ref"])
        if ref in marks:
            yield from _check_mark(node, ref, marks)
        elif f"sources/{ref}.yaml" not in faulty:
            yield node.make_complaint(("ref",), f"the source '{ref}' does not exist", suggest_word(ref, marks, listing=False))
    for node in places.iter_files_under("sources/"):
        if not node.value.get("seen"):
            yield node.make_complaint((), "the source does not say how it was seen", "Add `seen`")


def find_citations(places: PlaceIndex) -> Iterator[Node]:
    """Every citation of the folder."""
    return (node for node in places.nodes if "ref" in node.value)


def _check_mark(node: Node, ref: str, marks: Mapping[str, str]) -> Iterator[Complaint]:
    mark = str(node.value.get("checked"))
    if not is_mark_allowed(mark, marks[ref]):
        says = f"marked '{mark}', but the source '{ref}' was checked as '{marks[ref]}' only"
        yield node.make_complaint(("checked",), says, "Lower the mark, or check the source")


def is_mark_allowed(mark: str, source: str) -> bool:
    """Whether a place may have this mark in a source that has that one; what is no mark is told elsewhere."""
    if "choice" in (mark, source):
        return mark == source
    return MARKS.get(mark, 9) >= MARKS.get(source, 0)


def format_mark_counts(marks: Counter[str]) -> str:
    """A count of marks, the best first: `3 primary, 1 recalled`."""
    return ", ".join(f"{marks[mark]} {mark}" for mark in MARKS if marks[mark])
