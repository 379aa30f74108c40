"""What a decision comes to for a complete patient, as conditions: in scope, applies, offered, preferred, covered by a label.

`decide/judging` and `decide/label` are what these conditions say; every patient that is found by them is judged by those again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from concordant.decide.decision import ROLE_ORDER
from concordant.decide.ruleset import CURRENT, Proposal, Ruleset, add_current_regimen
from concordant.decide.running import make_current_regimen
from concordant.derive.plan import DerivationPlan, make_plan
from concordant.logic.conditions import All, Compare, Condition, Not, OneOf, iter_condition_leaves
from concordant.model.drugs import Indication
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.courses import Running
from concordant.readers.words import AUTHORED, leaf_words
from concordant.verify.implied import (
    list_axioms,
    list_count_constraints,
    list_definitions,
    list_drug_constraints,
    list_silences,
)
from concordant.verify.space import PatientSpace, add_twins, both, either, make_domain


@dataclass(frozen=True)
class Proving:
    """A knowledge as it is in force on one day, and the patients that there can be."""

    knowledge: Knowledge
    ruleset: Ruleset
    as_of: dt.date
    is_newest: bool = True  # nothing newer is known of any day: what is accepted is accepted of this knowledge
    plan: DerivationPlan = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plan", make_plan(self.knowledge))

    @cached_property
    def space(self) -> PatientSpace:
        """Every complete patient."""
        features = self.knowledge.features
        space = PatientSpace(
            {feature.name: make_domain(feature) for feature in features},
            (
                *list_axioms(self.knowledge.axioms, self.plan.by_name),
                *list_definitions(features),
                *list_silences(features),
                *list_drug_constraints(features, self.plan),
                *list_count_constraints(features, self.bounds),
            ),
        )
        return add_twins(space)

    @cached_property
    def bounds(self) -> dict[str, list[float]]:
        """The numbers that each feature is compared with, in order."""
        bounds: dict[str, set[float]] = {name: {bound for bound, _ in cuts} for name, cuts in self.ruleset.cuts.items()}
        for feature in self.knowledge.features:
            for condition in [axiom.never for axiom in self.knowledge.axioms] + [rule.if_ for rule in feature.rules]:
                for leaf in iter_condition_leaves(condition):
                    if isinstance(leaf, Compare):
                        bounds.setdefault(leaf.feature, set()).add(leaf.bound)
        return {name: sorted(some) for name, some in bounds.items()}

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What is proposed to be given; what runs already has no place among complete patients."""
        return [one for one in self.ruleset.proposals if not one.against and one.regimen.id != CURRENT]

    @cached_property
    def running(self) -> list[tuple[Proposal, Condition]]:
        """What may be kept, for each drug alone: the proposal, and that the drug runs."""
        found: list[tuple[Proposal, Condition]] = []
        for feature in self.knowledge.features:
            if isinstance(feature.derive, Running) and feature.derive.of in self.ruleset.drugs:
                current = make_current_regimen((feature.derive.of,), {feature.derive.of: feature.label})
                frame = add_current_regimen(self.ruleset, current)
                runs = OneOf(feature.name, ("yes",))
                found += [(one, runs) for one in frame.proposals if one.regimen.id == CURRENT]
        return found

    def list_placed(self) -> Iterator[tuple[Proposal, Condition]]:
        """Every proposal for a regimen, and when its statement is true of the patient: of what runs, while it does."""
        yield from ((one, self.applies(one.statement)) for one in self.proposals)
        yield from ((one, both(self.applies(one.statement), runs)) for one, runs in self.running)

    def say(self, condition: Condition) -> str:
        """What a condition asks, leaf by leaf, as an author writes it."""
        leaves = (leaf_words(leaf, self.plan.by_name[leaf.feature], AUTHORED) for leaf in iter_condition_leaves(condition))
        return ", ".join(dict.fromkeys(leaves)) or "always"

    def family(self, statement: Statement) -> str:
        """The guideline that a statement belongs to: its own, or the parent of its own."""
        return self.ruleset.family[statement.guideline]

    def in_scope(self, family: str) -> Condition:
        """That the guideline speaks of the patient."""
        limits = [x.if_ for f in self.ruleset.in_force if f.guideline.id == family for x in f.guideline.out_of_scope]
        return Not(either(limits))

    def applies(self, statement: Statement) -> Condition:
        """That a statement is true of a patient of whom its guideline speaks."""
        return both(self.in_scope(self.family(statement)), statement.applies_if)

    def offered(self, proposal: Proposal) -> Condition:
        """That the regimen can be given."""
        return both(self.applies(proposal.statement), Not(proposal.precluded_if))

    def preferred(self, proposal: Proposal) -> Condition:
        """That it is preferred: of the regimens of its statement the first that can be given."""
        return both(self.offered(proposal), *(Not(self.offered(one)) for one in self.before(proposal)))

    def before(self, proposal: Proposal) -> Iterator[Proposal]:
        """What the same statement names before it."""
        for one in self.proposals:
            if one is proposal:
                return
            if one.statement.id == proposal.statement.id:
                yield one

    def indications(self, regimen: str) -> list[Indication]:
        """The labelled uses of a regimen that were known on the day."""
        uses = [use for drug in self.ruleset.drugs.values() for use in drug.indications]
        return [use for use in uses if regimen in use.regimens and use.known_from <= self.as_of]

    def covered(self, regimen: str) -> Condition:
        """That a label covers the regimen."""
        return either(covered_by(use) for use in self.indications(regimen))

    @cached_property
    def outcome(self) -> dict[str, Condition]:
        """Of each regimen that the outcome names it: as preferred, or as offered where none is preferred."""
        lead = [one for one in self.proposals if one.role == "preferred"]
        any_lead = either(self.preferred(one) for one in lead)
        found: dict[str, Condition] = {}
        for regimen in dict.fromkeys(one.regimen.id for one in self.proposals):
            own = either(self.preferred(one) for one in lead if one.regimen.id == regimen)
            rest = either(self.offered(one) for one in self.proposals if one.regimen.id == regimen)
            found[regimen] = either((own, All((Not(any_lead), rest))))
        return found

    def hides(self, one: Proposal, other: Proposal) -> bool:
        """Whether the first is shown in the place of the second, where both offer the same regimen."""
        places = {proposal.id: place for place, proposal in enumerate(self.proposals)}
        return one is not other and one.regimen.id == other.regimen.id and _rank(one, places) < _rank(other, places)


def _rank(proposal: Proposal, places: dict[str, int]) -> tuple[bool, int, int]:
    return bool(proposal.statement.parent), ROLE_ORDER[proposal.role], places[proposal.id]


def covered_by(use: Indication) -> Condition:
    """That every limb of the use is met."""
    return All(tuple(limb.if_ for limb in use.limbs))
