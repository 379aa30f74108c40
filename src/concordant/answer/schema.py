"""The answer of contract 4 as records; `docs/schema/answer.json` is generated from them."""

from __future__ import annotations

from typing import Literal

import msgspec

from concordant.answer.parts import (
    CellShown,
    ChainLink,
    Dose,
    EvidenceRow,
    GradeShown,
    LabelFacts,
    LabelShown,
    Part,
    RefAt,
    Said,
    TimelineShown,
)
from concordant.contract_names import LINE_OF_THERAPY
from concordant.logic.status import Status
from concordant.model.sources import ActionKind, Checked, Kind, Role
from concordant.patient.events import ReportKind


class Option(Part):
    """A regimen with its role, status, grades, label fit, doses and cautions.

    `held` means that something on record is settled before its first dose.
    """

    regimen: str
    name: str
    drugs: list[str]
    role: Role
    status: Status
    statements: list[str]
    grade: GradeShown | None
    chain: list[ChainLink]
    label: LabelShown
    cautions: list[str]
    dose: list[Dose]
    held: bool = False
    derived_because: str = ""
    evidence: list[EvidenceRow] = []
    label_facts: list[LabelFacts] = []


class Avoid(Part):
    """What is not given, and the kind of reason."""

    regimen: str
    drugs: list[str]
    kind: Kind
    why: str
    statements: list[str]
    entry: str = ""
    refs: list[RefAt] = []


class CheckShown(Part):
    """A check before the first dose of a regimen; `assumed` where nobody looked, and silence or another fact stands for it."""

    check: str
    label: str
    state: Literal["done", "missing", "unmet"]
    says: str
    refs: list[RefAt] = []
    regimen: str = ""
    assumed: bool = False


class ActionShown(Part):
    """Something to do beside the regimen."""

    kind: ActionKind
    says: str
    statements: list[str]
    refs: list[RefAt] = []


class DangerShown(Part):
    """What could harm this patient, and the first thing to do about it.

    `shown` tells the deciding facts in words, `shown_by` all of them as one text; `entries` are the places of `entry`.
    """

    says: str
    do: str
    fact: str
    entry: str
    sources: list[RefAt]
    urgency: Literal["now", "precludes", "first", "caution"]
    shown_by: str = ""
    shown: list[str] = []
    entries: list[str] = []


class NotRead(Part):
    """An entry that no rule reads, why, and the drugs that it holds back (all, where none is named)."""

    name: str
    entry: str
    why: str
    concerns: list[str] = []


class ReportShown(Part):
    """A report, note or claim of which nothing is read, or a result whose code is not known, and what its words speak of."""

    entry: str
    kind: ReportKind
    date: str
    speaks_of: list[str]


class HeldUntil(Part):
    """What is on record and is settled before the first dose; `short` names it in a few words.

    `what` is the danger alone, `shown` the facts that show it, each in words.
    """

    says: str
    fact: str
    short: str = ""
    what: str = ""
    shown: list[str] = []


class Change(Part):
    """One branch of a question: what the answer would then be; `cell` is what `if` says, as values."""

    if_: str = msgspec.field(name="if")
    then: list[str]
    names: list[str]
    line: str = ""
    answer: str = ""
    cell: CellShown = msgspec.field(default_factory=CellShown)


class Ask(Part):
    """A missing fact that changes the answer; of a fact in conflict no branches, and in `known` what contradicts what."""

    feature: str
    label: str
    question: str
    blocking: bool
    changes: list[Change]
    together_with: list[str] = []
    known: str = ""


class OtherSide(Part):
    """A known fact, the nearest other value that changes the answer, and how far off its boundary is (numbers only).

    `cell` is what `if` says, as values.
    """

    feature: str
    label: str
    now: str
    if_: str = msgspec.field(name="if")
    then: list[str]
    names: list[str]
    answer: str
    distance: str = ""
    near: bool = False
    cell: CellShown = msgspec.field(default_factory=CellShown)


class Why(Part):
    """A deciding fact of this patient, in words, with the record entry and the statement behind it.

    `asked` tells what a person can be asked from what is only worked out on the way.
    """

    feature: str
    says: str
    brief: str
    asked: bool
    origin: str
    entries: list[str]
    headline: int = 0
    statement: str = ""
    refs: list[RefAt] = []


class NextOption(Part):
    """A regimen that would be offered then, or that is still possible now."""

    regimen: str
    name: str
    role: Role


class NextStep(Part):
    """The answer had the disease progressed on an offered regimen; `happened` is `if` without the variant."""

    if_: str = msgspec.field(name="if")
    facts: dict[str, str]
    answer: str
    options: list[NextOption]
    after: str
    caveats: list[Said] = []
    happened: str = ""


class WhyNot(Part):
    """A regimen that is not offered: the deciding fact and the record entry behind it."""

    regimen: str
    name: str
    because: str
    entry: str = ""
    statement: str = ""
    refs: list[RefAt] = []


class GuidelineShown(Part):
    """A guideline in force on the date of the question, what it says of this patient, and whether it is the one that is heard.

    `differs` is told of one that is not heard though the patient is its subject as well, and that says something else.
    """

    id: str
    version: str
    title: str = ""
    valid_from: str = ""
    evidence_until: str = ""
    review_by: str = ""
    notice: str = ""
    speaks: bool = True
    answer: Literal["recommends", "needs_data", "out_of_scope"] | None = None
    differs: str | msgspec.UnsetType = msgspec.UNSET


class Reference(Part):
    """A numbered source; `short` names it in a few words."""

    n: int
    ref: str
    citation: str
    checked: Checked
    known_from: str = ""
    short: str = ""


class Answer(Part):
    """The whole answer for one patient on one date.

    `verdict` and `first_screen` are what every renderer shows first, in English; the page of another language says the same.
    `incomplete` says what is missing from the record; nothing is assumed from silence then.
    `interrupted` is the running treatment that something on record speaks against going on with.
    """

    answer: Literal["recommends", "needs_data", "out_of_scope"]
    as_of: str
    name: str
    guidelines: list[GuidelineShown]
    headline: str
    verdict: str
    first_screen: list[str]
    dangers: list[DangerShown]
    held_until: list[HeldUntil]
    not_read: list[NotRead]
    reports_not_read: list[ReportShown]
    judged: list[str]
    on_record: list[str]
    unknown_drugs: list[str]
    chosen_defaults: list[str]
    line: str | None = msgspec.field(name=LINE_OF_THERAPY)
    options: list[Option]
    why: list[Why]
    checks: list[CheckShown]
    ask: list[Ask]
    possible: list[NextOption]
    other_sides: list[OtherSide]
    avoid: list[Avoid]
    actions: list[ActionShown]
    next: list[NextStep]
    why_not: list[WhyNot]
    disagreements: list[str]
    newer: list[str]
    newer_in_short: list[str]
    conflicts: list[str]
    assumed: list[str]
    assumed_in_short: list[str]
    not_understood: list[str]
    unknown: list[str]
    notices: list[str]
    incomplete: list[str]
    out_of_scope_because: str | None
    out_of_scope_in_short: str
    interrupted: str
    instead: list[str]
    timeline: TimelineShown
    references: list[Reference]
    knowledge: str
