"""A cohort of an OMOP database, by ranges of persons: each part is one, and several processes share them.

The triage stands in the folder of the cohort, so that a run that was stopped goes on with the same persons. A process makes its
own engine of the compiled knowledge: nothing is shared but files.
"""

from __future__ import annotations

import contextlib
import pickle
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec

from concordant.errors import Broken, Complaint
from concordant.model.knowledge import decode_content, encode_content
from concordant.outputs import write_file
from concordant.patient.account import SET_ASIDE, Account
from concordant.record.sources.asked import AsOf
from concordant.record.sources.local_codes import CodesSource

if TYPE_CHECKING:
    from concordant.api.cohort_order import CohortOrder
    from concordant.api.engine import Engine
    from concordant.cohorts.run import CohortRules
    from concordant.record.omop.schema import Persons

TRIAGE = "triage"
NO_SIGN = "no sign of the disease: no such diagnosis, no drug and no test of it"
Report = Callable[[int, int, int | None], None]  # parts that are done, patients in them, all parts where they are counted
Writer: TypeAlias = "subprocess.Popen[bytes]"


class TriageTold(msgspec.Struct, frozen=True):
    """What stands beside the triaged tables: how many persons there are and were kept, rows of nobody, what may be missing."""

    persons: int
    kept: int
    of_nobody: int
    missing: tuple[str, ...]
    notices: tuple[str, ...] = ()


class RangeTask(NamedTuple):
    """One part: its number, and the first and last id of its persons."""

    number: int
    persons: Persons


@dataclass(frozen=True, slots=True)
class RangeWork:
    """What a process needs to write parts by itself."""

    knowledge: bytes
    codes: CodesSource
    folder: Path
    order: CohortOrder
    missing: tuple[str, ...]


def write_triaged(
    engine: Engine, source: str, folder: Path, order: CohortOrder, rules: CohortRules, report: Report
) -> tuple[int, dict[str, Any]]:
    """Write all parts of a database; how many there are, and what is told of the triage."""
    told = _make_triage(engine, source, folder)
    tasks = list_tasks(_read_persons(folder / TRIAGE), order.patients_a_part)
    work = RangeWork(b"", engine.codes, folder, order, told.missing)
    if order.jobs <= 1 or len(tasks) <= 1:
        _write_here(_RangeWriter(engine, work, rules), tasks, report)
    else:
        _write_together(engine, work, tasks, report)
    return len(tasks), tell_triage(told)


def tell_triage(told: TriageTold) -> dict[str, Any]:
    """What the summary of a cohort says of its triage."""
    left_out = {NO_SIGN: told.persons - told.kept} if told.persons > told.kept else {}
    nobody = {SET_ASIDE: told.of_nobody} if told.of_nobody else {}
    return {"source": told.persons, "left_out": left_out, "nobody": nobody, "notices": told.notices}


def _make_triage(engine: Engine, source: str, folder: Path) -> TriageTold:
    """The triage in the folder of the cohort: made where it is not there, whole or not at all."""
    from concordant.record.omop.duck_triage import triage_database

    path = folder / TRIAGE / "triage.json"
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=TriageTold)
    made = TriageTold(*triage_database(source, engine.words, folder / TRIAGE))
    write_file(msgspec.json.encode(made), str(path))
    return made


def _read_persons(folder: Path) -> list[int]:
    import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

    told = pq.read_table(folder / "person.parquet", columns=["person_id"]).column(0).to_pylist()
    return sorted({int(id_) for id_ in told})


def list_tasks(ids: Sequence[int], size: int) -> list[RangeTask]:
    """The parts that some persons make, whose ids rise."""
    from concordant.record.omop.schema import Persons

    ranges = [ids[first : first + size] for first in range(0, len(ids), size)]
    return [RangeTask(number, Persons(some[0], some[-1])) for number, some in enumerate(ranges)]


class _RangeWriter:
    """Writes parts in this process."""

    def __init__(self, engine: Engine, work: RangeWork, rules: CohortRules) -> None:
        self.engine, self.work, self.rules = engine, work, rules

    def write_range(self, task: RangeTask) -> int:
        """Write one part, unless it is there; how many persons it has."""
        from concordant.cohorts.parts import is_part_done, read_flow, write_part
        from concordant.cohorts.run import make_part
        from concordant.record.omop.database import open_database
        from concordant.record.omop.read import iter_some_patients

        folder, order = self.work.folder, self.work.order
        if not is_part_done(folder, task.number):
            nobody, day = Account(), AsOf(order.as_of, order.today)
            with contextlib.closing(open_database(folder / TRIAGE)) as kept:
                patients = iter_some_patients(kept, self.engine.words, day, task.persons, nobody, self.work.missing)
                write_part(folder, task.number, make_part(patients, self.rules, nobody))
        return read_flow(folder, task.number)["patients"]


def _write_here(writer: _RangeWriter, tasks: Sequence[RangeTask], report: Report) -> None:
    met = 0
    for done, task in enumerate(tasks, 1):
        met += writer.write_range(task)
        report(done, met, len(tasks))


def _write_together(engine: Engine, work: RangeWork, tasks: Sequence[RangeTask], report: Report) -> None:
    """Write the parts in several processes, every so-manieth in one. Raises Broken where a process ended before its time: parts
    that are whole stay.

    They are programs of their own: a process of `multiprocessing` runs the caller's file again, and a notebook has none.
    """
    packed = replace(work, knowledge=encode_content(engine.knowledge))
    jobs = min(work.order.jobs, len(tasks))
    running = [_start_writer(packed, tasks[first::jobs]) for first in range(jobs)]
    try:
        met = 0
        for done, patients in enumerate(_iter_told(running), 1):
            met += patients
            report(done, met, len(tasks))
        if any(one.wait() for one in running):
            way_out = "Run the same command again: it goes on with the parts that are missing"
            raise Broken(Complaint("a process ended before its parts were written", str(work.folder), way_out=way_out))
    finally:
        for one in running:
            one.kill()
            one.wait()


def _start_writer(work: RangeWork, tasks: Sequence[RangeTask]) -> Writer:
    command = (sys.executable, "-c", f"from {__name__} import write_told_parts; write_told_parts()")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it has ended, which its exit code tells
        process.stdin.write(pickle.dumps((work, tasks)))
        process.stdin.close()
    return process


def _iter_told(running: Sequence[Writer]) -> Iterator[int]:
    """How many persons each part has, as the processes tell it; the end of what one tells is the end of the process."""
    open_ = {one.stdout: one for one in running if one.stdout is not None}
    while open_:
        ready, _, _ = select.select(list(open_), [], [])
        for stream in ready:
            if line := stream.readline():
                yield int(line)
            else:
                del open_[stream]


def write_told_parts() -> None:
    """Write the parts that standard input tells, and tell for each how many persons it has: what runs in each process."""
    from concordant.api.cohort_order import make_rules
    from concordant.api.engine import Engine

    work, tasks = pickle.load(sys.stdin.buffer)
    engine = Engine(decode_content(work.knowledge), codes=work.codes)
    writer = _RangeWriter(engine, work, make_rules(engine, work.order))
    with contextlib.suppress(BrokenPipeError):  # whoever asked is gone; the parts that are whole stay
        for task in tasks:
            print(writer.write_range(task), flush=True)  # noqa: T201
