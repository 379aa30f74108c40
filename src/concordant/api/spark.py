"""Cohorts where Spark has the data: the triage as its own queries, records derived in its workers, facts decided by its SQL.

Spark finds the persons who may be of the disease and gathers their rows; each worker then makes parts of them by the functions
that make them on one machine, so that both write the same files. Needs `pip install 'concordant[spark]'` here and on the workers.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.api.cohort_order import CohortOrder, make_rules
from concordant.api.cohort_ranges import TRIAGE, RangeTask, Report, TriageTold, list_tasks, tell_triage
from concordant.api.cohorts import Cohort, make_summary
from concordant.api.exporting import export_sql
from concordant.api.spark_frames import SparkSystem, SparkTables, gather_rows
from concordant.api.spark_parts import PACKED, SparkWork, make_packed_parts, pack_engine
from concordant.outputs import write_file
from concordant.patient.fact_table import PATIENT

if TYPE_CHECKING:
    from concordant.api.engine import Engine
    from concordant.record.omop.queries import CdmColumns
    from concordant.record.omop.triage import TriageQueries

Frame: TypeAlias = Any  # a DataFrame of Spark
Session: TypeAlias = Any
ITERATIONS = ("spark.sql.analyzer.maxIterations", "spark.sql.optimizer.maxIterations")  # the query is a long chain
FACTS = "concordant_facts"


def make_spark_cohort(
    engine: Engine,
    spark: Session,
    tables: Mapping[str, Frame],
    folder: str | os.PathLike[str],
    order: CohortOrder,
    *,
    name: str = "spark",
    report: Report | None = None,
) -> Cohort:
    """Make the cohort of an OMOP CDM whose tables are DataFrames in a folder of this machine, or go on with one that was stopped.

    `name` is what the cohort calls its source. A triage is always made. Raises Unreadable or Refused as `make_cohort` does.
    """
    from concordant.cohorts.run import begin_cohort, end_cohort
    from concordant.record.omop.triage import TriageQueries

    target, summary = Path(folder), make_summary(engine, name, order)
    make_rules(engine, order)  # a guideline that there is not is told now, and not by a worker
    begin_cohort(target, summary)
    with SparkSystem(spark) as system:
        triage = TriageQueries(SparkTables.from_frames(name, tables, system), system, engine.words)
        triage.keep_persons()
        tasks = list_tasks(_list_persons(triage, system), order.patients_a_part)
        _write_parts(engine, triage, system, target, order, tasks, report or (lambda *_: None))
        told = _write_triage(target, triage)
    end_cohort(target, msgspec.structs.replace(summary, **tell_triage(told)), len(tasks))
    return Cohort(engine, target)


def _list_persons(triage: TriageQueries, system: SparkSystem) -> list[int]:
    from concordant.record.omop.queries import read_person

    query = f"SELECT DISTINCT {read_person(triage.source, 'person')} AS person FROM {triage.kept['person']}"
    return sorted(id_ for id_ in system.answer_query(query).column(0).to_pylist() if id_ is not None)


def _write_parts(
    engine: Engine,
    triage: TriageQueries,
    system: SparkSystem,
    folder: Path,
    order: CohortOrder,
    tasks: Sequence[RangeTask],
    report: Report,
) -> None:
    """Have the parts made that are not there; the files of each come here one part at a time."""
    from concordant.cohorts.parts import is_part_done, read_flow, write_packed

    met = 0
    missing = [task for task in tasks if not is_part_done(folder, task.number)]
    if missing:
        rows = gather_rows(triage, system, missing)
        persons = {task.number: task.persons for task in missing}
        work = SparkWork(pack_engine(engine), order, persons, _pack_concepts(triage), _list_missing(triage.source))
        made = system.keep_frame(rows.mapInArrow(partial(make_packed_parts, work), PACKED))
        made.count()  # all of them at a time; what follows fetches them in turn
        for done, row in enumerate(made.toLocalIterator(), 1):
            write_packed(folder, row["part"], {name: bytes(row[name]) for name in row.asDict() if name != "part"})
            met += read_flow(folder, row["part"])["patients"]
            report(done, met, len(missing))


def _pack_concepts(triage: TriageQueries) -> bytes | None:
    concepts = triage.list_concepts()
    if concepts is None:
        return None
    held = pa.BufferOutputStream()
    with pa.ipc.new_stream(held, concepts.schema) as stream:
        stream.write_table(concepts)
    return bytes(held.getvalue().to_pybytes())


def _list_missing(source: CdmColumns) -> tuple[str, ...]:
    from concordant.record.omop.database import list_missing_tables
    from concordant.record.omop.read import describe_missing_tables

    return tuple(describe_missing_tables(list_missing_tables(source), source.damaged))


def _list_notices(source: CdmColumns) -> tuple[str, ...]:
    from concordant.record.omop.read import describe_lacking_columns

    return tuple(describe_lacking_columns(source))


def _write_triage(folder: Path, triage: TriageQueries) -> TriageTold:
    from concordant.record.omop.duck_triage import LEFT_OUT, write_rows

    write_rows(triage.count_left_out().to_reader(), folder / TRIAGE, LEFT_OUT)
    told = TriageTold(
        *triage.count_persons(), triage.count_of_nobody(), _list_missing(triage.source), _list_notices(triage.source)
    )
    write_file(msgspec.json.encode(told), str(folder / TRIAGE / "triage.json"))
    return told


def decide_spark_facts(engine: Engine, facts: Frame, as_of: dt.date | None = None, guideline: str = "") -> Frame:
    """What the guidelines of a day say of each row of facts, by the query of `concordant export --to sql`, run by Spark.

    Without a day the table has to be that of a cohort, whose points each have their own: they are decided by as many queries as
    there are rulesets on their days, and stand with `patient`, `point` and `number`. Planning a query takes Spark about a minute.
    """
    spark = facts.sparkSession
    for name in ITERATIONS:
        spark.conf.set(name, "1000")
    if as_of is not None:
        return _run_query(engine, facts, as_of, guideline, FACTS)
    days = [row[0] for row in facts.select("date").distinct().collect() if row[0] is not None]
    buckets: dict[int, list[dt.date]] = {}
    for day in sorted(days):
        buckets.setdefault(engine._prepared.find_alike(day, guideline), []).append(day)
    decided = [_decide_points(engine, facts, some, guideline, f"{FACTS}_{number}") for number, some in sorted(buckets.items())]
    return _join_frames(decided)


def _decide_points(engine: Engine, facts: Frame, days: Sequence[dt.date], guideline: str, view: str) -> Frame:
    """The points of days that share a ruleset; each is a patient of its own to the query."""
    some = facts.where(facts["date"].isin(list(days)))
    joined = some.selectExpr("*", f"to_json(array({PATIENT}, point, CAST(number AS STRING))) AS concordant_point")
    decided = _run_query(engine, joined.drop(PATIENT).withColumnRenamed("concordant_point", PATIENT), days[0], guideline, view)
    named = [f"from_json({PATIENT}, 'array<string>')[{place}]" for place in range(3)]
    keys = [f"{named[0]} AS {PATIENT}", f"{named[1]} AS point", f"CAST({named[2]} AS INT) AS number"]
    return decided.selectExpr(*keys, *(f"`{name}`" for name in decided.columns if name != PATIENT))


def _run_query(engine: Engine, facts: Frame, day: dt.date, guideline: str, view: str) -> Frame:
    facts.createOrReplaceTempView(view)
    return facts.sparkSession.sql(export_sql(engine, day, guideline, "spark", view).rstrip().removesuffix(";"))


def _join_frames(frames: Sequence[Frame]) -> Frame:
    joined, *others = frames
    for other in others:
        joined = joined.unionByName(other, allowMissingColumns=True)
    return joined
