"""The finitely many cells of a feature: its words, or the ranges between thresholds that are read."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from concordant.logic.conditions import Compare, Condition, iter_condition_leaves
from concordant.logic.intervals import ANY, Interval, is_strict_bound, step_above, step_below
from concordant.model.features import Feature
from concordant.patient.facts import Value, format_unit, format_value, list_words_left, value_from_words

Break = tuple[float, int]  # a bound, and 0 when the cut lies before it, 1 when it lies after


class Cell(msgspec.Struct, frozen=True):
    """A part of a feature's values in which no condition changes its truth, its name, and what is possible of it."""

    value: Value
    name: str
    part: Interval | None = None


class Bounds(msgspec.Struct, frozen=True):
    """The ends of a range as they were authored: None where it is open, and whether the end itself lies outside."""

    low: float | None = None
    high: float | None = None
    low_outside: bool = False
    high_outside: bool = False


def find_breaks(conditions: Iterable[Condition]) -> dict[str, tuple[Break, ...]]:
    """For each number that the conditions read, where its ranges are cut."""
    breaks: dict[str, set[Break]] = {}
    for condition in conditions:
        for leaf in iter_condition_leaves(condition):
            if isinstance(leaf, Compare):
                sides = {"<=": (1,), ">": (1,), "<": (0,), ">=": (0,), "==": (0, 1)}[leaf.op]
                breaks.setdefault(leaf.feature, set()).update((leaf.bound, side) for side in sides)
    return {name: tuple(sorted(cuts)) for name, cuts in breaks.items()}


def make_cells(feature: Feature, cuts: tuple[Break, ...], known: Value) -> list[Cell]:
    """The cells that what is known leaves possible; together they cover every value of it."""
    if not feature.is_numeric:
        return [Cell(word, format_value(feature, word)) for word in list_words_left(known) or feature.values]
    low = feature.low if feature.low is not None else -math.inf
    high = feature.high if feature.high is not None else math.inf
    ranges = _split_range(low, high, cuts, whole=feature.type == "count")
    held = known if isinstance(known, Interval) else Interval()
    return [Cell(meet, format_range(feature, part), part) for part in ranges if (meet := part.intersect_with(held)) is not None]


def _split_range(low: float, high: float, cuts: tuple[Break, ...], *, whole: bool) -> list[Interval]:
    ranges = []
    start = low
    for bound, side in cuts:
        end = bound if side else step_below(bound)
        following = step_above(bound) if side else bound
        if whole:
            end, following = math.floor(end), math.ceil(following)
        if following > high:
            continue
        if low <= end < high and start <= end:
            ranges.append(Interval(start, end))
        start = max(start, following)
    if start <= high:
        ranges.append(Interval(start, high))
    return ranges


def join_cells(feature: Feature, first: Cell, second: Cell) -> Cell:
    """Two neighbouring cells as one."""
    if isinstance(first.value, Interval) and isinstance(second.value, Interval):
        part = Interval(first.part.low, second.part.high) if first.part and second.part else None
        both = Interval(first.value.low, second.value.high)
        return Cell(both, format_range(feature, part or both), part)
    words = (*(list_words_left(first.value) or ()), *(list_words_left(second.value) or ()))
    return Cell(value_from_words(feature, words), f"{first.name} or {second.name}")


def format_range(feature: Feature, part: Interval) -> str:
    """`<= 12 months`, `> 12 months`, `> 6 to 12 months`, `>= 50 %`, `2`."""
    ends, unit = find_bounds(feature, part), f" {format_unit(feature.unit)}" if feature.unit else ""
    match ends.low, ends.high:
        case None, None:
            return ANY
        case None, high:
            return f"{'<' if ends.high_outside else '<='} {high:g}{unit}"
        case low, None:
            return f"{'>' if ends.low_outside else '>='} {low:g}{unit}"
        case low, high if part.low == part.high:
            return f"{low:g}{unit}"
        case low, high:
            return f"{'> ' if ends.low_outside else ''}{low:g} to {'< ' if ends.high_outside else ''}{high:g}{unit}"


def find_bounds(feature: Feature, part: Interval) -> Bounds:
    """The ends of a range of the feature; one that lies at the feature's own end is open."""
    floor = feature.low if feature.low is not None else -math.inf
    ceiling = feature.high if feature.high is not None else math.inf
    point = part.low == part.high and not (part.low <= floor and part.high >= ceiling)
    low, low_outside = _find_authored_bound(part.low, step_below(part.low)) if part.low > floor or point else (None, False)
    high, high_outside = _find_authored_bound(part.high, step_above(part.high)) if part.high < ceiling or point else (None, False)
    return Bounds(low, high, low_outside, high_outside)


def _find_authored_bound(value: float, neighbour: float) -> tuple[float, bool]:
    """A bound as it was authored, and whether it is excluded."""
    strict = is_strict_bound(value, neighbour)
    return float(neighbour if strict else value), strict
