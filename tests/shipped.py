"""The shipped case files, each read and answered once in a process, and how one law is held against all of them.

A law over every case is one test in `CHUNKS` parts, not a test a case. Part n of every law sees the same cases and runs in the
same worker, so that each answer is made once; what fails is listed by the name of its case.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from concordant.answer.engine import answer_record
from concordant.answer.schema import Answer
from concordant.errors import ConcordantError
from concordant.library import FOLDER, load_shipped
from concordant.patient.events import PatientRecord
from concordant.present.as_json import render_json
from concordant.present.page.document import Document
from concordant.present.page.page import build_document
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words
from concordant.texts import read_file
from tests.shares import share_of

AS_OF = dt.date(2022, 9, 20)  # for a case that has no date of its own
CASES = sorted((FOLDER / "cases").glob("*.yaml"))
SHIPPED = [*CASES, *sorted((FOLDER / "stories").glob("*.yaml"))]
CHUNKS = 8


def marks_of(chunk: int) -> list[pytest.MarkDecorator]:
    """The same worker for a part of every law; part 0 is looked at even in a hurry (`./dev check --quick`)."""
    group = pytest.mark.xdist_group(f"cases-{chunk}")
    return [group, pytest.mark.long] if chunk else [group]


in_chunks = pytest.mark.parametrize("chunk", [pytest.param(n, marks=marks_of(n)) for n in range(CHUNKS)])

# The same worker for all that compiles a folder of the knowledge: it parses its files once.
compiling = pytest.mark.xdist_group("compiling")


def chunk_of(name: str) -> int:
    """The part to which a case belongs in every law, whatever other cases there are."""
    return zlib.crc32(name.encode()) % CHUNKS


def failing(law: Callable[[Any], object], over: Iterable[Any], chunk: int | None = None) -> dict[str, str]:
    """What breaks the law, by the name of the case: the assertion that fails, or any other exception."""
    found: dict[str, str] = {}
    for one in over:
        name = str(getattr(one, "stem", None) or getattr(one, "name", None) or one)
        if chunk is None or chunk_of(name) == chunk:
            try:
                law(one)
            except (Exception, pytest.fail.Exception) as error:
                found[name] = str(error) if isinstance(error, AssertionError) else repr(error)
    return found


shipped_knowledge = functools.cache(load_shipped)


@functools.cache
def shipped_words() -> Any:
    """How drugs, tests and conditions are written, of the shipped knowledge."""
    return make_words(shipped_knowledge())


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
    return None if record is None else answer_record(record, shipped_knowledge())


@functools.cache
def page_of(path: Path, language: str = "en") -> Document:
    """The page of a case that is answered."""
    answer = answer_to(path)
    assert answer is not None
    return build_document(answer, language, knowledge=shipped_knowledge())


def failing_answers(law: Callable[[Path], object], chunk: int, share: str = "") -> dict[str, str]:
    """What breaks a law over the cases of one part that are answered; a costly law takes its share of them."""
    return failing(lambda path: answer_to(path) is None or law(path), share_of(share, CASES) if share else CASES, chunk)


def told_as_json(path: Path) -> dict[str, Any]:
    """The JSON answer of a case; empty for one that is refused."""
    told = _as_json(path)
    return json.loads(told) if told else {}


def shown(path: Path) -> tuple[dict[str, Any], str]:
    """The JSON answer and the terminal text of a case; both empty for one that is refused."""
    return told_as_json(path), _in_terminal(path)


@functools.cache
def _as_json(path: Path) -> str:
    answer = answer_to(path)
    return "" if answer is None else render_json(answer)


@functools.cache
def _in_terminal(path: Path) -> str:
    answer = answer_to(path)
    return "" if answer is None else render_terminal(answer, colour=False, width=100)
