"""Rows of a facts table, drawn and as shipped, and the reference that their decision is held to."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import concordant as cc
from concordant.answer.engine import find_running_drugs
from concordant.decide.decision import Decision
from concordant.decide.judging import make_decision
from concordant.decide.partitions import make_cells
from concordant.decide.questions import _find_askable_features
from concordant.decide.ruleset import Ruleset, add_current_regimen
from concordant.decide.running import make_current_regimen
from concordant.decide.situation import Situation
from concordant.derive.engine import derive_facts
from concordant.derive.lanes import Supposition
from concordant.model.features import Feature
from concordant.patient.events import PatientRecord
from concordant.patient.fact_table import join_words, make_fact_row
from concordant.patient.facts import Fact, Value
from concordant.readers.explain import Evaluator, explain
from concordant.readers.facts_writing import write_facts_table
from tests.laws.lanes import draw_value
from tests.supposing import derive_supposed

RUNNING = ((), (), ("trastuzumab", "pertuzumab"), ("trastuzumab_deruxtecan",), ("tucatinib", "trastuzumab", "capecitabine"))
CHANGED = (0, 1, 3, 8, 30, 120)  # how many facts of a case are drawn anew


class Row(NamedTuple):
    """One row: what is known, what is stated of it, and what is taken now."""

    values: Mapping[str, Value]
    stated: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()


def row_of(record: PatientRecord, plan: Any) -> Row:
    """The row of a record."""
    facts = derive_facts(record, plan)
    return Row({name: fact.value for name, fact in facts.items()}, tuple(record.stated), find_running_drugs(record))


def draw_rows(rows: Sequence[Row], now: Situation, drawn: random.Random, count: int) -> Iterator[Row]:
    """Rows of cases with some facts drawn anew: unknown, words that are left, numbers and intervals about the bounds."""
    inferred = [feature for feature in now.plan.features if feature.rules]
    for _ in range(count):
        row = drawn.choice(rows)
        some = drawn.sample(now.plan.features, drawn.choice(CHANGED))
        if drawn.random() < 0.5:
            feature = drawn.choice(inferred)
            some += [now.plan.by_name[name] for name in sorted(now.plan.inputs[feature.name])]
        values = {**row.values, **{feature.name: draw_value(feature, now, drawn) for feature in some}}
        values |= {now.plan.completeness: "no"} if drawn.random() < 0.2 else {}
        stated = tuple(f.name for f in inferred if drawn.random() < 0.1)
        yield Row(values, stated, drawn.choice((row.drugs, *RUNNING)))


def draw_open_rows(rows: Sequence[Row], now: Situation, drawn: random.Random, count: int) -> Iterator[Row]:
    """Rows of cases of which some facts that are asked for are not known, or known in part."""
    read = now.plan.collect_inputs(now.frame.decisive)
    asked = [feature for feature in now.plan.features if feature.question and feature.name in read]
    for _ in range(count):
        row = drawn.choice(rows)
        some = drawn.sample(asked, drawn.choice((2, 6, 15)))
        values = {f.name: None if drawn.random() < 0.4 else draw_value(f, now, drawn) for f in some}
        yield Row({**row.values, **values}, (), drawn.choice((row.drugs, *RUNNING)))


def table_of(rows: Sequence[Row], engine: cc.Engine) -> Any:
    """The rows as a facts table."""
    features = engine.knowledge.features
    told = [make_fact_row(f"p{number}", row.drugs, features, facts_of(row)) for number, row in enumerate(rows)]
    stated = [join_words(row.stated) or None for row in rows]
    return write_facts_table(({**one, "stated": some} for one, some in zip(told, stated, strict=True)), features, {})


def facts_of(row: Row) -> dict[str, Fact]:
    """The facts of a row as the reference reads them."""
    return {name: Fact(name, value, "unknown" if value is None else "stated") for name, value in row.values.items()}


class Reference:
    """What `make_decision` says of rows on a day, one after the other; what is supposed of them as `tests/supposing` has it."""

    def __init__(self, engine: cc.Engine, day: dt.date, look: Evaluator = explain) -> None:
        self.engine, self.look = engine, look
        self.plan = engine._prepared.plan
        self.names = {drug.id: drug.name for drug in engine.knowledge.drugs}
        self.frames = {(): engine.ruleset(day)[1]}
        self.alone = {f.name for f in self.plan.features if f.rules and f.derive is None}

    def find_frame(self, row: Row) -> Ruleset:
        """The ruleset for a row, as for a record in which these drugs are taken."""
        if row.drugs not in self.frames:
            self.frames[row.drugs] = add_current_regimen(self.frames[()], make_current_regimen(row.drugs, self.names))
        return self.frames[row.drugs]

    def decide(self, row: Row) -> Decision:
        """The decision on a row."""
        return make_decision(self.find_frame(row), facts_of(row), self.look)

    def make_situation(self, row: Row) -> Situation:
        """The row as a patient: what is not inferred by rules alone is stated."""
        told = {n: v for n, v in row.values.items() if v is not None and (n not in self.alone or n in row.stated)}
        record, frame, facts = PatientRecord(dt.date(2000, 1, 1), stated=told), self.find_frame(row), facts_of(row)
        return Situation(record, self.plan, frame, facts, make_decision(frame, facts, self.look), (), self.look)

    def suppose(self, row: Row, fixed: Mapping[str, Value]) -> tuple[Decision, dict[str, Fact]]:
        """The decision where some values are so: what is inferred by rules alone follows, and nothing else."""
        now = self.make_situation(row)
        held = {n: v for n, v in row.values.items() if n not in self.alone or n in row.stated}
        facts = derive_supposed(now, Supposition({}, {**held, **fixed}))
        return make_decision(now.frame, facts, self.look), facts

    def list_asked(self, row: Row) -> set[str]:
        """The features one of whose values would change the outcome."""
        now = self.make_situation(row)
        return {f.name for f in _find_askable_features(now) if self._changes(now, row, f)}

    def _changes(self, now: Situation, row: Row, feature: Feature) -> bool:
        for cell in make_cells(feature, now.frame.cuts.get(feature.name, ()), row.values[feature.name]):
            decision, facts = self.suppose(row, {feature.name: cell.value})
            if decision.outcome != now.decision.outcome and not any(fact.conflict for fact in facts.values()):
                return True
        return False


def tell_decision(decision: Decision) -> dict[str, Any]:
    """What is told of a decision, as the tables of many patients have it."""
    join = "|".join
    return {
        "guideline": decision.speaking.id if decision.speaking else None,
        "answer": decision.answer,
        "outcome": join(decision.outcome[1]) or None,
        "preferred": join(j.proposal.regimen.id for j in decision.offered if j.role == "preferred") or None,
        "offered": join(j.proposal.regimen.id for j in decision.offered) or None,
        **{judged.proposal.id: judged.status for judged in decision.everything},
    }


def tell_table(decided: cc.DecidedTable) -> list[dict[str, Any]]:
    """The same of each row of a decided table, without what it has no status for."""
    pairs = zip(decided.outcome_table().to_pylist(), decided.statuses().to_pylist(), strict=True)
    told = [
        {**outcome, **{name: status for name, status in statuses.items() if status is not None}} for outcome, statuses in pairs
    ]
    return [{name: value for name, value in one.items() if name != "patient"} for one in told]


def find_differences(told: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where two of them part."""
    return [
        f"row {number}: {name} is {one.get(name)}, not {other.get(name)}"
        for number, (one, other) in enumerate(zip(told, wanted, strict=True))
        for name in dict.fromkeys((*one, *other))
        if one.get(name) != other.get(name)
    ]
