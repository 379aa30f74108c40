"""What speaks against proposals, as columns: the restrictions of each owner once, and those of the drugs that run now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from sqlglot import exp

from concordant.decide.ruleset import CURRENT, Proposal, Ruleset
from concordant.export.names import ColumnNames, describe_sources
from concordant.export.owners import EFFECTS, EVERY_DRUG, Effect, Owners
from concordant.export.sql.level import Level, add_note, name_as
from concordant.logic.conditions import Condition
from concordant.model.sources import Restriction
from concordant.patient.fact_table import BETWEEN, PATIENT, RUNNING
from concordant.readers.sql import Sql, join_all, join_any


class ReadCondition(Protocol):
    """What turns a condition into an expression over columns that hold its leaves."""

    def __call__(self, condition: Condition, /) -> Sql:
        """The expression."""


class Restrictions:
    """The columns of restrictions, made as proposals ask for them: one for each owner and effect."""

    def __init__(self, frame: Ruleset, names: ColumnNames, read: ReadCondition) -> None:
        self._frame, self._names, self._read = frame, names, read
        self._owned = Owners(frame)
        self._dangers: dict[str, Sql] = {}
        self._columns: dict[str, Sql] = {}
        self._runs: dict[str, str] = {}
        self._running: dict[str, Sql] = {}
        self._asked_for: dict[str, None] = {}
        self.something_runs = names.find_name("something runs")

    def find_against(self, proposal: Proposal, effect: Effect) -> list[Sql]:
        """The columns of what precludes the proposal, or of what holds it back."""
        groups = self._owned.group_restrictions(proposal, effect)
        columns = {owner: self._find_column(owner, effect, bars) for owner, bars in groups.items()}
        if proposal.regimen.id == CURRENT:
            own = {owner: name for owner, name in columns.items() if owner.startswith("statement/")}
            columns = {**own, CURRENT: self._find_running(effect, {k: name for k, name in columns.items() if k not in own})}
        self._asked_for |= dict.fromkeys(columns.values())
        return [exp.column(name) for name in columns.values()]

    def make_levels(self, passed: Iterable[str]) -> Iterator[Level]:
        """The dangers, what speaks against each owner's proposals, and what speaks against what runs.

        Beside what statements are judged by, only the columns that are `passed` are handed on: a query over many columns takes
        long to plan.
        """
        if self._dangers:
            yield _make_level("dangers", "What could harm the patient and is settled before a first dose.", self._dangers)
        if self._columns:
            note = "What speaks against a regimen: what precludes it, and what is settled before a first dose (held)."
            yield _make_level("restrictions", note, self._columns)
        names = dict.fromkeys((PATIENT, *passed, *self._asked_for, *([self.something_runs] if self._running else [])))
        running = (name_as(value, name) for name, value in self._running.items())
        kept = (exp.column(name) for name in names if name not in self._running)
        note = "What speaks against what the patient takes now, beside all that the statements are judged by."
        yield Level("judged_by", (note,), (*kept, *running), kept=True, only=True)

    def list_running(self) -> list[Sql]:
        """Whether something runs, and whether each drug does of which anything is asked."""
        told = exp.func("COALESCE", exp.column(RUNNING), exp.Literal.string(""))
        between = exp.Literal.string(BETWEEN)
        listed = exp.DPipe(this=exp.DPipe(this=between, expression=told.copy()), expression=between.copy())
        found = [name_as(told.neq(exp.Literal.string("")), self.something_runs)] if self._running else []
        for drug, name in self._runs.items():
            place = exp.StrPosition(this=listed.copy(), substr=exp.Literal.string(f"{BETWEEN}{drug}{BETWEEN}"))
            found.append(name_as(place > 0, name))
        return found

    def _find_column(self, owner: str, effect: Effect, bars: Mapping[str, Restriction]) -> str:
        """The column that joins the restrictions of one owner."""
        name = self._names.find_name(f"{owner} {EFFECTS[effect]}")
        if name not in self._columns:
            self._columns[name] = join_any(self._tell(id_, bar) for id_, bar in bars.items())
        return name

    def _tell(self, id_: str, bar: Restriction) -> Sql:
        """A restriction with what it says; a danger stands in a column of its own."""
        if id_ not in self._frame.holding:
            return self._tell_alone(bar)
        name = self._names.find_name(id_)
        if name not in self._dangers:
            self._dangers[name] = self._tell_alone(bar)
        return exp.column(name)

    def _tell_alone(self, bar: Restriction) -> Sql:
        told = self._read(bar.if_)
        told = exp.paren(told, copy=False) if isinstance(told, exp.Connector | exp.Not) else told
        return add_note(told, f"{bar.says} [{describe_sources([bar.source])}]")

    def _find_running(self, effect: Effect, columns: Mapping[str, str]) -> str:
        """The column that joins what speaks against the drugs that run."""
        name = self._names.find_name(f"current {EFFECTS[effect]}")
        if name not in self._running:
            self._running[name] = join_any(
                join_all([self._when_running(owner), exp.column(column)]) for owner, column in columns.items()
            )
        return name

    def _when_running(self, owner: str) -> Sql:
        """Whether the drug runs that the owner's restrictions are about."""
        if owner == EVERY_DRUG:
            return exp.column(self.something_runs)
        drug = owner.removeprefix("drug/")
        return exp.column(self._runs.setdefault(drug, self._names.find_name(f"runs {drug}")))


def _make_level(name: str, note: str, columns: Mapping[str, Sql]) -> Level:
    return Level(name, (note,), tuple(name_as(value, column) for column, value in columns.items()))
