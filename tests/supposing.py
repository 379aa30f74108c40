"""What is supposed of a patient, one supposition at a time: the reference that the lanes are held to.

The facts are derived again by `derive_fact` in the order of derivation, and the decision is made of them by `make_decision`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from concordant.decide.decision import Decision
from concordant.decide.judging import make_decision
from concordant.decide.situation import Situation
from concordant.derive.engine import Derivation, find_signs
from concordant.derive.lanes import Supposition, suppose_stated
from concordant.patient.facts import Fact, Facts, Value
from concordant.readers.explain import Evaluator


def decide_with_stated(now: Situation, changes: Mapping[str, Value]) -> tuple[Decision, Facts]:
    """The decision and the facts as if these values had been stated."""
    return decide_supposed(now, suppose_stated(now.facts, changes))


def decide_supposed(now: Situation, supposed: Supposition, look: Evaluator | None = None) -> tuple[Decision, Facts]:
    """The decision and the facts under a supposition."""
    facts = derive_supposed(now, supposed)
    return make_decision(now.frame, facts, look or now.look), facts


def derive_supposed(now: Situation, supposed: Supposition) -> dict[str, Fact]:
    """Derive again only the features that the changes reach; keep a fact when none of its inputs differs."""
    plan = now.plan
    record = replace(now.record, stated={**now.record.stated, **supposed.stated})
    changed = supposed.stated.keys() | supposed.fixed.keys()
    touched = changed.union(*(plan.listeners.get(name, frozenset()) for name in changed))
    reached = touched.union(*(plan.downstream[name] for name in touched))
    fresh = dict(now.facts)
    derivation = Derivation(record, plan, fresh, now.look, find_signs(record, plan))
    differing: set[str] = set()
    for name in sorted(reached, key=plan.order.__getitem__):
        if name in supposed.fixed:
            fresh[name] = Fact(name, supposed.fixed[name], "hypothetical", "supposed")
        elif name in touched or not differing.isdisjoint(plan.inputs[name]):
            fresh[name] = derivation.derive_fact(plan.by_name[name])
        if fresh[name].value != now.facts[name].value:
            differing.add(name)
    return fresh
