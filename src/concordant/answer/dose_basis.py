"""The measure of a patient that a dose is multiplied with: its value, how it is told, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from concordant.derive.selectors.calculated import format_exact_number, format_fact_date
from concordant.logic.intervals import Interval
from concordant.model.drugs import DoseUnit
from concordant.model.features import Feature
from concordant.model.sources import Cite
from concordant.patient.facts import Fact, Facts, format_unit, format_value


class DoseBasis(msgspec.Struct, frozen=True):
    """One number to multiply with and its words (`amount` without day and formula), or why it is not known."""

    value: float | None
    words: str = ""
    amount: str = ""
    why_not: str = ""
    sources: tuple[Cite, ...] = ()


def find_dose_basis(unit: DoseUnit, facts: Facts, by_name: Mapping[str, Feature]) -> DoseBasis:
    """What an amount in this unit is multiplied with; 1 for mg."""
    if unit == "mg":
        return DoseBasis(1)
    feature = next(measure for measure in by_name.values() if measure.multiplies == unit)
    fact = facts[feature.name]
    if not isinstance(fact.value, Interval) or not fact.value.is_exact:
        return DoseBasis(None, why_not=_explain_unknown_basis(feature, facts, by_name))
    amount = _format_amount(feature, fact)
    return DoseBasis(
        fact.value.low, _describe_basis(feature, fact, amount), amount, sources=(fact.source,) if fact.source else ()
    )


def _describe_basis(feature: Feature, fact: Fact, amount: str) -> str:
    """`64 kg on 4 Jan 2023`; `1.73 m² (Mosteller, 168 cm and 64 kg on 4 Jan 2023)`."""
    if not feature.reads:
        return f"{amount}{format_fact_date(fact)}"
    return f"{amount}{f' ({fact.says})' if fact.says else ''}"


def _format_amount(feature: Feature, fact: Fact) -> str:
    """`64 kg`, `1.73 m²`."""
    if not feature.reads:
        return format_exact_number(fact, feature.unit)
    assert isinstance(fact.value, Interval)
    return f"{fact.value.low:.2f} {format_unit(feature.unit)}"


def _explain_unknown_basis(feature: Feature, facts: Facts, by_name: Mapping[str, Feature]) -> str:
    """Each fact that is wanting, in words: not on record, out of date, known roughly, told twice and differently."""
    stated = facts[feature.name].origin == "stated"
    wanted = [by_name[name] for name in feature.reads] if feature.reads and not stated else [feature]
    absent = [needed.label.lower() for needed in wanted if not facts[needed.name].is_known and not facts[needed.name].stale]
    reasons = (
        [f"{' and '.join(absent)} are not on record" if len(absent) > 1 else f"the {absent[0]} is not on record"]
        if absent
        else []
    )
    reasons += [
        _describe_missing_fact(needed, facts[needed.name])
        for needed in wanted
        if facts[needed.name].is_known or facts[needed.name].stale
    ]
    return "; ".join(filter(None, reasons))


def _describe_missing_fact(feature: Feature, fact: Fact) -> str:
    if fact.stale:
        return f"the {feature.label.lower()} is out of date: {fact.stale}"
    if fact.conflict:
        return f"the record contradicts itself: {fact.conflict}"
    if isinstance(fact.value, Interval) and fact.value.is_exact:
        return ""
    return f"the {feature.label.lower()} is known only as {format_value(feature, fact.value)}"
