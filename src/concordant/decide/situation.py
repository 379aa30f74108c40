"""A patient, the rules in force and the decision so far: what every supposition starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from functools import cached_property

import msgspec

from concordant.decide.decision import Decision
from concordant.decide.lanes import LaneDecisions
from concordant.decide.ruleset import Ruleset
from concordant.derive.lanes import KnownPatient, LaneFacts, Supposition
from concordant.derive.plan import DerivationPlan
from concordant.logic.conditions import Condition, find_features_read
from concordant.model.sources import Action
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Facts
from concordant.readers.circuit import Circuit
from concordant.readers.explain import Evaluator, explain


class Situation(msgspec.Struct, frozen=True, dict=True):
    """A patient, the ruleset, and the decision so far.

    `look` evaluates what is supposed where a fact is derived again; nobody asks for the reasons, so it may be an evaluator
    without any. `circuit` is that of the knowledge; a new one serves as well, only more slowly.
    """

    record: PatientRecord
    plan: DerivationPlan
    frame: Ruleset
    facts: Facts
    decision: Decision
    discordances: tuple[tuple[str, Action], ...] = ()
    look: Evaluator = explain
    circuit: Circuit = msgspec.field(default_factory=Circuit)

    @cached_property
    def known(self) -> KnownPatient:
        """What is worked out once for all suppositions about the patient."""
        return KnownPatient(self.record, self.plan, self.facts, self.look, self.circuit)

    def find_read_features(self) -> set[str]:
        """The features that a living proposal or a limit of scope reads."""
        features: set[str] = set()
        for candidate in self.decision.judged:
            if candidate.status != "does_not_apply":
                features |= candidate.proposal.reads
        for force in self.frame.in_force:
            for limit in force.guideline.out_of_scope:
                features |= find_features_read(limit.if_)
        return features

    @cached_property
    def wanted(self) -> frozenset[str]:
        """What a decision and the axioms read, however far back, and what may be in conflict: no other fact is derived again."""
        axioms = (find_features_read(axiom.never) for axiom in self.plan.axioms)
        return self.known.find_wanted(self.frame.decisive.union(*axioms))

    def suppose(
        self, suppositions: Sequence[Supposition], kept: Set[str] = frozenset(), asked: Iterable[Condition] = ()
    ) -> LaneDecisions:
        """Decide again under each of the suppositions, all at a time.

        What is `kept` stays as it is unless a supposition fixes it; `asked` are conditions that are asked about afterwards.
        """
        never = tuple(axiom.never for axiom in self.plan.axioms)
        also = self.plan.collect_inputs(name for condition in asked for name in find_features_read(condition))
        return LaneDecisions(self.frame, LaneFacts(self.known, suppositions, self.wanted | also, kept), never)
