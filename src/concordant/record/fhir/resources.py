"""The elements of FHIR that are used, as structs; everything else is skipped while decoding.

One struct serves all resource types, so that a bundle is decoded in one pass and a type never seen is no error. Where DSTU2 or
STU3 had another shape, both are read.
"""

from __future__ import annotations

import msgspec

from concordant.record.fhir.elements import (
    NO_WORDS,
    NOTHING,
    Adherence,
    Backbone,
    CodeableConcept,
    CodeableReference,
    ConditionStage,
    Dosage,
    Element,
    Extension,
    IncludedStructure,
    Ingredient,
    Period,
    Product,
    Quantity,
    Range,
    Ratio,
    Reference,
    SpecimenCollection,
    UnreadElement,
    Words,
)


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
    managingOrganization: Reference | None = None  # noqa: N815
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
    bodyStructure: Reference | None = None  # noqa: N815
    # BodyStructure
    locationQualifier: list[CodeableConcept] | None = None  # noqa: N815
    includedStructure: list[IncludedStructure] | None = None  # noqa: N815
    location: Words = NO_WORDS  # of others where something was done
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
    item: Words = NO_WORDS  # of a bill its lines, which are read as well
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
