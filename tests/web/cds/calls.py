"""Calls of CDS Hooks as a client makes them: templates carried out on a bundle, draft orders, and a service to call."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from concordant.api.cards import list_prefetch
from tests.web.form import BUILDER

Json = dict[str, Any]
ENGINE = BUILDER.engine
BASE = "https://cds.example.org"
SEARCHES = list_prefetch(ENGINE)
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
PLACE = "{{context.patientId}}"


def find(resources: list[Json], search: str) -> list[Json]:
    """What a server finds for a template: a read, or a search by type and by codes of a system."""
    parts = urlsplit(search)
    kind, _, id_ = parts.path.partition("/")
    found = [one for one in resources if one["resourceType"] == kind and (not id_ or one["id"] == id_)]
    codes = parse_qs(parts.query).get("code")
    if codes is None:
        return found
    wanted = set(codes[0].split(","))
    return [one for one in found if wanted & {f"{c['system']}|{c['code']}" for c in one["code"].get("coding", ())}]


def searchset(found: list[Json]) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": [{"resource": one} for one in found]}


def prefetch_of(bundle: Json, patient: str = "p1") -> Json:
    """The prefetch of a client that honours every template."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    told: Json = {}
    for key, search in SEARCHES.items():
        found = find(resources, search.replace(PLACE, patient))
        told[key] = found[0] if key == "patient" else searchset(found) if found else None
    return told


def call(hook: str, prefetch: Json | None, patient: str = "p1", **more: Any) -> Json:
    context = {"userId": "Practitioner/a", "patientId": patient, **more.pop("context", {})}
    told = {"hook": hook, "hookInstance": INSTANCE, "context": context, **more}
    return told if prefetch is None else {**told, "prefetch": prefetch}


def order(number: int, drug: str, amount: float | None = None, unit: str = "mg", every: int = 0, code: str = "") -> Json:
    """A draft order as a client has it."""
    timing = (
        {"repeat": {"frequency": 1, "period": every, "periodUnit": "wk"}} if every else {"code": {"text": code}} if code else None
    )
    dose = [{"doseQuantity": {"value": amount, "unit": unit}}] if amount is not None else None
    instruction = {key: value for key, value in (("timing", timing), ("doseAndRate", dose)) if value}
    return {
        "resourceType": "MedicationRequest",
        "id": f"order-{number}",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": drug},
        **({"dosageInstruction": [instruction]} if instruction else {}),
    }


def draft_orders(orders: list[Json]) -> Json:
    made = [order(number, **one) for number, one in enumerate(orders, 1)]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in made]}


def encode(value: Any) -> bytes:
    return json.dumps(value).encode()
