"""A facts table decided: programs for a ruleset, run on the planes of the table, and what their planes say of each row.

The only module of this room that needs NumPy. A program is worked out once for a ruleset and what is supposed; the planes of
the facts belong to the table, so that another supposition or another guideline is answered from those that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from concordant.decide.column_facts import ColumnFacts, make_readings
from concordant.decide.column_questions import find_asked_rows
from concordant.decide.columns import TableJudge, TableRuleset
from concordant.decide.ruleset import Ruleset, add_current_regimen
from concordant.decide.running import make_current_regimen
from concordant.decide.table_rows import TableRow, make_table_row
from concordant.derive.plan import DerivationPlan
from concordant.patient.fact_table import RUNNING
from concordant.patient.facts import Value, list_words_left
from concordant.readers.circuit import Circuit
from concordant.readers.columns import Plane
from concordant.readers.facts_table import STATED, FactsTable
from concordant.readers.planes import Words, run_program, unpack_rows
from concordant.readers.wires import Board, Program, Wire, make_program

BESIDE = Plane("set", "", "beside")  # the rows that are looked at one at a time
Made = Mapping[Hashable, Wire]


@dataclass
class TableProgram:
    """The decision of a ruleset over wires, where some values are so in every row."""

    rules: TableRuleset
    plain: Ruleset
    plan: DerivationPlan
    circuit: Circuit
    names: Mapping[str, str]
    fixed: Mapping[str, Value]
    patched: bool = False
    programs: dict[str, Program] = field(default_factory=dict)

    @cached_property
    def facts(self) -> ColumnFacts:
        """The facts of each row."""
        board = Board()
        base = ColumnFacts(board, self.plan, self.circuit)
        return base.suppose(make_readings(self.fixed, board), patched=self.patched) if self.fixed else base

    @cached_property
    def judge(self) -> TableJudge:
        """The decision."""
        return TableJudge(self.rules, self.facts)

    def find_program(self, name: str, make: Callable[[], Made]) -> Program:
        """The steps to some wires."""
        program = self.programs.get(name)
        if program is None:
            program = self.programs[name] = make_program(self.facts.board, make())
        return program

    def make_outcome(self) -> Made:
        """The answer, and the regimens of the outcome."""
        return _merge(self.judge.judge_answers().items(), self.judge.judge_outcome().items())

    def make_offers(self) -> Made:
        """Which guideline speaks, what it answers, and each candidate that it offers, by its number."""
        offered = {number: rows for number, (_, rows) in enumerate(self.judge.list_offered())}
        speaks = {("speaks", verdict.guideline.id): verdict.speaks for verdict in self.judge.verdicts}
        return _merge(self.judge.judge_answers().items(), speaks.items(), offered.items())

    def make_statuses(self) -> Made:
        """The status of each proposal."""
        proposals = self.judge.frame.proposals
        return {(one.id, status): rows for one in proposals for status, rows in self.judge.judge_statuses(one).items()}

    def make_questions(self) -> Made:
        """The features that are asked, and where that has to be looked at row by row."""
        made: dict[Hashable, Wire] = {}
        for one in find_asked_rows(self.judge, self.facts):
            if one.rows or one.beside:
                made[one.feature.name], made["beside", one.feature.name] = one.rows, one.beside
        return made

    def make_beside(self) -> Made:
        """The rows of which words that are left have to be followed."""
        return {BESIDE: self.facts.find_part_known_inputs()}

    def find_frame(self, drugs: Sequence[str]) -> Ruleset:
        """The ruleset for a row in which these drugs are taken."""
        return add_current_regimen(self.plain, make_current_regimen(tuple(drugs), self.names)) if drugs else self.plain


def _merge(*parts: Iterable[tuple[Hashable, Wire]]) -> Made:
    return {key: wire for part in parts for key, wire in part}


@dataclass
class DecidedRows:
    """A table with what a program says of it: each part is worked out when it is first asked for."""

    table: FactsTable
    program: TableProgram
    beside: Mapping[Hashable, Words] = field(default_factory=dict)

    @cached_property
    def outcome(self) -> Mapping[Hashable, Words]:
        """The rows of each answer, and those in whose outcome each regimen is."""
        return self._run("outcome", self.program.make_outcome)

    @cached_property
    def offers(self) -> Mapping[Hashable, Words]:
        """The rows of which each guideline speaks, and to which each candidate is offered."""
        return self._run("offers", self.program.make_offers)

    @cached_property
    def statuses(self) -> Mapping[Hashable, Words]:
        """The rows of each status of each proposal."""
        return self._run("statuses", self.program.make_statuses)

    @cached_property
    def questions(self) -> Mapping[Hashable, Words]:
        """The rows of which each feature is worth asking."""
        found = self._run("questions", self.program.make_questions)
        asked: dict[Hashable, Words] = {name: plane for name, plane in found.items() if isinstance(name, str)}
        beside = {name: found["beside", name] for name in asked}
        rows = sorted({row for plane in beside.values() for row in list_rows(plane, self.table.rows)})
        for row, told in zip(rows, self.iter_rows(rows), strict=True):
            for name, plane in asked.items():
                if get_bit(beside[name], row):
                    is_asked = told.row.is_asked(self.program.plan.by_name[str(name)], told.frame)
                    set_bit(plane, row, value=is_asked)
        return asked

    def _run(self, name: str, make: Callable[[], Made]) -> Mapping[Hashable, Words]:
        program = self.program.find_program(name, make)
        planes = self.table.find_planes(key for key in program.inputs if key not in self.beside)
        return run_program(program, {**planes, **self.beside}, self.table.words)

    def iter_rows(self, rows: Sequence[int]) -> Iterator[RowLooked]:
        """Rows as patients, with what is supposed in every row, each with the ruleset for what is taken."""
        plan, fixed = self.program.plan, self.program.fixed
        values = {name: self.table.list_values(name, rows) for name in plan.by_name}
        stated, taken = self.table.list_names(STATED, rows), self.table.list_names(RUNNING, rows)
        for number, drugs in enumerate(taken):
            own = {name: some[number] for name, some in values.items()}
            row = make_table_row(plan, self.program.circuit, own, frozenset(stated[number]))
            if fixed:
                facts = row.suppose([fixed])
                own = {name: facts.find_fact(name, 1).value for name in plan.by_name}
                row = make_table_row(plan, self.program.circuit, own, frozenset(stated[number]), frozenset(fixed))
            yield RowLooked(row, self.program.find_frame(drugs))


@dataclass(frozen=True)
class RowLooked:
    """One row as a patient, and the ruleset for what is taken."""

    row: TableRow
    frame: Ruleset


def decide_rows(
    table: FactsTable, find_program: Callable[[Mapping[str, Value], bool], TableProgram], fixed: Mapping[str, Value]
) -> DecidedRows:
    """Decide on the rows of a table, where some values are so in every row.

    Where words are left of what has to be inferred again, the rows are inferred one by one, each that is alike once.
    """
    program = find_program(fixed, False)
    if not fixed:
        return DecidedRows(table, program)
    steps = program.find_program("beside", program.make_beside)
    plane = run_program(steps, table.find_planes(steps.inputs), table.words)[BESIDE]
    rows = list_rows(plane, table.rows)
    if not rows:
        return DecidedRows(table, program)
    return DecidedRows(table, find_program(fixed, True), {BESIDE: plane, **_infer_rows(table, program, rows)})


def _infer_rows(table: FactsTable, program: TableProgram, rows: Sequence[int]) -> dict[Hashable, Words]:
    """The planes of what is inferred again in some rows: which words are ruled out."""
    facts, plan = program.facts, program.plan
    inferred = facts.list_inferred_again()
    names = sorted(plan.collect_inputs(one.name for one in inferred))
    columns = [table.list_values(name, rows) for name in names]
    stated = [frozenset(some) & {one.name for one in inferred} for some in table.list_names(STATED, rows)]
    planes: dict[Hashable, Words] = {
        Plane("set", one.name, word): np.zeros(table.words, np.uint64) for one in inferred for word in one.values
    }
    seen: dict[Hashable, dict[str, Value]] = {}
    for row, own, told in zip(rows, zip(*columns, strict=True), stated, strict=True):
        found = seen.get((own, told))
        if found is None:
            lanes = make_table_row(plan, program.circuit, dict(zip(names, own, strict=True)), told).suppose([program.fixed])
            found = seen[own, told] = {one.name: lanes.find_fact(one.name, 1).value for one in inferred}
        for one in inferred:
            left = list_words_left(found[one.name]) or one.values
            for word in one.values:
                if word not in left:
                    set_bit(planes[Plane("set", one.name, word)], row, value=True)
    return planes


def list_rows(plane: Words, rows: int) -> list[int]:
    """The rows that are on a plane."""
    found: list[int] = np.flatnonzero(unpack_rows(plane, rows)).tolist()
    return found


def get_bit(plane: Words, row: int) -> bool:
    """Whether a row is on a plane."""
    return bool(int(plane[row >> 6]) >> (row & 63) & 1)


def set_bit(plane: Words, row: int, *, value: bool) -> None:
    """Put a row on a plane, or take it off."""
    bit = np.uint64(1 << (row & 63))
    plane[row >> 6] = plane[row >> 6] | bit if value else plane[row >> 6] & ~bit
