"""The elements that resources of FHIR are made of, as structs; what nothing uses is skipped while decoding."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")
Words = msgspec.Raw  # JSON as it stands
NO_WORDS = msgspec.Raw(b"")


NOTHING = msgspec.Raw(b"")  # an element that is decoded only where it is asked for, and is not there


class Element(msgspec.Struct, gc=False, omit_defaults=True):
    """What all elements share: no cycles, unknown keys skipped, and only what is there is written again."""


class Coding(Element):
    """One code of a system, with the words that stand beside it."""

    extension: list[Extension] | None = None
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Element):
    """A coded value; any of its codings, or its text."""

    extension: list[Extension] | None = None
    coding: list[Coding] | None = None
    text: str | None = None


class Identifier(Element):
    """A number that a person or thing has in some system."""

    system: str | None = None
    value: str | int | float | None = None


class Reference(Element):
    """A pointer to another resource: by its address, by a number it has elsewhere, or by its name alone."""

    reference: str | None = None
    display: str | None = None
    identifier: Identifier | None = None


class HumanName(Element):
    """A name of a person; in DSTU2 it has several family names."""

    text: str | None = None
    family: str | list[str] | None = None
    given: list[str] | None = None


class Meta(Element):
    """Which version of a resource this is."""

    versionId: str | int | None = None  # noqa: N815
    lastUpdated: str | None = None  # noqa: N815


class PatientLink(Element):
    """Another Patient resource about the same person."""

    other: Reference | None = None
    type: str | None = None


class Period(Element):
    """Start and end; either may be missing."""

    start: str | None = None
    end: str | None = None


class Quantity(Element):
    """A number with its unit and a comparator."""

    value: float | None = None
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Ratio(Element):
    """One quantity to another."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Range(Element):
    """Two quantities; also the range of normal."""

    low: Quantity | None = None
    high: Quantity | None = None


class UnreadElement(Element):
    """An element of which only that it stands there is known, and its address."""

    url: str | None = None


class Backbone(Element):
    """A part of a resource; a modifier extension changes what it means."""

    modifierExtension: list[UnreadElement] | None = None  # noqa: N815


class ConditionStage(Backbone):
    """The stage within a Condition."""

    summary: CodeableConcept | None = None


class CodeableReference(Element):
    """A coded value or a pointer, as R5 has them in one element."""

    concept: CodeableConcept | None = None
    reference: str | Reference | None = None  # in the second version of FHIR a text


class DoseAndRate(Element):
    """How much at a time."""

    doseQuantity: Quantity | None = None  # noqa: N815


class Dosage(Backbone):
    """How much was given, or is to be given at a time."""

    dose: Quantity | None = None
    quantity: Quantity | None = None
    doseQuantity: Quantity | None = None  # noqa: N815
    doseAndRate: list[DoseAndRate] | None = None  # noqa: N815


class Adherence(Backbone):
    """Whether it is taken, and why or why not, of R5."""

    code: CodeableConcept | None = None
    reason: CodeableConcept | None = None


class SpecimenCollection(Element):
    """Where a specimen was taken from."""

    bodySite: CodeableConcept | None = None  # noqa: N815


class IncludedStructure(Element):
    """A part of the body, with its side, of R5."""

    structure: CodeableConcept | None = None
    laterality: CodeableConcept | None = None


class Extension(Element):
    """An extension with a coded value or a date."""

    url: str | None = None
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815
    valueCode: str | None = None  # noqa: N815
    valueString: str | None = None  # noqa: N815
    valueCoding: Coding | None = None  # noqa: N815
    valueReference: Reference | None = None  # noqa: N815
    valueDateTime: str | None = None  # noqa: N815


class Ingredient(Element):
    """What a medication holds."""

    itemCodeableConcept: CodeableConcept | None = None  # noqa: N815
    itemReference: Reference | None = None  # noqa: N815
    item: CodeableReference | None = None


class Product(Element):
    """What a medication holds, in the second version of FHIR."""

    ingredient: list[Ingredient] | None = None


class ClaimItem(Element):
    """One line of a bill."""

    productOrService: CodeableConcept | None = None  # noqa: N815
    service: CodeableConcept | None = None
    servicedDate: str | None = None  # noqa: N815
    servicedPeriod: Period | None = None  # noqa: N815
    detail: list[ClaimItem] | None = None


def to_list(item: T | list[T] | None) -> list[T]:
    """An element that is a list in one version of FHIR and single in another, as a list."""
    if item is None:
        return []
    return item if isinstance(item, list) else [item]
