"""What all knowledge records share: sources, citations, marks, actions and bars."""

import datetime as dt
from typing import Literal

import msgspec

from concordant.logic.conditions import ALWAYS, Condition
from concordant.model.naming import DrugName, TrialName

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
BarEffect = Literal["precludes", "holds", "caution"]
ActionKind = Literal["duration", "sequencing", "monitoring", "local_therapy", "referral", "testing", "supportive"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all knowledge records share: frozen, named fields only, unknown keys refused."""


class Cite(Record, frozen=True):
    """A place in a source, and how far that place was checked."""

    ref: str
    checked: Checked
    at: str = ""


class Source(Record, frozen=True):
    """A document: what it is (`short` in a few words), since when it is known, and how it was seen."""

    id: str
    citation: str
    kind: Literal["guideline", "label", "trial", "regulatory", "review", "method", "terminology", "choice"]
    checked: Checked
    seen: str
    known_from: dt.date | None = None
    doi: str = ""
    pmid: str = ""
    nct: str = ""
    version: str = ""
    rights: str = ""
    short: str = ""


class Action(Record, frozen=True):
    """Something to do beside giving a regimen."""

    kind: ActionKind
    says: str
    source: Cite
    earlier: Cite | None = None
    if_: Condition = msgspec.field(name="if", default=ALWAYS)


class Restriction(Record, frozen=True):
    """What speaks against a statement, a regimen, a drug or a class: its kind, effect and source.

    `precludes`: while it is true the regimen is not offered. `holds`: while it is true the regimen is offered, and what it says
    is settled before the first dose. `caution`: it is told. `earlier` is the older source of the same rule, for a question asked
    before `source` was published.
    """

    if_: Condition = msgspec.field(name="if")
    kind: Kind
    says: str
    source: Cite
    earlier: Cite | None = None
    effect: BarEffect = "precludes"
    drug: DrugName = ""
    actions: tuple[Action, ...] = ()
    evidence: tuple[TrialName, ...] = ()
