"""The systems for which SQL is written."""

from __future__ import annotations

from typing import Literal, get_args

Dialect = Literal["duckdb", "sqlite", "postgres", "spark", "bigquery", "snowflake"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
KEEPING: frozenset[Dialect] = frozenset({"duckdb", "sqlite", "postgres"})  # those that can be told to work a query out once
