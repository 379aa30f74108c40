"""Facts as one row a patient: the columns, and what stands in each.

A feature of words has one text column of its name: NULL for unknown, a word, or the words that are left, parted by a bar, in the
order of the feature. A number has two columns, the ends of a closed interval, NULL where there is no bound. Beside them stand
the `patient`, and what the patient takes now for advanced disease (`running`: drugs by their ids, parted by a bar).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from concordant.model.features import Feature
from concordant.patient.facts import Facts, Value

PATIENT, RUNNING = "patient", "running"
BETWEEN = "|"
LOW, HIGH = "_low", "_high"

Cell = str | float | None


class FactColumn(NamedTuple):
    """One column, and what it holds."""

    name: str
    kind: Literal["text", "double"]


def list_fact_columns(features: Iterable[Feature]) -> list[FactColumn]:
    """The columns of the table, in the order of the features."""
    columns = [FactColumn(PATIENT, "text"), FactColumn(RUNNING, "text")]
    for feature in features:
        if feature.is_numeric:
            columns += (FactColumn(feature.name + LOW, "double"), FactColumn(feature.name + HIGH, "double"))
        else:
            columns.append(FactColumn(feature.name, "text"))
    return columns


def make_fact_row(patient: str, running: Sequence[str], features: Iterable[Feature], facts: Facts) -> dict[str, Cell]:
    """What is known of one patient; a column that is not named is NULL."""
    row: dict[str, Cell] = {PATIENT: patient, RUNNING: join_words(running) or None}
    for feature in features:
        row |= _iter_cells(feature, facts[feature.name].value)
    return {name: cell for name, cell in row.items() if cell is not None}


def join_words(words: Iterable[str]) -> str:
    """Several words in one cell."""
    return BETWEEN.join(words)


def _iter_cells(feature: Feature, value: Value) -> Iterator[tuple[str, Cell]]:
    if value is None:
        return
    if isinstance(value, str | tuple):
        yield feature.name, value if isinstance(value, str) else join_words(value)
        return
    for end, bound in ((LOW, value.low), (HIGH, value.high)):
        yield feature.name + end, float(bound) if math.isfinite(bound) else None
