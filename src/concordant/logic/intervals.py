"""Numbers as closed intervals, and how people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import msgspec

from concordant.errors import quote_word
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_any, negate_truth

NO_LOW, NO_HIGH = -math.inf, math.inf


class Interval(msgspec.Struct, frozen=True, omit_defaults=True):
    """All numbers from low to high, both included; unknown is open on both sides (infinite).

    "More than 12" starts at the float that follows 12, so that the interval stays closed and the
    comparison with 12 is decided. JSON has no word for an infinite end: such an end is not written.
    """

    low: float = NO_LOW
    high: float = NO_HIGH

    def __post_init__(self) -> None:
        if not self.low <= self.high:  # nor is anything between what is no number at all
            raise ValueError(f"no number lies between {self.low} and {self.high}")
        if self.low == NO_LOW and self.low is not NO_LOW:  # only the default itself is left out
            msgspec.structs.force_setattr(self, "low", NO_LOW)
        if self.high == NO_HIGH and self.high is not NO_HIGH:
            msgspec.structs.force_setattr(self, "high", NO_HIGH)

    @property
    def is_exact(self) -> bool:
        """True when one number is left."""
        return self.low == self.high

    @property
    def is_unknown(self) -> bool:
        """True when nothing at all is known."""
        return self.low == -math.inf and self.high == math.inf

    def join_with(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def intersect_with(self, other: Interval) -> Interval | None:
        """What both allow, or None when they contradict each other."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    def is_within(self, other: Interval) -> bool:
        """True when this interval lies inside the other: at least as much is known."""
        return other.low <= self.low and self.high <= other.high


def make_exact_interval(value: float) -> Interval:
    """A number that is known."""
    return Interval(value, value)


def step_above(value: float) -> float:
    """The low end of "more than value"."""
    return math.nextafter(value, math.inf)


def step_below(value: float) -> float:
    """The high end of "less than value"."""
    return math.nextafter(value, -math.inf)


def compare_interval(interval: Interval, op: str, bound: float) -> Truth:
    """Kleene truth of `interval op bound`, with op one of <= < >= > ==. Raises ValueError on another op."""
    if op not in COMPARISONS:
        raise ValueError(f"unknown comparison {op!r}")
    return COMPARISONS[op](interval, bound)


def _judge_at_most(interval: Interval, bound: float) -> Truth:
    if interval.high <= bound:
        return TRUE
    return FALSE if interval.low > bound else UNKNOWN


def _judge_at_least(interval: Interval, bound: float) -> Truth:
    if interval.low >= bound:
        return TRUE
    return FALSE if interval.high < bound else UNKNOWN


def _judge_more_than(interval: Interval, bound: float) -> Truth:
    return negate_truth(_judge_at_most(interval, bound))


def _judge_less_than(interval: Interval, bound: float) -> Truth:
    return negate_truth(_judge_at_least(interval, bound))


def _judge_equal(interval: Interval, bound: float) -> Truth:
    return negate_truth(judge_any((_judge_less_than(interval, bound), _judge_more_than(interval, bound))))


COMPARISONS: dict[str, Callable[[Interval, float], Truth]] = {
    "<=": _judge_at_most,
    ">": _judge_more_than,
    ">=": _judge_at_least,
    "<": _judge_less_than,
    "==": _judge_equal,
}


ANY = "any value"
SIGNS = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}  # as typed and as told: both are read
_MEANT = {**{told: sign for sign, told in SIGNS.items()}, "≤": "<=", "≥": ">=", "under": "<", "up to": "<=", "exactly": ""}
_AFTER = re.compile(r"(.+) or (less|fewer|more)", re.IGNORECASE)
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_SIGN = "|".join(sorted((*SIGNS, *_MEANT), key=len, reverse=True))
_SIGNED = re.compile(rf"({_SIGN})?\s*({_NUMBER})\s*(.*)", re.IGNORECASE)
_RANGE = re.compile(rf"({_SIGN})?\s*({_NUMBER})\s*(?:,? up to|to|-|–)\s*({_SIGN})?\s*({_NUMBER})\s*(.*)", re.IGNORECASE)


def parse_quantity(text: str) -> tuple[Interval, str]:
    """Read `8 months`, `<= 12 months`, `> 6 to 12 months`, `62 % or more`: the interval, and the unit as written.

    The whole text is read: what stands behind the number is its unit, and never the rest of a number that was cut. Raises
    ValueError with a sentence for people.
    """
    plain = " ".join(text.split())
    if match := _AFTER.fullmatch(plain):
        plain = f"{'>=' if match[2].lower() == 'more' else '<='} {match[1]}"
    if match := _RANGE.fullmatch(plain):
        _check_unit(text, match[5])
        return _parse_range(match, text), match[5]
    if not (match := _SIGNED.fullmatch(plain)):
        raise ValueError(f"{quote_word(text)} is not a number; write for example 8, <= 12 or 8 to 11, then the unit")
    _check_unit(text, match[3])
    number = float(match[2])
    if not math.isfinite(number):
        raise ValueError(f"{quote_word(text)} is too large a number")
    return _make_one_sided(_normalize_sign(match[1]), number), match[3]


def _check_unit(text: str, unit: str) -> None:
    """A decimal comma, an exponent and the second half of a fraction look like units."""
    if re.match(r"[,'’]\s?\d", unit):
        raise ValueError(f"{quote_word(text)} has a comma in the number; write a decimal point, and no thousands separators")
    if re.match(r"e[-+]?\d", unit, re.IGNORECASE):
        raise ValueError(f"{quote_word(text)} has an exponent; write the number out")
    if re.match(r"/\s?\d|\.\d|:\s?(?!1$)\d|[-–]", unit):
        raise ValueError(f"{quote_word(text)} is more than one number; write the one that is meant")


_DECIMAL_COMMA = re.compile(r"(?<![\d.,'’])(?:(\d+),(\d{1,2})|(0),(\d+))(?![\d.,'’]|\s\d{3}(?!\d))")


def write_decimal_point(text: str) -> str:
    """The text with a point for each comma that can only be a decimal one: before one or two digits, or behind a zero.

    A comma before three digits may part thousands, and stays.
    """
    return _DECIMAL_COMMA.sub(lambda match: f"{match[1] or match[3]}.{match[2] or match[4]}", text)


def _normalize_sign(written: str | None) -> str:
    """`<=`, `<`, `>=`, `>`, or nothing, whichever way it was written."""
    sign = (written or "").lower()
    return _MEANT.get(sign, sign)


def _parse_range(match: re.Match[str], text: str) -> Interval:
    """The numbers from the one end to the other; an end may be excluded."""
    first, last = _normalize_sign(match[1]), _normalize_sign(match[3])
    low, high = float(match[2]), float(match[4])
    if first.startswith("<") or last.startswith(">"):
        raise ValueError(f"{quote_word(text)} has two ends on one side; write for example > {low:g} to < {high:g}")
    if low > high:
        raise ValueError(f"{quote_word(text)} runs from the larger to the smaller number")
    if low == high and (first == ">" or last == "<"):
        raise ValueError(f"{quote_word(text)} leaves no number")
    return Interval(step_above(low) if first == ">" else low, step_below(high) if last == "<" else high)


def _make_one_sided(sign: str, number: float) -> Interval:
    match sign:
        case "<=":
            return Interval(high=number)
        case ">=":
            return Interval(low=number)
        case "<":
            return Interval(high=step_below(number))
        case ">":
            return Interval(low=step_above(number))
        case _:
            return make_exact_interval(number)


def format_number(number: float) -> str:
    """A number for people: whole, or one decimal; two where one would hide that it is not whole."""
    if number == int(number):
        return f"{number:.0f}"
    rounded = round(number, 1)
    return f"{rounded:.1f}" if rounded != int(rounded) else f"{number:.2f}"


def format_interval(interval: Interval) -> str:
    """The interval in words: `8`, `11 to 13`, `at least 12`, `more than 12`, `unknown`."""
    low, high = interval.low, interval.high
    if interval.is_unknown:
        return "unknown"
    if interval.is_exact:
        return format_number(low)
    if high == math.inf:
        return _format_end(">", ">=", low, step_below(low))
    if low == -math.inf:
        return _format_end("<", "<=", high, step_above(high))
    first = _format_end(">", "", low, step_below(low))
    last = _format_end("<", "", high, step_above(high))
    return f"{first} to {last}"


def _format_end(strict: str, loose: str, value: float, neighbour: float) -> str:
    """One end in words."""
    sign, number = (strict, neighbour) if is_strict_bound(value, neighbour) else (loose, value)
    return f"{SIGNS[sign]} {format_number(number)}" if sign else format_number(number)


def is_strict_bound(value: float, neighbour: float) -> bool:
    """Return True if a bound is the float next to a short decimal, so that it stands for `<` or `>` rather than a computed
    number.
    """
    return math.isfinite(value) and neighbour != value and round(neighbour, 4) == neighbour and round(value, 4) != value
