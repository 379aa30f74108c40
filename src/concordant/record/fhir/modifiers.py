"""What changes the meaning of a whole resource: modifier extensions and implicit rules. None is understood here."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.errors import quote_word
from concordant.record.fhir.elements import Backbone, to_list
from concordant.record.fhir.resources import Resource


def explain_modifier(resource: Resource) -> str:
    """Why a resource does not mean what it says; empty when nothing modifies it."""
    if resource.implicitRules:
        return f"it follows implicit rules that are not known ({quote_word(resource.implicitRules)})"
    if resource.modifierExtension:
        return _describe_modifier(resource)
    if not (resource.component or resource.reaction or resource.stage or resource.dosage or resource.dosageInstruction):
        return ""
    modified = next((part for part in _iter_parts(resource) if part.modifierExtension), None)
    return f"a part of it: {_describe_modifier(modified)}" if modified is not None else ""


def _iter_parts(resource: Resource) -> Iterator[Backbone]:
    yield from resource.component or ()
    yield from resource.reaction or ()
    yield from to_list(resource.stage)
    yield from to_list(resource.dosage)
    yield from resource.dosageInstruction or ()


def _describe_modifier(item: Backbone) -> str:
    urls = ", ".join(quote_word(one.url.rpartition("/")[2]) for one in item.modifierExtension or () if one.url)
    return f"a modifier extension that is not understood ({urls or 'without an address'}) changes its meaning"
