"""The words of claims: what they look for is there, and their examples are met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint, suggest_word
from concordant.model.knowledge import Knowledge

# The claim, the key and the example that is not met. It lives in a room further out and is handed in.
FindExampleFaults = Callable[[Knowledge], Iterable[tuple[str, str, str]]]
FOLDER = "language/"


def check_audit_words(places: PlaceIndex, knowledge: Knowledge, find_faults: FindExampleFaults | None) -> Iterator[Complaint]:
    """A thing that is looked for and has no words; an id that stands twice; an example that is not met."""
    known = _Known(knowledge)
    claims: dict[str, Node] = {}
    for node in places.nodes:
        if node.text.file.startswith(FOLDER) and node.text.file.rpartition("/")[2].startswith("audit"):
            yield from _check_node(node, known)
            if node.place[:1] == ("claims",) and len(node.place) > 1 and "id" in node.value:
                id_ = str(node.value["id"])
                if id_ in claims:
                    yield node.make_complaint(("id",), f"two claims have the id '{id_}'", "Give one of them another")
                claims.setdefault(id_, node)
    for id_, key, example in find_faults(knowledge) if find_faults else ():
        says = f"'{example}' is {'not read' if key == 'reads' else 'read'} as this claim"
        yield claims[id_].make_complaint((key,), says, "Correct the words that are looked for, or the example")


class _Known:
    """What an entry may name, by its kind."""

    def __init__(self, knowledge: Knowledge) -> None:
        words = knowledge.audit
        drugs = {drug.id for drug in knowledge.drugs} | set(knowledge.classes)
        self.by_kind: dict[str, set[str]] = {
            "": {wording.id for wording in words.wordings},
            **dict.fromkeys(("drug", "past", "drug_any"), drugs),
            "trial": {trial.id for trial in knowledge.trials},
            "line": {line.id for line in words.lines},
            "part": {part.id for part in words.parts},
            "endpoint": {endpoint.id for endpoint in words.endpoints},
            "unit": {unit.id for unit in words.units},
        }


def _check_node(node: Node, known: _Known) -> Iterator[Complaint]:
    for key in ("all", "none", "when"):
        items = node.value.get(key)
        for i, item in enumerate(items if isinstance(items, list) else ()):
            for part in str(item).split(" | "):
                yield from _check_item(node, (key, i), part.strip(), known)
    slot = node.value.get("slot")
    if isinstance(slot, dict) and slot.get("unit") not in known.by_kind["unit"]:
        yield node.make_complaint(("slot", "unit"), f"the unit '{slot.get('unit')}' has no words", "Add it to units")


def _check_item(node: Node, place: tuple[str, int], item: str, known: _Known) -> Iterator[Complaint]:
    item = item.removeprefix("no ").removeprefix("any ")
    if item.startswith("~"):
        return
    kind, _, name = item.partition(":") if ":" in item else ("", "", item)
    names = known.by_kind.get(kind)
    if names is None:
        yield node.make_complaint(place, f"'{kind}:' is nothing that can be looked for", suggest_word(kind, known.by_kind))
    elif name not in names:
        yield node.make_complaint(place, f"'{name}' has no words", suggest_word(name, sorted(names), listing=False))
