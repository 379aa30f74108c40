"""The levels of a decision: what is asked of the facts, scope, what speaks against each drug, each statement, the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.export.names import ColumnNames, describe_leaf, describe_sources, shorten_statement
from concordant.export.offers import list_leading
from concordant.export.sql.answer import FAULTY, RESULTS, AnswerLevels
from concordant.export.sql.level import Level, name_as
from concordant.export.sql.restrictions import Restrictions
from concordant.logic.conditions import Condition, Leaf, iter_condition_leaves
from concordant.model.features import Feature
from concordant.model.guideline import Guideline, Statement
from concordant.patient.fact_table import PATIENT, RUNNING, list_fact_columns
from concordant.readers.sql import (
    Sql,
    clean_columns,
    condition_to_sql,
    find_fault,
    find_row_fault,
    join_all,
    join_any,
    leaf_to_sql,
    list_told,
    make_case,
    negate,
)


@dataclass
class DecisionLevels:
    """The levels for the statements in force. The ruleset proposes to continue what runs, whatever drug that is.

    `statuses` names the column of each proposal, `applies` that of each statement.
    """

    frame: Ruleset
    features: Mapping[str, Feature]
    statuses: dict[str, str] = field(default_factory=dict)
    applies: dict[str, str] = field(default_factory=dict)
    names: ColumnNames = field(init=False)
    restrictions: Restrictions = field(init=False)
    _leaves: dict[Leaf, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = ColumnNames([*(column.name for column in list_fact_columns(self.features.values())), *RESULTS])
        self.restrictions = Restrictions(self.frame, self.names, self._read)

    def build_levels(self) -> list[Level]:
        """All levels, the result last."""
        scope = list(self._iter_scope())
        waits = [self._name_scope_known(id_) for id_, _ in self.frame.limits_held]
        statements = [self._make_statement(statement) for statement in _in_order(self.frame)]
        asked = {self._name_leaf(leaf): None for one in self.frame.statements for leaf in iter_condition_leaves(one.applies_if)}
        outside = [self._name_outside(guideline) for guideline in list_leading(self.frame)]
        against = list(self.restrictions.make_levels([FAULTY, *outside, *waits, *asked]))
        answer = AnswerLevels(self.frame, self.names, self.statuses, self.applies).build_levels(outside)
        return [self._make_read(), self._make_asked(), *scope, *against, *statements, *answer]

    def _read(self, condition: Condition) -> Sql:
        return condition_to_sql(condition, self._name_leaf)

    def _name_leaf(self, leaf: Leaf) -> str:
        if leaf not in self._leaves:
            self._leaves[leaf] = self.names.find_name(describe_leaf(leaf))
        return self._leaves[leaf]

    def _make_read(self) -> Level:
        """The facts that are read, without what no fact can be, and where there was such."""
        read = [self.features[name] for name in sorted({leaf.feature for leaf in self._leaves})]
        faults = [(find_row_fault(exp.column(PATIENT)), PATIENT), *((find_fault(one), one.name) for one in read)]
        facts = [name_as(value, name) for one in read for name, value in clean_columns(one)]
        running = [exp.column(RUNNING)] if self.restrictions.list_running() else []
        note = f"The facts that are read. What a column cannot hold counts as not known, and `{FAULTY}` names it."
        return Level(
            "read_facts", (note,), (exp.column(PATIENT), name_as(list_told(faults), FAULTY), *running, *facts), only=True
        )

    def _make_asked(self) -> Level:
        leaves = sorted(self._leaves.items(), key=lambda item: item[1])
        asked = [name_as(leaf_to_sql(leaf, self.features[leaf.feature]), name) for leaf, name in leaves]
        note = "What is asked of the facts: true, false, or NULL while it is not known."
        columns = (*map(exp.column, (PATIENT, FAULTY)), *asked, *self.restrictions.list_running())
        return Level("asked", (note,), columns, kept=True, only=True)

    def _iter_scope(self) -> Iterator[Level]:
        """Whether the patient is outside each guideline, and whether that is known where its statements wait for it."""
        columns = []
        for guideline in list_leading(self.frame):
            outside = join_any([self._read(limit.if_) for limit in guideline.out_of_scope])
            columns.append(name_as(outside, self._name_outside(guideline)))
        for id_, limits in self.frame.limits_held:
            known = [make_case([(_is_known(self._read(limit)), exp.true())]) for limit in limits]
            columns.append(name_as(join_all(known), self._name_scope_known(id_)))
        if columns:
            note = "Whether the patient is outside a guideline; while it is open where that is settled first, nothing applies."
            yield Level("scope", (note,), tuple(columns))

    def _name_outside(self, guideline: Guideline) -> str:
        return self.names.find_name(f"{guideline.id} outside")

    def _name_scope_known(self, guideline: str) -> str:
        return self.names.find_name(f"{guideline} scope known")

    def _make_statement(self, statement: Statement) -> Level:
        """Whether it applies, and the status of each regimen that it proposes."""
        self.applies[statement.id] = applies = self.names.find_name(f"{shorten_statement(statement)} applies", statement.id)
        family = self.frame.family[statement.guideline]
        waits = [exp.column(self._name_scope_known(family))] if family in dict(self.frame.limits_held) else []
        own = [proposal for proposal in self.frame.proposals if proposal.statement is statement]
        return Level(
            self.names.find_name(f"statement {shorten_statement(statement)}", statement.id),
            (f"{statement.id}: {statement.title}", statement.says, f"Source: {describe_sources(statement.sources)}"),
            (name_as(join_all([self._read(statement.applies_if), *waits]), applies),),
            tuple(name_as(self._judge(proposal, applies), self._name_status(proposal)) for proposal in own),
        )

    def _name_status(self, proposal: Proposal) -> str:
        name = self.names.find_name(f"{shorten_statement(proposal.statement)} {proposal.regimen.id}", proposal.id)
        self.statuses[proposal.id] = name
        return name

    def _judge(self, proposal: Proposal, applies: str) -> Sql:
        """The status, by the table of `logic/status`."""
        precluded = self.restrictions.find_against(proposal, "precludes")
        against = [*(column.copy() for column in precluded), *self.restrictions.find_against(proposal, "holds")]
        ways: list[tuple[Sql, Sql]] = [
            (negate(exp.column(applies)), exp.Literal.string("does_not_apply")),
            (join_any(precluded), exp.Literal.string("precluded")),
            (exp.column(applies).is_(exp.null()), exp.Literal.string("needs_data")),
            (negate(exp.paren(join_any(against), copy=False)), exp.Literal.string("applies")),
        ]
        if proposal.regimen.id == CURRENT:
            ways.insert(0, (negate(exp.column(self.restrictions.something_runs)), exp.cast(exp.null(), "text")))
        return make_case(ways, exp.Literal.string("applies_if_checked"))


def _is_known(condition: Sql) -> Sql:
    return negate(exp.paren(condition).is_(exp.null()))


def _in_order(frame: Ruleset) -> list[Statement]:
    return sorted(frame.statements, key=lambda statement: (statement.rank, statement.id))
