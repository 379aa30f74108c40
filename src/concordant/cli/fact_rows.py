"""`export --to facts`: every patient of a source as a row of the table of facts, and a count that adds up."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections import Counter

from msgspec.structs import replace

from concordant.api import Engine
from concordant.api.exporting import export_patient, export_table
from concordant.cli.opening import make_sheet_label, open_patients
from concordant.errors import Broken, Complaint, ConcordantError, describe_bug
from concordant.export.dialects import Dialect
from concordant.outputs import open_sink
from concordant.patient.account import Account
from concordant.record.sources import Patient


def write_facts(engine: Engine, source: str, day: dt.date | None, dialect: Dialect, output: str) -> None:
    """The table, and each patient of the source; one that cannot be read is told, and the rest goes on.

    Raises Broken at the end where a mistake of the program met one of them.
    """
    met, refused = 0, Counter[bool]()
    with open_sink(output) as out:
        out.write(export_table(engine, dialect))
        for patient in open_patients(source, day, engine, Account()) if source else ():
            met += 1
            named = replace(patient, id=patient.id or make_sheet_label(source, ""))  # a case file names nobody
            told, is_bug = _write_patient(engine, named, dialect)
            if is_bug is not None:
                print(f"{named.id}: {told}", file=sys.stderr)  # noqa: T201
                refused[is_bug] += 1
            else:
                out.write(told)
    if source:
        print(f"{met} patients: {met - refused.total()} written, {refused.total()} refused.", file=sys.stderr)  # noqa: T201
    if refused[True]:
        raise Broken(Complaint("This is a bug in concordant: not every patient could be written. Please report it."))


def _write_patient(engine: Engine, patient: Patient, dialect: Dialect) -> tuple[str, bool | None]:
    """The row; else why there is none, and whether that is a mistake of the program."""
    try:
        return export_patient(engine, patient, dialect), None
    except ConcordantError as error:
        return str(error.complaints[0]), isinstance(error, Broken)
    except Exception as error:  # one patient never stops a batch
        if os.environ.get("CONCORDANT_DEBUG"):
            raise
        return describe_bug(error), True
