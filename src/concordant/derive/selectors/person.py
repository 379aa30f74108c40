"""What the record says of the person, and what was stated in so many words."""

from __future__ import annotations

from concordant.derive.context import SelectorContext
from concordant.logic.dates import count_whole_years, format_date
from concordant.logic.intervals import Interval
from concordant.logic.truth import TRUE
from concordant.model.selectors.entries import Age, PersonField, StatedAny, WholeRecord
from concordant.patient.facts import TOLD, Claim, judge_among


def claim_age(ctx: SelectorContext[Age]) -> Claim | None:
    """Completed years at `as_of`."""
    birth = ctx.record.person.birth_date
    if birth is None:
        return None
    low, high = count_whole_years(birth.last, ctx.record.as_of), count_whole_years(birth.first, ctx.record.as_of)
    return Claim(Interval(max(0, low), high), f"born {format_date(birth)}", ("patient.birth_date",))


def claim_person_field(ctx: SelectorContext[PersonField]) -> Claim | None:
    """A word of the patient block."""
    name = ctx.by.field
    value = ctx.record.person.words[name]
    return Claim(value, "as recorded", (f"patient.{name}",)) if value else None


def claim_whole_record(ctx: SelectorContext[WholeRecord]) -> Claim | None:
    """No, where the source shows that a part is missing; that nothing shows it is left to silence."""
    missing = ctx.record.incomplete
    return Claim("no", " ".join(missing), ("record",)) if missing else None


def claim_stated_any(ctx: SelectorContext[StatedAny]) -> Claim:
    """Whether a named feature was stated: as yes or another of its words, a count above zero, or (`whatever`) at all."""
    words_told = ("yes", *ctx.by.words)
    for name in ctx.by.names:
        value = ctx.record.stated.get(name)
        is_said = judge_among(value, words_told) is TRUE or (isinstance(value, Interval) and value.low >= 1)
        if is_said or (ctx.by.whatever and value is not None):
            return Claim("yes", TOLD, (f"stated.{name}",))
    return Claim("no", "nothing of the kind is stated")
