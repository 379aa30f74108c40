"""One query of the chain that a decision is, and how columns are named and commented in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from concordant.errors import make_printable
from concordant.readers.sql import Sql


@dataclass(frozen=True, slots=True)
class Level:
    """A query that adds columns to those of the one before it, with what is said above it.

    `further` are columns that read those of `columns`. What is `kept` is worked out once, and not written into the queries that
    read it; `only` leaves out all columns but its own.
    """

    name: str
    notes: tuple[str, ...]
    columns: tuple[Sql, ...]
    further: tuple[Sql, ...] = ()
    kept: bool = False
    only: bool = False

    def build_query(self, before: str) -> exp.Select:
        """The query over the one before it."""
        rest = () if self.only else (exp.Star(),)
        query = exp.select(*rest, *self.columns, copy=False).from_(before)
        if not self.further:
            return query
        return exp.select(*rest, *self.further, copy=False).from_(query.subquery("judged", copy=False))


def name_as(value: Sql, name: str, note: str = "") -> Sql:
    """The value as a column of this name."""
    return add_note(exp.alias_(value, name, copy=False), note)


def add_note(value: Sql, note: str) -> Sql:
    """The value with a comment behind it."""
    if note:
        value.add_comments([f" {make_printable(note).replace('*/', '* /')} "])
    return value
