"""Guideline, version, statement, grade: what a publisher says, as plain records.

The shapes of the YAML files under `knowledge/` after their sentences became conditions; unknown keys are refused.
"""

import datetime as dt
from typing import Literal

import msgspec

from concordant.logic.conditions import Condition
from concordant.model.naming import ClassName, DrugOrClass, FeatureName, RegimenName, SourceName
from concordant.model.sources import Action, ActionKind, Cite, Record, Restriction, Role
from concordant.model.vocabulary import DrugGroup


class Grade(Record, frozen=True):
    """Strength and certainty in the publisher's own words; null where the rating was not seen."""

    scale: str
    strength: str | None
    evidence: str | None
    type: str | None = None
    note: str = ""


class Recommendation(Record, frozen=True):
    """What a statement advises: a role for regimens, the first that can be given standing for the role."""

    role: Role
    regimens: tuple[RegimenName, ...]
    grade: Grade
    direction: Literal["for", "against"] = "for"


class Signature(Record, frozen=True):
    """Somebody who has reviewed a statement, on a day; `digest` is that of what was signed."""

    name: str
    date: dt.date
    digest: str


class Statement(Record, frozen=True):
    """One numbered assertion of a guideline, or one derived from several sources.

    `reviewed_by` are those who signed it as it stood then; see `compute_statement_digest` of `model/signing`.
    """

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
    unless: tuple[Restriction, ...] = ()
    actions: tuple[Action, ...] = ()
    rank: int = 50
    reviewed_by: tuple[Signature, ...] = ()

    @property
    def short_id(self) -> str:
        """`guideline/number`, where the version is clear."""
        return f"{self.guideline}/{self.number}"


class ScopeLimit(Record, frozen=True):
    """A patient for whom the guideline does not speak: why (`short` in a few words), and what to do instead.

    `holds`: while it is open whether the limit is met, no statement applies for certain; it is asked first.
    """

    if_: Condition = msgspec.field(name="if")
    topic: str
    because: str
    short: str
    instead: str
    source: Cite
    holds: bool = False


class Version(Record, frozen=True):
    """One published version of a guideline; a companion names the version of its parent that it speaks `beside`.

    `review_rule` says who set `review_by`, in words that follow the date.
    """

    version: str
    valid_from: dt.date
    complete: bool
    evidence_until: dt.date
    review_by: dt.date
    source: SourceName
    notice: str = ""
    beside: str = ""
    review_rule: str = ""


class LineRule(Record, frozen=True):
    """How a guideline counts lines of therapy: which feature tells the line, and of what it is made.

    `progressed` counts the lines on record that ended in progression, by the drugs of its selector; each yes of `before` counts
    as one more before them. `leading` are the drugs that hold a line together when courses are made of administrations.
    """

    feature: FeatureName
    progressed: FeatureName
    before: tuple[FeatureName, ...] = ()
    leading: DrugGroup | None = None


class Guideline(Record, frozen=True):
    """A published set of statements: title, publisher, scale, scope, rights, versions, and how it counts lines of therapy."""

    id: str
    title: str
    short_title: str
    publisher: str
    scale: str
    rights: str
    versions: tuple[Version, ...]
    parent: str = ""
    line: LineRule | None = None
    gap: Action | None = None
    out_of_scope: tuple[ScopeLimit, ...] = ()


class LedgerRow(Record, frozen=True):
    """What became of one statement of the source document; `where` names what computes it, if no statement of its number."""

    number: str
    title: str
    state: Literal["computed", "judgement", "out_of_scope"]
    why: str
    where: str = ""


class Disagreement(Record, frozen=True):
    """Two sources that differ for some patients; both are kept and named."""

    id: str
    says: str
    sources: tuple[Cite, ...]
    relevant_if: Condition


class NewerEvent(Record, frozen=True):
    """A dated event after a guideline's evidence cut-off, and the patients to whom it matters.

    `short` is one line of it: what, when, which label or trial with its figure. The lowest `rank` is told first, then the latest.
    """

    id: str
    date: dt.date
    says: str
    source: Cite
    relevant_if: Condition
    short: str = ""
    rank: int = 50


Urgency = Literal["now", "first", "caution"]


class Danger(Record, frozen=True):
    """What could harm this patient, told on the first screen whatever the answer is, with the first thing to do about it.

    `now`: it can kill or cripple within hours, or is dealt with before any drug. `first`: it is settled before a first dose.
    `caution`: it is told. `holds` names the drugs and classes (`any_drug` for all) whose first dose waits for it.
    """

    id: str
    if_: Condition = msgspec.field(name="if")
    urgency: Urgency
    says: str
    do: str
    action: ActionKind
    source: Cite
    earlier: Cite | None = None
    holds: tuple[DrugOrClass, ...] = ()


def action_from_danger(danger: Danger) -> Action:
    """The first thing to do about a danger, as an action."""
    return Action(kind=danger.action, says=danger.do, source=danger.source, earlier=danger.earlier)


class TransitionEffect(Record, frozen=True):
    """What a transition does to one fact: `value` sets it, `add` counts on, `move` goes by the present word (of `by`).

    `{drug}` and `{class}` in the feature's name stand for each drug of the regimen, and each class of it.
    `given` asks that the regimen holds a drug of the class, `started` that it is not what the patient takes now.
    """

    feature: FeatureName
    value: str = ""
    add: float = 0
    move: dict[str, str] = {}
    by: FeatureName = ""
    given: ClassName = ""
    started: bool = False


class TransitionVariant(Record, frozen=True):
    """One way in which a transition may go."""

    says: str
    effects: tuple[TransitionEffect, ...]


class Transition(Record, frozen=True):
    """What may happen next to a patient on a regimen, as the facts that it would set."""

    id: str
    says: str
    sources: tuple[Cite, ...]
    effects: tuple[TransitionEffect, ...]
    variants: tuple[TransitionVariant, ...]
    caveats: tuple[Action, ...] = ()
