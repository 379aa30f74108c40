"""What an obligation asks: whether there is a patient for whom something holds, and what it means that there is one, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from concordant.decide.decision import Decision
from concordant.logic.conditions import Condition
from concordant.model.accepted import Obligation
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Facts

# What each obligation promises, in the order in which they are told.
PROMISES: Mapping[Obligation, str] = {
    "axioms": "some patient fulfils all axioms, and each axiom rules out somebody",
    "gap": "for every patient in scope a statement names a regimen, and rules give each feature a word",
    "overlap": "no patient has two regimens preferred, or two words by the rules of one feature",
    "misfit": "what is preferred is covered by a label",
    "disagreement": "sources that cut the same number cut it alike, and none advises what another advises against",
    "dead": "every statement, option, rule, bar, limit, danger and use of a label is reached by some patient",
    "shadowed": "nothing always stands behind another that says the same",
    "idle": "every bar decides the status of some patient by itself",
    "unguarded": "nothing depends on a feature where it has no meaning",
    "unused": "every feature, drug and source is used",
    "unasked": "every question can change an answer",
    "law": "what is learnt overturns no condition, status, fact or label",
}


@dataclass(frozen=True, slots=True)
class Rerun:
    """A witness as the engine sees it: its record, its facts, with reasons, and the decision."""

    record: PatientRecord
    facts: Facts
    decision: Decision


Patients = Literal["complete", "partial"]
Check = Callable[[Rerun], bool]


@dataclass(frozen=True)
class Question:
    """One question to the finder.

    `about` names what it is about, the same in every run. `fault` says whether it is a patient that shows the fault, or that
    there is none. `among` are the patients: complete ones, or two that are known in part; constraints `without` do not hold.
    `shown` is what the patient's case must show when it is run again (`wanted` when left out), `seen` what the decision must.
    `tell` says more about the patient as the engine sees it. `again` is asked where there is no complete patient:
    whether there is one of whom a part is known.
    """

    obligation: Obligation
    about: str
    wanted: Condition
    says: str
    fault: Literal["a patient", "no patient"] = "a patient"
    among: Patients = "complete"
    without: frozenset[str] = frozenset()
    shown: Condition | None = None
    seen: Check | None = None
    tell: Callable[[Rerun], str] | None = None
    again: Callable[[], Question] | None = None

    @property
    def shown_condition(self) -> Condition:
        """What the case of a patient must show."""
        return self.wanted if self.shown is None else self.shown


State = Literal["found", "not confirmed", "accepted", "not proved"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: what it is about, in words, with the case file of a patient where one shows it.

    `because` is what the engine says of the patient, the reason for which it is accepted, or why it is not confirmed.
    """

    obligation: Obligation
    about: str
    says: str
    state: State = "found"
    witness: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class ObligationResult:
    """What became of one obligation: how many questions were asked, what was found, and how long it took."""

    name: Obligation
    asked: int
    seconds: float
    findings: tuple[Finding, ...] = field(default=())

    def count(self, state: State) -> int:
        """How many findings are in this state."""
        return sum(finding.state == state for finding in self.findings)

    @property
    def is_proved(self) -> bool:
        """True when nothing was found, but what is accepted."""
        return all(finding.state == "accepted" for finding in self.findings)
