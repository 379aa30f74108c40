"""Draft orders for an option of the answer: a request for each of its drugs with the dose of the answer, and their group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from concordant.answer.parts import Dose
from concordant.answer.schema import Answer, Option
from concordant.model.drugs import Component, Drug
from concordant.model.knowledge import Knowledge
from concordant.present.cards.card import CardAction, Resource, Suggestion
from concordant.present.cards.frame import NOBODY, CardFrame
from concordant.present.page.verdict import get_first_option

UCUM = "http://unitsofmeasure.org"
CODED_IN = ("rxnorm", "atc")
OFFERED = ("applies", "applies_if_checked")
MOST = 3
ORDER = "order"


def make_draft_suggestions(answer: Answer, patient: str, frame: CardFrame) -> tuple[Suggestion, ...]:
    """A suggestion for each option that leads, where the answer gives its dose and nothing holds it."""
    return tuple(_make_suggestion(option, answer, patient, frame) for option in list_drafted(answer))


def list_drafted(answer: Answer) -> list[Option]:
    """The options of which orders are drafted: those that lead, whose dose the answer gives and nothing holds; none while
    something is open, is to be settled first, or a part of the record is missing.
    """
    if not answer.options or answer.answer != "recommends" or answer.held_until or answer.incomplete or answer.interrupted:
        return []
    first = get_first_option(answer)
    return [option for option in answer.options if option.role == first.role and can_be_drafted(option)][:MOST]


def can_be_drafted(option: Option) -> bool:
    """Whether it can be begun now, and the answer gives an amount of each drug that nothing holds or lowers."""
    free = option.status in OFFERED and option.role != "continue" and not option.held
    return free and bool(option.dose) and all(_find_milligrams(dose) is not None and not dose.held for dose in option.dose)


def _find_milligrams(dose: Dose) -> float | None:
    if dose.rounded_mg is not None:
        return dose.rounded_mg
    return dose.amount if dose.unit == "mg" and dose.calculated_mg is None else dose.calculated_mg


def _make_suggestion(option: Option, answer: Answer, patient: str, frame: CardFrame) -> Suggestion:
    requests = list(iter_requests(option, answer, patient, frame))
    actions = [CardAction(type="create", description=_describe_request(one), resource=one) for one in requests]
    if len(requests) > 1:
        group = _make_group(option, requests, patient, frame)
        actions.append(CardAction(type="create", description=f"Group these orders: {option.name}", resource=group))
    recommended = option.role == "preferred"
    return Suggestion(
        label=f"Draft: {option.name}",
        uuid=frame.make_uuid("draft", option.regimen),
        isRecommended=recommended,
        actions=tuple(actions),
    )


def _describe_request(request: Resource) -> str:
    first = request["dosageInstruction"][0]["text"]
    return f"Draft order: {request['medicationCodeableConcept']['text']}, {first}"


def iter_requests(option: Option, answer: Answer, patient: str, frame: CardFrame, intent: str = ORDER) -> Iterator[Resource]:
    """A draft order for each drug of an option, with its dose; `intent` as FHIR has it (`option` within a group that chooses)."""
    missing = [check.label for check in answer.checks if check.state == "missing" and check.regimen == option.regimen]
    for name, doses in groupby(option.dose, key=lambda dose: dose.drug):
        yield _make_request(name, list(doses), missing, patient, frame) | {"intent": intent}


def _make_request(name: str, doses: Sequence[Dose], missing: Sequence[str], patient: str, frame: CardFrame) -> Resource:
    drug = next(drug for drug in frame.knowledge.drugs if drug.name == name)
    notes = [*dict.fromkeys(said for dose in doses for said in _iter_notes(dose))]
    notes += [f"Not on record: {', '.join(missing)}."] if missing else []
    return {
        "resourceType": "MedicationRequest",
        "id": frame.make_uuid("request", drug.id),
        "status": "draft",
        "intent": ORDER,
        "medicationCodeableConcept": make_medication(drug, frame.knowledge),
        "subject": {"reference": f"Patient/{patient}"},
        "note": [{"text": text} for text in (*notes, f"Drafted by Concordant. {NOBODY}")],
        "dosageInstruction": make_dosage(doses, frame.knowledge),
    }


def _iter_notes(dose: Dose) -> Iterator[str]:
    yield from (said.says for said in (*dose.loaded_again, *dose.asks))
    yield from filter(None, (dose.note, dose.vials, dose.tablets, dose.capped))


def make_medication(drug: Drug, knowledge: Knowledge) -> Resource:
    """The drug by its codes and its name."""
    addresses = {system.id: system.names[0] for system in knowledge.vocabulary.code_systems}
    codes = [next((code for code in drug.codes if code.system == system), None) for system in CODED_IN]
    coding = [{"system": addresses[one.system], "code": one.code, "display": one.display} for one in codes if one is not None]
    return {"coding": coding, "text": drug.name} if coding else {"text": drug.name}


def make_dosage(doses: Sequence[Dose], knowledge: Knowledge) -> list[Resource]:
    """An instruction for each phase, in order."""
    return [_make_instruction(number, dose, knowledge) for number, dose in enumerate(doses, 1)]


def _make_instruction(number: int, dose: Dose, knowledge: Knowledge) -> Resource:
    milligrams = _find_milligrams(dose)
    authored = "" if dose.unit == "mg" else f" ({dose.amount:g} {dose.unit})"
    days = "" if dose.days in ("", "1") else f", days {dose.days}"
    phase = "" if dose.phase == "every" else f"{dose.phase} dose: "
    quantity = {"value": milligrams, "unit": "mg", "system": UCUM, "code": "mg"}
    timing = make_timing(dose, knowledge)
    return {
        "sequence": number,
        "text": f"{phase}{milligrams:g} mg {dose.route} {dose.schedule}{days}{authored}",
        **({"timing": timing} if timing else {}),
        "route": {"text": dose.route},
        "doseAndRate": [{"doseQuantity": quantity}],
    }


def make_timing(dose: Dose | Component, knowledge: Knowledge) -> Resource:
    """The schedule as FHIR counts it; none for one that the knowledge does not time."""
    reading = knowledge.vocabulary.orders
    found = next((one for one in (reading.schedules if reading else ()) if one.says == dose.schedule), None)
    if found is None:
        return {}
    repeat: Resource = {"frequency": found.times, "period": found.period, "periodUnit": found.period_unit}
    return {"repeat": repeat | ({"count": dose.days.count(",") + 1} if dose.phase == "loading" else {})}


def _make_group(option: Option, requests: Sequence[Resource], patient: str, frame: CardFrame) -> Resource:
    actions = [
        {"title": one["medicationCodeableConcept"]["text"], "resource": {"reference": f"MedicationRequest/{one['id']}"}}
        for one in requests
    ]
    return {
        "resourceType": "RequestGroup",
        "id": frame.make_uuid("group", option.regimen),
        "status": "draft",
        "intent": ORDER,
        "subject": {"reference": f"Patient/{patient}"},
        "action": actions,
    }
