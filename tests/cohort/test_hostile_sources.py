"""Damage in a warehouse: named and counted, it costs what it touches, and the rest goes on; a full disk leaves nothing half."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest

from concordant.api import Cohort, Engine, report
from concordant.api.cohort_order import CohortOrder
from concordant.api.cohorts import make_cohort
from concordant.cli.cohorts import tell_cohort, tell_progress
from tests.cohort.cdm import write_persons
from tests.shipped import shipped_knowledge

pytestmark = pytest.mark.long
AS_OF = dt.date(2026, 1, 1)
PATIENTS, OTHERS = 12, 4
ENGINE = Engine(shipped_knowledge())
Rows = list[dict[str, str]]
Edit = Callable[[Rows], Rows | None]


def edit_rows(table: str, change: Edit) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows = change(rows) or rows
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    return edit


def set_cells(**cells: str) -> Edit:
    """The first row with other cells."""
    return lambda rows: rows[0].update(cells)


def without(column: str) -> Edit:
    return lambda rows: [{name: cell for name, cell in row.items() if name != column} for row in rows]


def add_copy(**cells: str) -> Edit:
    return lambda rows: [*rows, {**rows[0], **cells}]


def cut_file(name: str, content: bytes) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        path = folder / name
        half = path.read_bytes()[: path.stat().st_size // 2]
        path.write_bytes(half + content)

    return cut


def add_line(path: Path, line: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")


class Damage(NamedTuple):
    """What is done to a folder; how many patients it leaves, how many rows belong to nobody, and what is told of whose record."""

    do: Callable[[Path], object]
    patients: int = PATIENTS
    others: int = OTHERS
    nobody: int = 0
    lacking: str = ""
    costs: bool = True  # whether the points of others stay as they were


MEASURED = edit_rows("measurement", without("measurement_date"))
DAMAGES = {
    "no table": Damage(lambda folder: (folder / "measurement.csv").unlink(), lacking="There is no table measurement: nothing"),
    "no column": Damage(
        MEASURED, nobody=1, lacking="The table measurement cannot be read (it has no column 'measurement_date')."
    ),
    "an empty file": Damage(
        lambda folder: (folder / "drug_exposure.csv").write_text(""),
        nobody=1,
        lacking="The table drug_exposure cannot be read (drug_exposure.csv: the file is empty).",
    ),
    "a column twice": Damage(
        lambda folder: (folder / "procedure_occurrence.csv").write_text("person_id,person_id\n"),
        nobody=1,
        lacking="The table procedure_occurrence cannot be read (procedure_occurrence.csv: the column 'person_id' stands twice).",
    ),
    "torn": Damage(
        cut_file("condition_occurrence.csv", b"\x00\xff\n1,2,3\n"), nobody=1, lacking="The table condition_occurrence"
    ),
    "a line that is no row": Damage(
        lambda folder: add_line(folder / "measurement.csv", "1,2\n"), nobody=1, lacking="Lines of measurement.csv"
    ),
    "a date that is none": Damage(edit_rows("measurement", set_cells(measurement_date="yesterday"))),
    "a year that is none": Damage(edit_rows("person", set_cells(year_of_birth="nineteen"))),
    "an orphan": Damage(edit_rows("measurement", add_copy(person_id="999")), nobody=1),
    "a row of nobody": Damage(edit_rows("drug_exposure", add_copy(person_id="")), nobody=1),
    "a person twice": Damage(edit_rows("person", add_copy())),
    "a clock that runs back": Damage(edit_rows("drug_exposure", set_cells(drug_exposure_end_date="1990-01-01"))),
    "a clock that runs ahead": Damage(edit_rows("drug_exposure", set_cells(drug_exposure_start_date="2090-01-01"))),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_persons(tmp_path_factory.mktemp("cdm"), PATIENTS, OTHERS)


def run(source: Path, folder: Path, **order: Any) -> Cohort:
    return make_cohort(ENGINE, str(source), folder, CohortOrder(as_of=AS_OF, patients_a_part=5, **order))


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return run(source, tmp_path_factory.mktemp("out") / "whole")


def points_of(made: Cohort) -> dict[str, list[dict[str, Any]]]:
    by_patient: dict[str, list[dict[str, Any]]] = {}
    for row in made.points.to_pylist():
        by_patient.setdefault(row["patient"], []).append(row)
    return by_patient


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_counted_and_costs_what_it_touches(name: str, source: Path, whole: Cohort, tmp_path: Path) -> None:
    damage = DAMAGES[name]
    damage.do(shutil.copytree(source, folder := tmp_path / "cdm") and folder)
    made = run(folder, tmp_path / "out")
    told, flow = made.summary, made.summary.flow
    assert flow["patients"] == damage.patients == flow["refused"] + flow["without_point"] + flow["with_points"]
    assert told.source == damage.patients + sum(told.left_out.values()) == damage.patients + damage.others
    assert sum(told.nobody.values()) == damage.nobody
    assert [sentence for sentence in told.lacking if not sentence.startswith(damage.lacking or "?")] == []
    assert set(told.lacking.values()) == ({damage.patients} if damage.lacking else set())
    if not damage.lacking:
        before, after = points_of(whole), points_of(made)
        differing = [patient for patient in before if before[patient] != after.get(patient)]
        assert set(differing) <= {"1"}, "only the patient whose row it is"
    else:
        assert {row["verdict"] for row in made.points.to_pylist()} <= {"undecidable", "out_of_scope"}, (
            "nothing follows from silence"
        )
    first_screen = "\n".join(tell_cohort(made))
    assert damage.lacking in first_screen and (f"{damage.nobody} counted for nobody" in first_screen) == bool(damage.nobody)


@pytest.mark.parametrize("name", ["an orphan", "a row of nobody", "a person twice", "no column"])
def test_the_triage_counts_what_is_read_without_it(name: str, source: Path, tmp_path: Path) -> None:
    DAMAGES[name].do(shutil.copytree(source, folder := tmp_path / "cdm") and folder)
    triaged, every = run(folder, tmp_path / "triaged"), run(folder, tmp_path / "every", everyone=True)
    assert triaged.summary.nobody == every.summary.nobody
    assert set(triaged.summary.lacking) == set(every.summary.lacking)


NOTICES = {  # what is done, and what is said of the source as a whole
    "no concepts": (lambda folder: (folder / "concept.csv").unlink(), "There is no table concept: "),
    "no value": (edit_rows("measurement", without("value_as_number")), "Columns of the CDM that this source does not have: "),
    "bad dates": (
        edit_rows("drug_exposure", lambda rows: [{**row, "drug_exposure_start_date": "31.31.2020"} for row in rows]),
        "Entries that cannot be, as one with a date that is none: ",
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_what_the_source_does_not_tell_of_anybody_is_said(name: str, source: Path, tmp_path: Path) -> None:
    do, says = NOTICES[name]
    do(shutil.copytree(source, folder := tmp_path / "cdm") and folder)
    made = run(folder, tmp_path / "out")
    assert any(told.startswith(says) for told in made.summary.notices), made.summary.notices
    page = report(made, format="terminal", point=made.points["point"][0].as_py())
    assert isinstance(page, str)
    assert says in "\n".join(tell_cohort(made)) and says in " ".join(page.split())


def test_persons_without_a_number_are_counted_with_their_rows(source: Path, tmp_path: Path) -> None:
    edit_rows("person", set_cells(person_id="abc"))(shutil.copytree(source, folder := tmp_path / "cdm") and folder)
    made = run(folder, tmp_path / "out")
    rows = Counter(row["person_id"] for table in folder.glob("*.csv") for row in read_csv(table) if "person_id" in row)
    assert made.summary.flow["patients"] == PATIENTS - 1
    assert made.summary.nobody == {"set aside": rows["1"] + rows["abc"]}


def read_csv(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_part_of_a_table_that_is_no_parquet_costs_that_table(source: Path, tmp_path: Path) -> None:
    import pyarrow.csv as pc

    for path in source.glob("*.csv"):
        (folder := tmp_path / "cdm" / path.stem).mkdir(parents=True)
        pq.write_table(pc.read_csv(path), folder / "part-0.parquet")
    (tmp_path / "cdm" / "measurement" / "part-1.parquet").write_bytes(b"PAR1 and then nothing")
    made = run(tmp_path / "cdm", tmp_path / "out")
    (sentence,) = made.summary.lacking
    assert sentence.startswith("The table measurement/part-1.parquet cannot be read (")
    assert made.summary.flow["patients"] == PATIENTS


# Run with a limit on what a file may hold: the disk takes the first files and not those that are longer.
LIMITED = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); from concordant.cli import run; \
sys.argv = ['concordant', *sys.argv[2:]]; run()"
)


@pytest.mark.parametrize("most", [400, 4_000, 12_000, 20_000])
def test_a_full_disk_leaves_nothing_half_and_the_run_goes_on(most: int, source: Path, whole: Cohort, tmp_path: Path) -> None:
    command = ["cohort", str(source), "-o", str(tmp_path / "out"), "--as-of", str(AS_OF)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    full = subprocess.run([sys.executable, "-c", LIMITED, str(most), *command], capture_output=True, text=True, env=environment)
    assert (full.returncode, "Traceback" in full.stderr) == (2, False), full.stderr
    assert "cannot be written" in full.stderr
    left = [path for path in (tmp_path / "out").rglob("*") if path.is_file()] if (tmp_path / "out").exists() else []
    assert all(path.suffix in (".json", ".parquet") for path in left), left
    for path in left:
        if path.suffix == ".parquet":
            pq.read_table(path)
    subprocess.run([sys.executable, "-m", "concordant", *command], check=True, capture_output=True, env=environment)
    again = pq.read_table(tmp_path / "out" / "points")
    assert again.equals(whole.points)


def test_progress_tells_how_far_it_is_and_how_long_it_takes() -> None:
    assert tell_progress(1, 1000, 4, 60) == "[#####...............] 25 %  1,000 patients, 17 a second, about 3 min 00 s left"
    assert tell_progress(4, 4000, 4, 100) == "[####################] 100 %  4,000 patients, 40 a second"
    assert tell_progress(3, 3000, None, 0) == "3,000 patients, 3,000,000 a second"
