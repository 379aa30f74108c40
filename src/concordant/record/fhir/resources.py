"""The elements of FHIR that are used, as structs; everything else is skipped while decoding.

One struct serves all resource types, so that a bundle is decoded in one pass and a type never seen is no error. Where DSTU2 or
STU3 had another shape, both are read.
"""

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
    """Whether it is taken, of R5."""

    code: CodeableConcept | None = None


class SpecimenCollection(Element):
    """Where a specimen was taken from."""

    bodySite: CodeableConcept | None = None  # noqa: N815


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


class Value(Backbone):
    """The value[x] of an observation, or of a component of it."""

    code: CodeableConcept | None = None
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815
    valueQuantity: Quantity | None = None  # noqa: N815
    valueString: str | None = None  # noqa: N815
    valueInteger: int | None = None  # noqa: N815
    valueBoolean: bool | None = None  # noqa: N815
    valueRange: Range | None = None  # noqa: N815
    valueRatio: Ratio | None = None  # noqa: N815
    valueSampledData: UnreadElement | None = None  # noqa: N815
    valueAttachment: UnreadElement | None = None  # noqa: N815
    valueReference: UnreadElement | None = None  # noqa: N815
    valuePeriod: UnreadElement | None = None  # noqa: N815
    valueDateTime: str | None = None  # noqa: N815
    valueTime: str | None = None  # noqa: N815
    interpretation: CodeableConcept | list[CodeableConcept] | None = None
    referenceRange: list[Range] | None = None  # noqa: N815
    dataAbsentReason: CodeableConcept | None = None  # noqa: N815


class Reaction(Backbone):
    """One reaction of an allergy."""

    severity: str | None = None


class Resource(Value):
    """Any resource: the elements that are used of any type."""

    resourceType: str | None = None  # noqa: N815
    id: str | None = None
    meta: msgspec.Raw = NOTHING
    status: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    extension: list[Extension] | None = None
    implicitRules: str | None = None  # noqa: N815
    contained: list[Resource] | None = None
    entry: list[Entry] | None = None
    # Patient
    identifier: msgspec.Raw = NOTHING
    name: msgspec.Raw = NOTHING
    link: msgspec.Raw = NOTHING
    gender: str | None = None
    birthDate: str | None = None  # noqa: N815
    deceasedBoolean: bool | None = None  # noqa: N815
    deceasedDateTime: str | None = None  # noqa: N815
    # Observation
    effectiveDateTime: str | None = None  # noqa: N815
    effectivePeriod: Period | None = None  # noqa: N815
    issued: str | None = None
    component: list[Value] | None = None
    hasMember: list[Reference] | None = None  # noqa: N815
    specimen: Reference | list[Reference] | None = None
    collection: SpecimenCollection | None = None
    bodySite: CodeableConcept | list[CodeableConcept] | None = None  # noqa: N815
    focus: Reference | list[Reference] | None = None
    # Condition
    clinicalStatus: str | CodeableConcept | None = None  # noqa: N815
    verificationStatus: str | CodeableConcept | None = None  # noqa: N815
    onsetDateTime: str | None = None  # noqa: N815
    onsetPeriod: Period | None = None  # noqa: N815
    recordedDate: str | None = None  # noqa: N815
    assertedDate: str | None = None  # noqa: N815
    dateRecorded: str | None = None  # noqa: N815
    abatementDateTime: str | None = None  # noqa: N815
    abatementBoolean: bool | None = None  # noqa: N815
    stage: ConditionStage | list[ConditionStage] | None = None
    severity: str | CodeableConcept | None = None
    # AllergyIntolerance
    criticality: str | None = None
    reaction: list[Reaction] | None = None
    # Medication resources
    medicationCodeableConcept: CodeableConcept | None = None  # noqa: N815
    medicationReference: Reference | None = None  # noqa: N815
    medication: CodeableReference | list[Resource] | None = None  # in some records the medication itself
    ingredient: list[Ingredient] | None = None
    product: Product | list[UnreadElement] | None = None
    reason: CodeableReference | list[CodeableReference] | None = None
    adherence: Adherence | None = None
    dosage: Dosage | list[Dosage] | None = None
    dosageInstruction: list[Dosage] | None = None  # noqa: N815
    quantity: Quantity | None = None
    reasonCode: CodeableConcept | list[CodeableConcept] | None = None  # noqa: N815
    reasonEnded: CodeableConcept | None = None  # noqa: N815
    dateEnded: str | None = None  # noqa: N815
    daysSupply: Quantity | None = None  # noqa: N815
    statusReason: CodeableConcept | list[CodeableConcept] | None = None  # noqa: N815
    reasonReference: Reference | list[Reference] | None = None  # noqa: N815
    intent: str | None = None
    doNotPerform: bool | None = None  # noqa: N815
    taken: str | None = None
    wasNotTaken: bool | None = None  # noqa: N815
    wasNotGiven: bool | None = None  # noqa: N815
    notGiven: bool | None = None  # noqa: N815
    authoredOn: str | None = None  # noqa: N815
    dateAsserted: str | None = None  # noqa: N815
    dateWritten: str | None = None  # noqa: N815
    whenHandedOver: str | None = None  # noqa: N815
    occurrenceDateTime: str | None = None  # noqa: N815
    occurrencePeriod: Period | None = None  # noqa: N815
    occurenceDateTime: str | None = None  # noqa: N815 - so spelt in R5
    occurencePeriod: Period | None = None  # noqa: N815
    effectiveTimeDateTime: str | None = None  # noqa: N815
    effectiveTimePeriod: Period | None = None  # noqa: N815
    # Procedure
    performedDateTime: str | None = None  # noqa: N815
    performedPeriod: Period | None = None  # noqa: N815
    partOf: Reference | list[Reference] | None = None  # noqa: N815
    outcome: str | CodeableConcept | list[CodeableConcept] | None = None
    notPerformed: bool | None = None  # noqa: N815
    notDone: bool | None = None  # noqa: N815
    # Claim, ExplanationOfBenefit
    use: str | None = None
    item: list[ClaimItem] | UnreadElement | None = None
    billablePeriod: Period | None = None  # noqa: N815
    # Texts of which nothing is read as a fact, whatever their shape: they are only searched
    note: Words = NO_WORDS
    text: Words = NO_WORDS
    conclusion: Words = NO_WORDS
    conclusionCode: Words = NO_WORDS  # noqa: N815
    codedDiagnosis: Words = NO_WORDS  # noqa: N815
    presentedForm: Words = NO_WORDS  # noqa: N815
    content: Words = NO_WORDS
    section: Words = NO_WORDS
    title: Words = NO_WORDS
    type: Words = NO_WORDS
    description: Words = NO_WORDS
    summary: Words = NO_WORDS
    finding: Words = NO_WORDS
    payload: Words = NO_WORDS
    diagnosis: Words = NO_WORDS
    procedure: Words = NO_WORDS
    comment: Words = NO_WORDS
    comments: Words = NO_WORDS
    date: Words = NO_WORDS
    created: Words = NO_WORDS
    indexed: Words = NO_WORDS


TEXT_ELEMENTS = frozenset(name for name, kind in Resource.__annotations__.items() if kind == "Words")


class EntryRequest(Element):
    """What was asked of the server: DELETE, and the address that it deleted."""

    method: str | None = None
    url: str | None = None


class EntryResponse(Element):
    """When the server did what was asked."""

    lastModified: str | None = None  # noqa: N815


class Entry(Element):
    """One entry of a bundle."""

    fullUrl: str | None = None  # noqa: N815
    resource: Resource | None = None
    request: EntryRequest | None = None
    response: EntryResponse | None = None


def to_list(item: T | list[T] | None) -> list[T]:
    """An element that is a list in one version of FHIR and single in another, as a list."""
    if item is None:
        return []
    return item if isinstance(item, list) else [item]
