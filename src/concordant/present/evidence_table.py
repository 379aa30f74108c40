"""Evidence as small tables, one a trial; every row names its data cut, so that no figures mix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from concordant.answer.parts import EvidenceRow
from concordant.answer.references import brackets

SHOWN = ("PFS", "OS", "progression-free", "overall survival")


def tables(rows: list[EvidenceRow]) -> Iterator[RenderableType]:
    """For each trial its name, population and a table of survival estimates by data cut."""
    for trial, group in groupby(rows, key=lambda row: row.trial):
        held = list(group)
        first = held[0]
        yield Padding(
            Text(f"{trial}, {' v '.join(first.arms)}{f', n = {first.n}' if first.n else ''}", style="bold"), (0, 0, 0, 1)
        )
        yield Padding(Text(f"{first.population.rstrip('.')}. {first.caveat}".strip(), style="dim"), (0, 0, 0, 1))
        yield _table(held)


def _table(rows: list[EvidenceRow]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 1), show_edge=False, header_style="dim")
    for title in ("analysis, data cut", "endpoint", "result", "effect (95 % CI)", ""):
        table.add_column(title, overflow="fold")
    for row in rows:
        for i, e in enumerate(one for one in row.estimates if any(word.lower() in one.endpoint.lower() for word in SHOWN)):
            values = " v ".join(v for v in e.values if v != "not given")
            result = f"{values} {e.unit}".strip() if values else ""
            note = ", ".join(filter(None, (e.assessed_by, e.note, "recalled" if e.checked == "recalled" else "")))
            name = f"{row.analysis}, {row.cut}{brackets(row.refs)}" if i == 0 else ""
            table.add_row(name, e.endpoint, result, ", ".join(filter(None, (e.effect, f"P {e.p}" if e.p else ""))), note)
    return table
