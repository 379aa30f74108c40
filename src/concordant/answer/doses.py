"""Doses for one patient: mg from weight or body surface, vials with what is left over."""

from __future__ import annotations

import math
from collections.abc import Mapping

from concordant.answer.parts import Dose
from concordant.answer.references import References
from concordant.drugs import Component, Drug, Regimen
from concordant.facts import Fact, Facts, unit_words
from concordant.quantities import Interval, shown

BASIS = {"mg/kg": ("weight", "kg"), "mg/m2": ("body_surface_area", "m2")}


def doses(regimen: Regimen, drugs: Mapping[str, Drug], facts: Facts, references: References) -> list[Dose]:
    """Every component of the regimen, with mg where the patient's measure is known and current."""
    return [_dose(part, drugs[part.drug], facts, references) for part in regimen.components]


def _dose(part: Component, drug: Drug, facts: Facts, references: References) -> Dose:
    milligrams, basis, why_not = _calculated(part, facts)
    return Dose(
        drug=drug.name,
        phase=part.phase,
        amount=part.amount,
        unit=part.unit,
        calculated_mg=milligrams,
        schedule=part.schedule,
        route=part.route,
        days=part.days,
        basis=basis,
        vials=_vials(drug, milligrams, part.route),
        why_not_calculated=why_not,
        note=part.note,
        refs=references.at([part.source]),
    )


def _calculated(part: Component, facts: Facts) -> tuple[float | None, str, str]:
    """mg, the measure they rest on, or why they cannot be computed."""
    if part.unit == "mg":
        return part.amount, "", ""
    feature, unit = BASIS[part.unit]
    fact = facts[feature]
    if not isinstance(fact.value, Interval) or not fact.value.is_exact:
        return None, "", _reason(feature, fact, facts)
    milligrams = part.amount * fact.value.low
    if part.maximum is not None:
        milligrams = min(milligrams, part.maximum)
    return round(milligrams, 1), f"{_measure(fact.value.low, unit)} {unit_words(unit)}", ""


def _measure(value: float, unit: str) -> str:
    return f"{value:.2f}" if unit == "m2" else shown(value)


def _reason(feature: str, fact: Fact, facts: Facts) -> str:
    if fact.stale:
        return f"the {feature} is out of date: {fact.stale}"
    if feature == "weight":
        return "the weight is not on record"
    missing = [name for name in ("height", "weight") if not facts[name].is_known]
    return (
        f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not on record"
        if missing
        else "the body surface is not known"
    )


def _vials(drug: Drug, milligrams: float | None, route: str) -> str:
    """The fewest vials of one size, and what is left over; for infusions only."""
    if milligrams is None or route != "IV" or not drug.vials:
        return ""
    best = min(drug.vials, key=lambda v: (math.ceil(milligrams / v.mg) * v.mg, v.mg))
    count = math.ceil(milligrams / best.mg)
    left = count * best.mg - milligrams
    return f"{count} {'vial' if count == 1 else 'vials'} of {best.mg:g} mg, {left:.0f} mg left over"
