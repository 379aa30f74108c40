"""Drugs, classes and regimens: doses, labels, checks, codes."""

import datetime as dt
from typing import Literal

import msgspec

from concordant.logic.conditions import ALWAYS, Condition
from concordant.model.naming import ClassName, DrugName, FeatureName, RegimenName, TrialName
from concordant.model.sources import Action, Checked, Cite, Record, Restriction

DoseUnit = Literal["mg", "mg/kg", "mg/m2"]
LevelUnit = Literal["mg", "mg/kg", "mg/m2", "% of the starting dose"]


class Component(Record, frozen=True):
    """One drug of a regimen, one phase of it."""

    drug: DrugName
    amount: float
    unit: DoseUnit
    schedule: str
    route: str
    source: Cite
    phase: Literal["every", "loading", "maintenance"] = "every"
    days: str = "1"
    maximum: float | None = None
    note: str = ""


class Regimen(Record, frozen=True):
    """Drugs with dose, unit, route, schedule and source."""

    id: str
    name: str
    components: tuple[Component, ...]
    unless: tuple[Restriction, ...] = ()
    actions: tuple[Action, ...] = ()
    evidence: tuple[TrialName, ...] = ()
    label_note: str = ""

    @property
    def drugs(self) -> tuple[str, ...]:
        """The ids of its drugs, each once, in the order of the components."""
        return tuple(dict.fromkeys(part.drug for part in self.components))


class Code(Record, frozen=True):
    """A code of a terminology that stands for the thing."""

    system: str
    code: str
    display: str
    checked: Checked


class Criterion(Record, frozen=True):
    """One condition of a label's indication, with the words that name it when it fails."""

    if_: Condition = msgspec.field(name="if")
    says: str


class Indication(Record, frozen=True):
    """A labelled use: for which regimens, for which patients, known since when."""

    says: str
    regimens: tuple[RegimenName, ...]
    limbs: tuple[Criterion, ...]
    known_from: dt.date
    source: Cite


class Check(Record, frozen=True):
    """What is looked at before the first dose, and when it is met; an advisory one does not hold the first dose back.

    Nor does one with `holds: false`: there the label itself says what becomes of the dose. Nobody is asked for a check that
    `when` certainly rules out.
    """

    check: str
    label: str
    features: tuple[FeatureName, ...]
    met_if: Condition
    source: Cite
    earlier: Cite | None = None
    unmet: str = ""
    advisory: bool = False
    holds: bool = True
    when: Condition = ALWAYS


class LabelRemark(Record, frozen=True):
    """A sourced sentence of a label: a boxed warning, a contraindication, a handling rule."""

    says: str
    source: Cite


class Pack(Record, frozen=True):
    """A size in mg."""

    mg: float
    source: Cite


class Vial(Pack, frozen=True):
    """A vial for an infusion; its label says which vials are one product."""


class Tablet(Pack, frozen=True):
    """A tablet or capsule; none is ever cut."""


class DoseAdjustment(Record, frozen=True):
    """A dose that a label lowers for a fact of the patient: to so many percent, to an amount, or with no amount named.

    It is a caution as well, of the drug or (with `regimens`) of those regimens: the compiler writes that out.
    """

    if_: Condition = msgspec.field(name="if")
    says: str
    source: Cite
    percent: float | None = None
    amount: float | None = None
    unit: DoseUnit | None = None
    no_amount: str = ""
    regimens: tuple[RegimenName, ...] = ()

    def adjust_amount(self, amount: float) -> float | None:
        """What it makes of a starting amount; None where the label names none."""
        return self.amount if self.percent is None else amount * self.percent / 100


class DoseLevels(Record, frozen=True):
    """The dose levels of a label, highest first; below the last one the drug is stopped."""

    amounts: tuple[float, ...]
    unit: LevelUnit
    source: Cite
    schedule: str = ""
    note: str = ""


class DoseModification(Record, frozen=True):
    """One row of a label's table of dose modifications: the finding, and what is done to the dose."""

    toxicity: str
    finding: str
    do: str
    source: Cite


class Drug(Record, frozen=True):
    """An ingredient: names, classes, codes, and what its label says."""

    id: str
    name: str
    classes: tuple[ClassName, ...]
    synonyms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    contains: tuple[DrugName, ...] = ()
    codes: tuple[Code, ...] = ()
    indications: tuple[Indication, ...] = ()
    boxed: tuple[LabelRemark, ...] = ()
    contraindications: tuple[LabelRemark, ...] = ()
    unless: tuple[Restriction, ...] = ()
    checks: tuple[Check, ...] = ()
    actions: tuple[Action, ...] = ()
    vials: tuple[Vial, ...] = ()
    tablets: tuple[Tablet, ...] = ()
    adjustments: tuple[DoseAdjustment, ...] = ()
    loaded_again: LabelRemark | None = None
    levels: tuple[DoseLevels, ...] = ()
    modifications: tuple[DoseModification, ...] = ()
    handling: tuple[LabelRemark, ...] = ()


class DrugClass(Record, frozen=True):
    """What holds for every drug of a class, written once; `{drug}` stands for each member."""

    id: str
    name: str
    unless: tuple[Restriction, ...] = ()
    checks: tuple[Check, ...] = ()
    actions: tuple[Action, ...] = ()
