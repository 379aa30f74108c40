"""The decision for other systems, and the facts that they decide on."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from concordant.api.opened import check_readable
from concordant.decide.ruleset import Ruleset, add_current_regimen
from concordant.decide.running import find_running_drugs, make_current_regimen
from concordant.errors import Complaint, Refused, Unreadable
from concordant.patient.fact_table import Cell, make_fact_row
from concordant.record.sources import Patient

if TYPE_CHECKING:
    from concordant.api import Engine
    from concordant.export.dialects import Dialect

ADDRESS = r"(https?://|urn:)[^\s|#?]+"


def export_sql(engine: Engine, day: dt.date | None, guideline: str, dialect: Dialect, table: str = "facts") -> str:
    """The decision as one query over a table of facts, as of a day or of the last one on which something became known.

    Raises SqlMissing without the extra `sql`, Unreadable for a guideline that there is not.
    """
    from concordant.export.sql.script import write_sql

    day, frame = _find_frame(engine, day, guideline)
    return write_sql(engine.knowledge, frame, day, dialect, table)


def export_dbt(engine: Engine, day: dt.date | None, guideline: str, dialect: Dialect) -> str:
    """The decision as a model of dbt, over the model or seed `facts`. Raises what `export_sql` raises."""
    from concordant.export.sql.dbt import write_dbt_model

    day, frame = _find_frame(engine, day, guideline)
    return write_dbt_model(engine.knowledge, frame, day, dialect)


def export_cql(engine: Engine, day: dt.date | None, guideline: str, *, elm: bool = False) -> str:
    """The decision as a library of CQL over the facts of one patient, or as the ELM of it.

    Raises Refused for what CQL cannot express, Unreadable for a guideline that there is not.
    """
    from concordant.export.cql.library import write_cql, write_elm
    from concordant.export.cql.script import make_library

    day, frame = _find_frame(engine, day, guideline)
    library, _ = make_library(engine.knowledge, frame, day)
    return write_elm(library).decode() if elm else write_cql(library)


def export_plan_definition(engine: Engine, day: dt.date | None, guideline: str, canonical: str) -> str:
    """The decision as a bundle of FHIR R4: a library, and plan definitions whose addresses begin with `canonical`.

    Raises Refused for what CQL cannot express, Unreadable for a guideline that there is not, or an address that is none.
    """
    from concordant.export.plan_definition.bundle import write_bundle

    if not re.fullmatch(ADDRESS, canonical):
        raise Unreadable(Complaint("no address for resources", canonical, way_out="Write it as https://example.org/fhir"))
    day, frame = _find_frame(engine, day, guideline)
    return write_bundle(engine.knowledge, frame, day, canonical)


def _find_frame(engine: Engine, day: dt.date | None, guideline: str) -> tuple[dt.date, Ruleset]:
    """What is in force on a day, for a patient who may take anything now."""
    day, frame = engine.ruleset(day, guideline)
    if not frame.in_force:
        says = f"no guideline of this knowledge is in force on {day.isoformat()}"
        raise Refused(Complaint(says, "export", way_out="Name a later day with --as-of"))
    names = {drug.id: drug.name for drug in engine.knowledge.drugs}
    return day, add_current_regimen(frame, make_current_regimen(tuple(names), names))


def export_table(engine: Engine, dialect: Dialect) -> str:
    """The SQL that makes the empty table of facts. Raises SqlMissing without the extra `sql`."""
    from concordant.export.facts import write_table

    return write_table(engine.knowledge.features, dialect)


def export_patient(engine: Engine, patient: Patient, dialect: Dialect) -> str:
    """The SQL that adds a patient to the table of facts. Raises Broken for one whose record could not be read."""
    from concordant.export.facts import write_row

    return write_row(make_patient_row(engine, check_readable(patient)), dialect)


def export_parameters(engine: Engine, patient: Patient) -> str:
    """The facts of a patient as a line of FHIR Parameters. Raises Broken for one whose record could not be read."""
    from concordant.export.parameters import write_parameters

    return write_parameters(make_patient_row(engine, check_readable(patient)))


def make_patient_row(engine: Engine, patient: Patient) -> dict[str, Cell]:
    """What is known of the patient on the record's day, as a row of the table of facts."""
    facts = engine.situation(patient.record).facts
    return make_fact_row(patient.id, find_running_drugs(patient.record), engine.knowledge.features, facts)
