"""Draft orders of FHIR: their drugs by the look-ups of the reader, their dose and schedule. They are no part of the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from concordant.patient.ordered import OrderedDrug
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.decode import LocatedResource, decode_resources, entry_place
from concordant.record.fhir.drug_codes import match_medication
from concordant.record.fhir.elements import CodeableConcept, Element, Quantity
from concordant.record.fhir.medications import ORDERS
from concordant.record.fhir.tables import FhirTables
from concordant.visible import make_json_visible

NAME = "draft orders"
TAKEN_BACK = ("entered-in-error", "cancelled", "stopped", "completed")
DAYS = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0}


class Repeat(Element):
    """So often in so long a time."""

    frequency: float | None = None
    period: float | None = None
    periodUnit: str | None = None  # noqa: N815


class Timing(Element):
    """When a dose is due."""

    repeat: Repeat | None = None
    code: CodeableConcept | None = None


class Rate(Element):
    """How much at a time."""

    doseQuantity: Quantity | None = None  # noqa: N815


class OrderedDosage(Element):
    """One instruction of an order."""

    timing: Timing | None = None
    doseAndRate: list[Rate] | None = None  # noqa: N815
    doseQuantity: Quantity | None = None  # noqa: N815


class OrderedResource(Element):
    """The instructions of one order."""

    dosageInstruction: list[OrderedDosage] | None = None  # noqa: N815


class OrderEntry(Element):
    """An entry of the bundle."""

    resource: msgspec.Raw = msgspec.Raw(b"")


class OrderBundle(Element):
    """The bundle that orders come in."""

    entry: list[OrderEntry] | None = None


BUNDLE = msgspec.json.Decoder(OrderBundle)
INSTRUCTIONS = msgspec.json.Decoder(OrderedResource)


def read_orders(data: bytes, tables: FhirTables, as_of: dt.date) -> list[OrderedDrug]:
    """The medications of a bundle of draft orders, in its order. Raises Unreadable for what is no bundle."""
    entries = decode_resources(make_json_visible(data), NAME)
    chart = Chart(tables, "", as_of, entries)
    dosages = list(_iter_dosages(data, len(entries)))
    return [
        _read_order(entry, dosage, chart)
        for entry, dosage in zip(entries, dosages, strict=True)
        if entry.resource.resourceType in ORDERS and _is_meant(entry)
    ]


def _is_meant(entry: LocatedResource) -> bool:
    """Whether it orders something: one that was taken back does not, nor one of which no drug was chosen yet."""
    order = entry.resource
    concept = order.medicationCodeableConcept or CodeableConcept()
    told = any(coding.code or coding.display for coding in concept.coding or ()) or concept.text
    chosen = bool(told) or order.medicationReference is not None or order.medication is not None or bool(entry.why)
    return chosen and (order.status or "") not in TAKEN_BACK and not order.doNotPerform


def _read_order(entry: LocatedResource, dosage: OrderedDosage, chart: Chart) -> OrderedDrug:
    place = entry_place(entry)
    if entry.why:
        return OrderedDrug(place, "", (), conflict=entry.why)
    chart.start_row(place, entry.resource.resourceType or "")
    match = match_medication(entry.resource, chart, for_cancer=False)
    quantity, repeat = _find_quantity(dosage), dosage.timing.repeat if dosage.timing else None
    return OrderedDrug(
        place,
        match.name or " + ".join(chart.rules.names.get(drug, drug) for drug in match.drugs),
        match.drugs,
        match.unknown,
        quantity.value if quantity else None,
        (quantity.code or quantity.unit or "") if quantity else "",
        _find_interval(repeat),
        _find_code(dosage.timing.code if dosage.timing else None),
        match.conflict,
    )


def _iter_dosages(data: bytes, count: int) -> Iterator[OrderedDosage]:
    """The first instruction of each entry; an empty one where none can be read, or entries lie within others."""
    try:
        entries = BUNDLE.decode(data).entry or []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        entries = []
    found = [_find_dosage(entry.resource) for entry in entries]
    yield from found if len(found) == count else [OrderedDosage()] * count


def _find_dosage(resource: msgspec.Raw) -> OrderedDosage:
    try:
        instructions = INSTRUCTIONS.decode(resource).dosageInstruction
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return OrderedDosage()
    return instructions[0] if instructions else OrderedDosage()


def _find_quantity(dosage: OrderedDosage) -> Quantity | None:
    rates = [rate.doseQuantity for rate in dosage.doseAndRate or () if rate.doseQuantity is not None]
    return rates[0] if rates else dosage.doseQuantity


def _find_interval(repeat: Repeat | None) -> float | None:
    """Days from one dose to the next."""
    if repeat is None or not repeat.period or repeat.period <= 0 or repeat.periodUnit not in DAYS:
        return None
    times = repeat.frequency if repeat.frequency is not None else 1.0
    return repeat.period * DAYS[repeat.periodUnit] / times if times > 0 else None


def _find_code(code: CodeableConcept | None) -> str:
    if code is None:
        return ""
    return next((coding.code for coding in code.coding or () if coding.code), code.text or "")
