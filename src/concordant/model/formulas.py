"""Named formulas as data: a number from other facts of a patient as a product of powers; and whose rule rounds a dose.

`(140 - age) x weight / (72 x creatinine)` and `square root of (height x weight / 3600)` are both such products. Each part grows
or falls steadily with its fact, so a formula of intervals is exact: its ends are the formula of their ends.
"""

import math
from collections.abc import Mapping

from concordant.logic.intervals import Interval
from concordant.model.naming import FeatureName
from concordant.model.sources import Cite, Record


class FormulaTerm(Record, frozen=True):
    """A fact raised to a power, or what it leaves of a number (`taken_from`); `named` is said before its value."""

    feature: FeatureName
    unit: str
    power: float = 1
    taken_from: float | None = None
    named: str = ""


class FormulaFactor(Record, frozen=True):
    """A number for each word that a fact may have."""

    feature: FeatureName
    values: dict[str, float]


class FormulaExample(Record, frozen=True):
    """What the formula gives for known facts, worked out apart from it, to so many decimals."""

    given: dict[FeatureName, str]
    gives: str


class Formula(Record, frozen=True):
    """A published formula: `factor / over` times its terms and factors; `written` is how a person writes it."""

    id: str
    name: str
    gives: str
    unit: str
    written: str
    source: Cite
    terms: tuple[FormulaTerm, ...]
    factors: tuple[FormulaFactor, ...] = ()
    factor: float = 1
    over: float = 1
    examples: tuple[FormulaExample, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The facts that it is calculated from, in the order in which it names them."""
        return (*(term.feature for term in self.terms), *(factor.feature for factor in self.factors))


class Rounding(Record, frozen=True):
    """The rule by which a calculated dose becomes whole tablets, in words, and whose rule it is."""

    id: str
    says: str
    source: Cite


DIGITS = 9  # a number that lies on a limit on paper must lie on it here, whatever the last bit of a float
Values = Mapping[str, Interval | str | tuple[str, ...] | None]


def calculate_formula(formula: Formula, values: Values) -> Interval | None:
    """The formula for these facts; None where a number is unknown or impossible. An unknown word leaves its range."""
    low = high = formula.factor / formula.over
    parts = [_calculate_term(term, values.get(term.feature)) for term in formula.terms]
    parts += [_calculate_factor(factor, values.get(factor.feature)) for factor in formula.factors]
    for part in parts:
        if part is None:
            return None
        low, high = low * part.low, high * part.high
    return Interval(round(low, DIGITS), round(high, DIGITS))


def _calculate_term(term: FormulaTerm, value: Interval | str | tuple[str, ...] | None) -> Interval | None:
    """The power of what is known, cut off at nothing; None when nothing is known, or nothing positive is left."""
    if not isinstance(value, Interval) or value.is_unknown:
        return None
    low, high = value.low, value.high
    if term.taken_from is not None:
        low, high = term.taken_from - high, term.taken_from - low
    if high <= 0:
        return None
    ends = [_raise_to_power(max(low, 0.0), term.power), _raise_to_power(high, term.power)]
    return Interval(min(ends), max(ends))


def _raise_to_power(base: float, power: float) -> float:
    if base == 0 and power < 0:
        return math.inf
    try:
        return math.pow(base, power)
    except OverflowError:  # "more than 0" begins at the smallest number there is
        return math.inf


def _calculate_factor(factor: FormulaFactor, value: Interval | str | tuple[str, ...] | None) -> Interval | None:
    if isinstance(value, str):
        return Interval(factor.values[value], factor.values[value]) if value in factor.values else None
    return Interval(min(factor.values.values()), max(factor.values.values()))


def is_example_met(formula: Formula, example: FormulaExample) -> bool:
    """Whether the formula gives what its example says, to the last decimal that the example prints."""
    from fractions import Fraction  # for lint alone

    words = {factor.feature for factor in formula.factors}
    values = {name: text if name in words else _parse_exact(text) for name, text in example.given.items()}
    result = calculate_formula(formula, values)
    if result is None or not result.is_exact:
        return False
    decimals = len(example.gives.partition(".")[2])
    return abs(Fraction(result.low) - Fraction(example.gives)) <= Fraction(1, 2 * 10**decimals) + Fraction(1, 10**9)


def _parse_exact(text: str) -> Interval:
    return Interval(float(text), float(text))
