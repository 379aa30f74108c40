"""The fate of a row that may tell several entries: one, when all of them have been looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from concordant.record.account import Account
from concordant.record.entries import told_as

SILENT = "it says nothing that is asked about"


@dataclass(slots=True)
class RowFate:
    """What the entries of one row came to, until the row as a whole gets its fate."""

    kind: str
    used: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


def unuse(row: RowFate, event: Any) -> None:
    """Of what the row was used for, this event is gone."""
    label = told_as(event)
    if row.used:
        row.used.remove(label if label in row.used else row.used[-1])


def close(account: Account, rows: Mapping[str, RowFate]) -> None:
    """One fate a row: used when any entry of it is, else set aside, else ignored."""
    for place, row in rows.items():
        if row.used:
            aside = (f"set aside: {why}" for why in row.aside)
            account.used(place, row.kind, "; ".join([*dict.fromkeys(row.used), *aside]))
        elif row.aside:
            account.set_aside(place, row.kind, "; ".join(dict.fromkeys(row.aside)))
        else:
            account.ignored(place, row.kind, "; ".join(dict.fromkeys(row.ignored)) or SILENT)
