"""Which hooks are answered, under which names."""

from __future__ import annotations

from concordant.web.cds.requests import PATIENT_VIEW

PATH = "/cds-services"
HOOKS = {
    PATIENT_VIEW: "What the guideline says of the patient whose record is opened, what is missing, and what could harm.",
    "order-select": "Whether selected cancer drugs are what the guideline offers this patient, in the dose that it offers.",
    "order-sign": "The same before orders are signed: what is precluded, lacks a check, or is another dose, schedule or partner.",
}
PREFIX = "concordant-"


def name_service(hook: str) -> str:
    """The id of the service of a hook."""
    return f"{PREFIX}{hook}"


SERVICE_HOOKS = {name_service(hook): hook for hook in HOOKS}
