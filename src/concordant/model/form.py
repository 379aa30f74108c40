"""The form of the page: what is asked before any question of the guideline, as rows of chips. Told by the knowledge.

Every text stands by language: `{en: came back, de: Rezidiv}`.
"""

from concordant.model.naming import DrugName, FeatureName
from concordant.model.sources import Record

Says = dict[str, str]  # by language


class EventChip(Record, frozen=True):
    """A chip that stands for an entry of the course of disease, such as a recurrence that is metastatic.

    `also` are other ways in which a record tells the same.
    """

    says: Says
    entry: dict[str, str]
    also: tuple[dict[str, str], ...] = ()


class DrugChip(Record, frozen=True):
    """A chip that stands for drugs of a course."""

    drugs: tuple[DrugName, ...]


class NothingChip(Record, frozen=True):
    """The chip by which a row is told to have no entry: it states the value of a feature."""

    feature: FeatureName
    value: str
    says: Says


class EventRow(Record, frozen=True, tag_field="row", tag="event"):
    """One of several entries of the course of disease, with its date.

    `order` are the numbers of the chips: where several are true of a record, the row is about the first of these.
    """

    id: str
    title: Says
    chips: tuple[EventChip, ...]
    date: Says
    order: tuple[int, ...] = ()


class CourseRow(Record, frozen=True, tag_field="row", tag="courses"):
    """The courses of treatment of some settings; a new one is of the first of these.

    `fields` are the keys of a course that are asked; the row is shown only while an entry of the course of disease fits `beside`.
    """

    id: str
    title: Says
    settings: tuple[str, ...]
    chips: tuple[DrugChip, ...]
    add: Says
    fields: tuple[str, ...]
    nothing: NothingChip
    beside: dict[str, str] = {}


class FeatureRow(Record, frozen=True, tag_field="row", tag="feature"):
    """A feature that is asked in any case, or only beside a course of the setting `beside_course`.

    `says` names its values where the words of the feature are too long for a chip, or too short to be understood alone.
    """

    feature: FeatureName
    title: Says
    says: dict[str, Says]
    beside_course: str = ""


class Form(Record, frozen=True):
    """What the page is about, the rows from top to bottom, the features that tell of the person, and what keys and words of a
    case file are called.
    """

    subject: Says = {}
    rows: tuple[EventRow | CourseRow | FeatureRow, ...] = ()
    person: tuple[FeatureName, ...] = ()
    names: dict[str, Says] = {}
