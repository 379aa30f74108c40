"""Whether tables are those of a CDM."""

from __future__ import annotations

from typing import Protocol

from concordant.errors import Complaint, Refused, quote_word
from concordant.record.omop.schema import CONCEPT, FILES, PERSON

INDISPENSABLE = (PERSON.name, CONCEPT.name)  # without them every other table would be misread
WAY_OUT = "The CDM 5.4 asks for it"


class NamedTables(Protocol):
    """A source with its tables, wherever they are; those that are there and cannot be read stand in `damaged`, with why."""

    name: str
    tables: dict[str, str]
    columns: dict[str, set[str]]
    damaged: dict[str, str]


def check_tables(database: NamedTables) -> None:
    """The persons have to be there, with the columns that they cannot do without. Raises Refused.

    Another table without such a column is one that cannot be read: it costs that table, as one that is damaged does.
    """
    if PERSON.name not in database.tables:
        says = "there is no table 'person', so this is no OMOP CDM"
        raise Refused(Complaint(says, database.name, way_out="Name the DuckDB file or the folder that holds the CDM's tables"))
    lacking = {table.name: _list_lacking(database, table.name, table.needed) for table in FILES if table.name in database.tables}
    wrong = [
        Complaint(f"the table {quote_word(name)} has no column {quote_word(column)}", database.name, way_out=WAY_OUT)
        for name in INDISPENSABLE
        for column in lacking.get(name, ())
    ]
    if wrong:
        raise Refused(wrong)
    for name, columns in lacking.items():
        if columns:
            database.damaged[name] = f"it has no column {' and no column '.join(map(quote_word, columns))}"
            del database.tables[name], database.columns[name]


def _list_lacking(database: NamedTables, name: str, needed: tuple[str, ...]) -> list[str]:
    return [column for column in needed if column not in database.columns[name]]
