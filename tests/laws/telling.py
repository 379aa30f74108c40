"""What an answer prints is told back: each text is read under `stated` of a case file, and has to mean what was printed.

Told back are the branches of a question (`changes`), what would change the answer (`other_sides`, and what holds `now`), and the
facts of the next steps. A number means the same when the same text is printed of it, and the same decision follows.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from concordant.answer.engine import answer_record, build_situation
from concordant.answer.schema import Answer
from concordant.decide.decision import Decision, Outcome
from concordant.decide.next_steps import find_assumed_features
from concordant.decide.partitions import format_range, make_cells
from concordant.decide.questions import Branch, find_questions
from concordant.decide.situation import Situation
from concordant.derive.lanes import Supposition
from concordant.errors import ConcordantError
from concordant.logic.intervals import Interval
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Value, format_value
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file, read_text
from tests.supposing import decide_supposed

DAY = dt.date(2022, 9, 20)


@dataclass(frozen=True, slots=True)
class Told:
    """One printed text, where it was printed, and what is wrong with telling it back; nothing when it means the same."""

    where: str
    feature: str
    text: str
    problem: str = ""


def told_back(path: Path, knowledge: Knowledge, words: Words) -> Iterator[Told]:
    """Every text of the answer to a case."""
    try:
        now = build_situation(read_case(read_file(path), knowledge, words, DAY), knowledge)
    except ConcordantError:
        return
    teller = Teller(now, knowledge, words)
    yield from teller.branches()
    answer = answer_record(now.record, knowledge)
    yield from teller.other_sides(answer)
    yield from teller.next_facts(answer)


@dataclass(frozen=True, slots=True)
class Teller:
    """One patient, to whom what was printed is told."""

    now: Situation
    knowledge: Knowledge
    words: Words

    def read(self, name: str, text: str) -> Value:
        """The text as the value of a feature in a case file. Raises Refused."""
        file = f"as_of: {DAY}\nstated: {{{name}: {json.dumps(text, ensure_ascii=False)}}}"
        return read_case(read_text(file, "told.yaml"), self.knowledge, self.words, DAY).stated.get(name)

    def branches(self) -> Iterator[Told]:
        """Each branch of each question; of a fact in conflict nothing that is told can settle it, so those are apart."""
        asked = [] if self.now.decision.answer == "out_of_scope" else find_questions(self.now)
        for question in asked:
            name = question.feature.name
            where = "changes, in conflict" if self.now.facts[name].conflict else "changes"
            for branch in question.branches:
                yield Told(where, name, branch.cell.name, self._wrong_branch(question.feature, branch))

    def _wrong_branch(self, feature: Feature, branch: Branch) -> str:
        try:
            value = self.read(feature.name, branch.cell.name)
        except ConcordantError as error:
            return f"refused: {error}"
        wanted = branch.cell.part or branch.cell.value
        if _clipped(feature, value) != _clipped(feature, wanted):
            return f"read as {value}, printed of {wanted}"
        outcome = self._stated(feature.name, value)
        return "" if outcome == branch.outcome else f"leads to {outcome}, printed was {branch.outcome}"

    def _stated(self, name: str, value: Value) -> Outcome:
        told = {feature: one for feature, one in {**self.now.record.stated, name: value}.items() if one is not None}
        return build_situation(replace(self.now.record, stated=told), self.knowledge).decision.outcome

    def other_sides(self, answer: Answer) -> Iterator[Told]:
        """What would change the answer, and the value that it stands beside."""
        for side in answer.other_sides:
            outcome = (side.answer, tuple(sorted(side.then)))
            yield Told("other side", side.feature, side.if_, self._wrong_side(side.feature, side.if_, outcome))
            yield Told("now", side.feature, side.now, self._wrong_now(side.feature, side.now))

    def _wrong_side(self, name: str, text: str, outcome: Outcome) -> str:
        feature = self.now.plan.by_name[name]
        try:
            value = self.read(name, text)
        except ConcordantError as error:
            return f"refused: {error}"
        if printed(feature, value) != text:
            return f"read as {value}, which is printed as {printed(feature, value)}"
        found = self._supposed({name: value}, {name: value}).outcome
        return "" if found == outcome else f"leads to {found}, printed was {outcome}"

    def _wrong_now(self, name: str, text: str) -> str:
        feature, held = self.now.plan.by_name[name], self.now.facts[name].value
        try:
            value = self.read(name, text)
        except ConcordantError as error:
            return f"refused: {error}"
        if f"{feature.label}: {format_value(feature, value)}" != text:
            return f"read as {value}, which is printed as {format_value(feature, value)}"
        cuts = self.now.frame.cuts.get(name, ())
        cells = [[cell.name for cell in make_cells(feature, cuts, one)] for one in (value, held)]
        return "" if cells[0] == cells[1] else f"lies in {cells[0]}, the fact in {cells[1]}"

    def next_facts(self, answer: Answer) -> Iterator[Told]:
        """The facts of each next step, told together."""
        for step in answer.next:
            told: dict[str, Value] = {}
            for name, text in step.facts.items():
                problem = self._wrong_fact(name, text, told)
                yield Told("next", name, text, problem)
            kept = {name: self.now.facts[name].value for name in find_assumed_features(self.now)}
            decision = self._supposed({**kept, **told}, {})
            found = (decision.answer, sorted(one.proposal.regimen.id for one in decision.offered))
            wanted = (step.answer, sorted(one.regimen for one in step.options))
            yield Told("next step", step.after, step.if_, "" if found == wanted else f"leads to {found}, printed was {wanted}")

    def _wrong_fact(self, name: str, text: str, told: dict[str, Value]) -> str:
        feature = self.now.plan.by_name[name]
        try:
            told[name] = self.read(name, text)
        except ConcordantError as error:
            return f"refused: {error}"
        again = format_value(feature, told[name])
        return "" if again == text else f"read as {told[name]}, which is printed as {again}"

    def _supposed(self, changes: Mapping[str, Value], stated: Mapping[str, Value]) -> Decision:
        """The decision were these facts different, whatever the record says."""
        return decide_supposed(self.now, Supposition(stated, changes))[0]


def printed(feature: Feature, value: Value) -> str:
    """The value as the name of a branch."""
    if not feature.is_numeric:
        return format_value(feature, value)
    return format_range(feature, value if isinstance(value, Interval) else Interval())


def _clipped(feature: Feature, value: Value) -> Value:
    """The part of a number's range that patients have; any value of a word is nothing told."""
    if not feature.is_numeric:
        return value
    whole = Interval(-math.inf if feature.low is None else feature.low, math.inf if feature.high is None else feature.high)
    return whole.intersect_with(value) if isinstance(value, Interval) else whole
