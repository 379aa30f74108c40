"""A query over a table of facts, run by the systems that are here: DuckDB, SQLite, and PostgreSQL in a folder of its own."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from concordant.model.knowledge import Knowledge
from concordant.patient.fact_table import Cell, FactColumn, list_fact_columns

Row = dict[str, Any]
Rows = Sequence[dict[str, Cell]]
TYPES = {"text": pa.string(), "double": pa.float64()}
WORDS = {"text": "text", "double": "double precision"}


def columns_of(knowledge: Knowledge) -> list[FactColumn]:
    return list_fact_columns(knowledge.features)


def run_duckdb(query: str, knowledge: Knowledge, rows: Rows) -> list[Row]:
    columns = {
        column.name: pa.array([row.get(column.name) for row in rows], TYPES[column.kind]) for column in columns_of(knowledge)
    }
    with duckdb.connect() as base:
        base.register("facts", pa.table(columns))
        return base.sql(query).to_arrow_table().to_pylist()


def run_sqlite(query: str, knowledge: Knowledge, rows: Rows) -> list[Row]:
    columns = columns_of(knowledge)
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        base.row_factory = sqlite3.Row
        base.execute(f"CREATE TABLE facts ({', '.join(f'{c.name} {c.kind}' for c in columns)})")
        marks = ", ".join("?" * len(columns))
        base.executemany(f"INSERT INTO facts VALUES ({marks})", ([row.get(c.name) for c in columns] for row in rows))
        return [_with_truths(dict(row)) for row in base.execute(query)]


def _with_truths(row: Row) -> Row:
    """SQLite has 1 and 0 for true and false."""
    return {name: bool(value) if isinstance(value, int) else value for name, value in row.items()}


POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=str, reverse=True)), None)


@dataclass(frozen=True)
class Postgres:
    """A server of its own in a folder: `host` is where its socket lies."""

    folder: Path
    user: dict[str, Any]

    @property
    def host(self) -> str:
        return str(self.folder)

    def call(self, *command: str, **more: Any) -> subprocess.CompletedProcess[str]:
        path = f"{POSTGRES}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "PGHOST": self.host}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment, **self.user, **more)

    def run_script(self, script: str) -> str:
        """What psql prints: rows alone, unaligned."""
        path = self.folder / "run.sql"
        path.write_text(f"\\t\n\\a\n{script}", encoding="utf-8")
        return self.call("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", str(path)).stdout

    def run_query(self, query: str, knowledge: Knowledge, rows: Rows) -> list[Row]:
        """A query over a table of facts."""
        columns, table = columns_of(knowledge), self.folder / "facts.csv"
        with table.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([row.get(c.name) for c in columns] for row in rows)
        told = ", ".join(f"{c.name} {WORDS[c.kind]}" for c in columns)
        made = f"DROP TABLE IF EXISTS facts; CREATE TABLE facts ({told});\n\\copy facts FROM '{table}' CSV\n"
        printed = self.run_script(f"{made}SELECT to_json(one) FROM (\n{query.rstrip().removesuffix(';')}\n) AS one;\n")
        return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


@contextlib.contextmanager
def open_postgres() -> Iterator[Postgres]:
    """PostgreSQL as a user who is not root, reached through a socket in a folder that is gone afterwards."""
    assert POSTGRES is not None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = {"user": "postgres", "group": "postgres", "cwd": folder} if os.geteuid() == 0 else {"cwd": folder}
    if user.get("user"):
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    server = Postgres(folder, user)
    try:
        server.call("initdb", "-D", str(folder / "data"), "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c jit=off"
        server.call("pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield server
        finally:
            server.call("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def start_postgres() -> Iterator[Callable[[str, Knowledge, Rows], list[Row]]]:
    """A server, as what runs a query over a table of facts."""
    with open_postgres() as server:
        yield server.run_query
