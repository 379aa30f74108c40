"""The verb `export`: the decision for other systems, and the facts that they decide on."""

from __future__ import annotations

import click

from concordant.cli.options import as_of_option, codes_option, guideline_option, knowledge_option, output_option
from concordant.cli.writing import write_output
from concordant.errors import Complaint, Unreadable
from concordant.export.dialects import DIALECTS, Dialect


@click.command()
@click.argument("patients", default="")
@click.option(
    "--to",
    "target",
    type=click.Choice(("sql", "facts")),
    required=True,
    help="sql: the decision as one query. facts: the table that it reads, a row for each of PATIENTS.",
)
@click.option(
    "--dialect", type=click.Choice(DIALECTS), default="duckdb", show_default=True, help="The system that is to run the SQL."
)
@output_option
@as_of_option
@guideline_option
@codes_option
@knowledge_option
def export(
    patients: str, target: str, dialect: Dialect, output: str, as_of: str, guideline: str, codes: str, knowledge: str
) -> None:
    """The decision as SQL for a data warehouse (--to sql), and the facts of PATIENTS as the table that it reads (--to facts)."""
    from concordant.api.exporting import export_sql
    from concordant.cli.opening import list_sources, make_engine, parse_day
    from concordant.outputs import refuse_source

    engine, day = make_engine(knowledge, codes), parse_day(as_of)
    if target == "facts":
        from concordant.cli.fact_rows import write_facts

        refuse_source(output, list_sources(patients, codes))
        if guideline:
            raise Unreadable(Complaint("facts are the same for every guideline", "--guideline", way_out="Leave it out"))
        write_facts(engine, patients, day, dialect, output)
        return
    if patients:
        raise Unreadable(Complaint("the query is the same for all patients", patients, way_out="Name none, or use --to facts"))
    write_output(export_sql(engine, day, guideline, dialect), output)
