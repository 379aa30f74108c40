"""A CDM whose tables are those of Arrow, in memory: what another engine found, read by the same queries as any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.record.omop.database import CdmDatabase
from concordant.record.omop.duck import connect_duckdb, quote_name

Rows: TypeAlias = pa.Table


def open_tables(tables: Mapping[str, Rows]) -> CdmDatabase:
    """Open tables by their names. The caller closes it."""
    connection, scratch = connect_duckdb(":memory:")
    database = CdmDatabase("the tables", connection, {}, scratch=scratch)
    with database.closed_on_failure():
        for name, rows in tables.items():
            named = quote_name(name)
            connection.register("told", rows)
            connection.execute(
                f"CREATE TABLE {named} AS SELECT * FROM told"
            )  # each reading has a cursor, which sees tables alone
            connection.unregister("told")
            types = {str(row[0]).lower(): str(row[1]) for row in connection.execute(f"DESCRIBE {named}").fetchall()}
            database.add_table(name, named, types)
        return database
