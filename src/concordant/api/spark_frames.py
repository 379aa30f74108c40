"""What Spark is asked: the queries of a triage, and the rows of those who are kept, gathered by the part that they are of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.record.omop.checks import check_tables
from concordant.record.omop.queries import KEPT, WHOLE, read_person
from concordant.record.omop.schema import EPISODE_EVENT, FILES, READ, CdmTable

if TYPE_CHECKING:
    from concordant.api.cohort_ranges import RangeTask
    from concordant.record.omop.triage import TriageQueries

Frame: TypeAlias = Any  # a DataFrame of Spark
Rows: TypeAlias = pa.Table
PART, PARTS = "concordant_part", "concordant_parts"
TIMES = ("timestamp", "timestamp_ntz")  # a zone would move their days; as text they are what the source says


class SparkSystem:
    """A session of Spark as what runs the queries of a triage; what it keeps is given free at the end."""

    def __init__(self, spark: Any) -> None:
        self.spark = spark
        self.kept: list[Frame] = []
        self.named: list[str] = []

    def __enter__(self) -> SparkSystem:
        return self

    def __exit__(self, *_: object) -> None:
        for frame in self.kept:
            frame.unpersist()
        for name in self.named:
            self.spark.catalog.dropTempView(name)

    def answer_query(self, query: str) -> Rows:
        """What a query gives."""
        return self.spark.sql(query).toArrow()

    def keep_query(self, name: str, query: str) -> None:
        """Work a query out once, and name what it gives."""
        self.name_frame(name, self.keep_frame(self.spark.sql(query)))

    def add_rows(self, name: str, rows: Rows) -> None:
        """Name some rows."""
        self.name_frame(name, self.spark.createDataFrame(rows))

    def keep_frame(self, frame: Frame) -> Frame:
        """Work a frame out once."""
        self.kept.append(frame.persist())
        return self.kept[-1]

    def name_frame(self, name: str, frame: Frame) -> None:
        """Name a frame, as a view of this session."""
        frame.createOrReplaceTempView(name)
        self.named.append(name)


@dataclass(slots=True)
class SparkTables:
    """The tables of a CDM as views: for each the SQL that names it, its columns, and which of them are whole numbers."""

    name: str
    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    whole: dict[str, set[str]] = field(default_factory=dict)
    times: dict[str, set[str]] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_frames(cls, name: str, frames: Mapping[str, Frame], system: SparkSystem) -> SparkTables:
        """Those that are read, of frames by the names of their tables. Raises Refused as for any CDM."""
        made, wanted = cls(name), {table.name for table in FILES}
        for table, frame in frames.items():
            if table.lower() in wanted:
                made._add_frame(table.lower(), frame, system)
        check_tables(made)
        return made

    def _add_frame(self, table: str, frame: Frame, system: SparkSystem) -> None:
        types = {column.lower(): type_ for column, type_ in frame.dtypes}
        self.tables[table], self.columns[table] = f"concordant_source_{table}", set(types)
        self.whole[table] = {column for column, type_ in types.items() if type_.upper() in WHOLE}
        self.times[table] = {column for column, type_ in types.items() if type_ in TIMES}
        system.name_frame(self.tables[table], frame)


def gather_rows(triage: TriageQueries, system: SparkSystem, tasks: Sequence[RangeTask]) -> Frame:
    """The rows of the persons of some parts, each with its part and, in a column of the name of its table, what it says.

    All rows of a part are in one partition, one part after the other.
    """
    parts = _assign_parts(system.answer_query(f"SELECT person FROM {KEPT}").column(0).to_pylist(), tasks)
    system.add_rows(PARTS, parts)
    assert isinstance(triage.source, SparkTables)
    frames = [system.spark.sql(query) for query in _list_queries(triage, triage.source)]
    joined, *others = frames
    for other in others:
        joined = joined.unionByName(other, allowMissingColumns=True)
    return joined.repartition(len(tasks), PART).sortWithinPartitions(PART)


def _assign_parts(persons: Sequence[int], tasks: Sequence[RangeTask]) -> Rows:
    """The part in whose range each person lies, who need not stand among the persons; some lie in none."""
    ordered = sorted(tasks, key=lambda task: task.persons.first)
    firsts = [task.persons.first for task in ordered]
    found = [(id_, ordered[bisect_right(firsts, id_) - 1]) for id_ in persons if id_ >= firsts[0]]
    rows = [(id_, task.number) for id_, task in found if id_ <= task.persons.last]
    return pa.table({"concordant_person": [id_ for id_, _ in rows], PART: pa.array([part for _, part in rows], pa.int32())})


def _list_queries(triage: TriageQueries, source: SparkTables) -> Iterator[str]:
    for table in READ:
        if table.name in triage.kept:
            person = read_person(source, table.name)
            told = f"SELECT {PART}, {_gather_cells(source, table)} FROM {triage.kept[table.name]}"
            yield f"{told} JOIN {PARTS} ON {person} = concordant_person"
    if EPISODE_EVENT.name in triage.kept and "episode" in triage.kept:
        yield _select_links(triage, source)


def _select_links(triage: TriageQueries, source: SparkTables) -> str:
    """What stands in an episode belongs to the part of its person."""
    links, episodes = triage.kept[EPISODE_EVENT.name], triage.kept["episode"]
    whose = f"SELECT DISTINCT CAST(episode_id AS STRING) AS concordant_episode, {read_person(source, 'episode')} AS person"
    told = f"SELECT {PART}, {_gather_cells(source, EPISODE_EVENT)} FROM {links}"
    owners = f"({whose} FROM {episodes}) AS owners ON CAST(episode_id AS STRING) = concordant_episode"
    return f"{told} JOIN {owners} JOIN {PARTS} ON owners.person = concordant_person"


def _gather_cells(source: SparkTables, table: CdmTable) -> str:
    """The cells of a row that are read, in one column."""
    have = [column for column in table.columns if column in source.columns[table.name]]
    cells = (f"'{c}', CAST({c} AS STRING)" if c in source.times[table.name] else f"'{c}', {c}" for c in have)
    return f"named_struct({', '.join(cells)}) AS {table.name}"
