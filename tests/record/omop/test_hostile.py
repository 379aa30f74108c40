"""A CDM from anywhere: it runs no query of its own, opens nothing beside itself, and names nothing but what stands there."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from concordant.api import Engine, Patient
from concordant.errors import ConcordantError, Refused, Unreadable
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.record.omop import duck
from concordant.record.omop.database import open_database
from tests.record.fhir.builders import AS_OF
from tests.record.omop.build import database, exported
from tests.record.omop.test_omop import STORY

PEOPLE = "person_id,gender_concept_id,year_of_birth\n"
EVENTS = ("condition_occurrence", "measurement", "drug_exposure", "procedure_occurrence")


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return database(tmp_path / "x.duckdb", STORY)


def read_all(engine: Engine, source: Path) -> tuple[list[Patient], Account]:
    rest = Account()
    return list(engine.read(source, today=AS_OF).stream(rest)), rest


# -- what a database file brings with it -----------------------------------------------------------------

QUERIES = {
    "a file": "SELECT 1 AS measurement_id, 1 AS person_id, content AS value_source_value FROM read_text('{secret}')",
    "names of files": "SELECT 1 AS measurement_id, 1 AS person_id, file AS value_source_value FROM glob('{folder}/*')",
    "no end": "SELECT range AS measurement_id, 1 AS person_id, 'x' AS value_source_value FROM range(1000000000000)",
    "another table": "SELECT * FROM observation",
}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("name", ["measurement", "MEASUREMENT"])
def test_a_view_is_no_table(query: str, name: str, made: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    with duckdb.connect(str(made)) as connection:
        connection.execute("DROP TABLE measurement")
        connection.execute(f"CREATE VIEW {name} AS {QUERIES[query].format(secret=tmp_path / 'secret', folder=tmp_path)}")
    with pytest.raises(Refused, match="a view, not a table, and the query behind it is not run") as caught:
        open_database(made)
    assert caught.value.complaints[0].file == str(made)
    assert caught.value.complaints[0].way_out


def test_a_column_that_is_worked_out_opens_no_file(engine: Engine, made: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    with duckdb.connect(str(made)) as connection:
        connection.execute(f"CREATE MACRO peep(x) AS (SELECT content FROM read_text('{tmp_path / 'secret'}'))")
        connection.execute("CREATE MACRO duckdb_tables() AS TABLE SELECT 1")
    try:
        patients, _ = read_all(engine, made)
        assert "secret" not in repr(patients)
    except ConcordantError as error:  # the list of its tables is not what it should be
        assert "secret" not in str(error)


FORBIDDEN = (
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM glob('{secret}')",
    "COPY (SELECT 1) TO '{folder}/new.csv'",
    "ATTACH '{folder}/new.duckdb'",
    "INSTALL httpfs",
    "SET memory_limit = '64GB'",
    "SET enable_external_access = true",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_can_be_done_with_an_open_file_but_read_it(statement: str, made: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    base = open_database(made)
    try:
        with pytest.raises(duckdb.Error, match=r"disabled by configuration|has been locked"):
            base.connection.execute(statement.format(secret=tmp_path / "secret", folder=tmp_path))
    finally:
        base.close()
    assert not list(tmp_path.glob("new*"))


@pytest.mark.parametrize("form", ["file", "csv"])
def test_the_bounds_are_set_and_cannot_be_moved(form: str, made: Path, tmp_path: Path) -> None:
    base = open_database(made if form == "file" else exported(made, tmp_path / "folder", form))
    try:
        ask = base.connection.execute
        names = "'max_temp_directory_size', 'lock_configuration', 'autoload_known_extensions'"
        settings = dict(ask(f"SELECT name, value FROM duckdb_settings() WHERE name IN ({names})").fetchall())
        assert settings == {
            "max_temp_directory_size": "18.6 GiB", "lock_configuration": "true", "autoload_known_extensions": "false",
        }  # fmt: skip
        with pytest.raises(duckdb.Error, match="has been locked"):
            ask("SET threads = 1")
    finally:
        base.close()


def test_a_query_without_an_end_is_ended(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = open_database(made)
    monkeypatch.setattr(duck, "LONGEST_QUERY", 0.2)
    try:
        with pytest.raises(Unreadable, match="without an end"):
            base._fetch_all("SELECT max(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    finally:
        base.close()


# -- a name is a name ------------------------------------------------------------------------------------

NAMES = (
    "g[1]",
    "g1",
    "s*",
    "sx",
    "q?",
    "qx",
    "[!x]",
    "[a-z]",
    "**",
    "{a,b}",
    "it's",
    "a=1",
    'say "x"',
    "person_id=9",
    "~x",
    "s3:",
    "ä[1]",
)
FORMS = ("csv", "csv.gz", "tsv", "parquet", "parquet folder")


def _write_people(folder: Path, form: str, number: int) -> None:
    text = f"{PEOPLE}{number},8532,1970\n"
    if form.startswith("parquet"):
        target = folder / "person.parquet"
        if form == "parquet folder":
            (folder / "person").mkdir()
            target = folder / "person" / "part.parquet"
        duckdb.sql(f"SELECT {number} AS person_id, 8532 AS gender_concept_id, 1970 AS year_of_birth").write_parquet("out.parquet")
        Path("out.parquet").rename(target)
    elif form == "csv.gz":
        (folder / "person.csv.gz").write_bytes(gzip.compress(text.encode()))
    else:
        (folder / f"person.{form}").write_text(text.replace(",", "\t") if form == "tsv" else text, encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_is_read_by_its_name_and_no_other(
    form: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(NAMES, 1):
        (tmp_path / name).mkdir()
        _write_people(tmp_path / name, form, number)
    for number, name in enumerate(NAMES, 1):
        assert [patient.id for patient in read_all(engine, tmp_path / name)[0]] == [str(number)], name


def test_a_table_of_a_database_is_read_by_its_name(engine: Engine, made: Path) -> None:
    with duckdb.connect(str(made)) as connection:
        connection.execute('CREATE SCHEMA "a""b.c"')
        connection.execute(
            'CREATE TABLE "a""b.c"."Person" AS SELECT 7 AS person_id, 8532 AS gender_concept_id, 1970 AS year_of_birth'
        )
        connection.execute("DROP TABLE person")
    assert [patient.id for patient in read_all(engine, made)[0]] == ["7"]


# -- a packed table that is damaged ------------------------------------------------------------------------

Damage = Callable[[bytes], bytes]
DAMAGES: dict[str, Damage] = {
    "cut off": lambda data: data[: len(data) // 2],
    "a bit of its sum": lambda data: data[:-8] + bytes([data[-8] ^ 1]) + data[-7:],
    "a bit of its length": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "a hole": lambda data: data[: len(data) // 2] + b"\xff" * 20 + data[len(data) // 2 + 20 :],
    "signs behind it": lambda data: data + b"garbage",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    return exported(database(folder / "x.duckdb", STORY), folder / "csv", "csv")


def _packed_folder(whole: Path, folder: Path, table: str, damage: Damage) -> Path:
    shutil.copytree(whole, folder)
    text = (folder / f"{table}.csv").read_bytes()
    (folder / f"{table}.csv").unlink()
    (folder / f"{table}.csv.gz").write_bytes(damage(gzip.compress(text)))
    return folder


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_table_costs_that_table(damage: str, engine: Engine, whole: Path, tmp_path: Path) -> None:
    for table in EVENTS:
        patients, rest = read_all(engine, _packed_folder(whole, tmp_path / table, table, DAMAGES[damage]))
        assert len(patients) == 3, table
        for patient in patients:
            assert (
                f"The table {table} cannot be read ({table}.csv.gz: the gzip data is damaged or cut off)."
                in patient.record.incomplete
            )
        assert [(row.place, row.fate) for row in rest.rows] == [(table, "set aside")]
    for table in ("person", "concept"):
        with pytest.raises(Unreadable, match="the gzip data is damaged or cut off"):
            read_all(engine, _packed_folder(whole, tmp_path / table, table, DAMAGES[damage]))


def test_a_table_that_is_whole_is_read_whatever_its_name(engine: Engine, made: Path, tmp_path: Path) -> None:
    folder = exported(made, tmp_path / "folder", "csv")
    (folder / "measurement.csv").write_bytes(gzip.compress((folder / "measurement.csv").read_bytes()))
    (folder / "person.csv").rename(folder / "person.csv.gz")
    assert read_all(engine, folder)[0] == read_all(engine, made)[0]
