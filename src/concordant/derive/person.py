"""What the record says of the person, and what was stated in so many words."""

from __future__ import annotations

from concordant.dates import whole_years, words
from concordant.derive.context import Context
from concordant.facts import TOLD, Claim, among
from concordant.kleene import TRUE
from concordant.quantities import Interval
from concordant.selectors.entries import Age, PersonField, StatedAny


def age(ctx: Context[Age]) -> Claim | None:
    """Completed years at `as_of`."""
    birth = ctx.record.person.birth_date
    if birth is None:
        return None
    low, high = whole_years(birth.last, ctx.record.as_of), whole_years(birth.first, ctx.record.as_of)
    return Claim(Interval(max(0, low), high), f"born {words(birth)}", ("patient.birth_date",))


def person(ctx: Context[PersonField]) -> Claim | None:
    """A word of the patient block."""
    name = ctx.by.field
    value = ctx.record.person.words[name]
    return Claim(value, "as recorded", (f"patient.{name}",)) if value else None


def stated_any(ctx: Context[StatedAny]) -> Claim:
    """Whether a named feature was stated: as yes or another of its words, a count above zero, or (`whatever`) at all."""
    words_told = ("yes", *ctx.by.words)
    for name in ctx.by.names:
        value = ctx.record.stated.get(name)
        told = among(value, words_told) is TRUE or (isinstance(value, Interval) and value.low >= 1)
        if told or (ctx.by.whatever and value is not None):
            return Claim("yes", TOLD, (f"stated.{name}",))
    return Claim("no", "nothing of the kind is stated")
