"""Many patients at a time: their facts as columns, and what the guideline says of each row."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from concordant.api.opened import Day, Source, check_readable
from concordant.api.recommendation import read_supposed
from concordant.api.shown import name_outcome, show_table
from concordant.decide.decision import Answer, Outcome
from concordant.decide.running import find_running_drugs
from concordant.derive.engine import FactsOnDemand
from concordant.errors import Complaint, Unreadable
from concordant.patient.events import PatientRecord
from concordant.patient.fact_table import Cell, join_words, make_fact_row
from concordant.patient.facts import Value
from concordant.record.sources import Patient
from concordant.record.sources.asked import parse_day
from concordant.record.sources.opening import NamedSource, SourceContent

if TYPE_CHECKING:
    from concordant.api.engine import Engine
    from concordant.decide.tables import DecidedRows, TableProgram
    from concordant.readers.facts_table import FactsTable

AS_OF = b"concordant.as_of"
MOST_PROGRAMS = 100
Fixed = Mapping[str, Value]


class OutcomeCount(NamedTuple):
    """How many patients have an outcome: the answer, and the preferred regimens, or all offered ones where none is preferred."""

    answer: Answer
    regimens: tuple[str, ...]
    patients: int


class OutcomeChange(NamedTuple):
    """How many patients have one outcome in one table and another in the other."""

    before: Outcome
    after: Outcome
    patients: int


@dataclass(frozen=True, repr=False)
class DecidedTable:
    """What the guideline says of every row of a facts table; each part is worked out when it is first asked for.

    `notes` say what the table does not tell, and what was left as it is. The tables that it gives are those of Arrow, a row a
    patient in the order of the facts.
    """

    engine: Engine
    facts: FactsTable
    as_of: dt.date
    guideline: str
    supposed: Fixed
    decided: DecidedRows
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many patients there are."""
        return self.facts.rows

    @cached_property
    def outcomes(self) -> list[OutcomeCount]:
        """Every outcome with its patients, the most frequent first."""
        from concordant.decide.table_results import count_outcomes

        counted = [OutcomeCount(*outcome, patients) for outcome, patients in count_outcomes(self.decided)]
        return sorted(counted, key=lambda one: (-one.patients, one))

    def outcome_table(self) -> Any:
        """Patient, guideline that speaks, answer, outcome, what is preferred and what is offered, the best first.

        Regimens stand with `|` between; nothing stands where there is none.
        """
        from concordant.decide.table_results import tabulate_outcomes

        return tabulate_outcomes(self.decided)

    def statuses(self) -> Any:
        """Patient, and a column a proposal with its status; empty for what only those can continue who take something now."""
        from concordant.decide.table_results import tabulate_statuses

        return tabulate_statuses(self.decided)

    def questions(self) -> Any:
        """Patient, and a column a feature: whether knowing it could change the outcome by itself."""
        from concordant.decide.table_results import tabulate_questions

        return tabulate_questions(self.decided)

    def what_if(self, **supposed: Any) -> DecidedTable:
        """The decision if these features were so in every row, written as in a case file: `what_if(lvef="38 %")`.

        What follows from them by rules alone is inferred again, but where the column `stated` names it. What comes from entries
        of a record stays as the table has it, and `notes` name it. Raises `Refused` for a feature or value that there is not.
        """
        values = read_supposed(supposed, self.engine.knowledge, self.engine.words)
        return _decide(self.engine, self.facts, self.as_of, self.guideline, {**self.supposed, **values})

    def under(self, engine: Engine | None = None, *, as_of: Day = None, guideline: str = "") -> DecidedTable:
        """The same facts by other guidelines: those of another knowledge, of another day, or a version `ID/VERSION`."""
        other = engine or self.engine
        facts = (
            self.facts if other.knowledge.features == self.engine.knowledge.features else _open_facts(other, self.facts.source)
        )
        return _decide(other, facts, parse_day(as_of) or self.as_of, guideline, self.supposed)

    def changes(self, after: DecidedTable) -> list[OutcomeChange]:
        """From which outcome to which another decision on the same rows goes, the most frequent first."""
        from concordant.decide.table_results import count_changes

        if after.rows != self.rows:
            says = f"{self.rows} and {after.rows} rows cannot be compared"
            raise Unreadable(Complaint(says, "after", way_out="Compare two decisions on the same table"))
        counted = [OutcomeChange(*pair, patients) for pair, patients in count_changes(self.decided, after.decided)]
        return sorted(counted, key=lambda one: (-one.patients, one))

    def __repr__(self) -> str:
        return f"<DecidedTable of {self.rows} patients as of {self.as_of}>"

    def _repr_html_(self) -> str:
        rows = [(name_outcome(told.answer, told.regimens), told.patients) for told in self.outcomes]
        return show_table(f"{self.rows} patients as of {self.as_of}", ["outcome", "patients"], rows)


def decide_table(engine: Engine, facts: Any, as_of: Day, guideline: str) -> DecidedTable:
    """Decide on a facts table; see the function of that name in `concordant.api`."""
    check_tables_installed()
    opened = _open_facts(engine, facts)
    return _decide(engine, opened, parse_day(as_of) or _find_day(opened), guideline, {})


def decide_facts(engine: Engine, facts: Any, day: dt.date, guideline: str) -> DecidedRows:
    """What the guidelines of a day say of each row of a facts table, as the rooms inside pass it on."""
    from concordant.decide.tables import decide_rows

    opened = _open_facts(engine, facts)
    drugs = dict.fromkeys((*engine._prepared.names, *opened.drugs))  # one program for all tables, instead of one for each
    day, _ = engine.ruleset(day, guideline)
    return decide_rows(opened, _TablePrograms(engine, day, guideline, tuple(drugs)).find_program, {})


def _decide(engine: Engine, facts: FactsTable, as_of: dt.date | None, guideline: str, supposed: Fixed) -> DecidedTable:
    from concordant.decide.column_facts import list_left_as_they_are
    from concordant.decide.tables import decide_rows

    day, frame = engine.ruleset(as_of, guideline)
    notes = list(facts.notes)
    if as_of is None:
        notes.append(f"as of {day}, the last day on which something in the knowledge changed: the table has no day of its own")
    read = engine._prepared.plan.collect_inputs(frame.decisive)
    kept = [name for name in list_left_as_they_are(engine._prepared.plan, supposed) if name in read]
    if kept:
        notes.append(f"left as the table has it, because it comes from entries of a record: {', '.join(kept)}")
    decided = decide_rows(facts, _TablePrograms(engine, day, guideline, facts.drugs).find_program, supposed)
    return DecidedTable(engine, facts, day, guideline, supposed, decided, tuple(notes))


class _TablePrograms(NamedTuple):
    """The programs of a ruleset, kept in the engine."""

    engine: Engine
    day: dt.date
    guideline: str
    drugs: tuple[str, ...]

    def find_program(self, supposed: Fixed, patched: bool) -> TableProgram:
        """The program where these values are so in every row."""
        prepared, kept = self.engine._prepared, self.engine._table_programs
        alike = prepared.find_alike(self.day, self.guideline)
        key = (alike, self.guideline, self.drugs, tuple(sorted(supposed.items())), patched)
        if key not in kept:
            if len(kept) >= MOST_PROGRAMS:
                kept.clear()
            kept[key] = self._make_program(supposed, patched)
        return kept[key]

    def _make_program(self, supposed: Fixed, patched: bool) -> TableProgram:
        from concordant.decide.columns import make_table_ruleset
        from concordant.decide.tables import TableProgram

        prepared = self.engine._prepared
        _, plain = self.engine.ruleset(self.day, self.guideline)
        rules = make_table_ruleset(plain, self.drugs, prepared.names)
        return TableProgram(rules, plain, prepared.plan, prepared.circuit, prepared.names, supposed, patched)


def _open_facts(engine: Engine, facts: Any) -> FactsTable:
    from concordant.readers.facts_checks import open_facts_table

    return open_facts_table(facts, engine.knowledge.features, engine._prepared.names)


def _find_day(facts: FactsTable) -> dt.date | None:
    """The day on which the facts of all rows are known; None where the table does not say. Raises Unreadable for several."""
    told = (facts.source.schema.metadata or {}).get(AS_OF)
    days = json.loads(told) if told is not None else []
    if len(days) > 1:
        says = f"its facts are known on {len(days)} days, from {min(days)} to {max(days)}, and no day is asked for"
        raise Unreadable(Complaint(says, "facts", way_out="Say by which day's guidelines, as in as_of='2024-06-01'"))
    return dt.date.fromisoformat(days[0]) if days else None


# -- records to a table ------------------------------------------------------------------------------------------------


def make_facts_table(engine: Engine, patients: Iterable[Patient | PatientRecord] | Source, as_of: Day) -> Any:
    """Derive the facts of patients into a table; see the function of that name in `concordant.api`."""
    check_tables_installed()
    from concordant.readers.facts_writing import write_facts_table

    found = list(_iter_facts_rows(engine, _iter_patients(engine, patients, as_of)))
    days = sorted({day.isoformat() for day, _ in found})
    metadata = {AS_OF.decode(): json.dumps(days)}
    return write_facts_table((row for _, row in found), engine.knowledge.features, metadata)


def _iter_patients(engine: Engine, patients: Any, as_of: Day) -> Iterator[Patient | PatientRecord]:
    if isinstance(patients, PatientRecord | Patient):
        return iter([patients])
    if isinstance(patients, str | os.PathLike | bytes | Mapping | NamedSource | SourceContent):
        return iter(engine.read(patients, as_of=as_of))
    return iter(patients)


def _iter_facts_rows(engine: Engine, patients: Iterable[Patient | PatientRecord]) -> Iterator[tuple[dt.date, Mapping[str, Cell]]]:
    prepared = engine._prepared
    for number, one in enumerate(patients, 1):
        record = check_readable(one).record if isinstance(one, Patient) else one
        name = one.id if isinstance(one, Patient) and one.id else str(number)
        facts = FactsOnDemand(record, prepared.plan, prepared.bare)
        row = make_fact_row(name, find_running_drugs(record), prepared.plan.features, facts)
        stated = join_words(feature for feature in prepared.plan.by_name if feature in record.stated)
        yield record.as_of, {**row, "stated": stated or None}


def check_tables_installed() -> None:
    """Raises Unreadable where NumPy or Arrow is not installed."""
    try:
        import numpy  # noqa: F401
        import pyarrow  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: F401
    except ImportError:
        way_out = "Install it with: pip install 'concordant[tables]'"
        raise Unreadable(Complaint("tables need an extra that is not installed", "facts", way_out=way_out)) from None
