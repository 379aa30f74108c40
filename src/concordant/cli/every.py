"""`recommend --all`: every patient of a source, one JSON object a line, and a count that adds up."""

from __future__ import annotations

import datetime as dt
import json
import sys

from concordant.api import Engine
from concordant.cli.opening import open_patients
from concordant.errors import ConcordantError
from concordant.outputs import open_sink
from concordant.patient.account import Account

PROGRESS = 100


def recommend_all(source: str, as_of: dt.date | None, guideline: str, output: str, engine: Engine) -> None:
    """Answer for each patient; one that is refused is named and counted, and the rest goes on."""
    met = answered = 0
    with open_sink(output) as out:
        for patient in open_patients(source, as_of, engine, Account()):
            met += 1
            if met % PROGRESS == 0 and sys.stderr.isatty():
                print(f"\r{met} patients", end="", file=sys.stderr)  # noqa: T201
            try:
                answer = engine.recommend(patient, guideline=guideline).to_dict()
            except ConcordantError as error:
                print(f"{patient.id}: {error.complaints[0]}", file=sys.stderr)  # noqa: T201
                continue
            out.write(json.dumps({"patient": patient.id, **answer}, ensure_ascii=False) + "\n")
            answered += 1
    print(f"{met} patients: {answered} answered, {met - answered} refused.", file=sys.stderr)  # noqa: T201
