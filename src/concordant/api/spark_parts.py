"""What runs in a worker of Spark: the rows of a part become its four files, by the functions that make them on one machine."""

from __future__ import annotations

import contextlib
import functools
import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.api.cohort_order import CohortOrder, make_rules
from concordant.api.engine import Engine
from concordant.api.spark_frames import PART
from concordant.cohorts.parts import ACCOUNT, FACTS, POINTS, REFUSED, Part, pack_part
from concordant.model.knowledge import decode_content, encode_content
from concordant.patient.account import Account
from concordant.record.omop.schema import CONCEPT
from concordant.record.sources.asked import AsOf

if TYPE_CHECKING:
    from concordant.cohorts.run import CohortRules
    from concordant.record.omop.schema import Persons

PACKED = f"part INT, {FACTS} BINARY, {ACCOUNT} BINARY, {REFUSED} BINARY, {POINTS} BINARY"
Batch: TypeAlias = pa.RecordBatch
Rows: TypeAlias = pa.Table


class SparkWork(NamedTuple):
    """What a worker is handed: of what its engine is made, the order, the persons of each part, concepts, as Arrow, and sentences
    about what is missing from everybody's record.
    """

    engine: bytes
    order: CohortOrder
    persons: Mapping[int, Persons]
    concepts: bytes | None
    missing: tuple[str, ...]


def pack_engine(engine: Engine) -> bytes:
    """What an engine is made of; local codes that are a file have to be where the workers find it."""
    return pickle.dumps((encode_content(engine.knowledge), engine.codes))


def make_packed_parts(work: SparkWork, batches: Iterable[Batch]) -> Iterator[Batch]:
    """The parts whose rows come in, one after the other: their files as bytes."""
    engine = _open_engine(work.engine)
    rules = make_rules(engine, work.order)
    concepts = {} if work.concepts is None else {CONCEPT.name: pa.ipc.open_stream(work.concepts).read_all()}
    for number, tables in _iter_parts(batches):
        packed = pack_part(_make_part(engine, rules, work, number, {**tables, **concepts}))
        columns = {name: pa.array([data], pa.binary()) for name, data in packed.items()}
        names = (FACTS, ACCOUNT, REFUSED, POINTS)
        yield pa.RecordBatch.from_pydict({"part": pa.array([number], pa.int32()), **{name: columns[name] for name in names}})


@functools.lru_cache(maxsize=1)
def _open_engine(packed: bytes) -> Engine:
    """The engine of this process, which goes on from task to task."""
    knowledge, codes = pickle.loads(packed)
    return Engine(decode_content(knowledge), codes=codes)


def _make_part(engine: Engine, rules: CohortRules, work: SparkWork, number: int, tables: Mapping[str, Rows]) -> Part:
    from concordant.cohorts.run import make_part
    from concordant.record.omop.arrow_tables import open_tables
    from concordant.record.omop.read import iter_some_patients

    order, nobody = work.order, Account()
    with contextlib.closing(open_tables(tables)) as kept:
        day, persons = AsOf(order.as_of, order.today), work.persons[number]
        return make_part(iter_some_patients(kept, engine.words, day, persons, nobody, work.missing), rules, nobody)


def _iter_parts(batches: Iterable[Batch]) -> Iterator[tuple[int, dict[str, Rows]]]:
    """The tables of each part; all rows of one come together."""
    held: dict[str, list[Batch]] = {}
    at: int | None = None
    for number, batch in _cut_batches(batches):
        if at is not None and number != at:
            yield at, _join_tables(held)
            held = {}
        at = number
        for name in batch.schema.names:
            if name != PART:
                held.setdefault(name, []).append(_unfold_rows(batch.column(name)))
    if at is not None:
        yield at, _join_tables(held)


def _cut_batches(batches: Iterable[Batch]) -> Iterator[tuple[int, Batch]]:
    """Pieces of batches of one part each."""
    for batch in batches:
        runs = pc.run_end_encode(batch.column(PART)) if batch.num_rows else None
        first = 0
        for number, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True) if runs is not None else ():
            yield number, batch.slice(first, end - first)
            first = end


def _unfold_rows(column: pa.StructArray) -> Batch:
    """The rows of one table: what its column holds, where it holds something."""
    rows = column.filter(column.is_valid())
    return pa.RecordBatch.from_arrays(rows.flatten(), names=[one.name for one in rows.type])


def _join_tables(held: Mapping[str, list[Batch]]) -> dict[str, Rows]:
    return {name: pa.Table.from_batches(batches) for name, batches in held.items()}
