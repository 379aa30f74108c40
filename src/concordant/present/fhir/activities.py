"""A drug of a regimen as an activity: what is ordered, in which dose, how often; without a patient, so in the authored unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from concordant.export.plan_definition.parts import make_citations, make_id
from concordant.model.drugs import Component, Drug, Regimen
from concordant.present.cards.drafts import make_medication, make_timing
from concordant.present.described.parts import PartBuilder
from concordant.present.fhir.frame import ORDER_MEDICATION, UCUM, FhirFrame, Resource, drop_empty, make_activity, start_definition

KIND = "ActivityDefinition"
SAYS = "The authored dose, for nobody in particular: what holds, lowers or rules it out for a patient is told by $apply alone."


def list_activities(regimen: Regimen, parts: PartBuilder, frame: FhirFrame) -> list[Resource]:
    """An activity for each drug of a regimen."""
    return [_make_activity(regimen, parts.frame.drugs[drug], parts, frame) for drug in regimen.drugs]


def name_activity(regimen: Regimen, drug: str) -> str:
    """The id of the activity of a drug of a regimen."""
    return make_id(f"{regimen.id} {drug}")


def _make_activity(regimen: Regimen, drug: Drug, parts: PartBuilder, frame: FhirFrame) -> Resource:
    components = [one for one in regimen.components if one.drug == drug.id]
    title = drug.name if len(regimen.drugs) == 1 else f"{drug.name} in {regimen.name}"
    doses = ", then ".join(parts.describe_dose(one) for one in components)
    made = start_definition(KIND, name_activity(regimen, drug.id), (title, f"{drug.name} {doses}. {SAYS}"), frame)
    sources = {source.id: source for source in frame.knowledge.sources}
    return made | {
        "relatedArtifact": make_citations(dict.fromkeys(one.source for one in components), sources),
        "kind": "MedicationRequest",
        "code": make_activity(ORDER_MEDICATION),
        "intent": "option",
        "doNotPerform": False,
        "productCodeableConcept": make_medication(drug, frame.knowledge),
        "dosage": list(_iter_dosage(components, parts, frame)),
    }


def _iter_dosage(components: Sequence[Component], parts: PartBuilder, frame: FhirFrame) -> Iterator[Resource]:
    for number, one in enumerate(components, 1):
        phase = "" if one.phase == "every" else f"{one.phase} dose: "
        most = {"value": one.maximum, "unit": "mg", "system": UCUM, "code": "mg"} if one.maximum else None
        yield drop_empty(
            {
                "sequence": number,
                "text": f"{phase}{parts.describe_dose(one)}",
                "timing": make_timing(one, frame.knowledge),
                "route": {"text": one.route},
                "doseAndRate": [{"doseQuantity": {"value": one.amount, "unit": one.unit, "system": UCUM, "code": one.unit}}],
                "maxDosePerAdministration": most,
            }
        )
