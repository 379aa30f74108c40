"""The decision as a model of dbt: what dbt makes of its template is the query itself, and runs."""

from __future__ import annotations

import datetime as dt
import re

import jinja2
import pytest
import yaml

from concordant.api import Engine
from concordant.api.exporting import export_dbt, export_sql, make_patient_row
from concordant.decide.decision import Answer
from concordant.export.dialects import DIALECTS, Dialect
from concordant.export.sql.dbt import write_dbt_schema
from concordant.patient.account import Account
from concordant.patient.fact_table import Cell
from concordant.record.sources import Patient
from tests.laws.sql_engines import POSTGRES, Row, run_duckdb, start_postgres
from tests.shipped import CASES, record_of, shipped_knowledge

DAY = dt.date(2024, 6, 1)


def render(dialect: Dialect, engine: Engine) -> tuple[str, list[str]]:
    """What dbt makes of the model, and the models that it says it reads."""
    read: list[str] = []

    def ref(name: str) -> str:
        read.append(name)
        return name

    model = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(export_dbt(engine, DAY, "", dialect))
    return model.render(ref=ref), read


def rows_of(engine: Engine) -> list[dict[str, Cell]]:
    records = filter(None, map(record_of, CASES[::20]))
    return [make_patient_row(engine, Patient(f"{number}", record, Account())) for number, record in enumerate(records)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_template_is_the_query_over_another_table(dialect: Dialect) -> None:
    engine = Engine(shipped_knowledge())
    made, read = render(dialect, engine)
    query = export_sql(engine, DAY, "", dialect)
    assert read and set(read) == {"facts"} and not made.rstrip().endswith(";")
    assert spaceless(made) == spaceless(query.rstrip().removesuffix(";"))


def spaceless(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.long
@pytest.mark.xdist_group("sql")
def test_duckdb_and_postgresql_run_it_alike() -> None:
    engine = Engine(shipped_knowledge())
    rows = rows_of(engine)
    told = run_duckdb(render("duckdb", engine)[0], engine.knowledge, rows)
    plain = run_duckdb(export_sql(engine, DAY, "", "duckdb"), engine.knowledge, rows)
    assert in_order(told) == in_order(plain) and len(told) == len(rows) > 10
    if POSTGRES is not None:
        with start_postgres() as run:
            other = run(render("postgres", engine)[0], engine.knowledge, rows)
        assert in_order(other) == in_order(plain)


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["patient"]))


def test_the_schema_names_columns_that_there_are_and_every_answer() -> None:
    schema = yaml.safe_load(write_dbt_schema())
    (model,) = schema["models"]
    columns = {one["name"]: one["data_tests"] for one in model["columns"]}
    engine = Engine(shipped_knowledge())
    (row,) = run_duckdb(render("duckdb", engine)[0], engine.knowledge, rows_of(engine)[:1])
    assert model["name"] == "concordant_answers" and columns.keys() <= row.keys()
    words = next(one["accepted_values"]["arguments"]["values"] for one in columns["answer"] if isinstance(one, dict))
    assert tuple(words) == Answer.__args__  # type: ignore[attr-defined]
