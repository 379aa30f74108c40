"""The facts of a patient as FHIR Parameters: what a library of CQL is handed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import msgspec

from concordant.patient.fact_table import Cell
from concordant.readers.elm import LEAST, MOST


def write_parameters(row: Mapping[str, Cell]) -> str:
    """The row of a patient as one line of JSON; what is not named is not known."""
    told = {"resourceType": "Parameters", "parameter": list(_iter_parameters(row))}
    return msgspec.json.encode(told).decode() + "\n"


def _iter_parameters(row: Mapping[str, Cell]) -> Iterator[dict[str, Any]]:
    for name, cell in row.items():
        if isinstance(cell, str):
            yield {"name": name, "valueString": cell}
        elif cell is not None and (number := fit_decimal(cell)) is not None:
            yield {"name": name, "valueDecimal": number}


def fit_decimal(number: float) -> float | None:
    """A decimal of CQL on the same side of every bound as the number; None, which is no bound, where there is none.

    CQL has eight digits behind the point, and bounds have seven at most (`make_decimal`): the last digit tells what lies beside.
    """
    told = Decimal(repr(number))
    if abs(told) >= MOST:
        return None
    below = told.quantize(LEAST, ROUND_FLOOR)
    return float(below if told == below or below % (LEAST * 10) else below + LEAST)
