"""The small records of an answer: references, grades, doses, figures, what a label says."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from concordant.model.sources import Checked
from concordant.patient.events import Happening
from concordant.patient.events import Setting as Setting


class Part(msgspec.Struct, kw_only=True, omit_defaults=False):
    """What all parts of an answer share: named fields."""


class RefAt(Part):
    """A numbered reference and the place in it."""

    n: int
    at: str = ""


class CellShown(Part):
    """What an `if` says as values: the feature's words, or the numbers from low to high.

    Where an end is null the range is open; where `low_outside` or `high_outside`, the end itself does not belong to it.
    """

    words: list[str] = []
    low: float | None = None
    high: float | None = None
    low_outside: bool = False
    high_outside: bool = False
    unit: str = ""


class GradeShown(Part):
    """A rating in its publisher's words; null where it was not seen."""

    scale: str
    strength: str | None
    evidence: str | None
    type: str | None = None
    grade_note: str = ""


class ChainLink(Part):
    """One statement of the chain that leads to an option, with its own grade and mark."""

    statement: str
    title: str
    grade: GradeShown | None
    checked: Checked
    refs: list[RefAt]


class LabelShown(Part):
    """Whether the label covers the regimen for this patient, and why (not)."""

    fit: Literal["on", "off", "unknown"]
    because: str
    refs: list[RefAt] = []


class Said(Part):
    """A sentence of a label with its place."""

    says: str
    refs: list[RefAt] = []


class Piece(Part):
    """So many vials or tablets of one size."""

    count: int
    mg: float


class Amount(Part, kw_only=True):
    """An amount of a drug, mg for this patient where they can be computed, and what makes them up.

    `calculated_mg` is exact to 0.1 mg. `rounded_mg` is what whole tablets make of it; an infusion is not rounded to its vials.
    """

    amount: float | None
    unit: str
    calculated_mg: float | None
    rounded_mg: float | None = None
    pieces: list[Piece] = []
    vials: str = ""
    tablets: str = ""
    left_over_mg: float | None = None
    capped: str = ""
    pack_refs: list[RefAt] = []


class AdjustedDose(Amount, kw_only=True):
    """What a label makes of the starting dose for a fact of this patient; no amount where it names none."""

    percent: float | None
    says: str
    because: str
    refs: list[RefAt]


class Dose(Amount, kw_only=True):
    """One drug in one phase: the authored dose, and mg for this patient where they can be computed.

    `basis_amount` is `basis` without its day and its formula. `adjusted` are the label's lower doses that hold, the lowest
    first; `asks` what the label would lower it for and is not known; `held` says why no mg may be shown plainly;
    `loaded_again` when a new loading dose is due, which is never guessed.
    """

    drug: str
    phase: Literal["every", "loading", "maintenance"]
    amount: float
    schedule: str
    route: str
    days: str
    basis: str = ""
    basis_amount: str = ""
    basis_refs: list[RefAt] = []
    why_not_calculated: str = ""
    note: str = ""
    held: str = ""
    held_refs: list[RefAt] = []
    adjusted: list[AdjustedDose] = []
    asks: list[Said] = []
    loaded_again: list[Said] = []
    refs: list[RefAt] = []


class HazardRatioShown(Part):
    """A hazard ratio as numbers, and what it compares; an interval that was not seen is null on both sides."""

    of: str
    estimate: float
    low: float | None
    high: float | None
    level: float | None


class Estimate(Part):
    """One figure of one analysis; `hr` holds the numbers of `effect` where that is a hazard ratio."""

    endpoint: str
    values: list[str]
    unit: str
    assessed_by: str
    effect: str
    hr: HazardRatioShown | None
    p: str
    note: str
    checked: Checked


class Eligibility(Part):
    """Whether this patient would have been in a trial, as far as its criteria can be checked, and because of what."""

    verdict: Literal["yes", "no", "unknown"]
    because: str
    refs: list[RefAt]


class EvidenceRow(Part):
    """All figures of one data cut of one trial."""

    trial: str
    arms: list[str]
    n: str
    population: str
    analysis: str
    cut: str
    estimates: list[Estimate]
    refs: list[RefAt]
    eligibility: Eligibility
    caveat: str = ""


class DoseChange(Part):
    """One row of a label's table of dose modifications."""

    toxicity: str
    finding: str
    do: str
    refs: list[RefAt] = []


class LabelFacts(Part):
    """What the label of one drug says beside its indication."""

    drug: str
    boxed: list[Said]
    contraindications: list[Said]
    levels: list[Said]
    adjustments: list[Said]
    dose_changes: list[DoseChange]
    handling: list[Said]


class When(Part):
    """A day, or all days from first to last that a month or a year may mean."""

    first: dt.date
    last: dt.date


EventKind = Happening


class CourseInTime(Part):
    """A course of treatment: what, in which setting and line, from when to when, and how it ended."""

    drugs: list[str]
    setting: Setting | None
    line: int | None
    start: When | None
    end: When | None
    running: bool
    stopped: str
    cycles: int | None
    entry: str


class EventInTime(Part):
    """An event of the disease; `about` are its sites, else its extent, or the operation."""

    kind: EventKind
    date: When | None
    about: list[str]
    entry: str


class IntervalInTime(Part):
    """The time between a last dose and what followed it, on which the answer rests; `says` is its length in words."""

    feature: str
    label: str
    says: str
    low: float
    high: float
    unit: str
    start: When
    end: When


class TimelineShown(Part):
    """The record in time, what has a date first; `told` is the same as one line."""

    courses: list[CourseInTime] = []
    events: list[EventInTime] = []
    intervals: list[IntervalInTime] = []
    told: str = ""
