"""Where a patient stands on the ladder: the truth of each answer, and what each regimen of the answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from concordant.answer.phrases import add_medicines
from concordant.answer.schema import Answer, Option
from concordant.decide.decision import JudgedProposal
from concordant.decide.partitions import Cell
from concordant.decide.situation import Situation
from concordant.logic.conditions import All, Condition, find_features_read
from concordant.logic.intervals import Interval
from concordant.logic.status import OFFERED
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_all, negate_truth
from concordant.model.features import Feature
from concordant.patient.facts import Value, judge_among, list_words_left
from concordant.present.pathway.graph import WAYS, Sign, Way
from concordant.readers.explain import explain


@dataclass(frozen=True, slots=True)
class Place:
    """One patient on the map: facts and decision of the program, and the answer that was made of them."""

    situation: Situation
    answer: Answer
    judged: Mapping[tuple[str, str], JudgedProposal] = field(init=False)
    options: Mapping[str, Option] = field(init=False)

    def __post_init__(self) -> None:
        judged = {(j.proposal.statement.id, j.proposal.regimen.id): j for j in self.situation.decision.everything}
        object.__setattr__(self, "judged", judged)
        object.__setattr__(self, "options", {option.regimen: option for option in self.answer.options})

    @property
    def is_inside(self) -> Truth:
        """Whether the guideline speaks for this patient; open while a limit is open for which its statements wait."""
        if self.answer.answer == "out_of_scope":
            return FALSE
        held = [one for _, some in self.situation.frame.limits_held for one in some]
        return judge_all([negate_truth(self.judge_all([one])) for one in held])

    def judge_all(self, conditions: Sequence[Condition]) -> Truth:
        """Whether all of this holds."""
        return explain(All(tuple(conditions)), self.situation.facts).truth

    def judge_cell(self, feature: Feature, cell: Cell) -> Truth:
        """Whether the patient's value lies in the cell."""
        fact = self.situation.facts.get(feature.name)
        return judge_inside(fact.value if fact else None, cell.value)

    def find_sign(self, statement: str, regimen: str) -> Sign:
        """What the regimen is under this statement; nothing is offered here that the answer does not offer."""
        judged = self.judged.get((statement, regimen))
        if judged is None or self.answer.answer == "out_of_scope":
            return "off"
        if judged.proposal.against:
            return _sign_of_advice_against(judged)
        if judged.status in OFFERED:
            return self._sign_of_offer(judged)
        return {"precluded": "barred", "needs_data": "open"}.get(judged.status, "off")  # type: ignore[return-value]

    def _sign_of_offer(self, judged: JudgedProposal) -> Sign:
        if judged.proposal.regimen.id not in self.options:  # it applies, but what is unknown could lead elsewhere
            return "open"
        if judged.role == "preferred":
            return "first"
        return "offered" if judged.status == "applies" else "checked"

    def describe_bar(self, statement: str, regimen: str) -> str:
        """What speaks against a regimen that is precluded, as the answer says it."""
        judged = self.judged.get((statement, regimen))
        if judged is None or judged.status != "precluded" or judged.proposal.against:
            return ""
        barred = judged.find_restrictions(TRUE, "precludes")[0]
        return add_medicines(barred.bar.says, barred.reason, self.situation.plan.by_name)

    def describe_fact(self, feature: Feature) -> str:
        """What decides it, as the answer says it: the fact that its rules read and that the answer rests on."""
        names = frozenset().union(*(find_features_read(rule.if_) for rule in feature.rules))
        told = sorted((why for why in self.answer.why if why.feature in names and why.headline), key=lambda why: why.headline)
        return told[0].brief if told else ""

    def is_held(self, regimen: str) -> bool:
        """Whether something on record is settled before its first dose."""
        return regimen in self.options and self.options[regimen].held


def _sign_of_advice_against(judged: JudgedProposal) -> Sign:
    """It holds whatever else speaks against the regimen."""
    return {TRUE: "against", UNKNOWN: "open", FALSE: "off"}[judged.applies.truth]  # type: ignore[return-value]


def way_of(place: Place | None, truth: Truth) -> Way:
    """How a way is drawn."""
    return WAYS[truth] if place else "plain"


def judge_inside(value: Value, cell: Value) -> Truth:
    """Whether a value lies in a part of its feature's values: open where it does in part, or is not known."""
    if isinstance(cell, Interval):
        if not isinstance(value, Interval) or (met := value.intersect_with(cell)) is None:
            return FALSE if isinstance(value, Interval) else UNKNOWN
        return TRUE if met == value else UNKNOWN
    words = list_words_left(cell)
    return UNKNOWN if words is None or isinstance(value, Interval) else judge_among(value, words)
