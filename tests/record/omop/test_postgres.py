"""A CDM in PostgreSQL: its own server runs the queries of the triage, and what it exports is read as any folder."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import sqlglot

from concordant.api import Engine
from concordant.api.cohort_order import CohortOrder
from concordant.api.cohorts import Cohort, make_cohort
from concordant.record.omop.duck_triage import triage_database
from concordant.record.omop.queries import KEPT
from concordant.record.omop.triage import TriageQueries
from tests.cohort.cdm import write_persons
from tests.laws.sql_engines import POSTGRES, Postgres, open_postgres
from tests.shipped import shipped_knowledge

pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("sql"),
    pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed; `./dev check` installs it as root"),
]
ORDER = CohortOrder(as_of=dt.date(2026, 1, 1))
TYPES = {pa.int64(): "bigint", pa.float64(): "double precision", pa.date32(): "date"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_persons(tmp_path_factory.mktemp("cdm"), 24, 10)


@dataclass
class Server:
    """A server with a CDM in its tables; it runs SQL as a triage asks for it."""

    postgres: Postgres
    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    whole: dict[str, set[str]] = field(default_factory=dict)

    def load_table(self, name: str, rows: pa.Table) -> None:
        types = {one.name: TYPES.get(one.type, "text") for one in rows.schema}
        self.add_rows(name, rows)
        self.tables[name], self.columns[name] = name, set(types)
        self.whole[name] = {column for column, type_ in types.items() if type_ == "bigint"}

    def answer_query(self, query: str) -> pa.Table:
        told = self.postgres.run_script(f"COPY ({translate(query)}) TO STDOUT CSV HEADER;\n")
        rows = list(csv.DictReader(io.StringIO(told)))
        names = next(csv.reader(io.StringIO(told)))
        return pa.table({name: read_column(name, [row[name] for row in rows]) for name in names})

    def keep_query(self, name: str, query: str) -> None:
        self.postgres.run_script(f"CREATE TABLE {name} AS {translate(query)};\n")

    def add_rows(self, name: str, rows: pa.Table) -> None:
        path = self.postgres.folder / f"{name}.csv"
        pa.csv.write_csv(rows, path, pa.csv.WriteOptions(include_header=False, quoting_style="needed"))
        told = ", ".join(f'"{one.name}" {TYPES.get(one.type, "text")}' for one in rows.schema)
        self.postgres.run_script(f"CREATE TABLE {name} ({told});\n\\copy {name} FROM '{path}' CSV\n")


def read_column(name: str, cells: list[str]) -> pa.Array:
    """Whole numbers where all are, but in what the query calls a text; and nothing where nothing stands."""
    known = [cell or None for cell in cells]
    is_whole = not name.endswith("_text") and any(known) and all(cell is None or cell.lstrip("-").isdecimal() for cell in known)
    return pa.array([int(cell) if cell and is_whole else cell for cell in known], pa.int64() if is_whole else pa.string())


def translate(query: str) -> str:
    """The same query in the words that PostgreSQL has for texts and for what is tried."""
    return sqlglot.transpile(query, read="duckdb", write="postgres")[0]


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with open_postgres() as postgres:
        made = Server(postgres)
        for path in sorted(folder.glob("*.csv")):
            made.load_table(path.stem, pa.csv.read_csv(path))
        yield made


def test_the_server_runs_the_triage(server: Server, folder: Path, tmp_path: Path) -> None:
    """The same persons, the same rows left out, the same concepts as through DuckDB."""
    engine = Engine(shipped_knowledge())
    triage = TriageQueries(server, server, engine.words)
    triage.keep_persons()
    assert triage_database(folder, engine.words, tmp_path)[:2] == triage.count_persons() == (34, 24)
    kept = server.answer_query(f"SELECT person FROM {KEPT} ORDER BY person").column(0).to_pylist()
    assert kept == sorted(map(int, pq.read_table(tmp_path / "person.parquet").column("person_id").to_pylist()))
    assert triage.count_left_out().equals(pq.read_table(tmp_path / "left_out.parquet"))
    assert triage.list_concepts() == pq.read_table(tmp_path / "concept.parquet")


def test_what_it_exports_makes_the_same_cohort(server: Server, folder: Path, tmp_path: Path) -> None:
    exported = tmp_path / "exported"
    exported.mkdir()
    for name in server.tables:
        told = server.postgres.run_script(f"COPY {name} TO STDOUT CSV HEADER;\n")
        (exported / f"{name}.csv").write_text(told, encoding="utf-8")
    assert rows_of(make(str(exported), tmp_path / "out")) == rows_of(make(str(folder), tmp_path / "plain"))


def test_its_address_is_a_source_where_duckdb_has_its_extension(server: Server, folder: Path, tmp_path: Path) -> None:
    try:
        duckdb.connect().execute("LOAD postgres")
    except duckdb.Error:
        pytest.skip("DuckDB's extension for PostgreSQL is not installed: `INSTALL postgres` in DuckDB, with a network")
    address = f"postgresql:///postgres?host={server.postgres.host}&user=postgres"
    assert rows_of(make(address, tmp_path / "out")) == rows_of(make(str(folder), tmp_path / "plain"))


def make(source: str, folder: Path) -> Cohort:
    return make_cohort(Engine(shipped_knowledge()), source, folder, ORDER)


def rows_of(made: Cohort) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = made.points.to_pylist()
    return rows
