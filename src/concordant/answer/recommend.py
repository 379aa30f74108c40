"""From a record to its answer: the straight line in one function."""

from __future__ import annotations

from concordant.answer.build import Builder
from concordant.answer.model import Answer
from concordant.answer.references import References
from concordant.decide.ask import Situation, questions
from concordant.decide.decision import decide
from concordant.decide.frame import CURRENT, frame_of
from concordant.decide.sides import near_sides
from concordant.derive.book import Plan, derive_facts, plan_of
from concordant.derive.discordance import discordances
from concordant.guideline import Cite, Component, Knowledge, Regimen
from concordant.record.events import PatientRecord


_plans: dict[str, Plan] = {}


def plan_for(knowledge: Knowledge) -> Plan:
    """The plan of a Knowledge, made once."""
    if knowledge.digest not in _plans:
        _plans[knowledge.digest] = plan_of(knowledge)
    return _plans[knowledge.digest]


def situation(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Situation:
    """Facts and decision for a record; `wanted` is a guideline version `ID/VERSION`, if asked for."""
    plan = plan_for(knowledge)
    facts = derive_facts(record, plan)
    frame = frame_of(knowledge, record.as_of, current_regimen(record, knowledge), wanted)
    return Situation(record, plan, frame, facts, decide(frame, facts), tuple(discordances(record, plan)))


def recommend(record: PatientRecord, knowledge: Knowledge, wanted: str = "") -> Answer:
    """The answer for one patient: decision, questions, reasons, doses, evidence, references."""
    now = situation(record, knowledge, wanted)
    asked = [] if now.decision.answer == "out_of_scope" else questions(now)
    references = References({source.id: source for source in knowledge.sources})
    return Builder(knowledge, now, asked, near_sides(now), references).answer()


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
