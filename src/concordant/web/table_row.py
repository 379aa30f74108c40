"""A row of a table that was pasted with its heading: each column that a question is called by is told, the others are named."""

from __future__ import annotations

import csv
import io

from concordant.errors import Complaint, Unreadable, make_printable, quote_word
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.terminology.names import normalize_name

SIGNS = ("\t", ";", ",")
NO_VALUE = ("", "-", "–", "na", "n/a", "null", "none given")
Row = tuple[dict[str, str], tuple[str, ...]]


def read_table_row(text: str, name: str, knowledge: Knowledge, patient: str = "") -> Row | None:
    """What a row tells of each feature, and the columns that no feature is called by. None for a text that is no table.

    Of several rows `patient` is the first value of the one that is meant. Raises Unreadable where that is left open.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    sign = next((sign for sign in SIGNS if len(lines) > 1 and all(line.count(sign) for line in lines)), "")
    if not sign or lines[0].lstrip().startswith(("{", "[", "-")) or ": " in lines[0]:
        return None
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=sign))
    return _read_row(rows[0], _choose_row(rows[1:], name, patient), knowledge)


def _choose_row(rows: list[list[str]], name: str, patient: str) -> list[str]:
    fits = [row for row in rows if not patient or row[:1] == [patient]]
    if len(fits) == 1:
        return fits[0]
    says = f"{len(rows)} rows are {len(rows)} patients" if not patient else f"no single row begins with {quote_word(patient)}"
    raise Unreadable(
        Complaint(says, name, way_out="Paste the heading and one row, or name the first value of the row that is meant")
    )


def _read_row(heading: list[str], row: list[str], knowledge: Knowledge) -> Row:
    known = _name_features(knowledge)
    stated: dict[str, str] = {}
    unread = []
    for column, value in zip(heading, [*row, *[""] * len(heading)], strict=False):
        if normalize_name(value) in NO_VALUE or not value.strip():
            continue
        feature = known.get(normalize_name(column))
        if feature is None:
            unread.append(make_printable(f"column {quote_word(column)}: {quote_word(value)}"))
        else:
            stated[feature.name] = value.strip()
    return stated, tuple(unread)


def _name_features(knowledge: Knowledge) -> dict[str, Feature]:
    """The features by name and by label, as a heading may write them."""
    asked = [feature for feature in knowledge.features if feature.question]
    return {normalize_name(name): f for f in asked for name in (f.label, f.name, f.name.replace("_", " "))}
