"""What is worked out once for a Knowledge, so that deriving facts from a record takes one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from concordant.derive.topics import find_wanted_topics
from concordant.derive.unread import ReadTerms, UnreadItem, collect_read_terms, find_unread_entries, make_missing_item
from concordant.logic.conditions import Condition, find_features_read
from concordant.model.features import Axiom, Feature
from concordant.model.features_used import add_inputs, find_features_used
from concordant.model.formulas import Formula
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.base import Block
from concordant.model.selectors.entries import WholeRecord
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Fact, make_unknown

TOLD_INCOMPLETE = "The record says that a part of it is missing."


class SilenceLimit(msgspec.Struct, frozen=True):
    """Over which unread entries a feature's silence means nothing: those of its block, or only the wishes among them.

    Wishes only, where a statement asks for the fact to say whether it applies (contract 4).
    """

    block: Block
    wishes_only: bool


class DerivationPlan(msgspec.Struct, frozen=True):
    """What is worked out once for a Knowledge: members of classes, tags of terms, formulas, who depends on whom.

    `names` are, for each drug, its id and those of its classes.

    `listeners` are, for each feature, the features that look at what was stated of it; `topics` the names without which a
    feature's selector claims nothing; `unknown` the facts of which nothing is known; `alike` a number for each silence of a
    feature, one for all whose conditions say the same. `withheld` says of which entries, unread, silence is not taken for an
    answer. `completeness` is the feature that says whether the record is whole. `read_from_entries` are the features whose
    selector reads nothing but the entries of the record: no other fact, and nothing that was stated. `readers` are, for each
    feature, those that are derived from it directly.
    """

    features: tuple[Feature, ...]
    members: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    tags: Mapping[str, frozenset[str]]
    downstream: Mapping[str, frozenset[str]]
    inputs: Mapping[str, frozenset[str]]
    listeners: Mapping[str, frozenset[str]]
    by_name: Mapping[str, Feature]
    order: Mapping[str, int]
    formulas: Mapping[str, Formula]
    axioms: tuple[Axiom, ...]
    topics: Mapping[str, frozenset[str] | None]
    unknown: Mapping[str, Fact]
    alike: Mapping[str, tuple[int, ...]]
    reads: ReadTerms
    withheld: Mapping[str, SilenceLimit]
    completeness: str = ""
    read_from_entries: frozenset[str] = frozenset()
    readers: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def find_unread(self, record: PatientRecord) -> tuple[UnreadItem, ...]:
        """What the record holds and no rule reads, and what is missing from it."""
        missing = tuple(make_missing_item(says) for says in self.list_missing_parts(record))
        return missing + find_unread_entries(record, self.reads, self.members)

    def list_missing_parts(self, record: PatientRecord) -> tuple[str, ...]:
        """What is known to be missing from the record, a sentence each; over it, nothing is assumed from silence."""
        if not record.incomplete and record.stated.get(self.completeness) == "no":
            return (TOLD_INCOMPLETE,)
        return record.incomplete

    def collect_inputs(self, names: Iterable[str]) -> set[str]:
        """These features, and all that they are derived from, however far back."""
        inputs: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in inputs and name in self.by_name:
                inputs.add(name)
                waiting += self.inputs[name]
        return inputs


def make_plan(knowledge: Knowledge) -> DerivationPlan:
    """Prepare a Knowledge for deriving."""
    members: dict[str, frozenset[str]] = {}
    for drug in knowledge.drugs:
        if not drug.contains:
            for name in (*drug.classes, drug.id):
                members[name] = members.get(name, frozenset()) | {drug.id}
    terms = (*knowledge.vocabulary.sites, *knowledge.vocabulary.medications)
    tags = {term.id: frozenset(term.tags) for term in terms}
    by_name = {feature.name: feature for feature in knowledge.features}
    inputs = {feature.name: feature.inputs for feature in knowledge.features}
    used = add_inputs(find_features_used(knowledge), inputs)
    return DerivationPlan(
        knowledge.features,
        members,
        {drug.id: frozenset((drug.id, *drug.classes)) for drug in knowledge.drugs},
        tags,
        downstream=_find_downstream(inputs),
        inputs=inputs,
        listeners=_find_listeners(knowledge.features),
        by_name=by_name,
        order={name: i for i, name in enumerate(by_name)},
        formulas={formula.id: formula for formula in knowledge.formulas},
        axioms=knowledge.axioms,
        unknown={name: make_unknown(name) for name in by_name},
        alike=_number_alike_conditions(knowledge.features),
        topics={feature.name: find_wanted_topics(feature, members, tags) for feature in knowledge.features},
        reads=collect_read_terms([f for f in knowledge.features if f.name in used], knowledge.vocabulary),
        withheld=_find_silence_limits(knowledge, inputs),
        completeness=next((f.name for f in knowledge.features if isinstance(f.derive, WholeRecord)), ""),
        read_from_entries=frozenset(f.name for f in knowledge.features if not f.reads and not f.reads_stated),
        readers=_find_readers(inputs),
    )


def _find_silence_limits(knowledge: Knowledge, inputs: Mapping[str, frozenset[str]]) -> dict[str, SilenceLimit]:
    """Every feature that silence answers and that is read from a block in which an entry may go unread."""
    asked = add_inputs({name for s in knowledge.statements for name in find_features_read(s.applies_if)}, inputs)
    blocks = {f.name: f.block for f in knowledge.features if f.absent_means}
    return {name: SilenceLimit(block, name in asked) for name, block in blocks.items() if block is not None}


def _find_readers(inputs: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    readers: dict[str, list[str]] = {}
    for name, read in inputs.items():
        for one in read:
            readers.setdefault(one, []).append(name)
    return {name: tuple(some) for name, some in readers.items()}


def _find_listeners(features: Iterable[Feature]) -> dict[str, frozenset[str]]:
    listeners: dict[str, set[str]] = {}
    for feature in features:
        for name in feature.reads_stated:
            listeners.setdefault(name, set()).add(feature.name)
    return {name: frozenset(heard) for name, heard in listeners.items()}


def _number_alike_conditions(features: Iterable[Feature]) -> dict[str, tuple[int, ...]]:
    numbers: dict[Condition, int] = {}
    return {f.name: tuple([numbers.setdefault(silence.when, len(numbers)) for silence in f.absent_means]) for f in features}


def _find_downstream(inputs: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """What is derived from each feature, however far on; the features come in the order of their derivation."""
    upstream: dict[str, frozenset[str]] = {}
    for feature, read in inputs.items():
        known = [name for name in read if name in upstream]
        upstream[feature] = frozenset(known).union(*(upstream[name] for name in known))
    downstream: dict[str, set[str]] = {name: set() for name in upstream}
    for name, behind in upstream.items():
        for one in behind:
            downstream[one].add(name)
    return {name: frozenset(reached) for name, reached in downstream.items()}
