"""Spark makes the cohort that one machine makes, byte for byte, also where a worker is killed; and decides facts by SQL."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from concordant.api import Cohort, Engine
from concordant.api.cohort_order import CohortOrder
from concordant.api.cohorts import make_cohort
from tests.cohort.cdm import write_persons
from tests.shipped import shipped_knowledge

pyspark = pytest.importorskip(
    "pyspark", reason="Spark takes 0.8 GB and Java: python -m pip install 'concordant[spark]', then this file"
)
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("spark")]
ROOT = Path(__file__).parents[2]
PATIENTS, OTHERS = 24, 10
ORDER = CohortOrder(as_of=dt.date(2026, 1, 1), patients_a_part=4)
HOME = str(Path(pyspark.__file__).parent)
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Xss64m",  # the query is a long chain
    "spark.driver.memory": "3g",
    "spark.executor.memory": "700m",
    "spark.sql.shuffle.partitions": "4",
    "spark.executorEnv.PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", ROOT))),
    "spark.pyspark.python": sys.executable,
}


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Two workers of one core, each a program of its own."""
    from pyspark.sql import SparkSession

    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": HOME}
    builder = SparkSession.builder.master("local-cluster[2,1,1024]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Persons as Parquet."""
    texts, folder = write_persons(tmp_path_factory.mktemp("csv"), PATIENTS, OTHERS), tmp_path_factory.mktemp("cdm")
    for path in texts.glob("*.csv"):
        pq.write_table(csv.read_csv(path), folder / f"{path.stem}.parquet")
    return folder


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return make_cohort(Engine(shipped_knowledge()), str(source), tmp_path_factory.mktemp("out") / "whole", ORDER)


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of all parts."""
    kinds = ("points", "facts", "account", "refused")
    return {f"{kind}/{path.name}": path.read_bytes() for kind in kinds for path in sorted((folder / kind).iterdir())}


def frames_of(spark: Any, source: Path) -> dict[str, Any]:
    return {path.stem: spark.read.parquet(str(path)) for path in source.glob("*.parquet")}


def make_on_spark(spark: Any, source: Path, folder: Path) -> Cohort:
    from concordant.api.spark import make_spark_cohort

    return make_spark_cohort(Engine(shipped_knowledge()), spark, frames_of(spark, source), folder, ORDER, name=str(source))


def test_spark_writes_what_one_machine_writes(spark: Any, source: Path, whole: Cohort, tmp_path: Path) -> None:
    made = make_on_spark(spark, source, tmp_path / "spark")
    assert len(files_of(whole.folder)) == 4 * whole.summary.parts == 24
    assert files_of(made.folder) == files_of(whole.folder)
    assert (made.folder / "cohort.json").read_bytes() == (whole.folder / "cohort.json").read_bytes()
    left_out = "triage/left_out.parquet"
    assert pq.read_table(made.folder / left_out).equals(pq.read_table(whole.folder / left_out))


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(spark: Any, source: Path, whole: Cohort, tmp_path: Path) -> None:
    killed: list[int] = []
    killer = threading.Thread(target=kill_one_worker, args=(spark, whole.summary.parts, killed), daemon=True)
    killer.start()
    made = make_on_spark(spark, source, tmp_path / "spark")
    killer.join(1)
    assert killed, "no worker was killed while parts were made"
    assert files_of(made.folder) == files_of(whole.folder)


def kill_one_worker(spark: Any, parts: int, killed: list[int]) -> None:
    """Once the first part is made, and others are not."""
    tracker = spark.sparkContext.statusTracker()
    until = time.monotonic() + 300
    while time.monotonic() < until:
        stages = [tracker.getStageInfo(id_) for id_ in tracker.getActiveStageIds()]
        if any(one is not None and one.numTasks == parts and 0 < one.numCompletedTasks < parts for one in stages):
            pid = list_workers(spark.sparkContext.applicationId)[0]
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
            return
        time.sleep(0.05)


def list_workers(application: str) -> list[int]:
    """The processes that work for this application."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in words and application in words:
            found.append(int(path.parent.name))
    return sorted(found)


def test_a_run_that_was_stopped_goes_on(spark: Any, source: Path, whole: Cohort, tmp_path: Path) -> None:
    made = make_on_spark(spark, source, tmp_path / "spark")
    for number in (1, 4):
        (made.folder / "points" / f"part-{number:05}.parquet").unlink()
    assert files_of(make_on_spark(spark, source, made.folder).folder) == files_of(whole.folder)


def test_facts_are_decided_by_the_query(spark: Any, whole: Cohort, tmp_path: Path) -> None:
    """Of one ruleset, since Spark plans its query a minute or more."""
    from concordant.api.spark import decide_spark_facts

    engine = Engine(shipped_knowledge())
    dated = [row for row in whole.points.to_pylist() if row["date"]]
    buckets = Counter(engine._prepared.find_alike(row["date"]) for row in dated)
    told = [row for row in dated if engine._prepared.find_alike(row["date"]) == buckets.most_common(1)[0][0]]
    facts = spark.read.parquet(str(whole.folder / "facts"))
    decided = decide_spark_facts(engine, facts.where(facts["date"].isin([row["date"] for row in told])))
    wanted = ("patient", "point", "number", "answer", "preferred", "offered")
    found = {tuple(row)[:3]: tuple(row)[3:] for row in decided.select(*wanted).collect()}
    assert len(found) == len(told) > 5
    for row in told:
        answer, preferred, offered = found[row["patient"], row["point"], row["number"]]
        assert answer == row["answer"]
        if answer != "out_of_scope":  # the query tells what would be offered, the cohort that nothing is
            assert (preferred, offered) == ("|".join(row["preferred"]), "|".join(row["offered"]))
