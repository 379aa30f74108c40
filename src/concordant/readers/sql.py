"""A condition as an expression of SQL over a table of facts: NULL is what is not known, so AND, OR and NOT are Kleene's.

This module needs the extra `sql`; it is loaded by `export/sql` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from sqlglot import exp

from concordant.errors import Complaint, Refused
from concordant.logic.conditions import All, Any, AtLeast, Compare, Condition, Constant, Leaf, Named, Not, OneOf, fold
from concordant.model.features import Feature
from concordant.patient.fact_table import BETWEEN, HIGH, LOW
from concordant.readers.left_words import list_left, split_words

Sql = exp.Expr
LARGEST = "1E300"  # what is larger is no measurement; every system reads it as a double
MOST_DIGITS = 15  # a decimal of more digits is not the same number in every system


def condition_to_sql(condition: Condition, name_leaf: Callable[[Leaf], str]) -> Sql:
    """The condition over columns that hold its leaves, under the names that `name_leaf` gives them."""
    return fold(condition, _Conditions(name_leaf))


class _Conditions:
    """The algebra whose readings are expressions."""

    __slots__ = ("_name_leaf",)

    def __init__(self, name_leaf: Callable[[Leaf], str]) -> None:
        self._name_leaf = name_leaf

    def constant(self, node: Constant) -> Sql:
        return {"true": exp.true, "false": exp.false, "unknown": make_null}[node.truth]()

    def compare(self, node: Compare) -> Sql:
        return exp.column(self._name_leaf(node))

    def one_of(self, node: OneOf) -> Sql:
        return exp.column(self._name_leaf(node))

    def not_(self, _: Not, part: Sql) -> Sql:
        return negate(part)

    def named(self, _: Named, part: Sql) -> Sql:
        return part

    def all_(self, _: All, parts: Sequence[Sql]) -> Sql:
        return join_all(parts)

    def any_(self, _: Any, parts: Sequence[Sql]) -> Sql:
        return join_any(parts)

    def at_least(self, node: AtLeast, parts: Sequence[Sql]) -> Sql:
        if node.n <= 0 or node.n > len(parts):
            return exp.true() if node.n <= 0 else exp.false()
        sure = [_count(part.copy(), 1, 0) for part in parts]
        possible = [_count(negate(part.copy()), 0, 1) for part in parts]
        return make_case([(_add(sure) >= node.n, exp.true()), (_add(possible) < node.n, exp.false())])


def make_null() -> Sql:
    """What is neither true nor false."""
    return exp.cast(exp.null(), "boolean")


def negate(part: Sql) -> Sql:
    """The condition turned round."""
    return exp.not_(part, copy=False)


def join_all(parts: Iterable[Sql]) -> Sql:
    """All of the parts; what holds of itself is left out."""
    kept = [part for part in parts if part != exp.true()]
    return exp.and_(*kept, copy=False) if kept else exp.true()


def join_any(parts: Iterable[Sql]) -> Sql:
    """Any of the parts; what never holds is left out."""
    kept = [part for part in parts if part != exp.false()]
    return exp.or_(*kept, copy=False) if kept else exp.false()


def make_case(ways: Iterable[tuple[Sql, Sql]], default: Sql | None = None) -> Sql:
    """The value of the first way whose condition is true, else the default, else NULL."""
    case = exp.Case(default=default)
    for condition, value in ways:
        case = case.when(condition, value, copy=False)
    return case


def make_number(number: float) -> Sql:
    """A number that every system reads as the same double. Raises ValueError for an infinite one."""
    if not math.isfinite(number):
        raise ValueError("there is no such number in SQL")
    told = Decimal(repr(number))
    if len(told.as_tuple().digits) > MOST_DIGITS:
        return exp.Literal.number(f"{told:E}")
    return exp.Literal.number(str(int(number)) if number == int(number) else f"{told:f}")


def make_cell(value: str | float | None) -> Sql:
    """A value of the table of facts."""
    if value is None:
        return exp.null()
    return exp.Literal.string(value) if isinstance(value, str) else make_number(value)


def leaf_to_sql(leaf: Leaf, feature: Feature) -> Sql:
    """The sentence over the columns of the feature. Raises Refused for one that SQL cannot say."""
    if isinstance(leaf, Compare):
        return _compare_to_sql(leaf)
    ways = [(_is_left(feature, words), exp.true() if truth else exp.false()) for words, truth in _split_words(leaf, feature)]
    return make_case(ways)


def find_fault(feature: Feature) -> Sql:
    """Whether the table holds what no fact of this feature can be: another word, no number (NaN, an infinite one), or an interval
    that is turned round.
    """
    if not feature.is_numeric:
        return negate(_is_left(feature, feature.values))
    low, high = exp.column(feature.name + LOW), exp.column(feature.name + HIGH)
    return join_any([negate(_is_number(low)), negate(_is_number(high)), low.copy() > high.copy()])


def find_row_fault(patient: Sql) -> Sql:
    """Whether the patient has several rows, or the row no patient."""
    rows = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[patient.copy()])
    return join_any([rows > 1, patient.is_(exp.null())])


def clean_columns(feature: Feature) -> list[tuple[str, Sql]]:
    """The columns of a feature by their names; no end that is no number, and neither end of an interval that is turned round."""
    if not feature.is_numeric:
        return [(feature.name, exp.column(feature.name))]
    turned = exp.column(feature.name + LOW) > exp.column(feature.name + HIGH)
    names = (feature.name + LOW, feature.name + HIGH)
    return [(name, make_case([(turned.copy(), exp.null()), (_is_number(exp.column(name)), exp.column(name))])) for name in names]


def _is_number(column: Sql) -> Sql:
    """NaN is above all numbers in some systems, and beside all of them in others: within two bounds it is in none."""
    return exp.Between(this=column.copy(), low=exp.Neg(this=exp.Literal.number(LARGEST)), high=exp.Literal.number(LARGEST))


def list_told(ways: Iterable[tuple[Sql, str]]) -> Sql:
    """The texts whose conditions hold, in one text."""
    empty = exp.Literal.string("")
    some = [make_case([(when, exp.Literal.string(BETWEEN + text))], empty.copy()) for when, text in ways]
    if not some:
        return empty
    return exp.func("SUBSTRING", exp.Concat(expressions=some, safe=True, coalesce=False), exp.Literal.number(2))


def _refuse(leaf: Leaf, why: str) -> Refused:
    return Refused(Complaint(f"SQL cannot express {leaf}: {why}", leaf.feature, way_out="Leave it out, or say it otherwise"))


def _split_words(leaf: OneOf, feature: Feature) -> list[tuple[list[str], bool]]:
    try:
        return split_words(leaf, feature)
    except ValueError as error:
        raise _refuse(leaf, str(error)) from None


def _is_left(feature: Feature, words: Sequence[str]) -> Sql:
    """Whether one of these words is known, or only some of these are left."""
    told = [exp.Literal.string(text) for text in list_left(feature, words)]
    column = exp.column(feature.name)
    return column.eq(told[0]) if len(told) == 1 else column.isin(*told)


def _compare_to_sql(leaf: Compare) -> Sql:
    try:
        bound = make_number(leaf.bound)
    except ValueError as error:
        raise _refuse(leaf, str(error)) from None
    low, high = exp.column(leaf.feature + LOW), exp.column(leaf.feature + HIGH)
    ways: tuple[Sql, Sql]
    match leaf.op:
        case "<=":
            ways = (high <= bound, low > bound)
        case ">":
            ways = (low > bound, high <= bound)
        case ">=":
            ways = (low >= bound, high < bound)
        case "<":
            ways = (high < bound, low >= bound)
        case "==":
            ways = (join_all([low >= bound, high <= bound]), join_any([high < bound, low > bound]))
    return make_case(zip(ways, (exp.true(), exp.false()), strict=True))


def _count(condition: Sql, then: int, otherwise: int) -> Sql:
    return make_case([(condition, exp.Literal.number(then))], exp.Literal.number(otherwise))


def _add(counts: Sequence[Sql]) -> Sql:
    total = exp.Paren(this=counts[0])
    for count in counts[1:]:
        total = exp.Paren(this=exp.Add(this=total.this, expression=count))
    return total
