"""How things are said: facts, doses, roles and grades as short English sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from concordant.answer.parts import GradeShown
from concordant.model.features import Feature
from concordant.model.guideline import Grade
from concordant.model.selectors.entries import MedicationTaken
from concordant.model.sources import Role
from concordant.patient.facts import Fact, Reason, format_value
from concordant.readers.explain import iter_facts_behind

ROLES: dict[Role, str] = {
    "preferred": "Preferred",
    "option": "An option; the guideline states no preference",
    "alternative": "If the preferred regimen cannot be given",
    "selected": "For selected patients",
    "continue": "Continue, no change",
}

UNTRIED = (
    "So many facts are open or contradict each other that not all of them were tried together: "
    "two or three that are not asked for may change the answer."
)


def replace_brackets(text: str) -> str:
    """Words of a record, in which nothing can be taken for one of our references."""
    return text.replace("[", "(").replace("]", ")")


def describe_fact_briefly(feature: Feature, fact: Fact) -> str:
    """`LVEF 44 % (10 Nov 2026)`: a fact where there is little room."""
    value = format_value(feature, fact.value)
    text = f"{feature.brief} {value}" if feature.is_numeric else f"{feature.brief}: {value}"
    return f"{text} ({replace_brackets(fact.says)})" if fact.says else text


def add_medicines(says: str, reason: Reason, features: Mapping[str, Feature]) -> str:
    """A sentence about a bar, with the patient's own medicines that it is about."""
    behind = [f for f in iter_facts_behind(reason) if isinstance(features[f.feature].derive, MedicationTaken)]
    taken = [replace_brackets(fact.says) for fact in behind if fact.value == "yes"]
    return f"{says.removesuffix('.')} ({join_with_and(taken)})." if taken else says


def describe_fact(feature: Feature, fact: Fact, *, labelled: bool = True) -> str:
    """`Weight: 64 kg (as recorded)`; the provenance in brackets."""
    value = format_value(feature, fact.value)
    about = replace_brackets(fact.assumed or fact.stale or fact.says)
    origin = "assumed: " if fact.assumed or fact.origin == "assumed" else ""
    label = f"{feature.label}: " if labelled else ""
    return f"{label}{value}{f' ({origin}{about})' if about else ''}"


def make_grade_shown(grade: Grade | None) -> GradeShown | None:
    """The grade for the answer, words as printed."""
    if grade is None:
        return None
    return GradeShown(scale=grade.scale, strength=grade.strength, evidence=grade.evidence, type=grade.type, grade_note=grade.note)


def describe_grade(grade: GradeShown | None) -> str:
    """`Strong recommendation, moderate-quality evidence`, or that the rating was not seen."""
    if grade is None:
        return "No rating of its own"
    if grade.strength is None or grade.evidence is None:
        return "Rating not seen"
    return f"{grade.strength.capitalize()} recommendation, {grade.evidence}-quality evidence"


def join_with_and(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def capitalize_first(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text with its first letter small, unless it begins with an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
