"""The whole query as a text: a header that says what it is and how to run it, and one named query after the other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from concordant.decide.ruleset import Ruleset
from concordant.errors import Complaint, Unreadable, make_printable
from concordant.export.dialects import KEEPING, Dialect
from concordant.model.knowledge import Knowledge
from concordant.version import __version__

if TYPE_CHECKING:
    from sqlglot import exp

    from concordant.export.sql.level import Level

FACTS = "facts"
WIDTH = 120
DEEP = "SET spark.sql.analyzer.maxIterations = 1000, SET spark.sql.optimizer.maxIterations = 1000"


class SqlMissing(Unreadable):
    """The package that writes SQL is not installed."""


def check_sql() -> None:
    """Raises SqlMissing without the extra `sql`."""
    try:
        import sqlglot  # noqa: F401
    except ImportError:
        way_out = "Install it with: pip install 'concordant[sql]'"
        raise SqlMissing(Complaint("SQL needs an extra that is not installed", "--to sql", way_out=way_out)) from None


def write_sql(knowledge: Knowledge, frame: Ruleset, day: dt.date, dialect: Dialect = "duckdb", table: str = FACTS) -> str:
    """The decision as one query over a table of facts. The ruleset proposes to continue what runs, whatever drug that is.

    Raises SqlMissing without the extra `sql`, Refused for what SQL cannot express.
    """
    check_sql()
    from concordant.export.sql.levels import DecisionLevels

    made = DecisionLevels(frame, {feature.name: feature for feature in knowledge.features})
    *levels, result = made.build_levels()
    before, queries = table, []
    for level in levels:
        queries.append(_write_level(level, before, dialect))
        before = level.name
    notes = [*_list_header(knowledge, frame, day, dialect, table), *_list_columns(made.statuses)]
    final = _write_query(result.build_query(before), dialect)
    return "\n".join([*map(_comment, notes), "WITH", ",\n".join(queries), final]) + ";\n"


def _list_header(knowledge: Knowledge, frame: Ruleset, day: dt.date, dialect: Dialect, table: str) -> list[str]:
    """What the text is, by what it was made, and how it is run."""
    guidelines = [f"{one.guideline.short_title} {one.version.version} ({one.guideline.id})" for one in frame.in_force]
    return [
        f"What the guideline says of each patient, as of {day}, in the SQL of {dialect}.",
        f"Concordant {__version__}, knowledge {knowledge.digest[:12]}; in force: {', '.join(guidelines) or 'no guideline'}.",
        "Licence: Apache-2.0. Statements are paraphrased and cited; the guidelines themselves are their publishers'.",
        "No clinician has reviewed this.",
        f"How to run: load the facts into the table {table} (concordant export PATIENTS --to facts), then run this query.",
        *([f"Before it, for so long a chain of queries: {DEEP}"] if dialect == "spark" else []),
        "A fact that is not known is NULL, and so is what depends on it: `answer` says needs_data where that matters.",
        "`outcome` is what counts: the preferred regimens, or all that are offered where none is; none out of scope.",
        "`faulty` names the features whose columns hold what they cannot, which then count as not known;",
        "and `patient`, where an id has several rows or is lacking.",
    ]


def _list_columns(statuses: dict[str, str]) -> list[str]:
    return ["Columns with the status of a regimen of a statement:", *(f"  {name} = {id_}" for id_, name in statuses.items())]


def _comment(line: str) -> str:
    return f"-- {make_printable(line)}".rstrip()


def _write_level(level: Level, before: str, dialect: Dialect) -> str:
    kept = "MATERIALIZED " if level.kept and dialect in KEEPING else ""
    body = _write_query(level.build_query(before), dialect)
    notes = "".join(f"{_comment(note)}\n" for note in level.notes)
    return f"{notes}{level.name} AS {kept}(\n{_indent(body)}\n)"


def _write_query(query: exp.Select, dialect: Dialect) -> str:
    return query.sql(dialect=dialect, pretty=True, max_text_width=WIDTH, copy=False)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
