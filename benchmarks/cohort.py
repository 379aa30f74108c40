"""How fast a cohort is made: python -m benchmarks.cohort FOLDER [--write] [--sizes 10000 100000 1000000] [--spark]

FOLDER keeps the databases between runs: persons of whom three in a thousand have the disease, made by `concordant simulate`,
among people who are drawn in columns (`omop_people`). Making them is not on the clock. Every run is a program of its own, one
after the other; seconds are those of the processor, threads and children included, but where two processes are compared.
`--write` puts table and picture into the documentation.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

ROOT = Path(__file__).parent.parent
DAY = dt.date(2025, 12, 31)
SHARE, A_PART, SOME = 0.003, 1000, 300
SIZES = (10_000, 100_000, 1_000_000)
TIMES = (1, 2, 4)  # so many times the patients, for the memory


def make_source(folder: Path, persons: int) -> Path:
    """The database of so many persons, made where it is not there."""
    from benchmarks.omop_people import write_people

    target, patients = folder / f"persons-{persons}", int(persons * SHARE)
    if not target.exists():
        made, making = folder / f"patients-{patients}", folder / f"making-{persons}"
        if not made.exists():
            command = ("simulate", "-n", str(patients), "--seed", "1", "--format", "omop", "-o", str(made))
            subprocess.run([sys.executable, "-m", "concordant", *command], check=True, stdout=subprocess.DEVNULL)
        write_people(made / "omop", persons, making)
        making.rename(target)
    return target


def count_rows(source: Path) -> int:
    return sum(pq.read_metadata(path).num_rows for path in source.rglob("*.parquet") if path.parent.name != "concept")


# -- in a program of its own -------------------------------------------------------------------------------------------


def run_cohort(source: str, jobs: int, size: int) -> dict[str, Any]:
    """One cohort from its database to its files: seconds of the triage and of the rest, and the most memory."""
    from concordant.api import Engine
    from concordant.api import cohort_ranges as ranges
    from concordant.api.cohort_order import CohortOrder
    from concordant.api.cohorts import make_cohort

    engine, spent = Engine(), {"triage": 0.0}
    make_triage = ranges._make_triage

    def time_triage(*told: Any) -> Any:
        made, spent["triage"] = clock(lambda: make_triage(*told))
        return made

    ranges._make_triage = time_triage
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        order = CohortOrder(as_of=DAY, jobs=jobs, patients_a_part=size)
        flow = make_cohort(engine, source, Path(folder) / "out", order).summary.flow
        wall = time.perf_counter() - begun
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    points = sum(number for name, number in flow.items() if name.startswith("points."))
    told = {"parts": cpu - spent["triage"], "wall": wall, "mb": max(one.ru_maxrss for one in used) / 1000}
    return {**spent, **told, "patients": flow["patients"], "points": points}


def run_stages(source: str) -> dict[str, Any]:
    """The stages of some patients, one after the other on one core: seconds of CPU, and what each was done to."""
    import duckdb

    from concordant.api import Engine
    from concordant.api.cohort_order import CohortOrder, make_rules
    from concordant.api.exporting import export_sql
    from concordant.cohorts.deciding import decide_points
    from concordant.cohorts.facts import make_rows, write_point_facts
    from concordant.patient.account import Account
    from concordant.record.omop.database import open_database
    from concordant.record.omop.read import iter_some_patients
    from concordant.record.omop.schema import Persons
    from concordant.record.sources.asked import AsOf

    engine = Engine()
    rules = make_rules(engine, CohortOrder(as_of=DAY))
    reading = iter_some_patients(open_database(source), engine.words, AsOf(DAY), Persons(1, SOME), Account(), ())
    patients, read = clock(lambda: list(reading))
    told, derived = clock(lambda: [make_rows(patient, rules.facts) for patient in patients])
    rows = [row for one in told for row in one.rows]
    facts, written = clock(lambda: write_point_facts(rows, rules.facts.plan.features))
    _, planned = clock(lambda: decide_points(facts, rules.deciding))
    _, decided = clock(lambda: decide_points(facts, rules.deciding))
    query = export_sql(engine, DAY, "", "duckdb")
    with duckdb.connect() as base:
        base.execute("SET threads = 1")
        base.register("facts", facts)
        _, in_sql = clock(lambda: base.sql(query).to_arrow_table())
    stages = {"read": read, "derived": derived + written, "planned": planned - decided, "decided": decided, "sql": in_sql}
    return {**stages, "patients": len(patients), "points": len(rows)}


def run_spark(source: str) -> dict[str, Any]:
    """The same cohort by Spark on the cores of this machine."""
    from pyspark.sql import SparkSession

    from concordant.api import Engine
    from concordant.api.cohort_order import CohortOrder
    from concordant.api.spark import make_spark_cohort

    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "3g")
    session = spark.config("spark.driver.bindAddress", "127.0.0.1").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    tables = {path.name: session.read.parquet(str(path)) for path in Path(source).iterdir()}
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        flow = make_spark_cohort(Engine(), session, tables, Path(folder) / "out", CohortOrder(as_of=DAY)).summary.flow
        every = time.perf_counter() - begun
    session.stop()
    return {"every": every, "patients": flow["patients"]}


def clock(action: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the seconds of CPU that it takes."""
    begun = time.process_time()
    made = action()
    return made, time.process_time() - begun


def run_alone(name: str, *told: Any) -> dict[str, Any]:
    """One of the functions above, in a program of its own."""
    command = [sys.executable, "-m", "benchmarks.cohort", "--run", json.dumps([name, *told])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


# -- all of it -----------------------------------------------------------------------------------------------------------


def measure_all(folder: Path, sizes: list[int], spark: bool) -> dict[str, Any]:
    sources = {persons: make_source(folder, persons) for persons in sizes}
    growth = []
    for persons, source in sources.items():
        disk = sum(path.stat().st_size for path in source.rglob("*.parquet")) / 1e6
        growth.append(
            {"persons": persons, "rows": count_rows(source), "disk": disk, **run_alone("cohort", str(source), 1, A_PART)}
        )
        print(growth[-1], file=sys.stderr)
    few, base = make_source(folder, 100_000), int(100_000 * SHARE)
    patients = str(folder / f"patients-{base}" / "omop")
    told: dict[str, Any] = {"growth": growth, "stages": run_alone("stages", patients)}
    told["two"] = [run_alone("cohort", str(sources[min(max(sizes), 1_000_000)]), jobs, 250) for jobs in (1, 2)]
    told["memory"] = [
        {"patients": base * times, **run_alone("cohort", str(_repeat(folder, few, times)), 1, 100)} for times in TIMES
    ]
    if spark:
        told["spark"] = run_alone("spark", str(few))
    return told


def _repeat(folder: Path, source: Path, times: int) -> Path:
    """A database of so many times the persons."""
    return source if times == 1 else make_source(folder, 100_000 * times)


def tell_all(told: dict[str, Any]) -> str:
    """The tables of the documentation."""
    lines = [f"Python {platform.python_version()}, {platform.machine()}, {dt.date.today()}; one process unless told", ""]
    head = (
        "persons",
        "rows",
        "MB on disk",
        "triage, s",
        "rows/s",
        "patients",
        "points",
        "all else, s",
        "points/s",
        "most memory, MB",
    )
    lines += [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for one in told["growth"]:
        rates = one["rows"] / one["triage"], one["points"] / one["parts"]
        begin = f"{one['persons']:,} | {one['rows']:,} | {one['disk']:,.0f} | {one['triage']:.1f} | {rates[0]:,.0f}"
        lines.append(
            f"| {begin} | {one['patients']:,} | {one['points']:,} | {one['parts']:.1f} | {rates[1]:.0f} | {one['mb']:.0f} |"
        )
    return "\n".join([*lines, "", *_tell_stages(told), ""])


def _tell_stages(told: dict[str, Any]) -> list[str]:
    stages, (alone, two) = told["stages"], told["two"]
    points = stages["points"]
    lines = [
        f"{stages['patients']} patients with {points} points of decision, CPU of one core:",
        "",
        "| stage | a second | share |",
    ]
    lines += ["|---|---|---|"]
    every = sum(stages[name] for name in ("read", "derived", "decided"))
    for name, says, count in (
        ("read", "the whole record read, patients", stages["patients"]),
        ("derived", "read as of each point and derived, points", points),
        ("decided", "decided in planes, with the verdict, points", points),
    ):
        lines.append(f"| {says} | {count / stages[name]:,.0f} | {stages[name] / every:.2f} |")
    lines.append(f"| the query of one day in DuckDB, one thread, rows | {points / stages['sql']:,.0f} | |")
    lines += ["", f"Programs of planes are worked out once in a process, in {stages['planned']:.1f} s."]
    faster, more = alone["wall"] / two["wall"], (two["triage"] + two["parts"]) / (alone["triage"] + alone["parts"])
    lines.append(
        f"Two processes: {two['patients']:,} patients {faster:.2f} times as fast as one by the clock ({alone['wall']:.0f} and "
        f"{two['wall']:.0f} s, triage included), with {more:.2f} times the processor time."
    )
    memory = ", ".join(f"{one['mb']:.0f} MB of {one['patients']:,}" for one in told["memory"])
    lines.append(f"Most memory by patients, parts of 100: {memory}.")
    if "spark" in told:
        seconds, patients = told["spark"]["every"], told["spark"]["patients"]
        lines.append(f"Spark on the same two cores: {seconds:.0f} s on the clock for {patients:,} patients, triage included.")
    return lines


def draw_growth(growth: list[dict[str, Any]], path: Path) -> None:
    """Seconds by persons, both in powers of ten; a dotted line grows as the persons do."""
    import altair as alt

    rows = [
        {"persons": one["persons"], "seconds": one[key], "stage": stage}
        for one in growth
        for key, stage in (("triage", "triage"), ("parts", "read, derived, decided"))
        if one.get(key)
    ]
    last = max(row["seconds"] for row in rows)
    most = max(row["persons"] for row in rows)
    ideal = [
        {"persons": most / 10**k, "seconds": last / 10**k, "stage": "straight line"} for k in range(4) if most / 10**k >= 10_000
    ]
    color = alt.Color("stage:N", title=None, scale=alt.Scale(range=["#1b5e8a", "#9aa5ad", "#c4622d"]))
    axes = {
        "x": alt.X(
            "persons:Q",
            title="persons in the database",
            scale=alt.Scale(type="log"),
            axis=alt.Axis(format="~s", values=[1e4, 1e5, 1e6, 1e7]),
        ),
        "y": alt.Y(
            "seconds:Q",
            title="seconds of one core",
            scale=alt.Scale(type="log", domain=[1, 2000], nice=False),
            axis=alt.Axis(values=[1, 10, 100, 1000], format="~s"),
        ),
        "color": color,
    }
    measured = alt.Chart(alt.Data(values=rows)).mark_line(point=True, strokeWidth=2).encode(**axes)
    line = alt.Chart(alt.Data(values=ideal)).mark_line(strokeDash=[4, 4]).encode(**axes)
    (line + measured).properties(width=460, height=280).save(str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        name, *told = json.loads(asked.run)
        print(json.dumps({"cohort": run_cohort, "stages": run_stages, "spark": run_spark}[name](*told)))
        return
    measured = measure_all(asked.folder, asked.sizes, asked.spark)
    (asked.folder / "measured.json").write_text(json.dumps(measured, indent=1))
    table = tell_all(measured)
    print(table)
    if asked.write:
        page = ROOT / "docs" / "performance.md"
        head, _, rest = page.read_text(encoding="utf-8").partition("<!-- cohort -->\n")
        page.write_text(
            f"{head}<!-- cohort -->\n{table}<!-- /cohort -->{rest.partition('<!-- /cohort -->')[2]}", encoding="utf-8"
        )
        draw_growth(measured["growth"], ROOT / "docs" / "img" / "scaling.svg")


if __name__ == "__main__":
    main()
