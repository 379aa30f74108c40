"""What a written answer is checked with: the words of claims, wordings with their verdicts, and figures as numbers."""

import datetime as dt
from typing import Literal

import msgspec

from concordant.model.naming import DrugName, DrugOrClass, SourceName, StatementName, TrialName
from concordant.model.sources import Checked, Cite, Record
from concordant.model.trials import HazardRatio

ClaimKind = Literal[
    "figure", "dose", "schedule", "grade", "label", "statement", "sequencing", "approval", "recommendation", "testing", "other"
]
ClaimVerdict = Literal["supported", "contradicted", "mixed_cuts", "overstated", "outdated", "not_in_knowledge"]
FigureStatus = Literal["", "exploratory", "not crossed"]


class Wording(Record, frozen=True):
    """Words that stand for one thing. `*` ends a word that goes on, `(a|b)` is one of several, `(a)?` may be left out, `...` are
    up to four words between. A no within its words is its own and denies nothing behind it, unless it `denies`.
    """

    id: str
    words: tuple[str, ...]
    denies: bool = False


class ScheduleWording(Wording, frozen=True):
    """How often something is given: every so many days, or so many times a day."""

    days: float = 0
    daily: float = 0


class UnitWording(Wording, frozen=True):
    """A unit of a claim; `months` is how many months one of it is."""

    months: float = 0


class TrialWording(Record, frozen=True):
    """Other names of a trial, and which drugs its patients had or had not had before; `early`: not of advanced disease."""

    trial: TrialName
    words: tuple[str, ...] = ()
    had: tuple[DrugOrClass, ...] = ()
    had_not: tuple[DrugOrClass, ...] = ()
    early: bool = False
    source: Cite | None = None
    right: str = ""


class DoseWording(Record, frozen=True):
    """A dose that no regimen holds: of a product, another disease, or an organ that fails. `second` is that of its second part.

    `when` are the wordings that have to stand beside it; `alone`: it holds where no regimen is named.
    """

    drug: DrugName
    amount: float
    unit: str
    source: Cite
    second: float | None = None
    schedule: str = ""
    phase: Literal["every", "loading", "maintenance"] = "every"
    when: tuple[str, ...] = ()


class Slot(Record, frozen=True):
    """A quantity that decides a claim: its unit, and what is right: numbers, or ranges such as `<= 12`. One of the sentence has
    to be right, or `every` one.
    """

    unit: str
    right: tuple[str, ...]
    every: bool = False
    wrong: ClaimVerdict = "contradicted"


class ClaimWording(Record, frozen=True):
    """A claim that people make, and what is right. `all` have to stand in the sentence, `none` must not.

    What is looked for is a wording (`x`, `no x`, `any x`), `drug:` (or its class), `trial:`, or words after `~`; `a | b` is
    either. A `drug:` is one that is spoken of, `past:` one that was given before. A `slot` decides instead of `verdict` whether
    its number is right. Before `since` the verdict is `before`.
    """

    id: str
    about: ClaimKind
    all_: tuple[str, ...] = msgspec.field(name="all")
    right: str
    source: Cite
    reads: tuple[str, ...]
    none_: tuple[str, ...] = msgspec.field(name="none", default=())
    does_not_read: tuple[str, ...] = ()
    verdict: ClaimVerdict = "supported"
    slot: Slot | None = None
    since: dt.date | None = None
    before: ClaimVerdict = "not_in_knowledge"
    weight: int = 0


class ApprovalWording(Record, frozen=True):
    """A dated approval: of which drugs, and the wordings that tell it from others of theirs."""

    drugs: tuple[DrugName, ...]
    date: dt.date
    source: Cite
    right: str
    all_: tuple[str, ...] = msgspec.field(name="all", default=())
    none_: tuple[str, ...] = msgspec.field(name="none", default=())
    first: bool = False


class GradeTopic(Record, frozen=True):
    """How people speak of a graded statement: its number is spared them, so its content has to be met."""

    statement: StatementName
    all_: tuple[str, ...] = msgspec.field(name="all")
    none_: tuple[str, ...] = msgspec.field(name="none", default=())


class FigureValue(Record, frozen=True):
    """The value of one arm; None where it was not reached or not given, `reached` tells the two apart. `share` is in percent."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    share: float | None = None
    reached: bool = True


class FigureRow(Record, frozen=True):
    """One estimate of one analysis as numbers, read once from its words when the knowledge is compiled.

    `cut` is the same for analyses that report the same data. `months` is the point in time of a share.
    """

    trial: TrialName
    cut: str
    cut_told: str
    known_from: dt.date
    source: SourceName
    endpoint: str
    told: str
    checked: Checked
    values: tuple[FigureValue, ...]
    analysis: str = ""
    follow_up: tuple[float, ...] = ()
    population: str = ""
    mean: bool = False
    months: float | None = None
    unit: str = ""
    assessor: str = ""
    hr: HazardRatio | None = None
    p: str = ""
    status: FigureStatus = ""
    primary: bool = False


class AuditWords(Record, frozen=True):
    """The language of claims, in one place: what the program looks for, by the part it plays."""

    wordings: tuple[Wording, ...] = ()
    endpoints: tuple[Wording, ...] = ()
    other_endpoints: tuple[str, ...] = ()
    populations: tuple[Wording, ...] = ()
    subgroups: tuple[str, ...] = ()
    assessors: tuple[Wording, ...] = ()
    units: tuple[UnitWording, ...] = ()
    schedules: tuple[ScheduleWording, ...] = ()
    trials: tuple[TrialWording, ...] = ()
    other_trials: tuple[str, ...] = ()
    drugs: tuple[Wording, ...] = ()
    classes: tuple[Wording, ...] = ()
    other_cancers: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    lines: tuple[Wording, ...] = ()
    parts: tuple[Wording, ...] = ()
    numbers: dict[str, float] = {}
    months: dict[str, int] = {}
    doses: tuple[DoseWording, ...] = ()
    grades: tuple[GradeTopic, ...] = ()
    strengths: tuple[Wording, ...] = ()
    evidence: tuple[Wording, ...] = ()
    approvals: tuple[ApprovalWording, ...] = ()
    claims: tuple[ClaimWording, ...] = ()
    rows: tuple[FigureRow, ...] = ()
