"""The shipped case files, each read and answered once in a process: many tests look at the same answers."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any

from concordant.answer.model import Answer
from concordant.answer.recommend import recommend
from concordant.complaints import ConcordantError
from concordant.library import FOLDER, load
from concordant.present.as_json import as_json
from concordant.present.terminal import render
from concordant.record.casefile import read_case
from concordant.record.events import PatientRecord
from concordant.record.vocabulary import words_of
from concordant.texts import read_file

AS_OF = dt.date(2022, 9, 20)  # for a case that has no date of its own
CASES = sorted((FOLDER / "cases").glob("*.yaml"))

shipped_knowledge = functools.cache(load)


@functools.cache
def shipped_words() -> Any:
    """How drugs, tests and conditions are written, of the shipped knowledge."""
    return words_of(shipped_knowledge())


def case(name: str) -> Path:
    """The shipped case whose number this is."""
    return next(path for path in CASES if path.stem.split("-")[0] == name)


@functools.cache
def record_of(path: Path) -> PatientRecord | None:
    """The record of a case file; None for one that is refused."""
    try:
        return read_case(read_file(path), shipped_knowledge(), shipped_words(), AS_OF)
    except ConcordantError:
        return None


@functools.cache
def answer_to(path: Path) -> Answer | None:
    """The answer to a case; None for one that is refused."""
    record = record_of(path)
    return None if record is None else recommend(record, shipped_knowledge())


@functools.cache
def shown(path: Path) -> tuple[dict[str, Any], str]:
    """The JSON answer and the terminal text of a case; both empty for one that is refused. Nobody may change them."""
    answer = answer_to(path)
    return ({}, "") if answer is None else (json.loads(as_json(answer)), render(answer, colour=False, width=100))
