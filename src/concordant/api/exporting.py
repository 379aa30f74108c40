"""The decision for other systems, and the facts that they decide on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from concordant.answer.engine import find_running_drugs
from concordant.api.opened import check_readable
from concordant.decide.ruleset import add_current_regimen, make_current_regimen
from concordant.patient.fact_table import Cell, make_fact_row
from concordant.record.sources import Patient

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.export.dialects import Dialect


def export_sql(engine: Engine, day: dt.date | None, guideline: str, dialect: Dialect) -> str:
    """The decision as one query over a table of facts, as of a day or of the last one on which something became known.

    Raises SqlMissing without the extra `sql`, Unreadable for a guideline that there is not.
    """
    from concordant.export.sql.script import write_sql

    day, frame = engine.ruleset(day, guideline)
    names = {drug.id: drug.name for drug in engine.knowledge.drugs}
    whatever = add_current_regimen(frame, make_current_regimen(tuple(names), names))
    return write_sql(engine.knowledge, whatever, day, dialect)


def export_table(engine: Engine, dialect: Dialect) -> str:
    """The SQL that makes the empty table of facts. Raises SqlMissing without the extra `sql`."""
    from concordant.export.facts import write_table

    return write_table(engine.knowledge.features, dialect)


def export_patient(engine: Engine, patient: Patient, dialect: Dialect) -> str:
    """The SQL that adds a patient to the table of facts. Raises Broken for one whose record could not be read."""
    from concordant.export.facts import write_row

    return write_row(make_patient_row(engine, check_readable(patient)), dialect)


def make_patient_row(engine: Engine, patient: Patient) -> dict[str, Cell]:
    """What is known of the patient on the record's day, as a row of the table of facts."""
    facts = engine.situation(patient.record).facts
    return make_fact_row(patient.id, find_running_drugs(patient.record), engine.knowledge.features, facts)
