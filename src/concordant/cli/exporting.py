"""The verb `export`: the decision for other systems, and the facts that they decide on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal, get_args

import click

from concordant.cli.options import as_of_option, codes_option, guideline_option, knowledge_option, output_option
from concordant.cli.writing import write_output
from concordant.errors import Complaint, Unreadable
from concordant.export.dialects import DIALECTS, Dialect

if TYPE_CHECKING:
    from concordant.api import Engine

Target = Literal["sql", "dbt", "dbt-schema", "cql", "elm", "plan-definition", "facts", "parameters"]
OF_PATIENTS: frozenset[Target] = frozenset({"facts", "parameters"})


@click.command()
@click.argument("patients", default="")
@click.option(
    "--to",
    "target",
    type=click.Choice(get_args(Target)),
    required=True,
    help="sql: the decision as one query. dbt: the same as a model of dbt; dbt-schema: what dbt checks of it. cql, elm: as a "
    "library. plan-definition: as a bundle of FHIR R4 that holds the library. facts: the table that the query reads, a row for "
    "each of PATIENTS. parameters: what the library is handed, a line for each.",
)
@click.option(
    "--dialect", type=click.Choice(DIALECTS), default="duckdb", show_default=True, help="The system that is to run the SQL."
)
@click.option(
    "--canonical",
    default="https://example.org/concordant",
    show_default=True,
    help="For --to plan-definition: where its resources are published; what their addresses begin with.",
)
@output_option
@as_of_option
@guideline_option
@codes_option
@knowledge_option
def export(
    patients: str,
    target: Target,
    dialect: Dialect,
    canonical: str,
    output: str,
    as_of: str,
    guideline: str,
    codes: str,
    knowledge: str,
) -> None:
    """The decision for other systems: as SQL for a data warehouse, as CQL, as FHIR; and the facts of PATIENTS that it reads."""
    from concordant.cli.opening import list_sources, make_engine, parse_day
    from concordant.outputs import refuse_source

    engine, day = make_engine(knowledge, codes), parse_day(as_of)
    if target in OF_PATIENTS:
        refuse_source(output, list_sources(patients, codes))
        if guideline:
            raise Unreadable(Complaint("facts are the same for every guideline", "--guideline", way_out="Leave it out"))
        _write_patients(engine, patients, day, target, dialect, output)
        return
    if patients:
        way_out = "Name none, or use --to facts or --to parameters"
        raise Unreadable(Complaint("what decides is the same for all patients", patients, way_out=way_out))
    write_output(_write_decision(engine, day, target, guideline, dialect, canonical), output)


def _write_patients(engine: Engine, patients: str, day: dt.date | None, target: Target, dialect: Dialect, output: str) -> None:
    from concordant.api.exporting import export_parameters, export_patient, export_table
    from concordant.cli.fact_rows import write_facts

    if target == "facts":
        head = export_table(engine, dialect)
        write_facts(engine, patients, day, head, lambda patient: export_patient(engine, patient, dialect), output)
        return
    if not patients:
        raise Unreadable(Complaint("no patients are named", "--to parameters", way_out="Name a source, as for `recommend`"))
    write_facts(engine, patients, day, "", lambda patient: export_parameters(engine, patient), output)


def _write_decision(engine: Engine, day: dt.date | None, target: Target, guideline: str, dialect: Dialect, canonical: str) -> str:
    from concordant.api.exporting import export_cql, export_dbt, export_plan_definition, export_sql
    from concordant.export.sql.dbt import write_dbt_schema

    if target == "dbt-schema":
        return write_dbt_schema()
    if target == "dbt":
        return export_dbt(engine, day, guideline, dialect)
    if target == "sql":
        return export_sql(engine, day, guideline, dialect)
    if target == "plan-definition":
        return export_plan_definition(engine, day, guideline, canonical)
    return export_cql(engine, day, guideline, elm=target == "elm")
