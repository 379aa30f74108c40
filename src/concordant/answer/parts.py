"""The small records of an answer: references, grades, doses, figures, what a label says."""

from __future__ import annotations

from typing import Literal

import msgspec

from concordant.records import Checked


class Part(msgspec.Struct, kw_only=True, omit_defaults=False):
    """What all parts of an answer share: named fields."""


class RefAt(Part):
    """A numbered reference and the place in it."""

    n: int
    at: str = ""


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

    `adjusted` are the label's lower doses that hold, the lowest first; `asks` what the label would lower it for and is not
    known; `held` says why no mg may be shown plainly; `loaded_again` when a new loading dose is due, which is never guessed.
    """

    drug: str
    phase: Literal["every", "loading", "maintenance"]
    amount: float
    schedule: str
    route: str
    days: str
    basis: str = ""
    basis_refs: list[RefAt] = []
    why_not_calculated: str = ""
    note: str = ""
    held: str = ""
    adjusted: list[AdjustedDose] = []
    asks: list[Said] = []
    loaded_again: list[Said] = []
    refs: list[RefAt] = []


class Estimate(Part):
class HazardRatioShown(Part):
    """A hazard ratio as numbers, and what it compares; an interval that was not seen is null on both sides."""

    of: str
    estimate: float
    low: float | None
    high: float | None
    level: float | None


    """One figure of one analysis; `hr` holds the numbers of `effect` where that is a hazard ratio."""

    endpoint: str
    values: list[str]
    unit: str
    assessed_by: str
    effect: str
    p: str
    hr: HazardRatioShown | None
    note: str
    checked: Checked


class EvidenceRow(Part):
class Eligibility(Part):
    """Whether this patient would have been in a trial, as far as its criteria can be checked, and because of what."""

    verdict: Literal["yes", "no", "unknown"]
    because: str
    refs: list[RefAt]


    """All figures of one data cut of one trial."""

    trial: str
    arms: list[str]
    n: str
    population: str
    analysis: str
    cut: str
    estimates: list[Estimate]
    refs: list[RefAt]
    caveat: str = ""
    eligibility: Eligibility


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
