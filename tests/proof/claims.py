"""What the asking promises, held against brute force: every hypothesis is a fresh record, told and judged from the start.

The oracle never uses `Situation.suppose`, cells, or anything that remembers an earlier decision. `Asking` is the code
under test: the shipped modules, or (tests/proof/test_mutations.py) modules loaded from mutated source.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product
from typing import Any

import msgspec
from msgspec.structs import replace

from concordant.answer.engine import answer_record, build_situation, get_prepared
from concordant.answer.schema import NextStep
from concordant.decide import counterfactuals as sides
from concordant.decide import next_steps as ahead
from concordant.decide import questions as ask
from concordant.decide.decision import Outcome
from concordant.decide.judging import make_decision
from concordant.decide.partitions import join_cells
from concordant.decide.questions import Question
from concordant.decide.situation import Situation
from concordant.derive.engine import derive_facts
from concordant.logic.conditions import find_features_read
from concordant.logic.intervals import Interval, parse_quantity
from concordant.logic.status import OFFERED
from concordant.logic.truth import TRUE
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Fact, Value
from concordant.readers.explain import explain
from tests.proof.states import State, one_for_each, samples

Changes = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Asking:
    """The code under test."""

    situation: Callable[[PatientRecord], Any]
    questions: Callable[[Any], Sequence[Any]]
    other_sides: Callable[[Any], Sequence[Any]]
    steps_ahead: Callable[..., Sequence[Any]]


def shipped(knowledge: Knowledge) -> Asking:
    """The real code."""
    return Asking(
        lambda record: build_situation(record, knowledge), ask.find_questions, sides.find_counterfactuals, ahead.look_ahead
    )


def outcome_of(now: Situation) -> Outcome:
    """The answer, and what it offers: the preferred regimens, or all where none is preferred. Counted anew, not read off."""
    offered = [one for one in now.decision.judged if one.status in OFFERED and not one.proposal.against]
    preferred = [one for one in offered if one.role == "preferred"]
    if now.decision.answer == "out_of_scope":
        return "out_of_scope", ()
    return now.decision.answer, tuple(sorted({one.proposal.regimen.id for one in preferred or offered}))


def headline_of(now: Situation) -> Outcome:
    """What a page is headed with: the preferred regimens, or the first; nothing while the answer is open. Counted anew."""
    if now.decision.answer != "recommends":
        return now.decision.answer, ()
    named = {one.proposal.regimen.id for one in now.decision.judged if one.status in OFFERED and one.role == "preferred"}
    return "recommends", tuple(sorted(named)) or tuple(one.proposal.regimen.id for one in now.decision.offered[:1])


def possible_of(now: Situation) -> frozenset[str]:
    """The regimens that this situation leaves: those of the outcome, and while data are missing the open ones."""
    still = {one.proposal.regimen.id for one in now.decision.judged if one.status == "needs_data" and not one.proposal.against}
    return frozenset(outcome_of(now)[1]) | (still if now.decision.answer == "needs_data" else frozenset())


def is_open(fact: Fact) -> bool:
    """Not known, or known only as a range of numbers."""
    if isinstance(fact.value, Interval):
        return not fact.value.is_exact and fact.origin != "assumed"
    return fact.value is None


LINE = "line_of_therapy"


def line_waits(now: Situation) -> bool:
    """Contract 3, ask: not at all while the interval of a recurrence is unknown. Written down a second time.

    A stated line cannot be told from a doctor's count of it there, so the line has no branches either: it is left out of
    the groups, of completeness, and of the other sides. The interval, and what is behind it, is held to every claim.
    """
    names = ("early_relapse", "presentation", "adjuvant_her2_therapy", "advanced_disease")
    told = {name: now.facts[name].value for name in names}
    back = told["presentation"] == "recurrent" or told["adjuvant_her2_therapy"] == told["advanced_disease"] == "yes"
    return back and told["early_relapse"] is None


def limiting(now: Situation) -> frozenset[str]:
    """What the limits of the guidelines in force read."""
    limits = [limit for force in now.frame.in_force for limit in force.guideline.out_of_scope]
    return frozenset().union(*(find_features_read(limit.if_) for limit in limits))


@dataclass(slots=True)
class Patient:
    """A state, the oracle's view of it, and what the code under test says of it.

    `effort` is how many fresh answers the search through groups of one size may cost; a longer one is given up.
    """

    state: State
    knowledge: Knowledge
    asking: Asking
    effort: int = 3000
    known: dict[tuple[tuple[str, Value], ...], Situation] = field(default_factory=dict)
    told: dict[tuple[tuple[str, Value], ...], tuple[Any, Sequence[Any]]] = field(default_factory=dict)

    @property
    def features(self) -> Mapping[str, Feature]:
        return get_prepared(self.knowledge).plan.by_name

    def fresh(self, changes: Changes | None = None) -> Situation:
        """The situation of a record that states these facts as well, or instead."""
        key = tuple(sorted((changes or {}).items()))
        if key not in self.known:
            self.known[key] = build_situation(self.state.record(changes), self.knowledge)
        return self.known[key]

    def asked(self, changes: Changes | None = None) -> tuple[Any, Sequence[Any]]:
        """What the code under test makes of that record, and what it asks."""
        key = tuple(sorted((changes or {}).items()))
        if key not in self.told:
            now = self.asking.situation(self.state.record(changes))
            self.told[key] = now, [] if now.decision.answer == "out_of_scope" else list(self.asking.questions(now))
        return self.told[key]

    def outcome(self, changes: Changes | None = None) -> Outcome:
        return outcome_of(self.fresh(changes))

    def fits(self, changes: Changes, base: Changes | None = None) -> bool:
        """Whether these facts can be true of the patient: they bring no new contradiction."""
        before, after = self.fresh(base).facts, self.fresh({**(base or {}), **changes}).facts
        return not any(fact.conflict and not before[name].conflict for name, fact in after.items())

    def values(self, name: str, base: Changes | None = None, few: bool = False) -> list[Value]:
        """Values that an open feature can still have."""
        held = self.fresh(base).facts[name].value
        chosen = (one_for_each if few else samples)(self.features[name], self.knowledge)
        if isinstance(held, Interval):
            ends = [Interval(n, n) for n in (held.low, held.high) if math.isfinite(n)]
            chosen = [*ends, *(v for v in chosen if isinstance(v, Interval) and v.is_within(held))]
        return [v for v in dict.fromkeys(chosen) if self.fits({name: v}, base)]

    def open_features(self, base: Changes | None = None) -> list[Feature]:
        """The features with a question that are not known, and whose guard is known to hold."""
        now = self.fresh(base)
        facts, waiting = now.facts, {LINE} if line_waits(now) else set()
        candidates = [f for f in self.features.values() if f.question and is_open(facts[f.name]) and f.name not in waiting]
        return [f for f in candidates if f.only_if is None or explain(f.only_if, facts).truth is TRUE]


Claim = Callable[[Patient], Iterator[str]]


# -- (1), (2), (8): who is asked -------------------------------------------------------------------


def _changing(patient: Patient, names: Sequence[str], base: Changes | None = None, few: bool = True) -> list[Outcome]:
    """The outcomes other than the present one that these features together can lead to."""
    before = patient.outcome(base)
    choices = product(*(patient.values(name, base, few=few and len(names) > 1) for name in names))
    found = (dict(zip(names, choice, strict=True)) for choice in choices)
    told = (patient.outcome({**(base or {}), **one}) for one in found if len(names) == 1 or patient.fits(one, base))
    return [outcome for outcome in told if outcome != before]


def nothing_asked_is_irrelevant(patient: Patient) -> Iterator[str]:
    """(1) Each feature that is asked, alone or with its partners, changes the outcome at some value."""
    meaningful = {feature.name for feature in patient.open_features()}
    for q in patient.asked()[1]:
        if q.feature.name not in meaningful:
            yield f"{q.feature.name} is asked, but is known or has no meaning yet"
        elif not _changing(patient, (q.feature.name, *q.together_with)):
            yield f"{q.feature.name} is asked{', in a group' if q.together_with else ''}, and changes nothing"


def nothing_left_out_decides(patient: Patient) -> Iterator[str]:
    """(2) No open feature that is not asked changes the outcome at any value."""
    now, questions = patient.asked()
    if now.decision.answer == "out_of_scope":
        return
    asked = {q.feature.name for q in questions if not q.together_with}
    for feature in patient.open_features():
        if feature.name not in asked and (found := _changing(patient, (feature.name,))):
            all_of_them = len(found) == len(patient.values(feature.name)) and len(set(found)) == 1
            way = "leads, whatever the reply," if all_of_them else "can lead"
            yield f"{feature.name} is not asked alone, but {way} to {found[0]}"


def groups_are_the_smallest(patient: Patient) -> Iterator[str]:
    """(8) Where nothing alone decides (or leads out of needs_data), the smallest group that does is found."""
    now, questions = patient.asked()
    grouped = [q for q in questions if q.together_with]
    if now.decision.answer == "out_of_scope":
        return
    if any(q.blocking or now.decision.answer != "needs_data" for q in questions if not q.together_with):
        if grouped:
            yield f"{grouped[0].feature.name} is asked in a group, though one alone decides"
        return
    smallest, searched = _smallest_group(patient, must_lead_out=now.decision.answer == "needs_data")
    size = len(grouped[0].together_with) + 1 if grouped else 0
    if (smallest and not 0 < size <= len(smallest)) or (searched and size != len(smallest)):
        yield f"the smallest group that decides is {smallest or 'none'}, asked is a group of {size}"


def _smallest_group(patient: Patient, *, must_lead_out: bool) -> tuple[tuple[str, ...], bool]:
    """The first pair, or else triple, that decides, or (); and whether all smaller and equal groups were tried."""
    names = [f.name for f in patient.open_features() if len(patient.values(f.name, few=True)) > 1 and is_read(patient, f.name)]
    if must_lead_out:
        names = [name for name in names if _holds(patient, name)]
    names.sort(key=lambda name: name not in _directly_read(patient))
    searched = True
    for size in (2, 3):
        spent = 0
        for group in combinations(names, size):
            spent += math.prod(len(patient.values(name, few=True)) for name in group)
            if spent > patient.effort:
                searched = False
                break
            if any(outcome[0] != "needs_data" or not must_lead_out for outcome in _changing(patient, group)):
                return group, searched
    return (), searched


def _directly_read(patient: Patient) -> frozenset[str]:
    """What the statements behind the outcome read themselves: the groups of these are tried first."""
    live = [one.proposal for one in patient.fresh().decision.judged if one.status != "does_not_apply"]
    preferring = [proposal.statement for proposal in live if proposal.role == "preferred"]
    conditions = [c for s in preferring for c in (s.applies_if, *(bar.if_ for bar in s.unless))]
    return frozenset().union(*(find_features_read(c) for c in conditions))


def is_read(patient: Patient, name: str) -> bool:
    """Whether anything in force reads the feature, directly or through others: the rest cannot change an answer."""
    now = patient.fresh()
    read = limiting(now).union(*(p.reads for p in now.frame.proposals))
    return name in read or bool(now.plan.downstream[name] & read)


# -- (3), (7): what is said of it ------------------------------------------------------------------

NUMBER = r"-?[\d.]+(?:e[-+]?\d+)?"
SPAN = re.compile(rf"(> )?({NUMBER}) to (< )?({NUMBER})")
SIDE = re.compile(rf"(<=|>=|<|>) ({NUMBER})")


def covers(name: str, feature: Feature, value: Value) -> bool:
    """Whether a branch of this name speaks of the value; the name is read as a person would read it."""
    if not isinstance(value, Interval):
        return str(value) in words_named(name, feature)
    number = value.low
    if name == "any value":
        return True
    if found := SPAN.match(name):
        low, high = float(found[2]), float(found[4])
        return (low < number if found[1] else low <= number) and (number < high if found[3] else number <= high)
    if found := SIDE.match(name):
        bound = float(found[2])
        return {"<=": number <= bound, ">=": number >= bound, "<": number < bound, ">": number > bound}[found[1]]
    return math.isclose(number, float(name.split()[0]))


def words_named(name: str, feature: Feature) -> tuple[str, ...]:
    """The words of which `a or b` is made; some words hold an "or" themselves."""
    phrases = [feature.phrases.get(word, word.replace("_", " ")) for word in feature.values]
    for size in range(len(phrases), 0, -1):
        for chosen in combinations(range(len(phrases)), size):
            if " or ".join(phrases[i] for i in chosen) == name:
                return tuple(feature.values[i] for i in chosen)
    return ()


def branches_tell_what_comes(patient: Patient) -> Iterator[str]:
    """(3) Every value lies in one branch, whose outcome is that of a fresh record, as is the branch told as a whole.

    Neighbours differ, or would not have their outcome if they were told as one.
    """
    for q in patient.asked()[1]:
        name = q.feature.name
        for one, other in pairwise(q.branches):
            if one.outcome == other.outcome == patient.outcome({name: join_cells(q.feature, one.cell, other.cell).value}):
                yield f"{name}: two neighbouring branches have one outcome, and told as one they have it too"
        for branch in q.branches:
            if branch.outcome != (whole := patient.outcome({name: branch.cell.value})):
                yield f"{name} = {branch.cell.name}: told is {branch.outcome}, but told as a whole it is {whole}"
        for value in patient.values(name):
            held = [b for b in q.branches if covers(b.cell.name, q.feature, value)]
            if len(held) != 1:
                yield f"{name} = {value}: {len(held)} branches speak of it ({[b.cell.name for b in q.branches]})"
            elif held[0].outcome != (fresh := patient.outcome({name: value})):
                yield f"{name} = {value}: told is {held[0].outcome}, fresh is {fresh}"
            elif held[0].line and held[0].line != patient.fresh({name: value}).facts["line_of_therapy"].value:
                yield f"{name} = {value}: told is the {held[0].line} line"


def order_is_kept(patient: Patient) -> Iterator[str]:
    """(7) Blocking means: needs_data, and a reply leads out. Blocking first, the line last, then the fewest regimens left."""
    now, questions = patient.asked()
    for q in questions:
        if q.blocking and now.decision.answer != "needs_data":
            yield f"{q.feature.name} is called blocking, but nothing is blocked"
        elif q.blocking and not _leads_out(patient, q):
            yield f"{q.feature.name} is called blocking{', in a group' if q.together_with else ''}, but no reply leads out"
        elif not q.blocking and _leads_out(patient, q) and _holds(patient, q.feature.name):
            yield f"{q.feature.name} leads out and holds the answer back, but is not called blocking"
    # The line comes after every feature that it is derived from (contract 3, ask): after all others that are as urgent.
    ranks = [(not q.blocking, q.feature.name == LINE, _worst(patient, q)) for q in questions]
    if ranks != sorted(ranks):
        yield f"the order is {[(q.feature.name, *rank) for q, rank in zip(questions, ranks, strict=True)]}"


def _leads_out(patient: Patient, q: Question) -> bool:
    """Whether a reply, or the replies of a group, turn needs_data into something else."""
    return patient.outcome()[0] == "needs_data" and any(
        outcome[0] != "needs_data" for outcome in _changing(patient, (q.feature.name, *q.together_with))
    )


def _holds(patient: Patient, name: str) -> bool:
    """Whether what holds the answer back reads the feature, directly or through others that are open.

    That is the condition of a preferred proposal where one is open: what would only rule it out holds nothing back.
    """
    now = patient.fresh()
    opened = [one for one in now.decision.judged if one.status == "needs_data" and not one.proposal.against]
    opened = [one for one in opened if one.role == "preferred"] or opened
    read = {n for one in opened for n in now.frame.reads[one.proposal.statement.id] if is_open(now.facts[n])}
    waiting = list(read)
    while waiting:
        for one in now.plan.by_name[waiting.pop()].inputs:
            if one not in read and is_open(now.facts[one]):
                read.add(one)
                waiting.append(one)
    return name in read


def _worst(patient: Patient, q: Question) -> int:
    """The most regimens that a branch leaves; values next to each other with one outcome are one branch."""
    worst, last, together = 0, None, frozenset[str]()
    for value in patient.values(q.feature.name):
        fresh = patient.fresh({q.feature.name: value})
        together = possible_of(fresh) | (together if outcome_of(fresh) == last else frozenset())
        worst, last = max(worst, len(together)), outcome_of(fresh)
    return worst


# -- (4): other sides ------------------------------------------------------------------------------


def overridden(patient: Patient, changes: Changes) -> Situation:
    """The patient were these facts different: stated, and no rule and no entry may say otherwise.

    For facts that are stated (or assumed) this is a fresh record. Rules of the changed features are taken away first, and
    with them what makes a stated word give way to the rules.
    """
    prepared = get_prepared(patient.knowledge)
    if not any(prepared.plan.by_name[name].rules for name in changes):
        return patient.fresh(changes)
    freed = [msgspec.structs.replace(f, rules=(), waits_for=None) if f.name in changes else f for f in prepared.plan.features]
    plan = replace(prepared.plan, features=tuple(freed))
    record = patient.state.record(changes)
    facts = derive_facts(record, plan)
    frame = prepared.find_ruleset(record, "")
    return Situation(record, plan, frame, facts, make_decision(frame, facts))


def can_be(name: str, fresh: Situation, patient: Patient) -> bool:
    """Whether a patient can have this beside the other facts: they do not contradict it, and no axiom does."""
    torn = fresh.facts[name].conflict and not patient.fresh().facts[name].conflict
    return not torn and not any(explain(axiom.never, fresh.facts).truth is TRUE for axiom in patient.knowledge.axioms)


def other_sides_hold(patient: Patient) -> Iterator[str]:
    """(4) Every other side is what a fresh record with that fact replaced says, and the nearest with another headline."""
    now, _ = patient.asked()
    told: dict[str, list[Any]] = {}
    for side in patient.asking.other_sides(now):
        told.setdefault(side.feature, []).append(side)
    if now.decision.answer == "recommends":
        for feature in _known_and_live(patient):
            yield from _sides_of(feature, told.pop(feature.name, []), patient)
    for name in told:
        yield f"{name} has another side, but is not a known fact that a live statement reads"


def _known_and_live(patient: Patient) -> list[Feature]:
    """The known features that what is alive, or a limit, reads, directly or through others."""
    now = patient.fresh()
    read = {name for one in now.decision.judged if one.status != "does_not_apply" for name in one.proposal.reads}
    read |= limiting(now)
    waiting = {LINE} if line_waits(now) else set()
    known = (f for f in now.plan.features if f.question and not is_open(now.facts[f.name]) and f.name not in waiting)
    exact = (f for f in known if f.values or now.facts[f.name].origin != "assumed" or f.is_numeric)
    return [f for f in exact if f.name in read or now.plan.downstream[f.name] & read]


def _sides_of(feature: Feature, sides: list[Any], patient: Patient) -> Iterator[str]:
    # A flip changes the headline: what only takes a substitute away is none, and a fact whose other values all leave the
    # answer open settles nothing (rule of the first screen). So sides are held to the headline, their outcome to a fresh one.
    value, before = patient.fresh().facts[feature.name].value, headline_of(patient.fresh())
    others = {
        other: overridden(patient, {feature.name: other}) for other in samples(feature, patient.knowledge) if other != value
    }
    possible = {other: fresh for other, fresh in others.items() if can_be(feature.name, fresh, patient)}
    told = {other: outcome_of(fresh) for other, fresh in possible.items()}
    heads = {other: headline_of(fresh) for other, fresh in possible.items()}
    for side in sides:
        here = [other for other in told if covers(side.cell_name, feature, other)]
        if any(heads[other] == before for other in here):
            yield f"{feature.name} other side {side.cell_name}: the headline is that of now"
        if not here or any(told[other] != side.outcome for other in here):
            fresh = sorted({told[o] for o in here})
            yield f"{feature.name} other side {side.cell_name}: told is {side.outcome}, fresh is {fresh}"
    settled = any(told[other][0] != "needs_data" for other in _first_to_change(value, heads, before))
    if not settled and sides:
        yield f"{feature.name}: all its other sides leave the answer open"
    elif settled and isinstance(value, Interval):
        yield from _nearest(feature, value, sides, heads, before)
    elif settled and (
        missed := [o for o in heads if heads[o] != before and not any(covers(s.cell_name, feature, o) for s in sides)]
    ):
        yield f"{feature.name}: {missed[0]} changes the headline to {heads[missed[0]]}, and is not told"


def _first_to_change(value: Value, heads: Mapping[Value, Outcome], before: Outcome) -> list[Value]:
    """The values with another headline: all of the words, of numbers the nearest on each side."""
    changing = [other for other in heads if heads[other] != before]
    if not isinstance(value, Interval):
        return changing
    numbers = [other for other in changing if isinstance(other, Interval)]
    below, over = [o for o in numbers if o.high < value.low], [o for o in numbers if o.low > value.high]
    return [*([max(below, key=lambda o: o.low)] if below else []), *([min(over, key=lambda o: o.low)] if over else [])]


def _nearest(
    feature: Feature, value: Interval, sides: list[Any], told: Mapping[Value, Outcome], before: Outcome
) -> Iterator[str]:
    """Walking away from the number, the first other headline is the one told, and starts where it is said to."""
    points = [other for other in told if isinstance(other, Interval)]
    for way in (1, -1):
        walked = sorted((o for o in points if (o.low - value.low) * way > 0), key=lambda o: o.low * way)
        first = next((o for o in walked if told[o] != before), None)
        here = [s for s in sides if _lies(s.cell_name, feature, walked)]
        if first is None and here:
            yield f"{feature.name}: nothing changes that way, told is {here[0].cell_name}"
        if first is None:
            continue
        away = abs(first.low - value.low)
        if len(here) != 1 or not covers(here[0].cell_name, feature, first):
            yield f"{feature.name}: first change at {first.low!r}, told is {[s.cell_name for s in here]}"
        elif here[0].distance is None or not math.isclose(here[0].distance, away, abs_tol=1e-9):
            yield f"{feature.name}: {away} away, told is {here[0].distance}"
        elif here[0].near != (feature.near is not None and away <= feature.near):
            yield f"{feature.name}: called {'near' if here[0].near else 'far'} at {here[0].distance}"


def _lies(name: str, feature: Feature, walked: Iterable[Value]) -> bool:
    return any(covers(name, feature, other) for other in walked)


# -- (5): what comes next --------------------------------------------------------------------------


def steps_hold(patient: Patient) -> Iterator[str]:
    """(5) Every step ahead is what a fresh record with its facts says, and has the facts that progression sets."""
    now, _ = patient.asked()
    offered = [] if now.decision.answer == "out_of_scope" else now.decision.offered
    steps = list(patient.asking.steps_ahead(now, patient.knowledge.transitions, offered))
    if len(steps) != 2 * len(offered):
        yield f"{len(steps)} steps for {len(offered)} regimens"
    for step in steps:
        expected = after_progression(patient.fresh(), step.regimen, active="with active" in step.variant.says)
        if step.changes != expected:
            odd = {n for n in {*expected, *step.changes} if expected.get(n) != step.changes.get(n)}
            yield f"after {step.regimen.id}, {step.variant.says}: {sorted(odd)} should be { {n: expected.get(n) for n in odd} }"
            continue
        fresh = overridden(patient, {**silent_on_drugs(patient), **step.changes})
        before = patient.fresh().facts
        if torn := sorted(n for n, f in fresh.facts.items() if f.conflict and not before[n].conflict):
            yield f"after {step.regimen.id}, {step.variant.says}: {torn} in conflict with what the step sets"
        if _told(step.decision) != _told(fresh.decision):
            yield f"after {step.regimen.id}, {step.variant.says}: told {_told(step.decision)}, fresh {_told(fresh.decision)}"


def _told(decision: Any) -> tuple[str, list[tuple[str, str]]]:
    return decision.answer, [(one.proposal.regimen.id, one.role) for one in decision.offered]


def silent_on_drugs(patient: Patient) -> dict[str, Value]:
    """What silence means now of each drug: a step ahead leaves it so, and a fresh record has to be told it."""
    known = patient.fresh()
    assumed = (f for f in known.plan.features if f.drug and known.facts[f.name].origin == "assumed")
    return {f.name: known.facts[f.name].value for f in assumed}


def after_progression(now: Situation, regimen: Any, *, active: bool) -> dict[str, Value]:
    """What progression on a regimen changes, written down a second time."""
    drugs = [now.frame.drugs[d] for d in regimen.drugs]
    classes = {c for drug in drugs for c in drug.classes}
    has_brain = now.facts["has_brain_metastases"].value
    told: dict[str, Value] = {"disease_status": "progressing", "extracranial_progression": "yes", "on_her2_therapy_now": "no"}
    told |= {f"received_{name}": "yes" for name in (*regimen.drugs, *classes)}
    told |= {f"progressed_on_{name}": "yes" for name in regimen.drugs}
    if active:
        told["has_brain_metastases"] = "yes"
    told["brain_metastases"] = "active" if active else {"yes": "stable"}.get(str(has_brain), "none")
    if "her2_targeted" in classes:
        told["her2_therapy_started"] = "yes"
        for name in ("her2_lines_progressed", "her2_regimens_received_advanced", "her2_regimens_received_total"):
            value = now.facts[name].value
            told[name] = Interval(value.low + 1, value.high + 1) if isinstance(value, Interval) else None
        line = now.facts["line_of_therapy"].value
        told["line_of_therapy"] = {"first": "second", "second": "third_or_later"}.get(str(line), line)
    return {name: value for name, value in told.items() if name in now.plan.by_name and value is not None}


# -- (6): asking to the end ------------------------------------------------------------------------

PATHS = 12  # ways through the answers that are followed to the end, for each patient


def asking_ends(patient: Patient) -> Iterator[str]:
    """(6) Asking in the given order ends, never asks what is known, and ends decided or honestly."""
    rng = random.Random(patient.state.number)
    waiting: list[dict[str, Value]] = [{}]
    paths = 0
    while waiting and paths < PATHS:
        base = waiting.pop()
        now, questions = patient.asked(base)
        if not questions:
            paths += 1
            yield from _honest(patient, base, now)
            continue
        name = questions[0].feature.name
        if name in base or not is_open(patient.fresh(base).facts[name]):
            yield f"{name} is asked, but is known ({base})"
            return
        values = patient.values(name, base, few=True)
        rng.shuffle(values)
        waiting += [{**base, name: value} for value in _different(patient, name, values, base)]


def _different(patient: Patient, name: str, values: Iterable[Value], base: Changes) -> list[Value]:
    """One value for each outcome that the replies lead to: the others go on in the same way, or are met by chance."""
    return list({patient.outcome({**base, name: value}): value for value in values}.values())


def _honest(patient: Patient, base: Changes, now: Any) -> Iterator[str]:
    """An end: decided, or needs_data that no open feature alone leads out of."""
    if now.decision.answer != "needs_data":
        return
    for feature in patient.open_features(base):
        if any(outcome[0] != "needs_data" for outcome in _changing(patient, (feature.name,), base)):
            yield f"asking ended with needs_data, but {feature.name} leads out ({base})"


CLAIMS: dict[str, Claim] = {
    "1 relevant": nothing_asked_is_irrelevant,
    "2 complete": nothing_left_out_decides,
    "3 branches": branches_tell_what_comes,
    "4 other sides": other_sides_hold,
    "5 next": steps_hold,
    "6 ends": asking_ends,
    "7 order": order_is_kept,
    "8 groups": groups_are_the_smallest,
}


def failures(patient: Patient) -> Iterator[tuple[str, str]]:
    """Every claim that does not hold for the patient, and how."""
    for name, claim in CLAIMS.items():
        yield from ((name, says) for says in claim(patient))


# -- the printed answer ----------------------------------------------------------------------------


def printed_is_what_holds(patient: Patient, most: int = 2) -> Iterator[str]:
    """(3) to (5) on the answer itself: `ask`, `other_sides` and `next` against whole answers to changed records."""
    answer, rng = answer_record(patient.state.record(), patient.knowledge), random.Random(patient.state.number)
    asked = [(a.feature, a.blocking, tuple(a.together_with), [(c.if_, tuple(c.then)) for c in a.changes]) for a in answer.ask]
    found = [(q.feature.name, q.blocking, q.together_with, _branch_words(q)) for q in patient.asked()[1]]
    if asked != found:
        yield "the printed questions are not those that were found"
    facts = patient.fresh().facts
    branches = [(a.feature, c.if_, c.then, c.answer) for a in answer.ask for c in a.changes]
    sides = [s for s in answer.other_sides if facts[s.feature].origin in ("stated", "assumed")]
    branches += [(s.feature, s.if_, s.then, s.answer) for s in sides]
    for name, cell, then, says in rng.sample(branches, min(most, len(branches))):
        yield from _printed_branch(patient, name, cell, then, says)
    for step in rng.sample(answer.next, min(most, len(answer.next))):
        yield from _printed_step(patient, step)


def _branch_words(q: Question) -> list[tuple[str, tuple[str, ...]]]:
    return [(b.cell.name, b.outcome[1]) for b in q.branches]


def _printed_branch(patient: Patient, name: str, cell: str, then: Sequence[str], says: str) -> Iterator[str]:
    feature = patient.features[name]
    held = patient.fresh().facts[name]
    values = patient.values(name) if is_open(held) else samples(feature, patient.knowledge)
    value = next((v for v in values if covers(cell, feature, v)), None)
    if value is None:
        yield f"{name}: no value lies in '{cell}'"
        return
    if feature.rules and not is_open(held) and not patient.fits({name: value}):
        return  # a rule says otherwise, which a fresh record cannot overrule; claim 4 takes the rule away
    fresh = answer_record(patient.state.record({name: value}), patient.knowledge)
    offered = [o for o in fresh.options if o.status in OFFERED]
    shown = sorted({o.regimen for o in offered if o.role == "preferred"} or {o.regimen for o in offered})
    if fresh.answer != says or (says != "needs_data" and shown != sorted(then)):
        yield f"{name} {cell}: printed is {says} {list(then)}, the whole answer is {fresh.answer} {shown}"


def _printed_step(patient: Patient, step: NextStep) -> Iterator[str]:
    told = {name: _read_words(patient.features[name], words) for name, words in step.facts.items()}
    changes = {**silent_on_drugs(patient), **told}
    if any(patient.features[name].rules for name in changes) and any(f.conflict for f in patient.fresh(changes).facts.values()):
        return  # a rule says otherwise, which a fresh record cannot overrule; claim 5 takes the rule away
    fresh = answer_record(patient.state.record(changes), patient.knowledge)
    offered = {(o.regimen, o.role) for o in fresh.options if o.status in OFFERED}
    printed = {(o.regimen, o.role) for o in step.options}
    if fresh.answer != step.answer or (fresh.answer == "recommends" and offered != printed):
        yield f"{step.if_}: printed is {step.answer} {sorted(printed)}, the whole answer is {fresh.answer} {sorted(offered)}"


SIGNS = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<"}
SIGN_WORDS = re.compile("|".join(SIGNS))


def _read_words(feature: Feature, words: str) -> Value:
    if feature.is_numeric:
        return parse_quantity(SIGN_WORDS.sub(lambda found: SIGNS[found[0]], words))[0]
    return next(word for word in feature.values if feature.phrases.get(word, word.replace("_", " ")) == words)
