"""Two versions of a guideline side by side: what each says alone, and for which patients the outcome differs.

Where the two work a fact out by other rules, the fact of the old version has a name of its own: the same patient may be a first
line to one of them and a second line to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

from concordant.decide.decision import Decision, Outcome
from concordant.decide.judging import make_decision
from concordant.derive.engine import derive_facts
from concordant.logic.conditions import NEVER, Compare, Condition, Not, OneOf
from concordant.logic.truth import TRUE
from concordant.model.drugs import Drug, Regimen
from concordant.model.features import Feature
from concordant.model.guideline import Danger, Disagreement, NewerEvent, Statement, Transition
from concordant.patient.facts import Value
from concordant.readers.explain import find_deciding_leaves
from concordant.verify.decided import Proving
from concordant.verify.obligations import Question, Rerun
from concordant.verify.space import TIMEOUT, PatientFinder, PatientSpace, Twin, both, either
from concordant.verify.witness import WitnessBench, find_usual_word

Named = Feature | Regimen | Drug | Danger | Transition | Disagreement | NewerEvent
OTHER_KINDS = ("features", "regimens", "drugs", "dangers", "transitions", "disagreements", "newer")
OUTSIDE = ""  # the name under which "the guideline does not speak" stands among the regimens


@dataclass(frozen=True, slots=True)
class Turn:
    """One way in which an outcome can differ: a regimen that the new version names and the old one does not, or the reverse.

    `regimen` is OUTSIDE for a patient of whom only one of the two speaks.
    """

    regimen: str
    kind: Literal["comes", "goes"]


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """A patient for whom the two differ: what tells this patient from others, the case file, and what each says.

    `turns` are the ways to differ that this patient shows.
    """

    turns: tuple[Turn, ...]
    before: Outcome
    after: Outcome
    patient: Mapping[str, Value]
    case: str


@dataclass(frozen=True, slots=True)
class Unproved:
    """A way to differ of which it is not known whether a patient shows it, and why."""

    turn: Turn
    because: str


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement of which one version says something else, or that only one of them has (None where it lacks it)."""

    number: str
    before: Statement | None
    after: Statement | None


def list_statement_changes(old: Proving, new: Proving) -> list[StatementChange]:
    """The statements that differ, by guideline and number: what is only old, what is only new, what was changed."""
    before = {(one.guideline, one.number): one for one in old.ruleset.statements}
    after = {(one.guideline, one.number): one for one in new.ruleset.statements}
    pairs = [(key, before.get(key), after.get(key)) for key in dict.fromkeys((*before, *after))]
    return [StatementChange(key[1], one, other) for key, one, other in pairs if not say_the_same(one, other)]


def list_other_changes(old: Proving, new: Proving) -> list[str]:
    """What else was changed, by kind and name: doses, labels, dangers, how facts are worked out. It may change an answer
    though the same regimens are advised.
    """
    return [
        name for kind in OTHER_KINDS for name in _list_unlike(kind, getattr(old.knowledge, kind), getattr(new.knowledge, kind))
    ]


def _list_unlike(kind: str, old: Sequence[Named], new: Sequence[Named]) -> Iterator[str]:
    before, after = ({_find_name(one): one for one in some} for some in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield f"{kind.removesuffix('s')} {name}"


def _find_name(one: Named) -> str:
    return one.name if isinstance(one, Feature) else one.id


def say_the_same(one: Statement | None, other: Statement | None) -> bool:
    """Whether two statements differ in nothing but their names, their versions and who signed them."""
    if one is None or other is None:
        return False
    return _leave_out_names(one) == _leave_out_names(other)


def _leave_out_names(statement: Statement) -> Statement:
    """The statement without what names it and its version, and without who signed it: what is left is all that it says."""
    return msgspec.structs.replace(statement, id="", guideline="", version="", parent="", number="", reviewed_by=())


class VersionPair:
    """Two versions, as conditions on the same complete patients."""

    def __init__(self, old: Proving, new: Proving, make_finder: Callable[[PatientSpace], PatientFinder]) -> None:
        self.old, self.new = old, new
        self._bench = WitnessBench(new)
        self._by_old = Twin(old.space, list_worked_out_otherwise(old, new))
        self._finder = make_finder(new.space)

    def iter_changes(self) -> Iterator[OutcomeChange | Unproved]:
        """For each way to differ a patient, unless one that was found before shows it too."""
        conditions = self._list_turns()
        self._finder.prepare_conditions(conditions.values())
        shown: set[Turn] = set()
        for turn, wanted in conditions.items():
            if turn in shown:
                continue
            change = self._find_change(turn, wanted)
            if change is not None:
                shown.update(change.turns if isinstance(change, OutcomeChange) else ())
                yield change

    def _list_turns(self) -> dict[Turn, Condition]:
        """What has to hold of a patient for each way to differ."""
        before, after = _outcomes(self.old), _outcomes(self.new)
        turns: dict[Turn, Condition] = {}
        for regimen in dict.fromkeys((*before, *after)):
            one, other = before.get(regimen, NEVER), after.get(regimen, NEVER)
            one = self._by_old.of(one)
            if one != other:
                turns[Turn(regimen, "comes")] = both(self._by_old.exists, other, Not(one))
                turns[Turn(regimen, "goes")] = both(self._by_old.exists, one, Not(other))
        return turns

    def _find_change(self, turn: Turn, wanted: Condition) -> OutcomeChange | Unproved | None:
        found = self._finder.find_patient(wanted, self._wishes)
        if found is None:
            return None
        if found == TIMEOUT:
            return Unproved(turn, "time ran out")
        about, says = f"{turn.regimen or 'scope'} {turn.kind}", "Found by comparing two versions."
        question = Question("disagreement", about, wanted, says, shown=self._known, seen=lambda rerun: self._shows(turn, rerun))
        witness = self._bench.make_witness(question, found)
        if witness.fails:
            return Unproved(turn, witness.fails)
        rerun = self._bench.run_case(witness.case)
        before, after = self._decide(rerun)
        patient = dict(self._iter_telling(rerun))
        return OutcomeChange(tuple(_compare(before.outcome, after.outcome)), before.outcome, after.outcome, patient, witness.case)

    @cached_property
    def _known(self) -> Condition:
        """That the case tells all that either version reads: whatever an outcome is, it is so or not."""
        read = dict.fromkeys((*_outcomes(self.old).values(), *_outcomes(self.new).values()))
        return both(*(either((one, Not(one))) for one in read))

    @cached_property
    def _wishes(self) -> list[Condition]:
        """What is usual of all that the case tells, so that only what matters is unusual."""
        return self._bench.list_wishes(self._known)

    def _decide(self, rerun: Rerun) -> tuple[Decision, Decision]:
        """What the engine says of a patient by each version."""
        return make_decision(self.old.ruleset, derive_facts(rerun.record, self.old.plan)), rerun.decision

    def _shows(self, turn: Turn, rerun: Rerun) -> bool:
        before, after = self._decide(rerun)
        return turn in _compare(before.outcome, after.outcome)

    def _iter_telling(self, rerun: Rerun) -> Iterator[tuple[str, Value]]:
        """What the statements that apply by either version ask of the patient, what rules their regimens out, and what a headline
        would name.
        """
        asked, barring = set[str](), set[str]()
        for now, decision in zip((self.old, self.new), self._decide(rerun), strict=True):
            barring.update(_iter_barring(decision))
            applying = [one for one in now.ruleset.statements if one.recommend and decision.statements[one.id].truth is TRUE]
            asked.update(*(now.ruleset.reads[one.id] for one in applying))
        for feature in self.new.plan.features:
            fact = rerun.facts[feature.name]
            told = feature.name in asked and feature.name not in rerun.record.stated
            if fact.is_known and (told or feature.name in barring or _stands_out(feature, fact.value)):
                yield feature.name, fact.value


def _iter_barring(decision: Decision) -> Iterator[str]:
    """The features by which regimens of statements that apply are ruled out."""
    for one in decision.everything:
        if one.applies.truth is TRUE and not one.proposal.against:
            for restriction in one.find_restrictions(TRUE, "precludes"):
                for leaf in find_deciding_leaves(restriction.reason):
                    if isinstance(leaf.condition, Compare | OneOf):
                        yield leaf.condition.feature


def list_worked_out_otherwise(old: Proving, new: Proving) -> list[str]:
    """The features whose rules differ between the two, and what rules make of those in either."""
    unlike = {name for name, one in old.plan.by_name.items() if one.rules != new.plan.by_name[name].rules}
    reached = unlike.union(*(now.plan.downstream[name] for now in (old, new) for name in unlike))
    return [one.name for one in old.plan.features if one.name in reached and (one.rules or new.plan.by_name[one.name].rules)]


def _stands_out(feature: Feature, value: Value) -> bool:
    """Whether a patient is told by this: a number that a headline would name, or a word that is not the usual one."""
    if not feature.question:
        return False
    return bool(feature.headline) if feature.is_numeric else find_usual_word(feature) not in (None, value)


def _outcomes(now: Proving) -> Mapping[str, Condition]:
    """For each regimen the patients whose outcome names it, and under OUTSIDE those of whom no guideline speaks."""
    families = dict.fromkeys(now.family(statement) for statement in now.ruleset.statements)
    outside = Not(either(now.in_scope(family) for family in families))
    return {OUTSIDE: outside, **now.outcome}


def _compare(before: Outcome, after: Outcome) -> Iterator[Turn]:
    """The ways in which two outcomes differ; none where one of the two cannot tell."""
    if "needs_data" in (before[0], after[0]):
        return
    one, other = _names(before), _names(after)
    yield from (Turn(name, "comes") for name in other if name not in one)
    yield from (Turn(name, "goes") for name in one if name not in other)


def _names(outcome: Outcome) -> tuple[str, ...]:
    answer, regimens = outcome
    return (OUTSIDE,) if answer == "out_of_scope" else regimens
