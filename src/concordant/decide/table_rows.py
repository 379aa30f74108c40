"""Rows of a table one at a time: for what wires do not follow, the words that are left of what a feature is inferred from.

The row is a patient of whom the facts are stated, and `derive/lanes` and `decide/lanes` look at it as at any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concordant.decide.column_facts import is_by_rules_alone
from concordant.decide.judging import make_decision
from concordant.decide.lanes import LaneDecisions
from concordant.decide.partitions import make_cells
from concordant.decide.ruleset import Ruleset
from concordant.derive.lanes import KnownPatient, LaneFacts, Supposition
from concordant.derive.plan import DerivationPlan
from concordant.model.features import Feature
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Fact, Facts, Value
from concordant.readers.circuit import Circuit
from concordant.readers.truth_only import TruthOnly

NO_DAY = dt.date(2000, 1, 1)  # any: the facts of a row are as of its day; none of them is worked out from days again


@dataclass(frozen=True)
class TableRow:
    """One row: its facts, and the features that stay as they are unless something is supposed of them."""

    plan: DerivationPlan
    circuit: Circuit
    facts: Facts
    kept: frozenset[str]

    def suppose(self, supposed: Sequence[Mapping[str, Value]]) -> LaneFacts:
        """The facts where these values are so, a lane each."""
        told: dict[str, Value] = {n: f.value for n, f in self.facts.items() if n in self.kept and f.value is not None}
        known = KnownPatient(PatientRecord(NO_DAY, stated=told), self.plan, self.facts, TruthOnly(), self.circuit)
        return LaneFacts(known, [Supposition({}, one) for one in supposed], frozenset(self.plan.by_name), self.kept)

    def is_asked(self, feature: Feature, frame: Ruleset) -> bool:
        """Whether one of the values that a feature may have changes the outcome."""
        cells = make_cells(feature, frame.cuts.get(feature.name, ()), self.facts[feature.name].value)
        before = make_decision(frame, self.facts, TruthOnly()).outcome
        decisions = LaneDecisions(frame, self.suppose([{feature.name: cell.value} for cell in cells]), ())
        return any(one.outcome != before and not one.contradicts for one in decisions)


def make_table_row(
    plan: DerivationPlan,
    circuit: Circuit,
    values: Mapping[str, Value],
    stated: frozenset[str],
    held: frozenset[str] = frozenset(),
) -> TableRow:
    """The row of these facts; what the owner of the table stated, and what is held, is not inferred again."""
    facts = {name: make_row_fact(name, values.get(name)) for name in plan.by_name}
    kept = frozenset(f.name for f in plan.features if not is_by_rules_alone(f) or f.name in stated or f.name in held)
    return TableRow(plan, circuit, facts, kept)


def make_row_fact(name: str, value: Value) -> Fact:
    """A fact as a table tells it: its value, and nothing of how it came about."""
    return Fact(name, value, "unknown" if value is None else "stated")
