"""How things are said: facts, doses, roles and grades as short English sentences."""

from __future__ import annotations

from collections.abc import Sequence

from concordant.answer.parts import Dose, GradeShown
from concordant.facts import Fact, unit_words, value_words
from concordant.features import Feature
from concordant.guideline import Grade
from concordant.records import Role

ROLES: dict[Role, str] = {
    "preferred": "Preferred",
    "option": "An option; the guideline states no preference",
    "alternative": "If the preferred regimen cannot be given",
    "selected": "For selected patients",
    "continue": "Continue, no change",
}


def fact_words(feature: Feature, fact: Fact, *, labelled: bool = True) -> str:
    """`Weight: 64 kg (as recorded)`; the provenance in brackets."""
    value = value_words(feature, fact.value)
    about = fact.assumed or fact.stale or fact.says
    origin = "assumed: " if fact.assumed or fact.origin == "assumed" else ""
    label = f"{feature.label}: " if labelled else ""
    return f"{label}{value}{f' ({origin}{about})' if about else ''}"


def grade_shown(grade: Grade | None) -> GradeShown | None:
    """The grade for the answer, words as printed."""
    if grade is None:
        return None
    return GradeShown(scale=grade.scale, strength=grade.strength, evidence=grade.evidence, type=grade.type, grade_note=grade.note)


def grade_words(grade: GradeShown | None) -> str:
    """`Strong recommendation, moderate-quality evidence`, or that the rating was not seen."""
    if grade is None:
        return "No rating of its own"
    if grade.strength is None or grade.evidence is None:
        return "Rating not seen"
    return f"{grade.strength.capitalize()} recommendation, {grade.evidence}-quality evidence"


def amount_words(dose: Dose) -> str:
    """`5.4 mg/kg IV every 3 weeks`."""
    days = "" if dose.days in ("", "1") else f", days {dose.days}"
    return f"{dose.amount:g} {unit_words(dose.unit).replace('m2', 'm²')} {dose.route} {dose.schedule}{days}"


def milligram_words(dose: Dose) -> str:
    """`346 mg at 64 kg (4 vials of 100 mg, 54 mg left over)`, or why it is not computed."""
    if dose.unit == "mg":
        return ""
    if dose.calculated_mg is None:
        return f"mg not calculated: {dose.why_not_calculated}"
    vials = f" ({dose.vials})" if dose.vials else ""
    return f"{dose.calculated_mg:.0f} mg at {dose.basis}{vials}"


def and_list(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def sentence_case(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text with its first letter small, unless it begins with an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
