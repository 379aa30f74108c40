"""Names that point nowhere, units that nobody knows, and ids that stand twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from concordant.author.dictionary import RawFeature
from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint, suggest_word
from concordant.model.audit import AuditWords
from concordant.model.drugs import Drug, DrugClass, Regimen
from concordant.model.features import Feature
from concordant.model.form import Form
from concordant.model.formulas import Formula
from concordant.model.guideline import Danger, Disagreement, Guideline, NewerEvent, Statement, Transition
from concordant.model.knowledge import Knowledge, Vocabulary
from concordant.model.naming import NamedWord, Naming, find_names
from concordant.model.simulation import SIMULATION, Simulation
from concordant.model.trials import Trial
from concordant.texts import SourceText

# What the concept of a value set names, by its kind.
CONCEPTS: Mapping[str, Naming] = {
    "test": Naming("test"),
    "measurement": Naming("measurement"),
    "site": Naming("site"),
    "condition": Naming("condition"),
    "medication": Naming("medication"),
    "drug": Naming("drug"),
}
# What the files of a folder become, so that every word in them that names something is known for one.
RECORDS: Mapping[str, Any] = {
    "drugs": Drug,
    "regimens": Regimen,
    "classes": DrugClass,
    "trials": Trial,
    "disagreements": Disagreement,
    "newer": NewerEvent,
    "transitions": Transition,
    "dangers": Danger,
    "formulas": Formula,
    "guidelines": Statement,
    "vocabulary": Vocabulary,
    "form": Form,
}


def check_names(places: PlaceIndex, entries: Mapping[str, RawFeature], knowledge: Knowledge) -> Iterator[Complaint]:
    """What is named and not there."""
    known = KnownNames(knowledge)
    for text, named in _find_named_words(places, entries):
        if not known.has_name(named):
            way_out = suggest_word(named.word, sorted(known.list_spellings(named)), listing=False)
            yield text.make_complaint(named.place, f"the {named.naming.kind} '{named.word}' does not exist", way_out)
    for name, text in places.texts.items():
        parents = known.words["statement" if name.count("/") == 3 else "guideline"]
        if name.startswith("guidelines/") and isinstance(text.value, dict) and text.value.get("parent", "") not in {"", *parents}:
            says = f"the parent '{text.value['parent']}' does not exist"
            yield text.make_complaint(("parent",), says, suggest_word(text.value["parent"], parents, listing=False))


def _find_named_words(places: PlaceIndex, entries: Mapping[str, RawFeature]) -> Iterator[tuple[SourceText, NamedWord]]:
    """Every word of the folder that names something, with its file; features are written out for their drugs."""
    for text, place, entry, _ in entries.values():
        yield from ((text, named) for named in find_names(entry, Feature, place))
    for name, text in places.texts.items():
        kind = Guideline if name.endswith("/guideline.yaml") else RECORDS.get(name.partition("/")[0])
        kind = AuditWords if name.startswith("language/") and name.rpartition("/")[2].startswith("audit") else kind
        kind = Simulation if name == f"cohort/{SIMULATION}.yaml" else kind
        if kind is not None and isinstance(text.value, dict):
            yield from ((text, named) for named in find_names(text.value, kind))
    for node in places.nodes:
        if node.place[:1] == ("value_sets",) and (naming := CONCEPTS.get(str(node.value.get("kind")))):
            yield node.text, NamedWord((*node.place, "concept"), str(node.value.get("concept", "")), naming)


class KnownNames:
    """The words that name something in a Knowledge, by what they name."""

    def __init__(self, knowledge: Knowledge) -> None:
        words = knowledge.vocabulary
        drugs, classes = {drug.id for drug in knowledge.drugs}, set(knowledge.classes)
        self.fillings = {"{drug}": drugs, "{class}": classes}
        self.words: Mapping[str, set[str]] = {
            "drug": drugs,
            "class": classes,
            "drug or class": drugs | classes,
            "drug, class or substance": drugs | classes | {item.id for item in words.substances},
            "regimen": {item.id for item in knowledge.regimens} | {"current"},
            "trial": {item.id for item in knowledge.trials},
            "source": {item.id for item in knowledge.sources},
            "statement": {item.id for item in knowledge.statements},
            "guideline": {item.id for item in knowledge.guidelines},
            "feature": {item.name for item in knowledge.features},
            "formula": {item.id for item in knowledge.formulas},
            "site": {item.id for item in words.sites},
            "tag of a site": {tag for item in words.sites for tag in item.tags},
            "measurement": {item.name for item in words.measurements},
            "test": {item.name for item in words.tests},
            "condition": {item.id for item in words.conditions},
            "medication": {item.id for item in words.medications},
            "tag of a medication": {tag for item in words.medications for tag in item.tags},
        }

    def list_spellings(self, named: NamedWord) -> set[str]:
        """How a name of this kind may be written: with `{drug}` or `{class}` where the word has it."""
        known = self.words[named.naming.kind]
        for sign, some in self.fillings.items():
            if sign in named.word:
                return {name.replace(word, sign) for name in known for word in some if word in name}
        return known

    def has_name(self, named: NamedWord) -> bool:
        """Whether what is named is there; of a name with `{drug}` or `{class}`, for one of them at least."""
        known = self.words[named.naming.kind]
        filled = {named.word.replace(sign, word) for sign, some in self.fillings.items() if sign in named.word for word in some}
        return not known.isdisjoint(filled or {named.word})


def check_duplicate_ids(places: PlaceIndex) -> Iterator[Complaint]:
    """Two records of one id in a folder: the second would hide the first."""
    seen: dict[tuple[str, str], Node] = {}
    for node in places.nodes:
        if node.place or "id" not in node.value:
            continue
        id_ = str(node.value["id"])
        first = seen.setdefault((node.text.file.split("/")[0], id_), node)
        if first is not node:
            yield node.make_complaint(("id",), f"two records have the id '{id_}'", f"The other one is {first.text.file}")


def check_units(places: PlaceIndex) -> Iterator[Complaint]:
    """A feature, test or measurement in a unit that the vocabulary does not know."""
    known = {str(node.value.get("id")) for node in places.nodes if node.place[:1] == ("units",)}
    for node in places.nodes:
        if node.text.file.startswith(("features/", "vocabulary/")) and node.place:
            unit = node.value.get("unit")
            if isinstance(unit, str) and unit and unit not in known:
                yield node.make_complaint(("unit",), f"the unit '{unit}' is not known", suggest_word(unit, known))
