"""The law of the columns has teeth: each change of wires, planes, facts or the decision in columns is noticed."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any, NamedTuple

import pytest

import concordant as cc
from concordant.answer.engine import build_situation
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Value
from concordant.readers.truth_only import TruthOnly
from tests.laws.columns import (
    Reference,
    Row,
    draw_open_rows,
    draw_rows,
    find_differences,
    row_of,
    table_of,
    tell_decision,
    tell_table,
)
from tests.laws.lanes import draw_value
from tests.proof.mutants import loaded, source_of
from tests.shares import share_of
from tests.shipped import CASES, record_of

pytestmark = pytest.mark.long

DAY = dt.date(2024, 6, 1)
EVERY, DRAWN, SUPPOSED, OPEN = 20, 400, 8, 40
WIRES, READING, PLANES, TABLE = "readers.wires", "readers.columns", "readers.planes", "readers.facts_table"
JUDGED, DECISION, FACTS, ASKED = "decide.judged_lanes", "decide.columns", "decide.column_facts", "decide.column_questions"
DECIDED, RESULTS, ROWS_ALONE = "decide.tables", "decide.table_results", "decide.table_rows"
MODULES = (
    *("readers.circuit", WIRES, READING, PLANES, TABLE, "readers.facts_checks", JUDGED, FACTS, DECISION),
    *(ASKED, "derive.lanes", "decide.lanes", ROWS_ALONE, DECIDED, RESULTS, "api.tables"),
)

# what is changed, where, from, to
ROWS: list[tuple[str, str, str, str]] = [
    (
        "a step takes what it reads from another",
        WIRES,
        "at = registers[one], registers[other]",
        "at = registers[one], registers[one]",
    ),
    ("a register is used again too early", WIRES, "if last[read] == place and", "if last[read] >= place and"),
    ("nobody is on a wire that is turned round", WIRES, "turned = self._turned.get(one.place)\n", "turned = self.none\n"),
    ("an or is an and", PLANES, '"or": np.bitwise_or', '"or": np.bitwise_and'),
    ("a block is that before", PLANES, "found[key][start:stop] = ", "found[key][: stop - start] = "),
    ("a row is at another bit", PLANES, 'np.packbits(rows, bitorder="little")', "np.packbits(rows)"),
    ("at least is above", TABLE, "found = low >= key.bound", "found = low > key.bound"),
    ("below is at most", TABLE, "found = high < key.bound", "found = high <= key.bound"),
    (
        "an empty row has a number",
        TABLE,
        "np.bitwise_and(plane, column.told, out=plane)\n\n    def _make_word",
        "pass\n\n    def _make_word",
    ),
    ("an empty row has a word", TABLE, "for plane in codes.values():", "for plane in ():"),
    ("words that are left are one word", TABLE, "if left and key.word not in left", "if left and key.word != left[0]"),
    (
        "one word inside is enough",
        READING,
        "return join_all(board, map(reading.rule_out, outside)),",
        "return ~join_all(board, map(reading.rule_out, inside)),",
    ),
    (
        "unknown is no",
        READING,
        "join_all(board, map(reading.rule_out, inside))\n",
        "~join_all(board, map(reading.rule_out, outside))\n",
    ),
    (
        "at most is below",
        READING,
        'return reading.compare("at_most", at), reading.compare("above", at)',
        'return reading.compare("below", at), reading.compare("above", at)',
    ),
    ("what holds is passed over", DECISION, "clear &= false | ~active", "clear &= false | ~false"),
    ("nothing precludes", DECISION, "precluded |= true & active", "precluded |= false & ~false"),
    ("a bar of another drug counts", DECISION, "active = self.find_active(id_, proposal)", "active = self.takes | ~self.takes"),
    ("who takes nothing continues", DECISION, "return self.find_made(proposal) & ~self", "return ~self"),
    (
        "an offer of another guideline is offered",
        DECISION,
        "return one.offered & self.find_speaking(one.candidate.proposal)",
        "return one.offered",
    ),
    ("the role is that of any offer", DECISION, "| (speaks & ~before)", "| speaks"),
    ("a limit that is open does not hold", JUDGED, "(self.full & ~true & ~false)", "self.reader.none"),
    ("one role for all", JUDGED, 'if proposal.role == "preferred" else none', "if False else none"),
    ("advice against is offered", JUDGED, "if proposal.against or false == self.full:", "if false == self.full:"),
    ("what is stated is inferred again", FACTS, '& ~self.board.find_input(Plane("stated", feature.name))', ""),
    ("nothing is inferred again", FACTS, "if again:", "if False:"),
    ("all is inferred again", FACTS, "(again & wire) | (~again & old.rule_out(word))", "wire"),
    ("of two words that are proved one is taken", FACTS, "(one & ~several & ~proven", "(one & ~proven"),
    ("silence says nothing", FACTS, "holds = left & self.reader", "holds = self.board.none & self.reader"),
    ("silence speaks over a part that is missing", FACTS, "holds & ~self._find_partial_records()", "holds"),
    ("words that are left are not followed", DECIDED, "if not rows:\n        return", "if True:\n        return"),
    (
        "rows that are alike are all the first",
        DECIDED,
        "found = seen.get((own, told))",
        "found = next(iter(seen.values()), None)",
    ),
    ("what is fixed is inferred", FACTS, "elif name not in self.held and is", "elif is"),
    ("a cell that cannot be is asked", ASKED, "possible & changed &", "changed &"),
    ("what contradicts is asked", ASKED, "changed & ~supposed.contradicted", "changed"),
    ("what is known is asked", ASKED, "rows &= ~find_settled(", "rows &= rows | find_settled("),
    ("what nobody reads is asked", ASKED, "rows = self.rows.get(feature.name, board.none)", "rows = board.full"),
    ("what makes no sense is asked", ASKED, "if feature.only_if is not None:", "if False:"),
    (
        "a row is told by another",
        RESULTS,
        "first[numbers[::-1]] = np.arange(rows - 1, -1, -1)",
        "first[numbers] = np.arange(rows - 1, -1, -1)",
    ),
]
UNSEEN = {  # a change that cannot change what is told, with the reason
    "what is fixed is inferred": "the law supposes once; what was supposed before is held",
    "an offer of another guideline is offered": "one guideline is shipped; tests/laws/test_columns.py has two",
    "the role is that of any offer": "no derived statement that is shipped prefers what a numbered one offers in another role",
    "what is known is asked": "a value that is known leaves one cell, and that changes nothing: it saves looking",
    "what nobody reads is asked": "what nobody reads changes no outcome",
}


class Drawn(NamedTuple):
    """Rows, what is supposed of them, and what the reference says."""

    table: Any
    wanted: list[dict[str, Any]]
    supposed: list[tuple[dict[str, Value], list[dict[str, Any]]]]
    asked: list[set[str]]


@pytest.fixture(scope="module")
def drawn(knowledge: Knowledge) -> Drawn:
    engine, rng = cc.Engine(knowledge), random.Random(3)
    reference = Reference(engine, DAY, TruthOnly())
    records = list(filter(None, map(record_of, CASES[::EVERY])))
    now = build_situation(records[0], knowledge)
    known = [row_of(one, reference.plan) for one in records]
    rows: list[Row] = [*draw_open_rows(known, now, rng, OPEN), *draw_rows(known, now, rng, DRAWN)]
    behind = [f for f in reference.plan.features if not reference.plan.downstream[f.name].isdisjoint(reference.alone)]
    supposed = []
    silent = {name for f in now.plan.features if f.name in reference.alone and f.absent_means for name in now.plan.inputs[f.name]}
    for chosen in ([now.plan.by_name[name] for name in sorted(silent)], *(rng.sample(behind, 3) for _ in range(SUPPOSED))):
        fixed = {feature.name: draw_value(feature, now, rng) for feature in chosen}
        supposed.append((fixed, [tell_decision(reference.suppose(row, fixed)[0]) for row in rows]))
    asked = [reference.list_asked(row) for row in rows[:OPEN]]
    return Drawn(table_of(rows, engine), [tell_decision(reference.decide(row)) for row in rows], supposed, asked)


RUN = share_of("changes of the columns", [row for row in ROWS if row[0] not in UNSEEN], kind=lambda row: row[1])


@pytest.mark.parametrize(("module", "old", "new"), [row[1:] for row in RUN], ids=[row[0] for row in RUN])
def test_a_change_is_noticed(module: str, old: str, new: str, knowledge: Knowledge, drawn: Drawn) -> None:
    source = source_of(module)
    assert source.count(old) == 1, "the source has changed: write the change anew"
    with loaded({module: source.replace(old, new)}, MODULES) as modules:
        assert parts(modules, knowledge, drawn)


def test_unchanged_nothing_parts(knowledge: Knowledge, drawn: Drawn) -> None:
    with loaded({}, MODULES) as modules:
        assert not parts(modules, knowledge, drawn, raising=True)


def parts(modules: Any, knowledge: Knowledge, drawn: Drawn, *, raising: bool = False) -> bool:
    """Whether the columns and the reference part; an exception is a difference."""
    try:
        modules[PLANES].BLOCK = 2  # several blocks
        return _parts(modules["api.tables"], cc.Engine(knowledge), drawn)
    except Exception:
        if raising:
            raise
        return True


def _parts(tables: Any, engine: cc.Engine, drawn: Drawn) -> bool:
    decided = tables.decide_table(engine, drawn.table, DAY, "")
    if find_differences(tell_table(decided), drawn.wanted):
        return True
    for fixed, wanted in drawn.supposed:
        if find_differences(tell_table(tables._decide(engine, decided.facts, DAY, "", fixed)), wanted):
            return True
    asked = decided.questions().drop_columns(["patient"]).slice(0, len(drawn.asked)).to_pylist()
    return any(
        {name for name, is_asked in row.items() if is_asked} != wanted for row, wanted in zip(asked, drawn.asked, strict=True)
    )
