"""Small decision records: what they hold is not looked at by the chain."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from concordant.decisions.checking import Fault, walk_record
from concordant.decisions.record import DecisionRecord

KNOWLEDGE = "5" * 64


def make_record(folder: Path, answers: int = 6, name: str = "decisions.db") -> DecisionRecord:
    record = DecisionRecord(folder / name)
    for n in range(1, answers + 1):
        record.add_answer(KNOWLEDGE, f"patient {n}", b"what was kept of %d" % n)
    return record


def faults_of(record: DecisionRecord) -> list[Fault]:
    walk, entries = walk_record(record)
    for _ in entries:
        pass
    return walk.finish()


@contextlib.contextmanager
def opened(record: DecisionRecord) -> Iterator[sqlite3.Connection]:
    """The file as anybody opens it who goes round the program."""
    with contextlib.closing(sqlite3.connect(record.address.place)) as base, base:
        yield base
