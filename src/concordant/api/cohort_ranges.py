"""A cohort of an OMOP database, by ranges of persons: each part is one, and several processes share them.

The triage stands in the folder of the cohort, so that a run that was stopped goes on with the same persons. A process makes its
own engine of the compiled knowledge: nothing is shared but files.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from concordant.errors import Broken, Complaint
from concordant.model.knowledge import decode_content, encode_content
from concordant.outputs import write_file
from concordant.patient.account import Account
from concordant.record.sources.asked import AsOf
from concordant.record.sources.local_codes import CodesSource

if TYPE_CHECKING:
    from concordant.api.cohorts import CohortOrder
    from concordant.api.engine import Engine
    from concordant.cohort.run import CohortRules
    from concordant.record.omop.schema import Persons

TRIAGE = "triage"
NO_SIGN = "no sign of the disease: no such diagnosis, no drug and no test of it"
Report = Callable[[int, int], None]


class TriageTold(msgspec.Struct, frozen=True):
    """What stands beside the triaged tables: how many persons there are and were kept, and what may be missing."""

    persons: int
    kept: int
    missing: tuple[str, ...]


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
    tasks = list(_iter_tasks(folder / TRIAGE, order.patients_a_part))
    work = RangeWork(b"", engine.codes, folder, order, told.missing)
    if order.jobs <= 1 or len(tasks) <= 1:
        _write_here(_RangeWriter(engine, work, rules), tasks, report)
    else:
        _write_together(engine, work, tasks, report)
    left_out = {NO_SIGN: told.persons - told.kept} if told.persons > told.kept else {}
    return len(tasks), {"source": told.persons, "left_out": left_out}


def _make_triage(engine: Engine, source: str, folder: Path) -> TriageTold:
    """The triage in the folder of the cohort: made where it is not there, whole or not at all."""
    from concordant.record.omop.triage import triage_database

    path = folder / TRIAGE / "triage.json"
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=TriageTold)
    made = TriageTold(*triage_database(source, engine.words, folder / TRIAGE))
    write_file(msgspec.json.encode(made), str(path))
    return made


def _iter_tasks(folder: Path, size: int) -> Iterator[RangeTask]:
    import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]

    from concordant.record.omop.schema import Persons

    told = pq.read_table(folder / "person.parquet", columns=["person_id"]).column(0).to_pylist()
    ids = sorted({int(id_) for id_ in told})
    for number, first in enumerate(range(0, len(ids), size)):
        some = ids[first : first + size]
        yield RangeTask(number, Persons(some[0], some[-1]))


class _RangeWriter:
    """Writes parts in this process."""

    def __init__(self, engine: Engine, work: RangeWork, rules: CohortRules) -> None:
        self.engine, self.work, self.rules = engine, work, rules

    def write_range(self, task: RangeTask) -> int:
        """Write one part, unless it is there; how many persons it has."""
        from concordant.cohort.parts import is_part_done, read_flow, write_part
        from concordant.cohort.run import make_part
        from concordant.record.omop.read import iter_some_patients

        folder, order = self.work.folder, self.work.order
        if not is_part_done(folder, task.number):
            nobody, day = Account(), AsOf(order.as_of, order.today)
            patients = iter_some_patients(folder / TRIAGE, self.engine.words, day, task.persons, nobody, self.work.missing)
            write_part(folder, task.number, make_part(patients, self.rules, nobody))
        return read_flow(folder, task.number)["patients"]


def _write_here(writer: _RangeWriter, tasks: Sequence[RangeTask], report: Report) -> None:
    met = 0
    for done, task in enumerate(tasks, 1):
        met += writer.write_range(task)
        report(done, met)


_here: list[_RangeWriter] = []  # of a process that writes parts: its writer, made once


def _write_together(engine: Engine, work: RangeWork, tasks: Sequence[RangeTask], report: Report) -> None:
    """Raises Broken where a process ended before its time; parts that are whole stay."""
    packed = RangeWork(encode_content(engine.knowledge), work.codes, work.folder, work.order, work.missing)
    context = multiprocessing.get_context("spawn")
    met = 0
    try:
        with ProcessPoolExecutor(work.order.jobs, mp_context=context, initializer=_start_process, initargs=(packed,)) as pool:
            running = [pool.submit(_write_one, task) for task in tasks]
            for done, ended in enumerate(as_completed(running), 1):
                met += ended.result()
                report(done, met)
    except BrokenProcessPool:
        way_out = "Run the same command again: it goes on with the parts that are missing"
        raise Broken(Complaint("a process was ended before its part was written", str(work.folder), way_out=way_out)) from None


def _start_process(work: RangeWork) -> None:
    from concordant.api.cohorts import make_rules
    from concordant.api.engine import Engine

    engine = Engine(decode_content(work.knowledge), codes=work.codes)
    _here[:] = [_RangeWriter(engine, work, make_rules(engine, work.order))]


def _write_one(task: RangeTask) -> int:
    return _here[0].write_range(task)
