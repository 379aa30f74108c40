"""Terms that records are read with: each is read by a rule or says why it does not matter, and each name stands for one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concordant.author.families import LISTS
from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint, suggest_word
from concordant.model.features_used import add_inputs, find_features_used
from concordant.model.knowledge import Knowledge, Term
from concordant.model.selectors.entries import Listed, MedicationTaken

FAMILY, MEMBER = 2, 4  # steps to families[1] and to families[1].terms[1]


def check_terms(places: PlaceIndex, knowledge: Knowledge) -> Iterator[Complaint]:
    """A term that no rule reads and that says no `no_bearing`, or does both; drugs, parts and names that are wrong."""
    known = {name: {term.id: term for term in getattr(knowledge.vocabulary, name)} for name in LISTS}
    read = _collect_read_terms(knowledge)
    drugs = {drug.id for drug in knowledge.drugs} | set(knowledge.classes)
    for name, node in _iter_term_nodes(places):
        term = known[name].get(str(node.value.get("id")))
        if term is not None:
            yield from _check_bearing(node, term, read)
            yield from _check_concerns(node, term, drugs)
    yield from _check_term_names(places)


def _iter_term_nodes(places: PlaceIndex) -> Iterator[tuple[str, Node]]:
    """Every term where it stands, with its list: alone, as a family, as a member of one."""
    for node in places.nodes:
        folder, _, file = node.text.file.rpartition("/")
        if folder != "vocabulary" or not node.place:
            continue
        own = next((name for name in LISTS if file.startswith(name)), "")
        if node.place[0] in LISTS and len(node.place) == FAMILY:
            yield str(node.place[0]), node
        elif own and node.place[0] == "families" and len(node.place) in (FAMILY, MEMBER) and "id" in node.value:
            yield own, node


def _collect_read_terms(knowledge: Knowledge) -> frozenset[str]:
    """The terms and tags that those features look for which something asks for."""
    terms: set[str] = set()
    used = add_inputs(find_features_used(knowledge), {feature.name: feature.inputs for feature in knowledge.features})
    for feature in (each for each in knowledge.features if each.name in used):
        if isinstance(feature.derive, Listed | MedicationTaken):
            terms.update(feature.derive.terms)
        if isinstance(feature.derive, MedicationTaken) and feature.derive.tag is not None:
            terms.add(feature.derive.tag)
    return frozenset(terms)


def _check_bearing(node: Node, term: Term, read: frozenset[str]) -> Iterator[Complaint]:
    is_read = not read.isdisjoint((term.id, *term.tags))
    if not is_read and not term.no_bearing:
        way_out = "Give it a tag that a feature looks for, or say in `no_bearing` why it does not matter"
        yield node.make_complaint(("id",), f"the term '{term.id}' is read by no rule and says no no_bearing", way_out)
    if is_read and term.no_bearing:
        way_out = "Take one of them out: what a rule reads has a bearing"
        yield node.make_complaint(("id",), f"the term '{term.id}' is read by a rule, and says no_bearing too", way_out)


def _check_concerns(node: Node, term: Term, drugs: set[str]) -> Iterator[Complaint]:
    for name in node.value.get("concerns") or () if term.concerns else ():
        if name not in drugs:
            yield node.make_complaint(
                ("concerns",), f"the drug or class '{name}' does not exist", suggest_word(name, drugs, listing=False)
            )


def _check_term_names(places: PlaceIndex) -> Iterator[Complaint]:
    """A name of two terms: which of them a record means would depend on their order."""
    owners: dict[tuple[str, str], tuple[str, Node]] = {}
    for name, node in _iter_term_nodes(places):
        id_ = str(node.value["id"])
        for said in (id_, str(node.value.get("name", "")), *map(str, node.value.get("synonyms") or ())):
            owner, there = owners.setdefault((name, _normalize_name(said)), (id_, node))
            if there is not node:
                yield node.make_complaint(
                    ("id",), f"'{said}' names '{id_}', and '{owner}' too ({there.format_location()})", "Leave one of them out"
                )


def _normalize_name(name: str) -> str:
    """Without case and punctuation, as records are read."""
    return re.sub(r"(?:[^\w+]|_)+", " ", name.lower()).strip()
