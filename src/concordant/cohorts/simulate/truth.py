"""The truth beside a simulated source: who the patients are, their courses, and their facts at each point, without a gap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts.simulate.draws import Column
from concordant.cohorts.simulate.entries import list_orders
from concordant.cohorts.simulate.fact_table import make_fact_table
from concordant.cohorts.simulate.history import ENDINGS, NEVER, SETTINGS, History
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.point_table import write_words
from concordant.cohorts.simulate.streams import Days, Rows
from concordant.patient.fact_table import PATIENT, join_words
from concordant.readers.facts_table import ArrowTable

ONGOING = ENDINGS.index("ongoing")


def make_truth(plan: SimulationPlan, history: History) -> dict[str, ArrowTable]:
    """The tables of the truth by name."""
    facts = make_fact_table(plan, history, gaps=False, quiet=False)
    told = {"patients": _make_patients(history), "courses": _make_courses(plan, history)}
    return {**told, "orders": _make_orders(plan, history), "facts": facts}


def _make_patients(history: History) -> ArrowTable:
    """A row a patient: the days of the disease, and everything that was drawn of them."""
    days = {"born": history.births, "diagnosed": history.firsts, "advanced": history.advanced, "died": history.deaths}
    drawn = {name: _write_column(column) for name, column in history.frame.columns.items()}
    told = {name: _write_days(values) for name, values in days.items()}
    return pa.table({PATIENT: _write_ids(history, np.arange(history.rows)), **told, **drawn})


def _write_ids(history: History, rows: Rows) -> Any:
    return pa.array(history.patients[rows]).cast(pa.string())


def _write_column(column: Column) -> Any:
    return write_words(column.values, column.words) if column.words else pa.array(column.values.astype(np.float64))


def _write_days(days: Days) -> Any:
    return pa.array(days, pa.int32(), mask=days == NEVER).cast(pa.date32())


def _make_courses(plan: SimulationPlan, history: History) -> ArrowTable:
    """A row a course: what was begun together and what was added, from when to when, why it ended, and when the disease grew."""
    block = history.join_courses()
    order = np.lexsort((block.numbers, block.starts, block.rows))
    begun, added = _mark_drugs(history, len(block.rows))
    ends = np.where(block.endings == ONGOING, NEVER, block.ends).astype(np.int32)
    return pa.table(
        {
            PATIENT: _write_ids(history, block.rows[order]),
            "number": pa.array(block.numbers[order], pa.int32()),
            "setting": write_words(block.settings[order], SETTINGS),
            "regimen": write_words(block.regimens[order], plan.regimens),
            "drugs": _write_drugs(plan, begun[order]),
            "added": _write_drugs(plan, added[order]),
            "start": _write_days(block.starts[order]),
            "end": _write_days(ends[order]),
            "ended_by": write_words(block.endings[order], ENDINGS),
            "progression": _write_days(block.grown[order]),
        }
    )


def _make_orders(plan: SimulationPlan, history: History) -> ArrowTable:
    """A row an order that nobody carried out; a complete record has none of them."""
    blocks = list_orders(plan, history)
    rows = np.concatenate([np.zeros(0, np.intp), *(block.rows for block in blocks)])
    days = np.concatenate([np.zeros(0, np.int32), *(block.days for block in blocks)])
    drugs = [block.drug for block in blocks for _ in block.rows]
    order = np.lexsort((days, rows))
    told = pa.array([drugs[place] for place in order], pa.string())
    return pa.table({PATIENT: _write_ids(history, rows[order]), "drug": told, "day": _write_days(days[order])})


def _mark_drugs(history: History, courses: int) -> tuple[Any, Any]:
    """The drugs that each course begins with, and those that come later, a bit each."""
    begun, added = np.zeros(courses, np.uint64), np.zeros(courses, np.uint64)
    for span in history.spans:
        (added if span.plan.after else begun)[span.courses] |= np.uint64(1 << span.drug)
    return begun, added


def _write_drugs(plan: SimulationPlan, masks: Any) -> Any:
    sets, places = np.unique(masks, return_inverse=True)
    names = [join_words(plan.name_drugs(int(mask))) for mask in sets]
    return write_words(places, names)
