"""Which features anything asks for: what nothing asks for decides nothing, and an entry that only it looks at was not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from concordant.logic.conditions import Condition, find_features_read
from concordant.model.drugs import Drug, Regimen
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge


def find_features_used(knowledge: Knowledge) -> set[str]:
    """The features that a statement, a bar, a check, a danger, an action, an indication or a limit of scope reads."""
    return {name for condition in _iter_conditions(knowledge) for name in find_features_read(condition)}


def add_inputs(names: Iterable[str], inputs_of: Mapping[str, frozenset[str]]) -> set[str]:
    """These features and all that they are derived from, however far back."""
    inputs: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in inputs and name in inputs_of:
            inputs.add(name)
            waiting += inputs_of[name]
    return inputs


def _iter_conditions(knowledge: Knowledge) -> Iterator[Condition]:
    yield from (s.applies_if for s in knowledge.statements)
    owners: tuple[Statement | Regimen | Drug, ...] = (*knowledge.statements, *knowledge.regimens, *knowledge.drugs)
    for owner in owners:
        yield from (bar.if_ for bar in owner.unless)
        yield from (action.if_ for action in owner.actions)
    for drug in knowledge.drugs:
        yield from (condition for check in drug.checks for condition in (check.met_if, check.when))
        yield from (limb.if_ for use in drug.indications for limb in use.limbs)
        yield from (item.if_ for item in drug.adjustments)
    yield from (danger.if_ for danger in knowledge.dangers)
    yield from (limit.if_ for guideline in knowledge.guidelines for limit in guideline.out_of_scope)
    yield from (item.relevant_if for item in knowledge.disagreements)
    yield from (item.relevant_if for item in knowledge.newer)
