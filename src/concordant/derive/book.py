"""All facts of one patient: claims of the record, what was stated, rules, and silence, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from concordant.compiled import Knowledge
from concordant.derive import calculated, courses, disease, lines, measures
from concordant.derive.context import Context, Selector
from concordant.derive.settle import settle
from concordant.derive.topics import topics_of, wanted_topics
from concordant.evaluate.explain import Evaluator, explain
from concordant.facts import Claim, Fact, Facts, Value, unknown
from concordant.features import Axiom, Feature
from concordant.formulas import Formula
from concordant.kleene import TRUE
from concordant.quantities import point
from concordant.record.events import PatientRecord

SELECTORS: dict[str, Selector] = {
    "latest": measures.latest,
    "earliest": measures.earliest,
    "lowest": measures.lowest,
    "fall": measures.fall,
    "against_limit": measures.against_limit,
    "formula": calculated.formula,
    "latest_or_calculated": calculated.latest_or_calculated,
    "age": measures.age,
    "person": measures.person,
    "condition": measures.condition,
    "medication": measures.medication,
    "marker": measures.marker,
    "stated_any": measures.stated_any,
    "specimen_tested": measures.specimen_tested,
    "extent": disease.extent,
    "presentation": disease.presentation,
    "status": disease.status,
    "outside_brain": disease.outside_brain,
    "brain": disease.brain,
    "site_seen": disease.site_seen,
    "events_listed": disease.events_listed,
    "months_between_events": disease.months_between_events,
    "advanced_course": disease.advanced_course,
    "received": courses.received,
    "received_early": courses.received_early,
    "progressed_on": courses.progressed_on,
    "stopped_for_toxicity": courses.stopped_for_toxicity,
    "unavailable": courses.unavailable,
    "months_to_recurrence": courses.months_to_recurrence,
    "running": courses.running,
    "started": courses.started,
    "courses_listed": courses.listed,
    "all_named": courses.all_named,
    "lines_progressed": lines.lines_progressed,
    "line_declared": lines.line_declared,
    "regimens_received": lines.regimens_received,
    "accounts_for_line": lines.accounts_for_line,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is worked out once for a Knowledge: members of classes, tags of terms, formulas, who depends on whom.

    `listeners` are, for each feature, the features that look at what was stated of it; `topics` the names without which a
    feature's selector claims nothing.
    """

    features: tuple[Feature, ...]
    members: Mapping[str, frozenset[str]]
    tags: Mapping[str, frozenset[str]]
    downstream: Mapping[str, frozenset[str]]
    inputs: Mapping[str, frozenset[str]]
    listeners: Mapping[str, frozenset[str]]
    by_name: Mapping[str, Feature]
    order: Mapping[str, int]
    formulas: Mapping[str, Formula]
    axioms: tuple[Axiom, ...]
    topics: Mapping[str, frozenset[str] | None]

    def with_inputs(self, names: Iterable[str]) -> set[str]:
        """These features, and all that they are derived from, however far back."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.by_name:
                found.add(name)
                waiting += self.inputs[name]
        return found


def plan_of(knowledge: Knowledge) -> Plan:
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
    return Plan(
        knowledge.features,
        members,
        tags,
        downstream=_downstream(knowledge.features),
        inputs=inputs,
        listeners=_listeners(knowledge.features),
        by_name=by_name,
        order={name: i for i, name in enumerate(by_name)},
        formulas={formula.id: formula for formula in knowledge.formulas},
        axioms=knowledge.axioms,
        topics={feature.name: wanted_topics(feature, members, tags) for feature in knowledge.features},
    )


def _listeners(features: Iterable[Feature]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for feature in features:
        for name in feature.reads_stated:
            found.setdefault(name, set()).add(feature.name)
    return {name: frozenset(heard) for name, heard in found.items()}


def _downstream(features: Iterable[Feature]) -> dict[str, frozenset[str]]:
    users: dict[str, set[str]] = {}
    for feature in features:  # in derivation order, so what is upstream of an input is complete
        upstream = feature.inputs
        for name, reached in users.items():
            if reached & upstream or name in upstream:
                reached.add(feature.name)
        users[feature.name] = set()
    return {name: frozenset(reached) for name, reached in users.items()}


def derive_facts(record: PatientRecord, plan: Plan) -> dict[str, Fact]:
    """Every feature's fact for this record, in one pass through the dictionary."""
    facts: dict[str, Fact] = {}
    topics = topics_of(record)
    for feature in plan.features:
        facts[feature.name] = _derive(feature, record, facts, plan, topics)
    return facts


class LazyFacts(dict[str, Fact]):
    """The facts of a record, each derived when it is first asked for."""

    def __init__(self, record: PatientRecord, plan: Plan, look: Evaluator) -> None:
        super().__init__()
        self.record, self.plan, self.look = record, plan, look
        self.topics = topics_of(record)

    def __missing__(self, name: str) -> Fact:
        fact = _derive(self.plan.by_name[name], self.record, self, self.plan, self.topics, self.look)
        self[name] = fact
        return fact

    def get(self, name: str, _: object = None) -> Fact:
        """The fact, derived now when it was not before; every feature of the dictionary has one."""
        return self[name]


def _derive(
    feature: Feature, record: PatientRecord, facts: Facts, plan: Plan, topics: frozenset[str], look: Evaluator = explain
) -> Fact:
    """The fact of a feature; `topics` are the names that the record bears."""
    claim = _claim(feature, record, facts, plan, topics)
    stated = record.stated.get(feature.name)
    if claim is None and stated is None and not feature.rules:
        return _silence(feature, facts, look) or unknown(feature.name)
    reasons = [(rule, look(rule.if_, facts)) for rule in feature.rules]
    fact = settle(feature, claim, stated, reasons)
    return fact if fact.is_known or fact.conflict or claim is not None else _silence(feature, facts, look) or fact


def _claim(feature: Feature, record: PatientRecord, facts: Facts, plan: Plan, topics: frozenset[str]) -> Claim | None:
    if feature.derive is None:
        return None
    wanted = plan.topics[feature.name]
    if wanted is not None and wanted.isdisjoint(topics):
        return None
    selector = SELECTORS[feature.derive["selector"]]
    return selector(Context(record, facts, feature, plan.members, plan.tags, plan.formulas))


def _silence(feature: Feature, facts: Facts, look: Evaluator) -> Fact | None:
    """What the absence of any entry means, where the feature says so; always named as assumed."""
    for silence in feature.absent_means:
        reason = look(silence.when, facts)
        if reason.truth is TRUE:
            value = settle_value(feature, silence.value)
            told = "" if silence.minor else silence.because
            return Fact(feature.name, value, "assumed", silence.because, because=reason, assumed=told)
    return None


def settle_value(feature: Feature, value: str | float) -> Value:
    """A value of the knowledge as the feature's own type."""
    return point(float(value)) if feature.is_numeric else str(value)


def with_facts(
    facts: Facts, changes: Mapping[str, Value], record: PatientRecord, plan: Plan, look: Evaluator = explain
) -> tuple[dict[str, Fact], frozenset[str]]:
    """The facts had these been stated as well, and the names of those whose value differs.

    A fact in conflict is settled by what is learnt. Only what depends on the changes is derived again.
    """
    settled = {name: value for name, value in changes.items() if facts[name].conflict}
    told = replace(record, stated={**record.stated, **changes})
    return _again(facts, told, plan, frozenset(changes), settled, look)


def with_overrides(
    facts: Facts, changes: Mapping[str, Value], record: PatientRecord, plan: Plan, look: Evaluator = explain
) -> tuple[dict[str, Fact], frozenset[str]]:
    """The facts were these different from what the record says: hypothetical, and no conflict."""
    return _again(facts, record, plan, frozenset(changes), changes, look)


def _again(
    facts: Facts, record: PatientRecord, plan: Plan, changed: frozenset[str], fixed: Mapping[str, Value], look: Evaluator
) -> tuple[dict[str, Fact], frozenset[str]]:
    """Derive again what the changes reach; where nothing that a feature reads differs, its fact stands."""
    told = changed.union(*(plan.listeners.get(name, frozenset()) for name in changed))
    reached = told.union(*(plan.downstream[name] for name in told))
    fresh = dict(facts)
    topics = topics_of(record)
    differing: set[str] = set()
    for name in sorted(reached, key=plan.order.__getitem__):
        if name in fixed:
            fresh[name] = Fact(name, fixed[name], "hypothetical", "supposed")
        elif name in told or not differing.isdisjoint(plan.inputs[name]):
            fresh[name] = _derive(plan.by_name[name], record, fresh, plan, topics, look)
        if fresh[name].value != facts[name].value:
            differing.add(name)
    return fresh, frozenset(differing)
