"""Which drug a coded value stands for, a medication with its ingredients, or one line of a bill."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.logic.dates import PartialDate
from concordant.record.courses.exposures import Exposure
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import CodeableConcept, Coding, Ingredient
from concordant.record.fhir.modifiers import explain_modifier
from concordant.record.fhir.references import get_item_reference, list_ingredients, resolve_reference
from concordant.record.fhir.resources import Resource
from concordant.record.fhir.values import lookup_code
from concordant.terminology.codes import CodeableConcept as Meaning
from concordant.terminology.codes import Terminology
from concordant.terminology.names import Words, medicines_from_name
from concordant.terminology.near_names import suggest_drug


@dataclass(slots=True)
class DrugMatch:
    """The drug of one resource: ids, or the name under which nothing is known; or another medication."""

    drugs: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    name: str = ""
    conflict: str = ""
    codings: tuple[Coding, ...] = ()


def match_medication(resource: Resource, chart: Chart, *, for_cancer: bool) -> DrugMatch:
    """The drug of a medication resource, by its own code, by the medication that it names, or by what that one holds."""
    concept, medication = _find_medication(resource, chart)
    match = match_concept(concept, chart.tables.terms, for_cancer=for_cancer)
    if medication is None:
        return match
    held = [
        match_concept(item, chart.tables.terms)
        for ingredient in list_ingredients(medication)
        if (item := _find_item(ingredient, resource, medication, chart)) is not None
    ]
    return _join_ingredients(match, held)


def match_concept(concept: CodeableConcept, terms: Terminology, *, for_cancer: bool = False) -> DrugMatch:
    """What a coded value stands for; `for_cancer`: what is not known is a cancer drug, because it is given for a cancer."""
    met = lookup_code(concept, ("drug", "medication"), terms)
    texts = [text for text in (concept.text, *(c.display for c in concept.coding or ())) if text]
    named = {
        drugs for text in texts if (drugs := terms.drugs_from_text(text)) and not _is_same_drug(drugs, met.meaning, terms.words)
    }
    if met.conflict or (met.meaning is not None and named):
        return DrugMatch(conflict=met.conflict or _describe_conflict(concept, texts), name=texts[0] if texts else "")
    if met.meaning is not None and met.meaning.kind != "medication":
        return DrugMatch(met.meaning.drugs, name=met.meaning.name)
    if len(named) == 1:
        return DrugMatch(named.pop(), codings=met.unknown)
    if len(named) > 1:
        return DrugMatch(conflict="its texts name different drugs", name=texts[0])
    medicines = _find_medicines(met.meaning, texts, terms.words)
    name = texts[0] if texts else (concept.coding[0].code or "" if concept.coding else "")
    if not medicines and (not texts or for_cancer or _can_be_treatment(concept, texts, terms)):
        return DrugMatch(unknown=(name or "not named",), codings=met.unknown)
    return DrugMatch(terms=medicines, name=name, codings=met.unknown)


def find_drug(concept: CodeableConcept | None, chart: Chart) -> DrugMatch | None:
    """The cancer drug that a procedure or a line of a bill is about; None where it is about none."""
    terms = chart.tables.terms
    if concept is None:
        return None
    texts = [text for text in (concept.text, *(coding.display for coding in concept.coding or ())) if text]
    coded = any(terms.is_treatment_code(coding.system, coding.code) for coding in concept.coding or ())
    met = lookup_code(concept, ("drug",), terms)
    if met.meaning is None and not coded and not any(map(terms.holds_drug, texts)):
        return None
    return match_concept(concept, terms, for_cancer=True)


def add_administration(match: DrugMatch, start: PartialDate | None, end: PartialDate | None, wrong: str, chart: Chart) -> None:
    """A drug that was given, told by another entry than that of a medication; one by mouth was handed out on that day."""
    if match.unknown:
        name_unknown_drugs(match, chart)
    if start is not None and end is not None and end.is_certainly_before(start):
        wrong = wrong or "it ends before it starts"
    if match.conflict or wrong:
        chart.mark_set_aside("; ".join(filter(None, (match.conflict, wrong))))
        chart.found.append(make_blank_exposure(match, chart))
        return
    by_mouth = bool(match.drugs) and chart.rules.lines.by_mouth.issuperset(match.drugs)
    single = start is not None and start == end and not by_mouth
    last = None if by_mouth and start == end else end
    chart.found.append(Exposure(chart.entry, match.drugs, match.unknown, start, last, single=single))
    chart.mark_used("treatment")


def make_blank_exposure(match: DrugMatch, chart: Chart) -> Exposure:
    """Of a faulty entry it stays known that something was given, and nothing of what it says."""
    names = (*(chart.rules.names.get(drug, drug) for drug in match.drugs), *match.unknown) or (match.name or "not readable",)
    return Exposure(chart.entry, (), names)


def name_unknown_drugs(match: DrugMatch, chart: Chart) -> None:
    """The codes that stand in no value set, and each name that is not known, with the known one that is near."""
    for coding in match.codings:
        chart.unmapped.append((coding.system or "", coding.code or "", coding.display or ""))
    for name in match.unknown:
        chart.report_unknown("drug", name, suggest_drug(name, chart.tables.terms.words))
        if not match.codings:
            chart.unmapped.append(("", "", name))


def _can_be_treatment(concept: CodeableConcept, texts: list[str], terms: Terminology) -> bool:
    coded = any(terms.is_treatment_code(coding.system, coding.code) for coding in concept.coding or ())
    return coded or any(map(terms.can_be_treatment, texts))


def _find_medicines(coded: Meaning | None, texts: list[str], words: Words) -> tuple[str, ...]:
    """What the code and the words beside it stand for; a code for a whole family says less than words that are understood."""
    read = next(
        (parts for text in texts if words.medication_ids.issuperset(parts := medicines_from_name(text, words)) and parts), ()
    )
    if coded is None or (read and coded.name in words.family_ids):
        return read
    return tuple(dict.fromkeys((coded.name, *read)))


def _is_same_drug(drugs: tuple[str, ...], meaning: Meaning | None, words: Words) -> bool:
    """Whether the drugs that words name are those of the code; some are medicines of other diseases as well."""
    if meaning is None:
        return False
    return words.medication_ids.issuperset(drugs) if meaning.kind == "medication" else drugs == meaning.drugs


def _describe_conflict(concept: CodeableConcept, texts: list[str]) -> str:
    codes = [coding.code for coding in concept.coding or () if coding.code]
    return f"the code '{codes[0] if codes else '?'}' stands for another drug than the words beside it, '{texts[0][:60]}'"


def _find_medication(resource: Resource, chart: Chart) -> tuple[CodeableConcept, Resource | None]:
    """What the resource calls its drug, and the medication that it names, if it names one that is there."""
    if resource.medicationCodeableConcept is not None:
        return resource.medicationCodeableConcept, None
    if isinstance(resource.medication, list):  # the medication itself, of an older version of FHIR
        inline = resource.medication[0] if len(resource.medication) == 1 else Resource()
        return inline.code or CodeableConcept(), inline
    reference = resource.medicationReference
    medication = resolve_reference(reference, resource, chart)
    if medication is None:
        return CodeableConcept(text=reference.display if reference is not None else None), None
    if why := explain_modifier(medication):
        chart.not_understood.append(f"the Medication of {chart.place}: {why}")
        return CodeableConcept(), None
    return medication.code or CodeableConcept(text=reference.display if reference is not None else None), medication


def _find_item(ingredient: Ingredient, resource: Resource, medication: Resource, chart: Chart) -> CodeableConcept | None:
    """What an ingredient is: coded or in words, or as the substance or medication that it points at."""
    item = ingredient.item
    if (concept := ingredient.itemCodeableConcept or (item.concept if item is not None else None)) is not None:
        return concept
    reference = get_item_reference(ingredient)
    held = resolve_reference(reference, resource, chart) or resolve_reference(reference, medication, chart)
    if held is not None and held.code is not None:
        return held.code
    return CodeableConcept(text=reference.display if reference is not None else None)


def _join_ingredients(match: DrugMatch, held: list[DrugMatch]) -> DrugMatch:
    """The medication with what it holds. Beside a drug that is known another ingredient only counts when it is a drug as well."""
    if match.conflict or not held:
        return match
    drugs = tuple(dict.fromkeys(drug for each in held for drug in each.drugs))
    conflict = next((each.conflict for each in held if each.conflict), "")
    if match.drugs and drugs and not set(match.drugs) <= set(drugs):
        conflict = "its code and its ingredients name different drugs"
    unknown = () if match.drugs else tuple(dict.fromkeys(name for each in held for name in each.unknown))
    terms = tuple(dict.fromkeys(term for each in held for term in each.terms))
    codings = (*match.codings, *(coding for each in held for coding in each.codings))
    if not (drugs or terms or match.terms):
        unknown = (*match.unknown, *unknown)
    name = match.name or next((each.name for each in held if each.name), "")
    return DrugMatch(drugs or match.drugs, unknown, match.terms or terms, name, conflict, codings)
