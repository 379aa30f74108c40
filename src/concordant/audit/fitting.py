"""Whether a number of a claim is one of a row: rounding, intervals, differences, reductions, P values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from concordant.audit.items import Item
from concordant.model.audit import FigureRow, FigureValue

SLACK = 1e-9
RATIO_DIGITS, EXACT = 2, 6
P_TOLD = re.compile(r"(<|>)?\s*(\d*\.?\d+)")


def fits_number(told: float, digits: int, held: float, *, hedged: bool = False, bound: str = "") -> bool:
    """Whether a number is the one that is held, as it is rounded; after `about` one that was cut off fits too."""
    if bound in (">", ">=", "<", "<="):
        return {">": held > told, ">=": held >= told - SLACK, "<": held < told, "<=": held <= told + SLACK}[bound]
    if abs(told - held) < SLACK:
        return True
    scale = 10.0**digits
    half_up = int(held * scale + 0.5 + SLACK) / scale
    if abs(told - half_up) < SLACK or abs(round(held, digits) - told) < SLACK:
        return True
    return (hedged or bound == "~") and abs(int(held * scale) / scale - told) < SLACK


def can_be_compared(item: Item, row: FigureRow) -> bool:
    """Whether the row holds a number of the kind of the item."""
    match item.kind:
        case "value":
            counted = row.unit == "patients" and (item.share is not None or item.unit == "%")
            same_unit = item.unit in ("", row.unit) or counted
            return same_unit and any(value.value is not None or not value.reached for value in row.values)
        case "not_reached":
            return row.unit == "months" and any(value.value is not None or not value.reached for value in row.values)
        case "ratio" | "reduction":
            return row.hr is not None
        case "p":
            return bool(row.p)
        case "gain":
            return (
                row.unit == "months"
                and item.unit != "%"
                and len(row.values) > 1
                and all(v.value is not None for v in row.values[:2])
            )
        case _:
            return False


def fits_row(item: Item, row: FigureRow, arm: int | None) -> bool:
    """Whether the item is a number of this row; `arm` is the one that it is said of, None for either."""
    if not can_be_compared(item, row):
        return False
    match item.kind:
        case "value" | "not_reached":
            values = row.values if arm is None else row.values[arm : arm + 1]
            timed = item.months is None or row.months is None or item.unit != "%" or item.months == row.months
            return timed and any(_fits_value(item, value) for value in values)
        case "ratio":
            assert row.hr is not None
            digits = item.digits if item.digits >= RATIO_DIGITS or item.hedged else EXACT  # 0.3 is not 0.26
            return fits_number(item.value, digits, row.hr.estimate) and _fit_ends(item, row.hr.low, row.hr.high)
        case "reduction":
            assert row.hr is not None
            return fits_number(
                item.value, item.digits, round((1 - row.hr.estimate) * 100, 6), hedged=item.hedged, bound=item.bound
            )
        case "p":
            return _fits_p(item, row.p)
        case "gain":
            first, second = (value.value or 0.0 for value in row.values[:2])
            return fits_number(item.value, item.digits, round(first - second, 6), hedged=item.hedged, bound=item.bound)
    return False


def is_checkable(item: Item, rows: Sequence[FigureRow]) -> bool:
    """Whether the knowledge holds all numbers of the item: its interval too."""
    rows = [row for row in rows if can_be_compared(item, row)]
    if item.low is None:
        return bool(rows)
    if item.kind == "ratio":
        return any(row.hr and row.hr.low is not None for row in rows)
    return any(value.low is not None for row in rows for value in row.values)


def _fits_value(item: Item, value: FigureValue) -> bool:
    if item.kind == "not_reached":
        return not value.reached and _fit_ends(item, value.low, value.high)
    if value.value is None:
        return False
    if item.unit == "%" and value.share is not None:
        return fits_number(item.value, item.digits, value.share, hedged=item.hedged, bound=item.bound)
    if item.share is not None and (value.share is None or not fits_number(item.share, 0, value.share)):
        return False
    told = fits_number(item.value, item.digits, value.value, hedged=item.hedged, bound=item.bound)
    return told and _fit_ends(item, value.low, value.high)


def _fit_ends(item: Item, low: float | None, high: float | None) -> bool:
    """An interval that is told has to be the one that is held; one that is not held does not speak against it here."""
    if item.low is None or low is None:
        return True
    near = abs(item.low - low) < SLACK
    return near and (item.high is None) == (high is None) and (high is None or abs((item.high or 0) - high) < SLACK)


def _fits_p(item: Item, held: str) -> bool:
    """`< 0.001` fits every smaller value; a bound that is held leaves open how small it is."""
    if not (met := P_TOLD.search(held)):
        return True
    bound, value = met[1] or "=", float(met[2])
    if item.bound == "<" and bound == "<":
        return True
    if item.bound == "<":
        return value < item.value + SLACK
    if bound == "<":
        return item.value < value + SLACK
    return fits_number(item.value, item.digits, value)
