"""Selectors of entries: measurements, the person, conditions, medicines, tests of the tumour, what nobody read."""

from typing import ClassVar, Literal, cast

from concordant.contract_names import PatientWord
from concordant.model.naming import (
    ConditionName,
    Culprit,
    DrugName,
    FeatureName,
    FormulaName,
    MeasurementName,
    MedicationName,
    StatedName,
    TagName,
    TestName,
)
from concordant.model.selectors.base import UNREAD, Block, Members, Selector, Status, Tags

# -- measurements ----------------------------------------------------------------------------------


class Measured(Selector, frozen=True):
    """A number that was measured."""

    block: ClassVar[Block | None] = "measurements"
    measurement: MeasurementName

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The measurement."""
        return frozenset({self.measurement})


class Latest(Measured, frozen=True, tag="latest"):
    """The latest value."""


class Earliest(Measured, frozen=True, tag="earliest"):
    """The first of several values."""


class Lowest(Measured, frozen=True, tag="lowest"):
    """The lowest value ever."""


class Fall(Measured, frozen=True, tag="fall"):
    """What was lost from the first value to the latest."""


class AgainstLimit(Measured, frozen=True, tag="against_limit"):
    """The latest value as a multiple of its upper limit of normal."""


class LatestOrCalculated(Measured, frozen=True, tag="latest_or_calculated"):
    """The latest value, or `calculated`: where none is current, or where `newer` was measured after it."""

    calculated: FeatureName
    newer: MeasurementName

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """Asked always: what it is calculated from has its own words."""
        return None


class FromFormula(Selector, frozen=True, tag="formula"):
    """What a formula gives; it reads what the formula takes."""

    name: FormulaName


# -- the person, and what was stated ---------------------------------------------------------------


class Age(Selector, frozen=True, tag="completed_years"):
    """Completed years."""


class WholeRecord(Selector, frozen=True, tag="whole_record"):
    """No, where the source shows that a part of the record is missing; nothing follows from silence then."""


class PersonField(Selector, frozen=True, tag="person"):
    """A word of the patient block."""

    field: PatientWord


class StatedAny(Selector, frozen=True, tag="stated_any"):
    """Whether one of the features was stated: as yes, as one of `words`, or `whatever` was said."""

    names: tuple[StatedName, ...]
    words: tuple[str, ...] = ()
    whatever: bool = False


# -- lists of the record ---------------------------------------------------------------------------


class Listed(Selector, frozen=True):
    """Conditions of these terms; with `about`, those that name the drug, a class of it, or the substance."""

    block: ClassVar[Block | None] = "conditions"
    terms: tuple[ConditionName, ...]
    about: Culprit | None = None

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The terms."""
        return frozenset(self.terms)


class ConditionStatus(Listed, frozen=True, kw_only=True, tag="condition"):
    """The status of a condition in the feature's own words (`map`); of several the first of `worst_first`."""

    map: dict[Status, str]
    worst_first: tuple[str, ...] = ()
    within_days: int | None = None
    event: bool = False
    no_for_days: int | None = None

    def map_status(self, status: str | None) -> str | None:
        """What an entry of this status says of the feature; None for nothing."""
        return cast("dict[str, str]", self.map).get(status or "unknown")


class ConditionGrade(Listed, frozen=True, tag="condition_grade"):
    """The highest grade of what is not over, or of all there was (`ever`)."""

    ever: bool = False


class MedicationTaken(Selector, frozen=True, tag="medication"):
    """Whether a medicine is listed: one of the terms, or one with the tag."""

    block: ClassVar[Block | None] = "medications"
    terms: tuple[MedicationName, ...] = ()
    tag: TagName | None = None

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The terms, and those with the tag."""
        return frozenset({*self.terms, *(term for term, its in tags.items() if self.tag in its)})


class UnreadEntry(Selector, frozen=True, tag="unread"):
    """Whether an entry that nobody read may be about the drug `of`; without it, about every drug."""

    of: DrugName | None = None

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The sign that some entry was not read."""
        return frozenset({UNREAD})


# -- tests of the tumour ---------------------------------------------------------------------------


class MarkerPart(Selector, frozen=True, tag="marker"):
    """The word of a test, or one of its numbers (`part`), of the specimen that governs the `family`."""

    family: tuple[TestName, ...]
    test: TestName
    part: str
    together_days: int
    without: str | None = None

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The test."""
        return frozenset({self.test})


class SpecimenTested(Selector, frozen=True, tag="specimen_tested"):
    """Whether the specimen was tested for one of the family."""

    family: tuple[TestName, ...]
    specimen: Literal["primary", "metastasis"]
