"""What an exam is held about: a knowledge as it is in force on one day, and what each reader needs of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import concordant as cc
from concordant.decide.judging import make_decision
from concordant.decide.ruleset import Ruleset, add_current_regimen, list_turning_days, make_ruleset
from concordant.decide.running import make_current_regimen
from concordant.decide.situation import Situation
from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.logic.conditions import Condition
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Restriction
from concordant.patient.events import PatientRecord
from concordant.patient.fact_table import make_fact_row
from concordant.patient.facts import Fact
from concordant.readers.facts_writing import write_facts_table
from concordant.readers.truth_only import TruthOnly
from tests.laws.columns import Row, facts_of


@dataclass(frozen=True, eq=False)
class Sitting:
    """One day, and the guideline that is asked for where it does not speak by itself."""

    knowledge: Knowledge
    day: dt.date
    guideline: str = ""
    counted: frozenset[str] = frozenset()  # bars that another sitting counts
    frames: dict[tuple[str, ...], Ruleset] = field(default_factory=dict)

    @cached_property
    def engine(self) -> cc.Engine:
        return cc.Engine(self.knowledge)

    @cached_property
    def plan(self) -> DerivationPlan:
        return self.engine._prepared.plan

    @cached_property
    def names(self) -> dict[str, str]:
        return {drug.id: drug.name for drug in self.knowledge.drugs}

    @cached_property
    def frame(self) -> Ruleset:
        return self.engine.ruleset(self.day, self.guideline)[1]

    @cached_property
    def any_frame(self) -> Ruleset:
        """With what may be continued, whatever that is: all proposals that any patient may have."""
        return self.find_frame(tuple(self.names))

    def find_frame(self, drugs: tuple[str, ...]) -> Ruleset:
        """The ruleset for a patient who takes these drugs."""
        if drugs not in self.frames:
            self.frames[drugs] = add_current_regimen(self.frame, make_current_regimen(drugs, self.names)) if drugs else self.frame
        return self.frames[drugs]

    @cached_property
    def bars(self) -> dict[str, Restriction]:
        """Every bar by its id: of statements, regimens, drugs and their checks, and what dangers hold back."""
        owned = (*self.frame.bars.values(), *self.frame.unmet.values())
        return {id_: bar for some in owned for id_, bar in some.items()} | {i: bar for i, (_, bar) in self.frame.holding.items()}

    @cached_property
    def conditions(self) -> list[Condition]:
        """Whatever is asked of a patient, each once: statements first, then scope, then what speaks against a regimen."""
        limits = [limit.if_ for force in self.frame.in_force for limit in force.guideline.out_of_scope]
        ordered = sorted(self.bars.values(), key=lambda bar: ("precludes", "holds", "caution").index(bar.effect))
        return list(dict.fromkeys([*(s.applies_if for s in self.frame.statements), *limits, *(bar.if_ for bar in ordered)]))

    def situate(self, drugs: tuple[str, ...] = ()) -> Situation:
        """Somebody of whom nothing is told: what lanes begin with."""
        record = PatientRecord(self.day)
        facts, frame = derive_facts(record, self.plan), self.find_frame(drugs)
        return Situation(record, self.plan, frame, facts, make_decision(frame, facts, TruthOnly()), (), TruthOnly())

    def complete(self, row: Row) -> dict[str, Any]:
        """The value of every feature, None for one that the row does not tell."""
        return {name: row.values.get(name) for name in self.plan.by_name}

    def facts_of(self, row: Row) -> dict[str, Fact]:
        return facts_of(row._replace(values=self.complete(row)))

    def table_of(self, rows: Sequence[Row]) -> Any:
        """The rows as a table of facts."""
        features = self.knowledge.features
        told = (make_fact_row(f"p{n}", row.drugs, features, self.facts_of(row)) for n, row in enumerate(rows))
        return write_facts_table(told, features, {})


def list_sittings(knowledge: Knowledge) -> Iterator[Sitting]:
    """The newest day, then each version of which no statement is in force then."""
    day = list_turning_days(knowledge)[-1]
    newest = Sitting(knowledge, day)
    yield newest
    met = {statement.id for statement in newest.frame.statements}
    for version in dict.fromkeys(f"{s.guideline}/{s.version}" for s in knowledge.statements if s.id not in met):
        if not met.issuperset(s.id for s in make_ruleset(knowledge, day, version).statements):
            one = Sitting(knowledge, day, version, frozenset(newest.bars))
            met |= {statement.id for statement in one.frame.statements}
            yield one
