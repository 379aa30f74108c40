"""From a record to its answer: the straight line in one function."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from concordant.answer.build import Builder
from concordant.answer.model import Answer
from concordant.answer.references import References
from concordant.answer.safety import Safety
from concordant.answer.surroundings import Surroundings
from concordant.by_identity import ByIdentity
from concordant.compiled import Knowledge
from concordant.decide.ask import Situation, questions
from concordant.decide.decision import Decision, decide
from concordant.decide.frame import CURRENT, Frame, frame_of, turning_days, with_current
from concordant.decide.sides import other_sides
from concordant.derive.book import FactsOnDemand, derive_facts
from concordant.derive.discordance import discordances
from concordant.derive.plan import Plan, plan_of
from concordant.drugs import Component, Regimen
from concordant.evaluate.bare import Bare
from concordant.record.events import ONGOING, PatientRecord
from concordant.records import Cite

MOST_FRAMES = 1000  # the drugs that patients take can be combined in any number of ways


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Knowledge with what is worked out once: its plan, and the frames that were asked for."""

    knowledge: Knowledge
    plan: Plan
    days: Sequence[dt.date]
    names: Mapping[str, str]
    frames: dict[tuple[int, str, tuple[str, ...]], Frame] = field(default_factory=dict)
    bare: Bare = field(default_factory=Bare)

    def situation(self, record: PatientRecord, wanted: str = "") -> Situation:
        """Facts and decision for a record, with the reasons of each."""
        frame, facts = self.frame(record, wanted), derive_facts(record, self.plan)
        unlike = tuple(discordances(record, self.plan))
        return Situation(record, self.plan, frame, facts, decide(frame, facts), unlike, self.bare)

    def decision(self, record: PatientRecord, wanted: str = "") -> Decision:
        """The decision alone, without reasons."""
        return decide(self.frame(record, wanted), FactsOnDemand(record, self.plan, self.bare), look=self.bare)

    def answer(self, record: PatientRecord, wanted: str = "") -> Answer:
        """The whole answer."""
        now = self.situation(record, wanted)
        asked = [] if now.decision.answer == "out_of_scope" else questions(now)
        references = References({source.id: source for source in self.knowledge.sources})
        around = Surroundings(self.knowledge, now, references)
        sides = other_sides(now)
        return Builder(self.knowledge, now, asked, sides, references, around, Safety(now, references)).answer()

    def frame(self, record: PatientRecord, wanted: str) -> Frame:
        """The frame of the record's date with what the patient takes now; all days between two turning days share one."""
        drugs = running_drugs(record)
        key = (bisect_right(self.days, record.as_of), wanted, drugs)
        frame = self.frames.get(key)
        if frame is None:  # two threads may make the same one; both are right
            if len(self.frames) >= MOST_FRAMES:
                self.frames.clear()
            frame = self.frames[key] = self._frame(key, record.as_of, drugs)
        return frame

    def _frame(self, key: tuple[int, str, tuple[str, ...]], as_of: dt.date, drugs: tuple[str, ...]) -> Frame:
        day, wanted, _ = key
        plain = self.frames.get((day, wanted, ())) or frame_of(self.knowledge, as_of, wanted)
        self.frames[day, wanted, ()] = plain
        return with_current(plain, current_regimen(drugs, self.names)) if drugs else plain


def prepared(knowledge: Knowledge) -> Prepared:
    """The Knowledge made ready, anew."""
    return Prepared(knowledge, plan_of(knowledge), turning_days(knowledge), {drug.id: drug.name for drug in knowledge.drugs})


prepare = ByIdentity(prepared)  # for callers that keep none themselves: the last few that were used


def situation(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Situation:
    """Facts and decision for a record; `wanted` is a guideline version `ID/VERSION`, if asked for."""
    return prepare(knowledge).situation(record, wanted)


def decision_of(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Decision:
    """The decision alone, without reasons and several times as fast: for the many patients of a cohort."""
    return prepare(knowledge).decision(record, wanted)


def recommend(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Answer:
    """The answer for one patient: decision, questions, reasons, doses, evidence, references."""
    return prepare(knowledge).answer(record, wanted)


def running_drugs(record: PatientRecord) -> tuple[str, ...]:
    """What runs now for advanced disease, each drug once."""
    running = [c for c in record.courses if c.stopped == ONGOING and c.setting != "adjuvant"]
    return tuple(dict.fromkeys(drug for course in running for drug in course.drugs))


def current_regimen(drugs: tuple[str, ...], names: Mapping[str, str]) -> Regimen:
    """What runs now as a regimen without doses."""
    nowhere = Cite(ref="record", checked="primary")
    parts = tuple(Component(drug=d, amount=0, unit="mg", schedule="as now", route="", source=nowhere) for d in drugs)
    return Regimen(id=CURRENT, name=" + ".join(names[d] for d in drugs), components=parts)
