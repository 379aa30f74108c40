"""Names that point nowhere: drugs, regimens, trials, sources, features, selectors, units; and ids that stand twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from concordant.author.places import Node, Places
from concordant.compiled import Knowledge
from concordant.complaints import Complaint, did_you_mean
from concordant.texts import Place

# In which folder which key names what. A key that holds mappings there instead of words is passed over.
POINTERS = (
    ("regimens/", "drug", "drug"),
    ("drugs/", "contains", "drug"),
    ("drugs/", "classes", "class"),
    ("drugs/", "regimens", "regimen"),
    ("guidelines/", "regimens", "regimen"),
    ("guidelines/", "source", "source"),
    ("guidelines/", "line", "feature"),
    ("trials/", "source", "source"),
    ("trials/", "here", "feature"),
    ("features/", "statement", "statement"),
    ("vocabulary/lines-of-therapy", "drugs", "drug"),
    ("vocabulary/lines-of-therapy", "classes", "class"),
    ("dangers/", "holds", "drug or class"),
)
ANYWHERE = (("evidence", "trial"), ("features", "feature"))


def names(places: Places, knowledge: Knowledge) -> Iterator[Complaint]:
    """What is named and not there."""
    known = _known(knowledge)
    for node in places.nodes:
        for key, kind in _pointers(node):
            for place, word in _words(node.value[key], (key,)):
                if word not in known[kind] and "{" not in word:
                    way_out = did_you_mean(word, known[kind], listing=False)
                    yield node.complaint(place, f"the {kind} '{word}' does not exist", way_out)
    for name, text in places.texts.items():
        parents = known["statement"] if name.count("/") == 3 else known["guideline"]
        if name.startswith("guidelines/") and isinstance(text.value, dict) and text.value.get("parent", "") not in {"", *parents}:
            says = f"the parent '{text.value['parent']}' does not exist"
            yield text.complaint(("parent",), says, did_you_mean(text.value["parent"], parents, listing=False))


def _known(knowledge: Knowledge) -> dict[str, set[str]]:
    return {
        "drug": {drug.id for drug in knowledge.drugs},
        "class": set(knowledge.classes),
        "drug or class": {drug.id for drug in knowledge.drugs} | set(knowledge.classes),
        "regimen": {regimen.id for regimen in knowledge.regimens} | {"current"},
        "trial": {trial.id for trial in knowledge.trials},
        "source": {source.id for source in knowledge.sources},
        "statement": {statement.id for statement in knowledge.statements},
        "guideline": {guideline.id for guideline in knowledge.guidelines},
        "feature": {feature.name for feature in knowledge.features},
    }


def _pointers(node: Node) -> Iterator[tuple[str, str]]:
    for folder, key, kind in POINTERS:
        if key in node.value and node.text.file.startswith(folder):
            yield key, kind
    for key, kind in ANYWHERE:
        if isinstance(node.value.get(key), list):
            yield key, kind


def _words(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    if isinstance(value, list):
        yield from (((*place, i), item) for i, item in enumerate(value) if isinstance(item, str))


def twice(places: Places) -> Iterator[Complaint]:
    """Two records of one id in a folder: the second would hide the first."""
    seen: dict[tuple[str, str], Node] = {}
    for node in places.nodes:
        if node.place or "id" not in node.value:
            continue
        id_ = str(node.value["id"])
        first = seen.setdefault((node.text.file.split("/")[0], id_), node)
        if first is not node:
            yield node.complaint(("id",), f"two records have the id '{id_}'", f"The other one is {first.text.file}")


def units(places: Places) -> Iterator[Complaint]:
    """A feature, test or measurement in a unit that the vocabulary does not know."""
    known = {str(node.value.get("id")) for node in places.nodes if node.place[:1] == ("units",)}
    for node in places.nodes:
        if node.text.file.startswith(("features/", "vocabulary/")) and node.place:
            unit = node.value.get("unit")
            if isinstance(unit, str) and unit and unit not in known:
                yield node.complaint(("unit",), f"the unit '{unit}' is not known", did_you_mean(unit, known))


def selectors(places: Places, known: Collection[str]) -> Iterator[Complaint]:
    """A feature that is derived by something that the program does not have."""
    for node in places.nodes:
        derive = node.value.get("derive")
        if node.text.file.startswith("features/") and isinstance(derive, Mapping):
            name = str(derive.get("selector") or "")
            if name not in known:
                way_out = did_you_mean(name, known, listing=False) or "`SELECTORS` of derive/book.py lists them"
                yield node.complaint(("derive", "selector"), f"the selector '{name}' does not exist", way_out)
