"""Obligations of the whole: axioms that are needed, guards that hold, features, drugs and sources that are used, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

import msgspec

from concordant.logic.conditions import ALWAYS, Condition, Not, find_features_read
from concordant.model.features import Feature
from concordant.model.features_used import add_inputs, find_features_used
from concordant.model.knowledge import PARTS, Knowledge, spell_out
from concordant.model.naming import find_names
from concordant.model.sources import Cite
from concordant.verify.decided import Proving
from concordant.verify.implied import list_axioms
from concordant.verify.obligations import Finding, Question
from concordant.verify.partial import PartialPatients
from concordant.verify.space import Twin, both, differ, either


def iter_axioms(now: Proving) -> Iterator[Question]:
    """That all axioms can be fulfilled, and that each rules out somebody whom nothing else rules out."""
    yield Question("axioms", "all together", ALWAYS, "no patient fulfils all of them: nothing else is proved", fault="no patient")
    axioms = {one.name for one in list_axioms(now.knowledge.axioms, now.plan.by_name)}
    for one in list_axioms(now.knowledge.axioms, now.plan.by_name):
        says = f"the other axioms rule out the same patients: {one.because}"
        without = frozenset(other.name for other in now.space.constraints if other.loose) - axioms | {one.name}
        yield Question("axioms", one.name, one.never, says, fault="no patient", without=without)


def iter_unguarded(now: Proving) -> Iterator[Question]:
    """Conditions whose truth changes with a feature that has no meaning for the patient."""
    for feature in now.knowledge.features:
        if feature.only_if is None:
            continue
        twin = Twin(now.space, {feature.name})
        for name, condition in _list_conditions(now).items():
            if feature.name in find_features_read(condition):
                wanted = both(Not(feature.only_if), twin.exists, differ(condition, twin.of(condition)))
                says = f"depends on '{feature.label}', which has no meaning for this patient"
                shown = Not(feature.only_if)
                about = f"{name}: {feature.name}"
                yield Question("unguarded", about, wanted, says, shown=shown)


def _list_conditions(now: Proving) -> Mapping[str, Condition]:
    """Every condition that something is decided by, under its name."""
    found: dict[str, Condition] = {f"statement {one.id}": one.applies_if for one in now.ruleset.statements}
    for owned in (*now.ruleset.bars.values(), *now.ruleset.unmet.values()):
        found |= {f"bar {id_}": bar.if_ for id_, bar in owned.items()}
    found |= {f"danger {one.id}": one.if_ for one in now.ruleset.dangers}
    found |= {f"disagreement {one.id}": one.relevant_if for one in now.ruleset.disagreements}
    for feature in now.knowledge.features:
        found |= {f"rule {feature.name}/{place}": rule.if_ for place, rule in enumerate(feature.rules)}
    for drug in now.ruleset.drugs.values():
        uses = enumerate(drug.indications)
        found |= {f"use {drug.id}/{n}/{i}": limb.if_ for n, use in uses for i, limb in enumerate(use.limbs)}
    return found


def iter_unasked(now: Proving, known: PartialPatients) -> Iterator[Question]:
    """Questions whose answer changes no outcome; what no outcome reads is asked for as a check, and is not looked at here."""
    outcome = list(now.outcome.values())
    for feature in now.knowledge.features:
        changed = {feature.name, *now.plan.downstream[feature.name]}
        if feature.question and not changed.isdisjoint(now.ruleset.decisive):
            twin = Twin(now.space, changed)
            pairs = [(one, twin.of(one)) for one in _limits_of(now) + outcome]
            heard = either(differ(one, other) for one, other in pairs if other is not one)
            says = f"no answer to it changes what is recommended: {feature.question}"
            question = Question("unasked", feature.name, both(twin.exists, heard), says, "no patient")
            yield replace(question, again=partial(_ask_in_part, question, known, feature, changed))


def _ask_in_part(question: Question, known: PartialPatients, feature: Feature, changed: set[str]) -> Question:
    """Whether learning it alone changes the outcome of a patient of whom a part is known."""
    twin = Twin(known.space, known.signs(changed))
    pairs = [(one, twin.of(one)) for one in known.list_outcome()]
    heard = either(differ(one, other) for one, other in pairs if other is not one)
    told = frozenset({f"silent/{feature.name}"})  # the second patient's word is stated, and needs no rule
    wanted = both(twin.exists_without(told), *known.narrow(feature, twin), heard)
    return replace(question, again=None, wanted=wanted, among="partial")


def _limits_of(now: Proving) -> list[Condition]:
    return [now.in_scope(force.guideline.id) for force in now.ruleset.in_force if not force.guideline.parent]


def find_unused(now: Proving) -> Iterator[Finding]:
    """Features that nothing asks for, drugs that no regimen, feature or term names, sources that nobody cites."""
    knowledge = now.knowledge
    told = spell_out(knowledge) | {"cohort": _unpack_cohort(knowledge)}
    named = _collect_names({**told, "drugs": ()})
    read = find_features_used(knowledge) | set(_iter_read({**told, "features": ()})) | named["feature"]
    used = add_inputs(read, now.plan.inputs)
    templates = {type(f.derive) for f in knowledge.features if f.drug and f.name in used}
    for feature in knowledge.features:
        if feature.name not in used and not (feature.drug and type(feature.derive) in templates):  # made for every drug
            yield Finding("unused", f"feature {feature.name}", f"nothing reads it: {feature.label}")
    for drug in knowledge.drugs:
        if not drug.contains and named["drug"].isdisjoint({drug.id, *drug.classes}):
            yield Finding("unused", f"drug {drug.id}", f"no regimen, feature or rule names it: {drug.name}")
    cited = named["source"] | set(_iter_cited(told))
    for source in knowledge.sources:
        if source.id not in cited:
            yield Finding("unused", f"source {source.id}", f"nothing cites it: {source.citation}")


def _unpack_cohort(knowledge: Knowledge) -> dict[str, object]:
    """What is packed, as told as the rest: it cites sources too."""
    return {name: msgspec.msgpack.decode(content) for name, content in knowledge.cohort.items()}


KINDS: Mapping[str, str] = dict.fromkeys(("drug or class", "drug, class or substance", "class"), "drug")


def _collect_names(told: Mapping[str, Any]) -> Mapping[str, set[str]]:
    """The words of the knowledge that name a feature, a drug (or a class of drugs) or a source."""
    found: dict[str, set[str]] = {"feature": set(), "drug": set(), "source": set()}
    named = [find_names(told, Knowledge), *(find_names(told[name], kind) for name, kind in PARTS.items())]
    for one in chain.from_iterable(named):
        found.setdefault(KINDS.get(one.naming.kind, one.naming.kind), set()).add(one.word)
    return found


def _iter_read(value: object) -> Iterator[str]:
    """The feature of every sentence, wherever it stands."""
    if isinstance(value, dict):
        if value.get("type") in ("Compare", "OneOf"):
            yield value["feature"]
        for item in value.values():
            yield from _iter_read(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _iter_read(item)


def _iter_cited(value: object) -> Iterator[str]:
    """Every source that is cited anywhere: a citation is told by its keys."""
    if isinstance(value, dict):
        if "ref" in value and value.keys() <= CITE_KEYS:
            yield value["ref"]
        for item in value.values():
            yield from _iter_cited(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _iter_cited(item)


CITE_KEYS = set(Cite.__struct_encode_fields__)
