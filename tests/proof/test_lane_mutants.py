"""The law of the lanes has teeth: each change of the gates, of the facts in lanes or of the decision in lanes is noticed."""

from __future__ import annotations

import random
from typing import Any

import pytest

from concordant.answer.engine import build_situation, find_running_drugs
from concordant.decide.next_steps import find_assumed_features
from concordant.model.knowledge import Knowledge
from tests.laws.lanes import differences, suppose_cells, suppose_inferred, suppose_several
from tests.proof.mutants import asking_of, loaded, source_of
from tests.proof.states import draw
from tests.shares import share_of
from tests.shipped import CASES, case, record_of

pytestmark = pytest.mark.long

GATES, FACTS, JUDGED, DECISIONS, DERIVATION = (
    *("readers.circuit", "derive.lanes", "decide.judged_lanes"),
    *("decide.lanes", "derive.engine"),
)
EVERY, SEVERAL, DRAWN = 60, 60, 15
TORN = ("A24", "A76", "Q59")  # whose record contradicts itself

Drawn = tuple[Any, Any, list[Any]]  # a record, its situation, and what is supposed of it

# what is changed, where, from, to
ROWS: list[tuple[str, str, str, str]] = [
    ("a gate is read off the known patient", GATES, "gate.reads.isdisjoint(self._differing)", "gate.reads"),
    ("a part that is false is passed over", GATES, "            false |= fails\n", "            false = fails\n"),
    ("a part that is open is passed over", GATES, "            true &= holds\n", "            true = holds\n"),
    ("what is turned round is not", GATES, "false, true = self.read_gate(~ref)", "true, false = self.read_gate(~ref)"),
    ("an Any is an All", GATES, "return ~self._add_all([~part for part in parts])", "return self._add_all(parts)"),
    ("a gate is the first that is like it", GATES, "key = (leaf, least, parts)", "key = (leaf, least, parts[:1])"),
    ("the known fact is forgotten", FACTS, "rest if before is TRUE else 0), false", "0), false"),
    ("a fact holds in every lane", FACTS, "if lanes & lane:", "if lanes:"),
    ("lanes are not told apart by rules", FACTS, "yield from self.reader.read(rule.if_)", "yield 0"),
    ("lanes are not told apart by silence", FACTS, "yield self.reader.read(silence.when)[0]", "yield 0"),
    ("lanes are not told apart by what is stated", FACTS, "yield from stated.get(name, {}).values()", "yield 0"),
    (
        "lanes are not told apart by what a selector reads",
        FACTS,
        "read = feature.reads if self.known.is_asked(feature) else ()",
        "read = ()",
    ),
    (
        "lanes are not told apart by words that are left",
        FACTS,
        "if lanes & choices and feature.rules else read",
        "if False else read",
    ),
    ("that a fact is in conflict is not read", FACTS, "return fact.value, bool(fact.conflict),", "return fact.value, False,"),
    ("what listens does not hear", FACTS, "for listener in known.plan.listeners.get(name, ()):", "for listener in ():"),
    ("what follows is not derived again", FACTS, "reached[reader] = reached.get(reader, 0) | differs", "pass"),
    ("what is fixed gives way", FACTS, "(lanes := lanes & ~_join_lanes(fixed.values()))", "(lanes := lanes & lanes)"),
    ("what is kept moves", FACTS, "if name not in kept and", "if"),
    ("a claim of another lane is kept", DERIVATION, "if feature.name in plan.read_from_entries:", "if True:"),
    ("a part that is missing is not seen", FACTS, "if self.plan.completeness in supposed.stated:", "if False:"),
    ("what may be in conflict is not wanted", FACTS, "collect_inputs((*names, *torn))", "collect_inputs(names)"),
    (
        "bars are not read",
        JUDGED,
        "return self.full & ~self.reader.read(proposal.precluded_if)[0]",
        "return self.full",
    ),
    ("one role for all", JUDGED, 'if proposal.role == "preferred" else none', "if False else none"),
    (
        "what is open takes the role",
        JUDGED,
        "get(proposal.statement.id, none) | offered",
        "get(proposal.statement.id, none) | offered | open_",
    ),
    ("advice against is offered", JUDGED, "if proposal.against or false == self.full:", "if false == self.full:"),
    (
        "a limit that is open does not hold",
        JUDGED,
        "waits.get(guideline, self.reader.none) | (self.full & ~true & ~false)",
        "self.reader.none",
    ),
    ("a limit is passed over", JUDGED, "            outside |= true\n", ""),
    ("what could be second is missing as the first is", JUDGED, "(first_open | (open_ & ~offered))", "(first_open | open_)"),
    ("nothing is missing where nothing is offered", JUDGED, "(first_open | (open_ & ~offered))", "first_open"),
    ("impossible is possible", DECISIONS, "self._impossible |= facts.reader", "self._impossible &= facts.reader"),
    (
        "the line is that of now",
        DECISIONS,
        "self.facts.find_fact(rule.feature, lane).value",
        "self.facts.known.facts[rule.feature].value",
    ),
]
RUN = share_of("changes of the lanes", ROWS, kind=lambda row: row[1])


@pytest.fixture(scope="module")
def patients(knowledge: Knowledge) -> list[Drawn]:
    """Some patients of the cases and some drawn ones, each with what is supposed of it."""
    records = [record for path in CASES[::EVERY] if (record := record_of(path)) is not None and not find_running_drugs(record)]
    records += [record_of(case(name)) for name in TORN]
    records += [draw(knowledge, 17, number).record() for number in range(DRAWN)]
    found = []
    for number, record in enumerate(records):
        now, drawn = build_situation(record, knowledge), random.Random(number)
        cells = list(suppose_cells(now))
        supposed = drawn.sample(cells, min(100, len(cells))) + [suppose_several(now, drawn) for _ in range(SEVERAL)]
        inferred = list(suppose_inferred(now))
        found.append((record, now, supposed + drawn.sample(inferred, min(200, len(inferred)))))
    return found


@pytest.mark.parametrize(("module", "old"), [row[1:3] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_source_of_a_change_is_there(module: str, old: str) -> None:
    assert source_of(module).count(old) == 1, "the source has changed: write the change anew"


@pytest.mark.parametrize(("module", "old", "new"), [row[1:] for row in RUN], ids=[row[0] for row in RUN])
def test_a_change_is_noticed(module: str, old: str, new: str, knowledge: Knowledge, patients: list[Drawn]) -> None:
    with loaded({module: source_of(module).replace(old, new)}) as modules:
        lanes_of = asking_of(modules, knowledge).situation
        assert any(parts(lanes_of(record), now, supposed) for record, now, supposed in patients)


def test_unchanged_nothing_parts(knowledge: Knowledge, patients: list[Drawn]) -> None:
    with loaded({}) as modules:
        lanes_of = asking_of(modules, knowledge).situation
        some = share_of("patients of the lanes", patients)
        assert not any(parts(lanes_of(record), now, supposed) for record, now, supposed in some)


def parts(lanes: Any, now: Any, supposed: list[Any]) -> bool:
    """Whether lanes and reference part; an exception is a difference."""
    try:
        return any(
            True for kept in (frozenset(), find_assumed_features(now)) for _ in differences(lanes, now, supposed, None, kept)
        )
    except Exception:
        return True
