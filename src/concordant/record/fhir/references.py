"""References: by id, by address, contained; none is followed twice, so a circle ends."""

from __future__ import annotations

from concordant.record.fhir.addresses import strip_version, to_local_reference
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import CodeableReference, Ingredient, Reference, to_list
from concordant.record.fhir.resources import Resource

NO_REFERENCE = (None, None, None, None)


def list_referenced(resource: Resource) -> list[Reference]:
    """Everything beside conditions and results that a resource points at to say what it is about, or what it holds."""
    told = resource.medication
    whole = (resource.medicationReference, told, resource.specimen, resource.bodyStructure)
    if whole == NO_REFERENCE and not (resource.ingredient or resource.product or resource.contained):
        return []  # nearly every entry
    inner = told.reference if isinstance(told, CodeableReference) else None
    pointed = [resource.medicationReference, inner, *to_list(resource.specimen), resource.bodyStructure]
    held = (item for one in (resource, *(resource.contained or ())) for item in list_ingredients(one))
    return [one for one in (*pointed, *map(get_item_reference, held)) if isinstance(one, Reference)]


def list_ingredients(medication: Resource) -> list[Ingredient]:
    """What a medication holds, also as the second version of FHIR writes it."""
    product = medication.product
    older = product.ingredient if product is not None and not isinstance(product, list) else None
    return [*(medication.ingredient or ()), *(older or ())]


def get_item_reference(ingredient: Ingredient) -> Reference | None:
    """The substance or medication that an ingredient points at."""
    inner = ingredient.item.reference if ingredient.item is not None else None
    return ingredient.itemReference or (Reference(inner) if isinstance(inner, str) else inner)


def resolve_reference(reference: Reference | None, holder: Resource, chart: Chart) -> Resource | None:
    """The resource that a reference points at, among those of the same patient and those of nobody; one step only."""
    if reference is None or not reference.reference:
        return None
    text = strip_version(reference.reference)
    if text.startswith("#"):
        return next((resource for resource in holder.contained or () if resource.id == text[1:]), None)
    return chart.find_referenced(text) or chart.find_referenced(to_local_reference(text))
