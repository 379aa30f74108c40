"""The patients of the exam: real ones, those about every number and every turn of a condition, drawn ones, and those looked for.

The same knowledge, count and seed give the same patients.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

from concordant.logic.conditions import Compare, Condition, Leaf, find_features_read, iter_condition_leaves
from concordant.logic.intervals import Interval, step_above, step_below
from concordant.model.features import Feature
from concordant.patient.facts import Fact, Value
from concordant.readers.truth_only import compile_test
from tests.exam.aim import iter_aimed_rows, iter_alone_rows, iter_decisive, iter_scope_rows, make_row
from tests.exam.coverage import Reached, find_reached, list_wanted
from tests.exam.sitting import Sitting
from tests.exam.solver import SolverTerms
from tests.laws.columns import Row, draw_open_rows, draw_rows, row_of
from tests.shipped import CASES, record_of

Kind = Literal["real", "boundary", "turning", "scope", "alone", "looked for", "random"]
SHARES: dict[Kind, float] = {
    "real": 0.12,
    "boundary": 0.12,
    "turning": 0.25,
    "scope": 0.03,
    "alone": 0.12,
}  # at most; the others are drawn
LOOKED_FOR = 0.25  # at most
T = TypeVar("T")
MakeRows = Callable[[Sitting, Sequence[Row]], Iterator[Row]]
NO_ROOM = "there may be such patients, and no room for them among so few"
PROVED = "proved: no patient can have it"
NOBODY_DRAWN = "a proof has no patient who takes something now, and none of those who were drawn has it"
BASES = 60  # so many patients are looked at for one in whom a number decides


class Patient(NamedTuple):
    """One row, and how it came about."""

    kind: Kind
    row: Row


@dataclass(frozen=True)
class Patients:
    """All patients of a sitting, and what nobody was found for though it was looked for, with the reason."""

    all: tuple[Patient, ...]
    never: Mapping[Reached, str]

    @property
    def rows(self) -> list[Row]:
        return [patient.row for patient in self.all]


def make_patients(sitting: Sitting, count: int, seed: int = 1, *, look: bool = True) -> Patients:
    """So many patients, in an order that is drawn."""
    drawn = random.Random(f"{seed} {sitting.guideline}")
    pool = list_real_rows(sitting, int(count * SHARES["real"]))
    drawn.shuffle(pool)
    found = [Patient("real", row) for row in pool[: int(count * SHARES["real"])]]
    makers: dict[Kind, MakeRows] = {
        "scope": iter_scope_rows,
        "boundary": iter_boundary_rows,
        "turning": iter_turning_rows,
        "alone": iter_alone_rows,
    }
    for kind, make in makers.items():
        rows = list(make(sitting, pool))
        found += [Patient(kind, row) for row in spread(rows, int(count * SHARES[kind]))]
    room = int(count * LOOKED_FOR) if look else 0
    found += [Patient("random", row) for row in draw_random_rows(sitting, pool, drawn, count - len(found) - room)]
    aimed, never = look_for_missing(sitting, found, room) if look else ([], {})
    found += [Patient("looked for", row) for row in aimed]
    found += [Patient("random", row) for row in draw_random_rows(sitting, pool, drawn, count - len(found))]
    drawn.shuffle(found)
    return Patients(tuple(found), never)


def spread(rows: Sequence[T], most: int) -> list[T]:
    """At most so many, from all over the list."""
    return [rows[place * len(rows) // most] for place in range(most)] if len(rows) > most else list(rows)


def list_real_rows(sitting: Sitting, most: int) -> list[Row]:
    """Some of the shipped cases, as far as they are answered."""
    paths = spread(CASES, max(most, 1))
    return [row_of(record, sitting.plan) for path in paths if (record := record_of(path)) is not None]


def draw_random_rows(sitting: Sitting, pool: Sequence[Row], drawn: random.Random, count: int) -> Iterator[Row]:
    """Real ones with some facts drawn anew, or with some facts that are asked for unknown or known in part."""
    now, open_ = sitting.situate(), count // 3
    yield from draw_open_rows(pool, now, drawn, open_)
    yield from draw_rows(pool, now, drawn, count - open_)


# -- about the numbers -------------------------------------------------------------------------------------------------


def list_sides(feature: Feature, bound: float) -> list[Value]:
    """Just below a bound, at it, just above it, and the intervals that begin or end at it, or lie over it."""
    below, above = (bound - 1, bound + 1) if feature.type == "count" else (step_below(bound), step_above(bound))
    low, high = feature.low if feature.low is not None else -math.inf, feature.high if feature.high is not None else math.inf
    sides = [number for number in (below, bound, above) if low <= number <= high]
    over = [Interval(one, other) for place, one in enumerate(sides) for other in sides[place + 1 :]]
    return [*(Interval(number, number) for number in sides), *over]


def iter_boundary_rows(sitting: Sitting, pool: Sequence[Row]) -> Iterator[Row]:
    """The sides of every number in a condition, in a patient in whom it decides, where there is one among some."""
    for feature in sitting.plan.features:
        for bound in dict.fromkeys(bound for bound, _ in sitting.frame.cuts.get(feature.name, ())):
            sides = list_sides(feature, bound)
            tests = [compile_test(one) for one in sitting.conditions if _compares(one, feature.name, bound)]
            base = next((row for row in pool[:BASES] if _decides(tests, row, feature.name, sides)), pool[0])
            yield from (with_value(base, feature.name, side) for side in sides)


def _compares(condition: Condition, name: str, bound: float) -> bool:
    leaves = iter_condition_leaves(condition)
    return any(isinstance(leaf, Compare) and (leaf.feature, leaf.bound) == (name, bound) for leaf in leaves)


def _decides(tests: Sequence[Callable[..., object]], row: Row, name: str, sides: Sequence[Value]) -> bool:
    facts = [make_facts(with_value(row, name, side)) for side in sides]
    return any(len({test(one) for one in facts}) > 1 for test in tests)


def with_value(row: Row, name: str, value: Value) -> Row:
    return row._replace(values={**row.values, name: value})


def make_facts(row: Row) -> dict[str, Fact]:
    return {name: Fact(name, value, "stated") for name, value in row.values.items()}


# -- about the turns of a condition ------------------------------------------------------------------------------------


def iter_turning_rows(sitting: Sitting, pool: Sequence[Row]) -> Iterator[Row]:
    """For each sentence of each condition somebody for whom it alone decides, with every word or side of a number."""
    seen = set[tuple[tuple[Value, ...], str, Value]]()
    for number, condition in enumerate(sitting.conditions):
        base = pool[number % len(pool)]
        names = sorted(find_features_read(condition))
        for leaf, decisive in iter_decisive(condition):
            row = make_row(sitting, decisive, base)
            for value in _list_values(sitting, leaf) if row is not None else ():
                told = with_value(row, leaf.feature, value)
                key = (tuple(told.values.get(name) for name in names), "|".join(names), value)
                if key not in seen:
                    seen.add(key)
                    yield told


def _list_values(sitting: Sitting, leaf: Leaf) -> list[Value]:
    feature = sitting.plan.by_name[leaf.feature]
    return list_sides(feature, leaf.bound) if isinstance(leaf, Compare) else list(feature.values)


# -- whom drawing does not reach ---------------------------------------------------------------------------------------


def look_for_missing(sitting: Sitting, found: Sequence[Patient], most: int) -> tuple[list[Row], dict[Reached, str]]:
    """Patients for each status and truth that nobody has: drawn towards it, or found by the solver, unless there is none."""
    rows = [patient.row for patient in found]
    reached = find_reached(sitting, rows)
    missing = [one for one in list_wanted(sitting) if one not in reached]
    aimed: list[Row] = []
    for one in missing:
        for row in iter_aimed_rows(sitting, one, rows) if one not in reached and len(aimed) < most else ():
            if one in (has := find_reached(sitting, [row])):
                aimed.append(row)
                reached |= has
                break
    never: dict[Reached, str] = {}
    terms = Searched(sitting)
    for one in missing:
        if one not in reached:
            row = terms.find_row(one) if len(aimed) < most else None
            if row is not None:
                aimed.append(row)
                reached |= find_reached(sitting, [row])
            if one not in reached:
                never[one] = terms.says(one, row) if len(aimed) < most or not terms.is_possible(one) else NO_ROOM
    return aimed, never


class Searched:
    """The solver, asked only where nobody was found otherwise."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting

    @cached_property
    def terms(self) -> SolverTerms:
        return SolverTerms(self.sitting)

    @cached_property
    def conditions(self) -> Mapping[Reached, Condition]:
        return self.terms.list_terms()

    def find_row(self, one: Reached) -> Row | None:
        return self.terms.find_row(self.conditions[one]) if one in self.conditions else None

    def is_possible(self, one: Reached) -> bool:
        return one in self.conditions and self.terms.finder.is_possible(self.conditions[one]) is not False

    def says(self, one: Reached, row: Row | None) -> str:
        """Why nobody has it."""
        if one not in self.conditions:
            return NOBODY_DRAWN
        return PROVED if row is None else "FOUND BY THE SOLVER, AND NOT SO"
