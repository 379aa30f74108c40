"""The few flat event tables that every source becomes: structs, because a cohort has millions of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar, get_args

import msgspec

from concordant.contract_names import MENOPAUSAL_STATUS, SEX, PatientWord
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval
from concordant.patient.facts import Value

# The words of a case file. Each is written here once; a comparison with one that is none of them is an error of the types.
Happening = Literal["diagnosis", "surgery", "recurrence", "progression", "response", "stable"]
EventKind = Happening | Literal["finding", "unclear"]
Extent = Literal["early", "locally_advanced_unresectable", "metastatic"]
Brain = Literal["none", "stable", "active"]
Setting = Literal["neoadjuvant", "adjuvant", "advanced"]
Stopped = Literal["completed", "progression", "recurrence", "toxicity", "choice", "ongoing"]
Status = Literal["active", "resolved", "absent"]

HAPPENINGS: tuple[Happening, ...] = get_args(Happening)
EXTENTS: tuple[Extent, ...] = get_args(Extent)
BRAIN: tuple[Brain, ...] = get_args(Brain)
SETTINGS: tuple[Setting, ...] = get_args(Setting)
STOPPED: tuple[Stopped, ...] = get_args(Stopped)
STATUSES: tuple[Status, ...] = get_args(Status)

FINDING: EventKind = "finding"  # a metastasis told among the conditions: where it is, and nothing of how the disease went
UNCLEAR: EventKind = "unclear"  # the source tells how the disease went in words that are not understood
PROGRESSION: Literal["progression"] = "progression"  # an event, and why a course was stopped
RECURRENCE: Literal["recurrence"] = "recurrence"
GREW: tuple[Literal["progression", "recurrence"], ...] = (PROGRESSION, RECURRENCE)  # the disease came back or went on
ONGOING: Stopped = "ongoing"
ADVANCED: Setting = "advanced"
EARLY_SETTINGS: tuple[Setting, ...] = ("neoadjuvant", "adjuvant")
ABSENT: Status = "absent"
RESOLVED: Status = "resolved"
ACTIVE: Status = "active"
EARLY: Extent = "early"
METASTATIC: Extent = "metastatic"

Word = TypeVar("Word", bound=str)


def match_word(text: str | None, words: Sequence[Word]) -> Word | None:
    """The text as one of these words; None where it is none of them."""
    return next((word for word in words if word == text), None)


class EntryLocation(msgspec.Struct, frozen=True, gc=False):
    """Where an event stands in its source: `treatments[1]` and the line, if there is one."""

    place: str
    line: int | None = None


class Marker(msgspec.Struct, frozen=True, gc=False):
    """One result of a tumour marker test; numbers by their name (ratio, copies, percent)."""

    entry: EntryLocation
    test: str
    word: str | None
    numbers: dict[str, Interval]
    date: PartialDate | None
    specimen: str | None


FLAGGED = " (flagged as abnormal)"  # behind the name of a finding in a case file


class DiseaseEvent(msgspec.Struct, frozen=True, gc=False):
    """Diagnosis, surgery, recurrence, progression, response, stable disease; or a finding, with the words that told it."""

    entry: EntryLocation
    kind: EventKind
    date: PartialDate | None
    extent: Extent | None
    sites: tuple[str, ...]
    brain: Brain | None
    procedure: str
    told: str = ""


class Course(msgspec.Struct, frozen=True, gc=False):
    """Drugs given together: ids of known drugs, words for a whole class, unknown names kept apart."""

    entry: EntryLocation
    drugs: tuple[str, ...]
    classes: tuple[str, ...]
    unknown_drugs: tuple[str, ...]
    setting: Setting | None
    line: int | None
    start: PartialDate | None
    end: PartialDate | None
    stopped: Stopped | None
    cycles: int | None


class Comorbidity(msgspec.Struct, frozen=True, gc=False):
    """A condition beside the cancer, an allergy, a wish or a genotype; status active, resolved, absent or not given.

    `about` are the drugs, classes or substances that it names: what an allergy is to, what caused it, what is refused.
    `grade` is the CTCAE grade, or the stage or class that the words give. `judged` says why a clinician lets it pass.
    """

    entry: EntryLocation
    term: str | None
    name: str
    status: Status | None
    date: PartialDate | None
    about: tuple[str, ...] = ()
    grade: int | None = None
    judged: str = ""


class Measurement(msgspec.Struct, frozen=True, gc=False):
    """A measured number in the unit of the dictionary, with the upper limit of normal if given."""

    entry: EntryLocation
    name: str
    value: Interval
    date: PartialDate | None
    upper_limit: float | None = None
    judged: str = ""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """An observation of which the dictionary knows nothing, and which its own source flags as abnormal."""

    entry: EntryLocation
    name: str
    date: PartialDate | None
    judged: str = ""


class Medication(msgspec.Struct, frozen=True, gc=False):
    """Another drug that the patient takes now."""

    entry: EntryLocation
    term: str | None
    name: str
    judged: str = ""


ReportKind = Literal["report", "note", "claim", "result"]


class Report(msgspec.Struct, frozen=True, gc=False):
    """A text of which nothing is read, and the topics that its words or codes speak of; `result` is one of an unknown code."""

    entry: EntryLocation
    kind: ReportKind
    date: PartialDate | None
    topics: tuple[str, ...]


Event = Marker | DiseaseEvent | Course | Comorbidity | Measurement | Finding | Medication | Report


class Person(msgspec.Struct, frozen=True, gc=False):
    """Sex, birth date and menopausal status as told."""

    sex: str | None = None
    birth_date: PartialDate | None = None
    menopause: str | None = None

    @property
    def words(self) -> Mapping[PatientWord, str | None]:
        """What was told, by the words of the patient block."""
        return {SEX: self.sex, MENOPAUSAL_STATUS: self.menopause}


class PatientRecord(msgspec.Struct, frozen=True):
    """Everything a source told about one patient, as of one date.

    `stated` holds what was told directly; nothing (None) for what was told to be open, over which silence says nothing.
    `set_aside` are sentences about entries that cannot be; what they would have said is unknown.
    `notes` say, by the place of an entry, how it came to be read as it was (which administrations make a course).
    `last_entry` is the date of the last entry of a source that is used; None for a case file.
    `incomplete` are sentences about parts of the record that are missing: while there is one, nothing follows from silence.
    `assumptions` are the named defaults that the caller chose, with their values.
    `to_confirm` are readings of a note that it does not say outright, a sentence each: none of them is taken as told.
    `by_convention` are those that follow from how such notes are written; they are taken, and named.
    """

    as_of: dt.date
    name: str = ""
    person: Person = Person()
    markers: tuple[Marker, ...] = ()
    events: tuple[DiseaseEvent, ...] = ()
    courses: tuple[Course, ...] = ()
    conditions: tuple[Comorbidity, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    medications: tuple[Medication, ...] = ()
    findings: tuple[Finding, ...] = ()
    reports: tuple[Report, ...] = ()
    unavailable: tuple[str, ...] = ()
    stated: dict[str, Value] = {}
    not_understood: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    notes: dict[str, tuple[str, ...]] = {}
    incomplete: tuple[str, ...] = ()
    last_entry: PartialDate | None = None
    assumptions: dict[str, str] = {}
    to_confirm: tuple[str, ...] = ()
    by_convention: tuple[str, ...] = ()
