"""What can be proved of a knowledge: obligations over all patients, and the cases that boundaries lack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path

from concordant.api.effect import find_cases
from concordant.api.engine import Engine
from concordant.errors import Complaint, ConcordantError, Unreadable
from concordant.library import FOLDER
from concordant.model.accepted import Obligation
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.texts import read_file
from concordant.verify.boundary import SuggestedCase, suggest_cases
from concordant.verify.decided import Proving
from concordant.verify.obligations import ObligationResult
from concordant.verify.run import MakeFinder, Prover

LONGEST = 10.0  # seconds for one question


def begin_proving(engine: Engine, day: dt.date | None, guideline: str = "") -> Proving:
    """The knowledge as it is in force on the day, or on the last one on which something in it changed."""
    newest, _ = engine.ruleset(None)
    day, ruleset = engine.ruleset(day, guideline)
    return Proving(engine.knowledge, ruleset, day, is_newest=not guideline and day >= newest)


def prove_obligations(now: Proving, names: Collection[Obligation] = (), timeout: float = LONGEST) -> Iterator[ObligationResult]:
    """Each obligation that is named (all where none is). Raises Unreadable where Z3 is not installed."""
    yield from Prover(now, load_finder(timeout)).prove(names)


def suggest_boundary_cases(engine: Engine, now: Proving, folder: Path, timeout: float = LONGEST) -> Iterator[SuggestedCase]:
    """The cases that the boundaries of numbers lack among those of a knowledge folder (the shipped ones where it has none)."""
    records = _read_records(engine, now, find_cases(folder, FOLDER))
    yield from suggest_cases(now, load_finder(timeout)(now.space), records)


def _read_records(engine: Engine, now: Proving, paths: list[Path]) -> Iterator[PatientRecord]:
    for path in paths:
        try:
            yield read_case(read_file(path), engine.knowledge, engine.words, now.as_of)
        except ConcordantError:  # bad input is what the case is about
            continue


def load_finder(timeout: float) -> MakeFinder:
    """What makes a finder of patients. Raises Unreadable where Z3 is not installed."""
    try:
        from concordant.verify.solver import Z3Finder
    except ImportError:
        way_out = "Install it: pip install 'concordant[prove]'"
        raise Unreadable(Complaint("proving needs the package 'z3-solver'", "concordant prove", way_out=way_out)) from None
    return lambda space: Z3Finder(space, timeout)
