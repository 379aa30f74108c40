"""From a record to its answer: the straight line in one function."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence

import msgspec

from concordant.answer.build import AnswerBuilder
from concordant.answer.context import AnswerContext
from concordant.answer.references import References
from concordant.answer.safety import Safety
from concordant.answer.schema import Answer
from concordant.decide.counterfactuals import find_counterfactuals
from concordant.decide.decision import Decision
from concordant.decide.judging import make_decision
from concordant.decide.questions import SearchBudget, find_questions
from concordant.decide.ruleset import Ruleset, add_current_regimen, list_deciding_parts, list_turning_days, make_ruleset
from concordant.decide.running import find_running_drugs, make_current_regimen
from concordant.decide.situation import Situation
from concordant.derive.discordance import find_discordances
from concordant.derive.engine import FactsOnDemand, derive_facts
from concordant.derive.plan import DerivationPlan, make_plan
from concordant.logic.by_identity import IdentityCache
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.readers.circuit import Circuit
from concordant.readers.truth_only import TruthOnly

MOST_FRAMES = 1000  # the drugs that patients take can be combined in any number of ways


class PreparedKnowledge(msgspec.Struct, frozen=True):
    """A Knowledge with what is worked out once: its plan, and the frames that were asked for."""

    knowledge: Knowledge
    plan: DerivationPlan
    days: Sequence[dt.date]
    names: Mapping[str, str]
    frames: dict[tuple[int, str, tuple[str, ...]], Ruleset] = msgspec.field(default_factory=dict)
    bare: TruthOnly = msgspec.field(default_factory=TruthOnly)
    circuit: Circuit = msgspec.field(default_factory=Circuit)
    deciding: dict[tuple[int, str], tuple[int, tuple[object, ...]]] = msgspec.field(default_factory=dict)

    def find_alike(self, day: dt.date, wanted: str = "") -> int:
        """A number that all days share on which this guideline decides alike: most turning days change no decision."""
        key = (bisect_right(self.days, day), wanted)
        if key not in self.deciding:
            parts = list_deciding_parts(self.find_ruleset(PatientRecord(day), wanted))
            same = (number for (_, other), (number, told) in self.deciding.items() if other == wanted and told == parts)
            self.deciding[key] = next(same, key[0]), parts
        return self.deciding[key][0]

    def build_situation(self, record: PatientRecord, wanted: str = "") -> Situation:
        """Facts and decision for a record, with the reasons of each."""
        frame, facts = self.find_ruleset(record, wanted), derive_facts(record, self.plan)
        unlike = tuple(find_discordances(record, self.plan))
        return Situation(record, self.plan, frame, facts, make_decision(frame, facts), unlike, self.bare, self.circuit)

    def decide_record(self, record: PatientRecord, wanted: str = "") -> Decision:
        """The decision alone, without reasons."""
        return make_decision(self.find_ruleset(record, wanted), FactsOnDemand(record, self.plan, self.bare), look=self.bare)

    def answer_record(self, record: PatientRecord, wanted: str = "") -> Answer:
        """The whole answer."""
        situation = self.build_situation(record, wanted)
        budget = SearchBudget()
        asked = [] if situation.decision.answer == "out_of_scope" else find_questions(situation, budget)
        references = References({source.id: source for source in self.knowledge.sources})
        around = AnswerContext(self.knowledge, situation, references)
        sides = find_counterfactuals(situation)
        return AnswerBuilder(
            self.knowledge, situation, asked, sides, references, around, Safety(situation, references), budget.is_spent
        ).build_answer()

    def find_ruleset(self, record: PatientRecord, wanted: str) -> Ruleset:
        """The ruleset of the record's date with what the patient takes now; all days between two turning days share one."""
        drugs = find_running_drugs(record)
        key = (bisect_right(self.days, record.as_of), wanted, drugs)
        frame = self.frames.get(key)
        if frame is None:  # two threads may make the same one; both are right
            if len(self.frames) >= MOST_FRAMES:
                self.frames.clear()
            frame = self.frames[key] = self._make_ruleset(key, record.as_of, drugs)
        return frame

    def _make_ruleset(self, key: tuple[int, str, tuple[str, ...]], as_of: dt.date, drugs: tuple[str, ...]) -> Ruleset:
        day, wanted, _ = key
        plain = self.frames.get((day, wanted, ())) or make_ruleset(self.knowledge, as_of, wanted)
        self.frames[day, wanted, ()] = plain
        return add_current_regimen(plain, make_current_regimen(drugs, self.names)) if drugs else plain


def prepare_knowledge(knowledge: Knowledge) -> PreparedKnowledge:
    """The Knowledge made ready, anew."""
    return PreparedKnowledge(
        knowledge, make_plan(knowledge), list_turning_days(knowledge), {drug.id: drug.name for drug in knowledge.drugs}
    )


get_prepared = IdentityCache(prepare_knowledge)  # for callers that keep none themselves: the last few that were used


def build_situation(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Situation:
    """Facts and decision for a record; `wanted` is a guideline version `ID/VERSION`, if asked for."""
    return get_prepared(knowledge).build_situation(record, wanted)


def decide_record(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Decision:
    """The decision alone, without reasons and several times as fast: for the many patients of a cohort."""
    return get_prepared(knowledge).decide_record(record, wanted)


def answer_record(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Answer:
    """The answer for one patient: decision, questions, reasons, doses, evidence, references."""
    return get_prepared(knowledge).answer_record(record, wanted)
