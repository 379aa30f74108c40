"""The table of facts as SQL: its columns, and a row a patient. Needs the extra `sql`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from concordant.export.dialects import Dialect
from concordant.export.sql.script import FACTS, check_sql
from concordant.model.features import Feature
from concordant.patient.fact_table import Cell, list_fact_columns


def write_table(features: Iterable[Feature], dialect: Dialect) -> str:
    """The statement that makes the empty table. Raises SqlMissing without the extra `sql`."""
    check_sql()
    from sqlglot import exp

    columns = list_fact_columns(features)
    kinds = [exp.ColumnDef(this=exp.to_identifier(column.name), kind=exp.DataType.build(column.kind)) for column in columns]
    shape = exp.Schema(this=exp.to_table(FACTS), expressions=kinds)
    return exp.Create(this=shape, kind="TABLE").sql(dialect=dialect, pretty=True) + ";\n"


def write_row(row: Mapping[str, Cell], dialect: Dialect) -> str:
    """The statement that adds a patient; columns that are not named are NULL. Raises SqlMissing without the extra `sql`."""
    check_sql()
    from sqlglot import exp

    from concordant.readers.sql import make_cell

    cells = exp.Tuple(expressions=[make_cell(cell) for cell in row.values()])
    names = exp.Schema(this=exp.to_table(FACTS), expressions=[exp.to_identifier(name) for name in row])
    return exp.Insert(this=names, expression=exp.Values(expressions=[cells])).sql(dialect=dialect) + ";\n"
