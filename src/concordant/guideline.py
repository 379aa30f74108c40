"""Guideline, statement, regimen, drug, trial, source: knowledge as plain records.

These are the shapes of the YAML files under `knowledge/` after their sentences became conditions.
`docs/authoring.md` explains each key; unknown keys are refused when a file is compiled.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec

from concordant.conditions import ALWAYS, Condition, features_read

Checked = Literal["primary", "secondary", "recalled", "choice"]
Role = Literal["preferred", "option", "alternative", "selected", "continue"]
Kind = Literal[
    "against",
    "contraindication",
    "precaution",
    "trial_exclusion",
    "unavailable",
    "patient_choice",
    "already_failed",
    "stopped_for_toxicity",
]
ActionKind = Literal[
    "duration", "sequencing", "monitoring", "local_therapy", "referral", "testing", "supportive"
]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all knowledge records share: frozen, named fields only, unknown keys refused."""


class Cite(Record):
    """A place in a source, and how far that place was checked."""

    ref: str
    checked: Checked
    at: str = ""


class Source(Record):
    """A document: what it is, since when it is known, and how it was seen."""

    id: str
    citation: str
    kind: Literal["guideline", "label", "trial", "regulatory", "review", "choice"]
    checked: Checked
    seen: str
    known_from: dt.date | None = None
    doi: str = ""
    pmid: str = ""
    nct: str = ""
    version: str = ""
    rights: str = ""


class Grade(Record):
    """Strength and certainty in the publisher's own words; null where the rating was not seen."""

    scale: str
    strength: str | None
    evidence: str | None
    type: str | None = None
    note: str = ""


class Silence(Record):
    """What the absence of any entry means for a feature, when, and why that may be assumed."""

    value: str | float
    because: str
    when: Condition = ALWAYS
    minor: bool = False


class Rule(Record):
    """One value of an inferred feature: it holds when the condition holds; the statement behind it."""

    value: str | float
    if_: Condition = msgspec.field(name="if")
    source: Cite | None = None
    statement: str = ""
    says: str = ""


class Currency(Record):
    """How long a value stays current, counted back from `as_of` (a project choice)."""

    days: int
    source: Cite


class Feature(Record):
    """A question about the patient with a typed answer."""

    name: str
    label: str
    type: Literal["number", "count", "enum", "yes_no"]
    question: str = ""
    kind: Literal["asserted", "inferred", "assessment"] = "asserted"
    values: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    derive: dict[str, Any] | None = None
    reads: tuple[str, ...] = ()
    reads_stated: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    absent_means: tuple[Silence, ...] = ()
    current_for: Currency | None = None
    only_if: Condition | None = None
    sources: tuple[Cite, ...] = ()
    drug: str = ""
    near: float | None = None
    headline: int = 0
    phrases: dict[str, str] = {}

    @property
    def is_numeric(self) -> bool:
        """True for a feature whose facts are intervals."""
        return self.type in ("number", "count")

    @property
    def inputs(self) -> frozenset[str]:
        """The features that must be derived before this one."""
        conditions = [rule.if_ for rule in self.rules] + [silence.when for silence in self.absent_means]
        return frozenset(self.reads).union(*map(features_read, conditions))


class Action(Record):
    """Something to do beside giving a regimen."""

    kind: ActionKind
    says: str
    source: Cite
    if_: Condition = msgspec.field(name="if", default=ALWAYS)


class Bar(Record):
    """What speaks against a statement, a regimen, a drug or a class: its kind, effect and source."""

    if_: Condition = msgspec.field(name="if")
    kind: Kind
    says: str
    source: Cite
    effect: Literal["precludes", "caution"] = "precludes"
    drug: str = ""
    actions: tuple[Action, ...] = ()
    known_from: dt.date | None = None


class Recommendation(Record):
    """What a statement advises: a role for regimens, the first that can be given standing for the role."""

    role: Role
    regimens: tuple[str, ...]
    grade: Grade
    direction: Literal["for", "against"] = "for"


class Statement(Record):
    """One numbered assertion of a guideline, or one derived from several sources."""

    id: str
    title: str
    says: str
    sources: tuple[Cite, ...]
    applies_if: Condition
    number: str = ""
    guideline: str = ""
    version: str = ""
    parent: str = ""
    derived_because: str = ""
    grade: Grade | None = None
    recommend: Recommendation | None = None
    unless: tuple[Bar, ...] = ()
    actions: tuple[Action, ...] = ()
    rank: int = 50

    @property
    def short_id(self) -> str:
        """`guideline/number`, where the version is clear."""
        return f"{self.guideline}/{self.number}"


class ScopeLimit(Record):
    """A patient for whom the guideline does not speak: why, and what to do instead."""

    if_: Condition = msgspec.field(name="if")
    because: str
    instead: str
    source: Cite


class Version(Record):
    """One published version of a guideline."""

    version: str
    valid_from: dt.date
    complete: bool
    evidence_until: dt.date
    review_by: dt.date
    source: str
    notice: str = ""


class Guideline(Record):
    """A published set of statements: title, publisher, scale, scope, rights, versions."""

    id: str
    title: str
    short_title: str
    publisher: str
    scale: str
    rights: str
    versions: tuple[Version, ...]
    parent: str = ""
    out_of_scope: tuple[ScopeLimit, ...] = ()


class LedgerRow(Record):
    """What became of one statement of the source document."""

    number: str
    title: str
    state: Literal["computed", "judgement", "out_of_scope"]
    why: str


class Component(Record):
    """One drug of a regimen, one phase of it."""

    drug: str
    amount: float
    unit: str
    schedule: str
    route: str
    source: Cite
    phase: Literal["every", "loading", "maintenance"] = "every"
    days: str = "1"
    maximum: float | None = None
    note: str = ""


class Regimen(Record):
    """Drugs with dose, unit, route, schedule and source."""

    id: str
    name: str
    components: tuple[Component, ...]
    unless: tuple[Bar, ...] = ()
    actions: tuple[Action, ...] = ()
    evidence: tuple[str, ...] = ()
    label_note: str = ""

    @property
    def drugs(self) -> tuple[str, ...]:
        """The ids of its drugs, each once, in the order of the components."""
        return tuple(dict.fromkeys(part.drug for part in self.components))


class Code(Record):
    """A code of a terminology that stands for the thing."""

    system: str
    code: str
    display: str
    checked: Checked


class Limb(Record):
    """One condition of a label's indication, with the words that name it when it fails."""

    if_: Condition = msgspec.field(name="if")
    says: str


class Indication(Record):
    """A labelled use: for which regimens, for which patients, known since when."""

    says: str
    regimens: tuple[str, ...]
    limbs: tuple[Limb, ...]
    known_from: dt.date
    source: Cite


class Check(Record):
    """What is looked at before the first dose, and when it is met."""

    check: str
    label: str
    features: tuple[str, ...]
    met_if: Condition
    source: Cite
    unmet: str = ""


class Remark(Record):
    """A sourced sentence of a label: a boxed warning, a contraindication, a handling rule."""

    says: str
    source: Cite


class Vial(Record):
    """A pack size in mg."""

    mg: float
    source: Cite


class Drug(Record):
    """An ingredient: names, classes, codes, and what its label says."""

    id: str
    name: str
    classes: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    indications: tuple[Indication, ...] = ()
    boxed: tuple[Remark, ...] = ()
    contraindications: tuple[Remark, ...] = ()
    unless: tuple[Bar, ...] = ()
    checks: tuple[Check, ...] = ()
    actions: tuple[Action, ...] = ()
    vials: tuple[Vial, ...] = ()
    handling: tuple[Remark, ...] = ()


class DrugClass(Record):
    """What holds for every drug of a class, written once; `{drug}` stands for each member."""

    id: str
    name: str
    unless: tuple[Bar, ...] = ()
    checks: tuple[Check, ...] = ()
    actions: tuple[Action, ...] = ()


class Estimate(Record):
    """One figure of one analysis: an endpoint, the arms' values, the comparison."""

    endpoint: str
    values: tuple[str, ...]
    checked: Checked
    unit: str = ""
    assessed_by: str = ""
    effect: str = ""
    p: str = ""
    note: str = ""


class Analysis(Record):
    """All figures of one data cut, from one publication."""

    id: str
    name: str
    cut: str
    known_from: dt.date
    source: str
    estimates: tuple[Estimate, ...]
    follow_up: str = ""


class Trial(Record):
    """A trial: who was in it, what was compared, and its analyses by data cut."""

    id: str
    name: str
    nct: str
    population: str
    arms: tuple[str, ...]
    n: str
    analyses: tuple[Analysis, ...]
    excluded: str = ""
    caveat: str = ""


class Term(Record):
    """A word of an open vocabulary with its synonyms and codes."""

    id: str
    name: str
    synonyms: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    tags: tuple[str, ...] = ()


class Unit(Record):
    """A unit and the other spellings of it, each with the factor that turns it into this one."""

    id: str
    also: dict[str, float] = {}
    bare: bool = False


class Field(Record):
    """A measurement or marker test that a case file may hold: its unit, or its words."""

    name: str
    label: str
    unit: str = ""
    words: tuple[str, ...] = ()
    numbers: dict[str, str] = {}
    also: dict[str, float] = {}
    low: float | None = None
    high: float | None = None


class Vocabulary(Record):
    """The closed and open lists that records are read with."""

    tests: tuple[Field, ...]
    measurements: tuple[Field, ...]
    patient: tuple[Field, ...]
    sites: tuple[Term, ...]
    conditions: tuple[Term, ...]
    medications: tuple[Term, ...]
    stages: dict[str, str]
    units: tuple[Unit, ...]


class Axiom(Record):
    """A combination of facts that no patient can have; kept beside the features it speaks of."""

    never: Condition
    because: str


class Newer(Record):
    """A dated event after a guideline's evidence cut-off, and the patients to whom it matters."""

    id: str
    date: dt.date
    says: str
    source: Cite
    relevant_if: Condition


class Disagreement(Record):
    """Two sources that differ for some patients; both are kept and named."""

    id: str
    says: str
    sources: tuple[Cite, ...]
    relevant_if: Condition


class Knowledge(Record):
    """All of it, compiled: features in the order in which they can be derived."""

    digest: str
    guidelines: tuple[Guideline, ...]
    statements: tuple[Statement, ...]
    ledgers: dict[str, tuple[LedgerRow, ...]]
    features: tuple[Feature, ...]
    axioms: tuple[Axiom, ...]
    drugs: tuple[Drug, ...]
    regimens: tuple[Regimen, ...]
    trials: tuple[Trial, ...]
    disagreements: tuple[Disagreement, ...]
    newer: tuple[Newer, ...]
    sources: tuple[Source, ...]
    vocabulary: Vocabulary
    classes: dict[str, str]
