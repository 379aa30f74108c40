"""What runs in a worker of Spark, without Spark: rows of parts as it hands them over become the files of one machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from concordant.api import Cohort, Engine
from concordant.api.cohort_order import CohortOrder
from concordant.api.cohort_ranges import TRIAGE, list_tasks
from concordant.api.cohorts import make_cohort
from concordant.api.spark_frames import PART, _assign_parts
from concordant.api.spark_parts import SparkWork, make_packed_parts, pack_engine
from concordant.cohorts.parts import name_part
from concordant.record.omop.schema import EPISODE_EVENT, READ
from tests.cohort.cdm import write_persons
from tests.shipped import shipped_knowledge

pytestmark = pytest.mark.long
ORDER = CohortOrder(as_of=dt.date(2026, 1, 1), patients_a_part=5)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    source = write_persons(tmp_path_factory.mktemp("cdm"), 12, 4)
    return make_cohort(Engine(shipped_knowledge()), str(source), tmp_path_factory.mktemp("out") / "whole", ORDER)


def iter_batches(kept: Path, parts: dict[int, int], rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of all tables by their parts, so many at a time: in each only the column of its table holds something."""
    paths = {table.name: kept / f"{table.name}.parquet" for table in (*READ, EPISODE_EVENT)}
    tables = {name: pq.read_table(path) for name, path in paths.items() if path.exists()}
    types = {name: pa.struct(list(table.schema)) for name, table in tables.items()}
    whose = {row["episode_id"]: row["person_id"] for row in tables["episode"].to_pylist()}
    told = [(find_part(row, whose, parts), name, row) for name, table in tables.items() for row in table.to_pylist()]
    told.sort(key=lambda one: one[0])
    for first in range(0, len(told), rows):
        some = told[first : first + rows]
        columns = {name: pa.array([row if at == name else None for _, at, row in some], type_) for name, type_ in types.items()}
        yield pa.RecordBatch.from_pydict({PART: pa.array([part for part, _, _ in some], pa.int32()), **columns})


def find_part(row: dict[str, Any], whose: dict[Any, Any], parts: dict[int, int]) -> int:
    return parts[int(row.get("person_id") or whose[row["episode_id"]])]


@pytest.mark.parametrize("rows", [1, 7, 10_000])
def test_a_worker_makes_the_files_of_one_machine(whole: Cohort, rows: int) -> None:
    kept = whole.folder / TRIAGE
    ids = sorted(int(id_) for id_ in pq.read_table(kept / "person.parquet").column("person_id").to_pylist())
    tasks = list_tasks(ids, ORDER.patients_a_part)
    parts = _assign_parts(ids, tasks).to_pydict()
    told = pq.read_table(kept / "concept.parquet")
    held = pa.BufferOutputStream()
    with pa.ipc.new_stream(held, told.schema) as stream:
        stream.write_table(told)
    persons = {task.number: task.persons for task in tasks}
    work = SparkWork(pack_engine(whole.engine), ORDER, persons, held.getvalue().to_pybytes(), ())
    batches = iter_batches(kept, dict(zip(parts["concordant_person"], parts[PART], strict=True)), rows)
    made = [row for batch in make_packed_parts(work, batches) for row in batch.to_pylist()]
    assert [row["part"] for row in made] == [0, 1, 2]
    for row in made:
        for kind in ("points", "facts", "account", "refused"):
            assert row[kind] == name_part(whole.folder, kind, row["part"]).read_bytes(), (row["part"], kind)


def test_a_person_between_two_parts_is_of_none() -> None:
    tasks = list_tasks([2, 4, 8, 9], 2)
    assert _assign_parts([1, 2, 3, 4, 5, 8, 9, 10], tasks).to_pydict() == {
        "concordant_person": [2, 3, 4, 8, 9],
        PART: [0, 0, 0, 1, 1],
    }
