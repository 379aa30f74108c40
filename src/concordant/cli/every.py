"""`recommend --all`: every patient of a source, one JSON object a line, and a count that adds up."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from concordant.api import Engine, Recommendation
from concordant.cli.opening import open_patients
from concordant.errors import Broken, Complaint, ConcordantError, describe_bug
from concordant.outputs import open_sink
from concordant.patient.account import Account
from concordant.record.sources import Patient

if TYPE_CHECKING:
    from concordant.cli.recording import Keeper  # loaded only where a record is named

PROGRESS = 100


def recommend_all(
    source: str,
    as_of: dt.date | None,
    guideline: str,
    output: str,
    engine: Engine,
    assume: dict[str, str],
    keeper: Keeper | None = None,
) -> None:
    """Answer for each patient; the line of one that cannot be answered says why, and the rest goes on.

    Raises Broken at the end where a mistake of the program met one of them.
    """
    met = answered = broken = 0
    with open_sink(output) as out:
        for patient in open_patients(source, as_of, engine, Account()):
            met += 1
            if met % PROGRESS == 0 and sys.stderr.isatty():
                print(f"\r{met} patients", end="", file=sys.stderr)  # noqa: T201
            answer, found, why, is_bug = _answer_patient(patient, guideline, engine, assume)
            if keeper is not None and found is not None:
                keeper.keep_line(found)
            if why:
                print(f"{patient.id}: {why}", file=sys.stderr)  # noqa: T201
            out.write(json.dumps({"patient": patient.id, **answer}, ensure_ascii=False) + "\n")
            answered += not why
            broken += is_bug
    failed = f", {broken} failed" if broken else ""
    print(f"{met} patients: {answered} answered, {met - answered - broken} refused{failed}.", file=sys.stderr)  # noqa: T201
    if broken:
        raise Broken(Complaint("This is a bug in concordant: not every patient could be answered. Please report it."))


def _answer_patient(
    patient: Patient, guideline: str, engine: Engine, assume: dict[str, str]
) -> tuple[dict[str, Any], Recommendation | None, str, bool]:
    """The answer as JSON and as such; else the error in its place, why there is none, and whether that is a mistake of ours."""
    try:
        found = engine.recommend(patient, guideline=guideline, assume=assume)
        return found.to_dict(), found, "", False
    except ConcordantError as error:
        why, is_bug = str(error.complaints[0]), isinstance(error, Broken)
    except Exception as error:  # one patient never stops a batch
        if os.environ.get("CONCORDANT_DEBUG"):
            raise
        why, is_bug = describe_bug(error), True
    return {"error": why}, None, why, is_bug
