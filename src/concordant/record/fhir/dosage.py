"""How much of a drug was given, as far as it tells that there was none."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.record.fhir.elements import Quantity, to_list
from concordant.record.fhir.resources import Resource


def explain_zero_dose(resource: Resource) -> str:
    """Why it is not known that a drug was given: all that is said of its amount is zero. Empty when something else is said."""
    amounts = [quantity.value for quantity in _iter_amounts(resource) if quantity is not None and quantity.value is not None]
    return "its dose is zero: whether it was given is not known" if amounts and not any(amounts) else ""


def _iter_amounts(resource: Resource) -> Iterator[Quantity | None]:
    if resource.resourceType == "MedicationDispense":
        yield resource.quantity
    for dosage in (*to_list(resource.dosage), *(resource.dosageInstruction or ())):
        yield from (dosage.dose, dosage.quantity, dosage.doseQuantity)
        yield from (rate.doseQuantity for rate in dosage.doseAndRate or ())
