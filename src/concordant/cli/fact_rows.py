"""`export --to facts` and `--to parameters`: what is known of every patient of a source, and a count that adds up."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from concordant.api import Engine
from concordant.cli.opening import make_sheet_label, open_patients
from concordant.errors import Broken, Complaint, ConcordantError, describe_bug
from concordant.outputs import open_sink
from concordant.patient.account import Account
from concordant.record.sources import Patient

WriteFacts = Callable[[Patient], str]


def write_facts(engine: Engine, source: str, day: dt.date | None, head: str, write_one: WriteFacts, output: str) -> None:
    """The head, and each patient of the source; one that cannot be read is told, and the rest goes on.

    Raises Broken at the end where a mistake of the program met one of them.
    """
    met, refused = 0, Counter[bool]()
    with open_sink(output) as out:
        out.write(head)
        for patient in open_patients(source, day, engine, Account()) if source else ():
            met += 1
            named = replace(patient, id=patient.id or make_sheet_label(source, ""))  # a case file names nobody
            told, is_bug = _write_patient(named, write_one)
            if is_bug is not None:
                print(f"{named.id}: {told}", file=sys.stderr)  # noqa: T201
                refused[is_bug] += 1
            else:
                out.write(told)
    if source:
        print(f"{met} patients: {met - refused.total()} written, {refused.total()} refused.", file=sys.stderr)  # noqa: T201
    if refused[True]:
        raise Broken(Complaint("This is a bug in concordant: not every patient could be written. Please report it."))


def _write_patient(patient: Patient, write_one: WriteFacts) -> tuple[str, bool | None]:
    """What is known; else why there is none, and whether that is a mistake of the program."""
    try:
        return write_one(patient), None
    except ConcordantError as error:
        return str(error.complaints[0]), isinstance(error, Broken)
    except Exception as error:  # one patient never stops a batch
        if os.environ.get("CONCORDANT_DEBUG"):
            raise
        return describe_bug(error), True
