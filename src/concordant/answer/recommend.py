"""From a record to its answer: the straight line in one function."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from concordant.answer.build import Builder
from concordant.answer.model import Answer
from concordant.answer.references import References
from concordant.answer.surroundings import Surroundings
from concordant.compiled import Knowledge
from concordant.decide.ask import Situation, questions
from concordant.decide.decision import Decision, decide
from concordant.decide.frame import CURRENT, Frame, frame_of, with_current
from concordant.decide.sides import other_sides
from concordant.derive.book import LazyFacts, Plan, derive_facts, plan_of
from concordant.derive.discordance import discordances
from concordant.drugs import Component, Regimen
from concordant.evaluate.bare import Bare
from concordant.record.events import PatientRecord
from concordant.records import Cite


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Knowledge with what is worked out once: its plan, and the frames of the dates asked for."""

    knowledge: Knowledge
    plan: Plan
    frames: dict[tuple[dt.date, str], Frame]
    bare: Bare = field(default_factory=Bare)

    def frame(self, as_of: dt.date, wanted: str) -> Frame:
        """The frame of a date, made on first use."""
        if (as_of, wanted) not in self.frames:
            self.frames[as_of, wanted] = frame_of(self.knowledge, as_of, wanted)
        return self.frames[as_of, wanted]


_last: list[Prepared] = []


def prepare(knowledge: Knowledge) -> Prepared:
    """The Knowledge made ready; the last one used is kept."""
    if not _last or _last[0].knowledge is not knowledge:
        _last[:] = [Prepared(knowledge, plan_of(knowledge), {})]
    return _last[0]


def situation(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Situation:
    """Facts and decision for a record; `wanted` is a guideline version `ID/VERSION`, if asked for."""
    prepared = prepare(knowledge)
    plan, frame = prepared.plan, prepared.frame(record.as_of, wanted)
    facts = derive_facts(record, plan)
    current = current_regimen(record, knowledge)
    if current is not None:
        frame = with_current(frame, current)
    return Situation(record, plan, frame, facts, decide(frame, facts), tuple(discordances(record, plan)), prepared.bare)


def decision_of(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Decision:
    """The decision alone, without reasons and several times as fast: for the many patients of a cohort."""
    prepared = prepare(knowledge)
    frame = prepared.frame(record.as_of, wanted)
    current = current_regimen(record, knowledge)
    if current is not None:
        frame = with_current(frame, current)
    return decide(frame, LazyFacts(record, prepared.plan, prepared.bare), look=prepared.bare)


def recommend(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Answer:
    """The answer for one patient: decision, questions, reasons, doses, evidence, references."""
    now = situation(record, knowledge, wanted)
    asked = [] if now.decision.answer == "out_of_scope" else questions(now)
    references = References({source.id: source for source in knowledge.sources})
    around = Surroundings(knowledge, now, references)
    return Builder(knowledge, now, asked, other_sides(now), references, around).answer()


def current_regimen(record: PatientRecord, knowledge: Knowledge) -> Regimen | None:
    """What runs now for advanced disease, as a regimen without doses; None when nothing does."""
    running = [c for c in record.courses if c.stopped == "ongoing" and c.setting != "adjuvant"]
    drugs = dict.fromkeys(d for course in running for d in course.drugs)
    names = {drug.id: drug.name for drug in knowledge.drugs}
    if not drugs:
        return None
    nowhere = Cite(ref="record", checked="primary")
    parts = tuple(Component(drug=d, amount=0, unit="mg", schedule="as now", route="", source=nowhere) for d in drugs)
    return Regimen(id=CURRENT, name=" + ".join(names[d] for d in drugs), components=parts)
