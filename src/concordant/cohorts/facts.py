"""The points of one patient as rows of facts: the record as it was on each day, and what was given after it."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
from msgspec.structs import replace

from concordant.cohorts import columns as names
from concordant.cohorts.points import DecisionPoint, PointRules, find_points
from concordant.decide.running import find_running_drugs
from concordant.derive.engine import FactsOnDemand
from concordant.derive.plan import DerivationPlan
from concordant.errors import Broken, Complaint, ConcordantError, describe_bug
from concordant.model.features import Feature
from concordant.patient.events import PatientRecord
from concordant.patient.fact_table import PATIENT, Cell, join_words, make_fact_row
from concordant.patient.facts import Facts, Value
from concordant.readers.facts_table import STATED, ArrowTable
from concordant.readers.facts_writing import write_facts_table
from concordant.readers.truth_only import TruthOnly
from concordant.record.sources import Patient

NO_HISTORY = "its source tells no history: FHIR, OMOP and tables do"
POINT_TYPES = (
    (names.POINT, pa.string()),
    (names.DATE, pa.date32()),
    (names.NUMBER, pa.int32()),
    (names.SITE, pa.string()),
    (names.GIVEN, pa.string()),
    (names.GIVEN_OTHER, pa.string()),
    (names.GIVEN_DATE, pa.date32()),
    (names.TRIAL, pa.bool_()),
    (names.ASSUMED, pa.string()),
)
ROUGH = "date"  # among what is assumed: the source knows the month or the year of the point alone


@dataclass(frozen=True)
class FactRules:
    """How points become rows: what is assumed of every patient, and which features a guideline reads on a day.

    `supposed` are features that are taken to be so where a record leaves them open; `defaults` named defaults of the knowledge.
    """

    plan: DerivationPlan
    look: TruthOnly
    points: PointRules
    find_read: Callable[[dt.date], frozenset[str]]
    supposed: Mapping[str, Value]
    defaults: Mapping[str, str]
    study_words: frozenset[str]


class PatientRows(NamedTuple):
    """What comes of one patient: the rows of facts, the rows of the account, or why nothing can be said."""

    rows: list[dict[str, Any]]
    account: list[dict[str, Any]]
    refused: str = ""


def make_rows(patient: Patient, rules: FactRules) -> PatientRows:
    """The rows of a patient. A mistake that meets one of the points refuses the patient as a whole, and nobody else."""
    account = _count_account(patient)
    if patient.failure or patient.read_at is None:
        return PatientRows([], account, patient.failure or NO_HISTORY)
    try:
        points = find_points(patient.record, rules.points)
        return PatientRows([_make_row(patient, point, rules) for point in points], account)
    except ConcordantError as error:
        return PatientRows([], account, str(error.complaints[0]))
    except Exception as error:  # one patient never stops a cohort
        if os.environ.get("CONCORDANT_DEBUG"):
            raise
        return PatientRows([], account, describe_bug(error))


def _count_account(patient: Patient) -> list[dict[str, Any]]:
    """How many entries of each kind had each fate."""
    counted = Counter((row.kind, row.fate) for row in patient.account.rows)
    return [
        {PATIENT: patient.id, "table": kind, "fate": fate, "entries": number} for (kind, fate), number in sorted(counted.items())
    ]


def _make_row(patient: Patient, point: DecisionPoint, rules: FactRules) -> dict[str, Any]:
    given = point.given
    told = {
        PATIENT: patient.id,
        names.POINT: point.kind,
        names.DATE: point.day,
        names.NUMBER: point.number,
        names.SITE: patient.site or None,
        names.GIVEN: join_words(given.drugs) if given is not None else None,
        names.GIVEN_OTHER: join_words(given.other) if given is not None else None,
        names.GIVEN_DATE: given.date if given is not None else None,
        names.TRIAL: given is not None and _is_in_trial(given.other, rules),
    }
    return told if point.day is None else {**_derive_row(patient, point, point.day, rules), **told}


def _is_in_trial(other: Iterable[str], rules: FactRules) -> bool:
    return any(not rules.study_words.isdisjoint(word.lower().split()) for word in other)


def _derive_row(patient: Patient, point: DecisionPoint, day: dt.date, rules: FactRules) -> dict[str, Any]:
    """The facts of the record as it was on the day; nothing of later is looked at."""
    assert patient.read_at is not None
    read = patient.read_at(day)
    if read.failure:
        raise Broken(Complaint(read.failure))
    record, supposed = _suppose_open(replace(read.record, assumptions=dict(rules.defaults)), rules)
    facts = FactsOnDemand(record, rules.plan, rules.look)
    row: dict[str, Any] = make_fact_row(patient.id, find_running_drugs(record), rules.plan.features, facts)
    row[STATED] = join_words(name for name in rules.plan.by_name if name in record.stated) or None
    assumed = (*supposed, *_list_assumed(facts, rules.find_read(day), supposed), *((ROUGH,) if point.is_rough else ()))
    return {**row, names.ASSUMED: join_words(assumed) or None}


def _suppose_open(record: PatientRecord, rules: FactRules) -> tuple[PatientRecord, tuple[str, ...]]:
    """The record with what is declared of the whole cohort stated where it is silent; a conflict stays one."""
    if not rules.supposed:
        return record, ()
    facts = FactsOnDemand(record, rules.plan, rules.look)
    open_ = {n: v for n, v in rules.supposed.items() if facts[n].value is None and not facts[n].conflict}
    return replace(record, stated={**record.stated, **open_}), tuple(open_)


def _list_assumed(facts: Facts, read: frozenset[str], beside: Sequence[str]) -> Iterator[str]:
    """The features that the guideline reads, and whose value rests on silence or on a default that was chosen."""
    for name in sorted(read):
        fact = facts[name]
        if name not in beside and (fact.assumed or fact.default):
            yield name


def write_point_facts(rows: Sequence[Mapping[str, Any]], features: Sequence[Feature]) -> ArrowTable:
    """The rows as a table: the columns of facts as text and numbers, then those of the points."""
    cells: list[Mapping[str, Cell]] = list(rows)
    table = write_facts_table(cells, features, {})
    plain = [_spell_out(table.column(name)) for name in table.column_names]
    beside = [pa.array([row.get(name) for row in rows], kind) for name, kind in POINT_TYPES]
    return pa.table([*plain, *beside], names=[*table.column_names, *(name for name, _ in POINT_TYPES)])


def _spell_out(column: Any) -> Any:
    """A column of codes as its words, so that all partitions have one type."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
