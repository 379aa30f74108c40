"""Cohorts from Python: who was treated as a guideline says, at each point of decision of many patients."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from concordant.api.cohort_order import CohortOrder, make_deciding_rules, make_rules, part_assumptions
from concordant.api.opened import Source, get_source_name, identify_source
from concordant.api.shown import name_outcome, show_table
from concordant.api.tables import check_tables_installed
from concordant.patient.account import Account
from concordant.record.sources.local_codes import name_codes_source
from concordant.record.sources.opening import NamedSource
from concordant.record.sources.opening import Source as Opened
from concordant.record.sources.tables import is_cdm
from concordant.version import __version__

if TYPE_CHECKING:
    from concordant.api.cohort_ranges import Report
    from concordant.api.engine import Engine
    from concordant.cohorts.comparing import Move
    from concordant.cohorts.deciding import DecidingRules
    from concordant.cohorts.run import CohortRules, CohortSummary

POINTS_A_PATIENT = 20  # of facts that stand there already a part may have more rows: nothing is read


@dataclass(frozen=True, repr=False)
class Cohort:
    """A cohort on disk: a row for each patient and point of decision, and what it was made of.

    The tables are those of Arrow; Polars, pandas and DuckDB read the folders as well.
    """

    engine: Engine
    folder: Path

    @cached_property
    def summary(self) -> CohortSummary:
        """What stands in `cohort.json`: the definition, the windows, and the flow of patients."""
        from concordant.cohorts.run import read_summary

        return read_summary(self.folder)

    @cached_property
    def points(self) -> Any:
        """The points as one table. Raises Unreadable for a part that is damaged."""
        return self._read_tables("points")

    @cached_property
    def facts(self) -> Any:
        """The facts of each point as one table, in the order of the points."""
        return self._read_tables("facts")

    @cached_property
    def refused(self) -> Any:
        """The patients of whom nothing could be said, and why."""
        return self._read_tables("refused")

    def _read_tables(self, kind: str) -> Any:
        import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

        from concordant.cohorts.parts import read_parts

        self.summary  # noqa: B018 - a folder without a cohort is told as such
        return pa.concat_tables(list(read_parts(self.folder, kind)), promote_options="default")

    def compare(self, before: str, after: str, by: dt.date | None = None) -> Comparison:
        """Who moves between two versions of a guideline, each `ID/VERSION`; the points stand in the folder `compare`.

        `by` is the day whose knowledge both are asked with, the last on which something changed where none is given. Raises
        Unreadable for a version that there is not.
        """
        from concordant.cohorts.comparing import compare_points, count_moves
        from concordant.cohorts.parts import read_parts, write_compared

        day, _ = self.engine.ruleset(by, before)
        self.engine.ruleset(by, after)
        rules = [make_deciding_rules(self.engine, version, day) for version in (before, after)]
        tables = [compare_points(facts, *rules) for facts in read_parts(self.folder, "facts")]
        write_compared(self.folder, tables)
        return Comparison(before, after, sum(table.num_rows for table in tables), count_moves(tables))

    @property
    def verdicts(self) -> dict[str, int]:
        """How many points have each verdict, the most frequent first."""
        counted = self.points.column("verdict").value_counts().to_pylist()
        return {one["values"]: one["counts"] for one in sorted(counted, key=lambda one: (-one["counts"], one["values"]))}

    def __repr__(self) -> str:
        told = ", ".join(f"{number} {verdict.replace('_', ' ')}" for verdict, number in self.verdicts.items())
        return f"Cohort of {self.summary.flow.get('patients', 0)} patients, {self.points.num_rows} points: {told}"

    def _repr_html_(self) -> str:
        rows = [(verdict.replace("_", " "), number) for verdict, number in self.verdicts.items()]
        return show_table(repr(self).partition(":")[0], ["verdict", "points"], rows)


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two guidelines asked about the points of a cohort: the moves from one outcome to another, and how many points there are."""

    before: str
    after: str
    points: int
    moves: list[Move]

    @property
    def moved(self) -> int:
        """How many points have another outcome."""
        return sum(move.points for move in self.moves)

    @property
    def finding(self) -> str:
        """How many points move, in a sentence."""
        return f"{self.moved} of {self.points} points have another outcome by {self.after} than by {self.before}."

    def __repr__(self) -> str:
        return f"Comparison: {self.finding}"

    def _repr_html_(self) -> str:
        rows = [(name_outcome(*move.before), name_outcome(*move.after), move.points) for move in self.moves]
        return show_table(self.finding, [self.before, self.after, "points"], rows)


def open_cohort(engine: Engine, folder: str | os.PathLike[str]) -> Cohort:
    """A cohort that was made before. Raises Unreadable for a folder in which none stands."""
    check_tables_installed()
    cohort = Cohort(engine, Path(folder))
    assert cohort.summary
    return cohort


def make_cohort(
    engine: Engine, source: Source, folder: str | os.PathLike[str], order: CohortOrder, report: Report | None = None
) -> Cohort:
    """Make the cohort of a source in a folder, or go on with one that was stopped; see `cohort` of `concordant.api`."""
    check_tables_installed()
    from concordant.cohorts.run import begin_cohort, end_cohort

    target, opened = Path(folder), identify_source(source)
    rules, summary = make_rules(engine, order), make_summary(engine, get_source_name(opened), order)
    begin_cohort(target, summary)
    parts, told = _write_parts(engine, opened, target, order, rules, report or _tell_nobody)
    end_cohort(target, msgspec.structs.replace(summary, **told), parts)
    return Cohort(engine, target)


def _write_parts(
    engine: Engine, source: Opened, folder: Path, order: CohortOrder, rules: CohortRules, report: Report
) -> tuple[int, dict[str, Any]]:
    """Write all parts; how many there are, and what beside them is told in the summary."""
    from concordant.cohorts.run import write_stream

    name = source.name if isinstance(source, NamedSource) else ""
    if is_facts_file(name):
        return _write_facts(folder, Path(name), rules.deciding, order.patients_a_part * POINTS_A_PATIENT, report), {}
    if name and is_cdm(name) and not order.everyone:
        from concordant.api.cohort_ranges import write_triaged

        return write_triaged(engine, name, folder, order, rules, report)
    nobody = Account()
    patients = engine.read(source, as_of=order.as_of, today=order.today).stream(nobody)
    return write_stream(folder, patients, rules, order.patients_a_part, report), {"nobody": count_nobody(nobody)}


def _tell_nobody(parts: int, patients: int, of: int | None) -> None:
    """For a caller who waits without being told how far it is."""


def count_nobody(nobody: Account) -> dict[str, int]:
    """The entries that belong to no patient, by what became of them."""
    return {fate: number for fate, number in nobody.counts.items() if number}


def is_facts_file(name: str) -> bool:
    """Whether a source is a table of facts that somebody derived before."""
    return name.lower().endswith(".parquet") and Path(name).is_file()


def _write_facts(folder: Path, source: Path, rules: DecidingRules, size: int, report: Report) -> int:
    from concordant.cohorts.parts import iter_fact_tables
    from concordant.cohorts.run import write_fact_parts

    return write_fact_parts(folder, iter_fact_tables(source, size), rules, report)


def make_summary(engine: Engine, source: str, order: CohortOrder) -> CohortSummary:
    """What stands in `cohort.json` before anybody is counted: the definition, and the windows."""
    from concordant.cohorts.rules import load_concordance_rules
    from concordant.cohorts.run import CohortDefinition, CohortSummary

    defaults, supposed = part_assumptions(engine, order.assume or {})
    told = order.assume or {}
    definition = CohortDefinition(
        source=source,
        as_of=str(order.as_of or order.today or ""),
        points=tuple(order.points),
        asked=tuple(map(str, order.dates)),
        guideline=order.guideline,
        by=str(order.by or ""),
        supposed={name: told[name] for name in supposed},
        defaults=defaults,
        everyone=order.everyone,
        codes=name_codes_source(engine.codes) if engine.codes else "",
        patients_a_part=order.patients_a_part,
        knowledge=engine.knowledge.digest,
        version=__version__,
    )
    windows = msgspec.to_builtins(load_concordance_rules(engine.knowledge).grace_days)
    return CohortSummary(definition=definition, windows=windows)
