"""Answers to questionnaires among resources: which of them are ours, and what each item was answered with, as it was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from concordant.record.fhir.addresses import strip_version

KIND = "QuestionnaireResponse"
MARK = KIND.encode()
COUNTED, NO_MORE = ("completed", "amended"), "entered-in-error"


class AnsweredCoding(msgspec.Struct, rename="camel"):
    """A word that was chosen."""

    code: str = ""
    display: str = ""


class AnsweredQuantity(msgspec.Struct, rename="camel"):
    """A number with its unit; with a sign it is a bound."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""
    code: str = ""


class AnswerGiven(msgspec.Struct, rename="camel"):
    """One answer, in the type in which it was given."""

    value_boolean: bool | None = None
    value_coding: AnsweredCoding | None = None
    value_string: str | None = None
    value_integer: int | None = None
    value_decimal: float | None = None
    value_quantity: AnsweredQuantity | None = None


class AnsweredItem(msgspec.Struct, rename="camel"):
    """An item with its answers and what stands below it."""

    link_id: str = ""
    answer: list[AnswerGiven] = []
    item: list[AnsweredItem] = []


class PatientReference(msgspec.Struct):
    """Whose answers they are."""

    reference: str = ""


class AnsweredQuestionnaire(msgspec.Struct, rename="camel"):
    """A response."""

    resource_type: str
    questionnaire: str = ""
    status: str = ""
    authored: str = ""
    subject: PatientReference | None = None
    item: list[AnsweredItem] = []

    @property
    def name(self) -> str:
        """The questionnaire that it answers, whatever version of it."""
        return strip_canonical(self.questionnaire)


class ResourceHead(msgspec.Struct, rename="camel"):
    """What is looked at of a resource before it is read."""

    resource_type: str = ""
    questionnaire: str = ""


def strip_canonical(address: str) -> str:
    """A canonical name without its version."""
    return strip_version(address.partition("|")[0])


def part_responses(data: bytes, is_ours: Callable[[str], bool]) -> tuple[bytes, list[bytes]]:
    """A resource without the answers to questionnaires of ours that stand in it, and those. Nothing is left of one that is such.

    A bundle keeps all else that it says, such as that there are more pages. Raises msgspec.MsgspecError for what is no resource.
    """
    if MARK not in data:
        return data, []
    head = msgspec.json.decode(data, type=ResourceHead)
    if head.resource_type == KIND:
        return (b"", [data]) if is_ours(strip_canonical(head.questionnaire)) else (data, [])
    if head.resource_type != "Bundle":
        return data, []
    return _part_bundle(msgspec.json.decode(data, type=dict[str, msgspec.Raw]), is_ours)


def _part_bundle(bundle: dict[str, msgspec.Raw], is_ours: Callable[[str], bool]) -> tuple[bytes, list[bytes]]:
    kept, found = [], []
    for entry in msgspec.json.decode(bundle.get("entry", b"[]"), type=list[dict[str, msgspec.Raw]]):
        rest, responses = part_responses(bytes(entry.get("resource", b"{}")), is_ours)
        found += responses
        if rest:
            kept.append({**entry, "resource": msgspec.Raw(rest)})
    told: dict[str, Any] = {**bundle, "entry": kept}
    if "total" in bundle and found:
        told["total"] = msgspec.json.decode(bundle["total"], type=int) - len(found)
    return msgspec.json.encode(told), found


def list_items(items: Sequence[AnsweredItem]) -> list[AnsweredItem]:
    """All items with those below them, in order."""
    return [each for item in items for each in (item, *list_items(item.item))]
