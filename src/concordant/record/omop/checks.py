"""Whether tables are those of a CDM."""

from __future__ import annotations

from typing import Protocol

from concordant.errors import Complaint, Refused, quote_word
from concordant.record.omop.schema import FILES, PERSON


class NamedTables(Protocol):
    """A source with its tables, wherever they are."""

    name: str
    tables: dict[str, str]
    columns: dict[str, set[str]]


def check_tables(database: NamedTables) -> None:
    """The persons have to be there; of every table that is there, the columns that it cannot do without. Raises Refused."""
    if PERSON.name not in database.tables:
        says = "there is no table 'person', so this is no OMOP CDM"
        raise Refused(Complaint(says, database.name, way_out="Name the DuckDB file or the folder that holds the CDM's tables"))
    wrong = [
        Complaint(
            f"the table {quote_word(table.name)} has no column {quote_word(column)}",
            database.name,
            way_out="The CDM 5.4 asks for it",
        )
        for table in FILES
        if table.name in database.tables
        for column in table.needed
        if column not in database.columns[table.name]
    ]
    if wrong:
        raise Refused(wrong)
