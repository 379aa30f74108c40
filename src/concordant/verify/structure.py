"""Obligations of the whole: axioms that are needed, guards that hold, features, drugs and sources that are used, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from concordant.logic.conditions import ALWAYS, Condition, Not, find_features_read
from concordant.model.features_used import add_inputs, find_features_used
from concordant.model.knowledge import Knowledge
from concordant.model.naming import find_names
from concordant.model.sources import Cite
from concordant.verify.decided import Proving
from concordant.verify.implied import list_axioms
from concordant.verify.obligations import Finding, Question
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


def iter_unasked(now: Proving) -> Iterator[Question]:
    """Questions whose answer changes no outcome; what no outcome reads is asked for as a check, and is not looked at here."""
    outcome = list(now.outcome.values())
    for feature in now.knowledge.features:
        changed = {feature.name, *now.plan.downstream[feature.name]}
        if feature.question and not changed.isdisjoint(now.ruleset.decisive):
            twin = Twin(now.space, changed)
            pairs = [(one, twin.of(one)) for one in _limits_of(now) + outcome]
            heard = either(differ(one, other) for one, other in pairs if other is not one)
            says = f"no answer to it changes what is recommended: {feature.question}"
            yield Question("unasked", feature.name, both(twin.exists, heard), says, "no patient")


def _limits_of(now: Proving) -> list[Condition]:
    return [now.in_scope(force.guideline.id) for force in now.ruleset.in_force if not force.guideline.parent]


def find_unused(now: Proving) -> Iterator[Finding]:
    """Features that nothing asks for, drugs that no regimen, feature or term names, sources that nobody cites."""
    knowledge = now.knowledge
    used = add_inputs(find_features_used(knowledge) | _find_named(knowledge, "feature"), now.plan.by_name)
    for feature in knowledge.features:
        if feature.name not in used:
            yield Finding("unused", f"feature {feature.name}", f"nothing reads it: {feature.label}")
    named = _find_named(knowledge, "drug", "drug or class", "drug, class or substance", "class")
    for drug in knowledge.drugs:
        if not drug.contains and named.isdisjoint({drug.id, *drug.classes}):
            yield Finding("unused", f"drug {drug.id}", f"no regimen, feature or rule names it: {drug.name}")
    cited = _find_named(knowledge, "source") | set(_iter_cited(msgspec.to_builtins(knowledge)))
    for source in knowledge.sources:
        if source.id not in cited:
            yield Finding("unused", f"source {source.id}", f"nothing cites it: {source.citation}")


def _find_named(knowledge: Knowledge, *kinds: str) -> set[str]:
    """The words of the knowledge that name something of these kinds, but for what a drug says of itself."""
    rest = msgspec.structs.replace(knowledge, drugs=())
    found = {named.word for named in find_names(msgspec.to_builtins(rest), Knowledge) if named.naming.kind in kinds}
    return found


def _iter_cited(value: object) -> Iterator[str]:
    """Every source that is cited anywhere: a citation is told by its keys."""
    if isinstance(value, dict):
        if value.keys() <= set(Cite.__struct_encode_fields__) and "ref" in value:
            yield str(value["ref"])
        for item in value.values():
            yield from _iter_cited(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _iter_cited(item)
