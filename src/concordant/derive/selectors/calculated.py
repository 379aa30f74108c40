"""Numbers that a named formula gives, told with the formula and its inputs, and when one stands in for a measurement."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.derive.context import SelectorContext
from concordant.derive.selectors.measures import claim_latest, find_possible_last_measurements
from concordant.logic.dates import format_date
from concordant.logic.intervals import Interval, format_interval
from concordant.model.formulas import Formula, FormulaFactor, FormulaTerm, calculate_formula
from concordant.model.selectors.base import Selector
from concordant.model.selectors.entries import FromFormula, LatestOrCalculated
from concordant.patient.events import Measurement
from concordant.patient.facts import Claim, Fact, format_unit


def claim_formula(ctx: SelectorContext[FromFormula]) -> Claim | None:
    """A number by a named formula; nothing while one of its numbers is unknown."""
    named = ctx.formulas[ctx.by.name]
    facts = {name: ctx.facts[name] for name in named.inputs}
    value = calculate_formula(named, {name: fact.value for name, fact in facts.items()})
    if value is None or value.is_unknown:
        return None
    entries = dict.fromkeys(entry for fact in facts.values() for entry in fact.entries)
    return Claim(value, f"{named.name}, {_describe_inputs(named, facts)}", tuple(entries), source=named.source)


def claim_latest_or_calculated(ctx: SelectorContext[LatestOrCalculated]) -> Claim | None:
    """The latest measurement; calculated where none is current, or where what it is calculated from is newer.

    A value that was stated is somebody's own measurement: a calculation only narrows it, and never contradicts it.
    """
    measured, calculation = claim_latest(ctx), _claim_calculation(ctx)
    if calculation is None:
        return measured
    stated = ctx.record.stated.get(ctx.feature.name)
    if isinstance(stated, Interval) and (
        not isinstance(calculation.value, Interval) or calculation.value.intersect_with(stated) is None
    ):
        return measured
    if measured is None or measured.value is None:
        return calculation if measured is None or not measured.conflict else measured
    return calculation if _is_input_newer(ctx) else measured


def _claim_calculation(ctx: SelectorContext[LatestOrCalculated]) -> Claim | None:
    fact = ctx.facts[ctx.by.calculated]
    return Claim(fact.value, f"calculated: {fact.says}", fact.entries, source=fact.source) if fact.is_known else None


def _is_input_newer(ctx: SelectorContext[LatestOrCalculated]) -> bool:
    """Whether the named input was measured certainly after the latest measurement of the thing itself."""
    own, other = (_find_latest_named(ctx, name) for name in (ctx.by.measurement, ctx.by.newer))
    return bool(own) and bool(other) and all(o.date and n.date and o.date.is_certainly_before(n.date) for o in own for n in other)


def _find_latest_named(ctx: SelectorContext[Selector], name: str) -> list[Measurement]:
    return find_possible_last_measurements([m for m in ctx.record.measurements if m.name == name])


# -- in words --------------------------------------------------------------------------------------


def format_exact_number(fact: Fact, unit: str) -> str:
    """The number with enough digits to calculate with it again."""
    value = fact.value if isinstance(fact.value, Interval) else Interval()
    return f"{f'{value.low:.4g}' if value.is_exact else format_interval(value)} {format_unit(unit)}"


def format_fact_date(fact: Fact) -> str:
    """` on 4 Jan 2023`, ` in Jan 2023`, ` (told)`; nothing for an age or what was told without a day."""
    if fact.date is None:
        return " (told)" if fact.origin == "stated" else ""
    return f" {'on' if fact.date.is_exact else 'in'} {format_date(fact.date)}"


def _describe_inputs(named: Formula, facts: dict[str, Fact]) -> str:
    """`168 cm and 64 kg on 4 Jan 2023`: a day that the next input shares is told once."""
    dated = [(_describe_term(term, facts[term.feature]), format_fact_date(facts[term.feature])) for term in named.terms]
    parts = [
        text if when == following else f"{text}{when}"
        for (text, when), following in zip(dated, _list_following_dates(dated), strict=True)
    ]
    parts += [_describe_factor(factor, facts[factor.feature]) for factor in named.factors]
    shared = len(dated) == 2 and dated[0][1] == dated[1][1]
    return (" and " if shared and len(parts) == 2 else ", ").join(parts)


def _list_following_dates(dated: list[tuple[str, str]]) -> Iterable[str]:
    return [*(when for _, when in dated[1:]), "none follows"]


def _describe_term(term: FormulaTerm, fact: Fact) -> str:
    return " ".join(filter(None, (term.named, format_exact_number(fact, term.unit))))


def _describe_factor(factor: FormulaFactor, fact: Fact) -> str:
    return fact.value if isinstance(fact.value, str) else f"{factor.feature.replace('_', ' ')} not known"
