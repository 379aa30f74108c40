"""Numbers with units, as people and sources write them, turned into the unit of a field."""

from __future__ import annotations

import math
import re

from concordant.errors import quote_word
from concordant.logic.intervals import Interval, format_interval, parse_quantity, step_below
from concordant.model.knowledge import VocabularyField
from concordant.terminology.names import Words, normalize_unit


def convert_quantity(text: str, field_: VocabularyField, words: Words) -> Interval:
    """Read a number with its unit and turn it into the field's. Raises ValueError with the way out."""
    if re.search(r"\d{25}", text):
        raise ValueError(f"{quote_word(text)} has too many digits")
    interval, written = parse_quantity(text)
    if not written:
        return _check_bare_number(text, interval, field_, words)
    if not field_.unit:
        raise ValueError(f"'{text}' has a unit, and none is expected; write {text.replace(written, '').strip()}")
    factor = lookup_unit_factor(field_, written, words)
    if factor is None:
        units = " or ".join((_format_unit(field_.unit), *(name for name in field_.also if name.isascii())))
        raise ValueError(f"'{text}' has the wrong unit {quote_word(written)}; use {units}")
    if why := explain_thousands(text, factor, field_, words):
        raise ValueError(f"{why}; write the number without a point")
    return Interval(interval.low * factor, interval.high * factor) if factor != 1.0 else interval


THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,])")


def explain_thousands(text: str | None, factor: float | None, field_: VocabularyField, words: Words) -> str:
    """Why a number as it is written can be two: of a unit that counts single things, a point may part thousands."""
    counts = factor is not None and factor <= words.whole.get(field_.unit, 0.0)
    return f"{quote_word(text)} may be thousands, or a number with decimals" if text and counts and THOUSANDS.search(text) else ""


BARE = "1"  # the unit of what has none
MOST_UNITS = 5000  # a file can hold any number of spellings; the memory of them has to end


def lookup_unit_factor(field_: VocabularyField, unit: str, words: Words) -> float | None:
    """What turns a number in this unit into that of the field; None for a unit that is not known.

    Where the field has none, the words of a bare number may stand there: `{score}`, `ratio`.
    """
    key = (field_.name, field_.unit, unit, bool(field_.also))  # a field may come with the units of its own, or without
    if key in words.factors:
        return words.factors[key]
    own = {normalize_unit(name): factor for name, factor in field_.also.items()}
    known = {normalize_unit(field_.unit): 1.0, **words.units.get(field_.unit or BARE, {}), **own}
    result = known.get(normalize_unit(unit))
    if len(words.factors) < MOST_UNITS:
        words.factors[key] = result
    return result


def is_bare_unit(unit: str, words: Words) -> bool:
    """Whether what stands behind a number leaves it a bare one."""
    return normalize_unit(unit) in ("", BARE, *words.units.get(BARE, ()))


def _check_bare_number(text: str, interval: Interval, field_: VocabularyField, words: Words) -> Interval:
    if not field_.unit or field_.unit in words.bare:
        return widen_bare_fraction(interval, field_, words)
    raise ValueError(f"'{text}' has no unit; write for example {text.strip()} {_format_unit(field_.unit)}")


def widen_bare_fraction(number: Interval, field_: VocabularyField, words: Words) -> Interval:
    """A number without a unit as it can be meant: 0.8 percent is 0.8, or 80 where it is a part of one."""
    part = _read_as_fraction(number, field_, words)
    return number.join_with(part) if part is not None else number


def explain_bare_fraction(text: str, field_: VocabularyField, words: Words) -> str:
    """Both readings of a number without a unit that may be a part of one, with the way out; empty for every other number."""
    number, written = parse_quantity(text)
    part = _read_as_fraction(number, field_, words) if not written else None
    if part is None:
        return ""
    unit = _format_unit(field_.unit)
    meant = f"{_format_part(number)} {unit} or, as a part of 1, {_format_part(part)} {unit}"
    return f"{field_.label}: {quote_word(text)} may be {meant}; write it with {unit}"


def _format_part(number: Interval) -> str:
    return f"{number.low:g}" if number.is_exact else format_interval(number)


def _read_as_fraction(number: Interval, field_: VocabularyField, words: Words) -> Interval | None:
    """The number as a part of one; None where it can only be in the unit: 0 is the same in both, and under 1 no part is told."""
    factor = words.fractions.get(field_.unit, 0.0)
    ends = [end for end in (number.low, number.high) if math.isfinite(end)]
    if not factor or not ends or not 0 <= min(ends) <= max(ends) <= 1 or max(ends) == 0:
        return None
    if number.low <= 0 and number.high >= step_below(1.0):
        return None
    if field_.low is not None and number.high < field_.low:
        return None
    return Interval(number.low * factor, number.high * factor)


def _format_unit(unit: str) -> str:
    return {"percent": "%"}.get(unit, unit)


def check_range(field_: VocabularyField, interval: Interval, text: str) -> None:
    """Refuse a number that no patient can have. Raises ValueError."""
    if field_.low is not None and interval.high < field_.low:
        raise ValueError(f"'{text}' cannot be: {field_.label} is at least {field_.low:g} {_format_unit(field_.unit)}".rstrip())
    if field_.high is not None and interval.low > field_.high:
        raise ValueError(f"'{text}' cannot be: {field_.label} is at most {field_.high:g} {_format_unit(field_.unit)}".rstrip())
