"""The triage as SQL that DuckDB and Spark read alike: how often each code stands, whose persons are kept, and what is left out.

Codes are compared as the source has them, and made texts only where they are looked up: to write the numbers of every row as text
would cost more than all the rest. So a column that holds whole numbers is taken as it is, and any other is tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from concordant.record.omop.schema import CdmTable

WHOLE = frozenset({"BIGINT", "INTEGER", "INT", "SMALLINT"})  # types of whole numbers, as DuckDB and Spark call them
CODE_COLUMNS = ("concept_id", "source_concept_id", "source_value")
NOTHING = "CAST(NULL AS STRING)"
SIGNED, KEPT = "concordant_signed", "concordant_kept"


class CdmColumns(Protocol):
    """What a query asks of a source: for each table how SQL names it, its columns, and which of them are whole numbers; those
    that are there and cannot be read are `damaged`, with why.
    """

    name: str
    tables: dict[str, str]
    columns: dict[str, set[str]]
    whole: dict[str, set[str]]
    damaged: dict[str, str]


def name_codes(table: str) -> str:
    """How the table of codes is named that stands in a table."""
    return f"concordant_codes_{table}"


def name_kept(table: str) -> str:
    """How the rows of a table are named whose persons are kept."""
    return f"concordant_kept_{table}"


def read_number(source: CdmColumns, table: str, column: str) -> str:
    """The whole number of a column; NULL where it holds none."""
    return column if column in source.whole.get(table, ()) else f"TRY_CAST(CAST({column} AS STRING) AS BIGINT)"


def read_person(source: CdmColumns, table: str) -> str:
    """The person of a row of a table."""
    return read_number(source, table, "person_id")


def count_codes(source: CdmColumns, table: str, named: str = "") -> str:
    """How many rows have each code, as the source has it in `a`, `b` and `c`, and as text beside them."""
    told = f"SELECT {', '.join(_name_code(source, table))} FROM {named or source.tables[table]}"
    texts = ", ".join(f"CAST({column} AS STRING) AS {column}_text" for column in "abc")
    return f"SELECT a, b, c, {texts}, count(*) AS number FROM ({told}) AS told GROUP BY a, b, c"


def count_persons(source: CdmColumns) -> str:
    """How many persons there are."""
    return f"SELECT count(DISTINCT {read_person(source, 'person')}) AS number FROM {source.tables['person']}"


def select_signed(source: CdmColumns, tables: Iterable[str]) -> str:
    """Each person with each sign that their codes bear; the codes of a table stand beside it with their signs."""
    parts = [_select_signed(source, table) for table in tables]
    return " UNION ".join(parts) or f"SELECT CAST(NULL AS BIGINT) AS person, {NOTHING} AS sign WHERE 1 = 0"


def _select_signed(source: CdmColumns, table: str) -> str:
    pairs = zip(_list_code(source, table), "abc", strict=True)
    same = " AND ".join(f"{mine} IS NOT DISTINCT FROM codes.{column}" for mine, column in pairs)
    person = read_person(source, table)
    told = f"SELECT DISTINCT {person} AS person, codes.sign AS sign FROM {source.tables[table]} AS told"
    signs = f"(SELECT a, b, c, sign FROM {name_codes(table)} WHERE sign IS NOT NULL) AS codes"
    return f"{told} JOIN {signs} ON {same} WHERE {person} IS NOT NULL"


def select_kept(source: CdmColumns) -> str:
    """The persons with a sign of their own, or with one that may be, unless another cancer is on record."""
    bears = "max(CASE WHEN sign = '{}' THEN 1 ELSE 0 END)".format
    wanted = f"{bears('own')} = 1 OR ({bears('perhaps')} = 1 AND {bears('other')} = 0)"
    return f"SELECT person FROM {SIGNED} WHERE person IN ({_select_persons(source)}) GROUP BY person HAVING {wanted}"


def _select_persons(source: CdmColumns) -> str:
    """The persons who are there; NULL is none of them."""
    person = read_person(source, "person")
    return f"SELECT {person} AS person FROM {source.tables['person']} WHERE {person} IS NOT NULL"


def count_of_nobody(source: CdmColumns, tables: Iterable[str]) -> str:
    """How many rows belong to no person who is there."""
    persons = _select_persons(source)
    parts = [
        f"SELECT count(*) AS number FROM {source.tables[table]} "
        f"WHERE {read_person(source, table)} IS NULL OR {read_person(source, table)} NOT IN ({persons})"
        for table in tables
    ]
    return f"SELECT sum(number) AS number FROM ({' UNION ALL '.join(parts)}) AS every_table"


def select_kept_rows(source: CdmColumns, table: str) -> str:
    """The rows of the persons who are kept."""
    return f"SELECT * FROM {source.tables[table]} WHERE {read_person(source, table)} IN (SELECT person FROM {KEPT})"


def select_kept_links(source: CdmColumns, episodes: str) -> str:
    """What stands in the episodes of those who are kept; nothing where there are no episodes."""
    links = f"SELECT * FROM {source.tables['episode_event']} WHERE "
    return links + (f"CAST(episode_id AS STRING) IN (SELECT CAST(episode_id AS STRING) FROM {episodes})" if episodes else "1 = 0")


def count_left_out(source: CdmColumns, tables: Sequence[str]) -> str:
    """How many rows of each code belong to nobody who is kept: all of them, less those that are kept."""
    parts = [_count_left_out(source, table) for table in tables]
    names = ", ".join(f"{NOTHING} AS {name}" for name in ("the_table", *CODE_COLUMNS))
    every = " UNION ALL ".join(parts) or f"SELECT {names}, 0 AS number WHERE 1 = 0"
    places = ", ".join(f"{name} NULLS LAST" for name in ("the_table", *CODE_COLUMNS))
    return f"SELECT * FROM ({every}) AS every_table WHERE number > 0 ORDER BY number DESC, {places}"


def _count_left_out(source: CdmColumns, table: str) -> str:
    named = ", ".join(f"codes.{column}_text AS {name}" for column, name in zip("abc", CODE_COLUMNS, strict=True))
    same = " AND ".join(f"codes.{column} IS NOT DISTINCT FROM held.{column}" for column in "abc")
    held = count_codes(source, table, name_kept(table))
    left = "codes.number - COALESCE(held.number, 0) AS number"
    told = f"SELECT '{table}' AS the_table, {named}, {left} FROM {name_codes(table)} AS codes"
    return f"{told} LEFT JOIN ({held}) AS held ON {same}"


def _list_code(source: CdmColumns, table: str) -> list[str]:
    """The columns of the code of a table; nothing where the table has them not."""
    stem, have = table.partition("_")[0], source.columns[table]
    return [f"{stem}_{name}" if f"{stem}_{name}" in have else NOTHING for name in CODE_COLUMNS]


def _name_code(source: CdmColumns, table: str) -> list[str]:
    return [f"{mine} AS {column}" for mine, column in zip(_list_code(source, table), "abc", strict=True)]


# -- concepts ----------------------------------------------------------------------------------------------------------


def select_row_concepts(
    source: CdmColumns, tables: Iterable[CdmTable], named: Mapping[str, str], where: Mapping[str, str]
) -> str:
    """The ids of the concepts that stand in any column of some tables, each under the name that it has here."""
    return " UNION ".join(
        f"SELECT {read_number(source, table.name, column)} AS id FROM {named[table.name]} {where.get(table.name, '')}"
        for table in tables
        if table.name in named
        for column in table.concepts
        if column in source.columns[table.name]
    )


def select_concepts(source: CdmColumns, ids: str) -> str:
    """Id, vocabulary, code and name of concepts."""
    id_ = read_number(source, "concept", "concept_id")
    wanted = ", ".join(f"CAST({name} AS STRING) AS {name}" for name in ("vocabulary_id", "concept_code", "concept_name"))
    return f"SELECT {id_} AS id, {wanted} FROM {source.tables['concept']} WHERE {id_} IN ({ids})"
