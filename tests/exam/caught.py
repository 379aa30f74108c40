"""Whether the patients of the exam tell a changed knowledge from the one that it was: by the planes of a table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow.compute as pc

from concordant.decide.column_facts import ColumnFacts
from concordant.decide.columns import TableJudge, make_table_ruleset
from concordant.decide.ruleset import Proposal, Ruleset
from concordant.readers.circuit import Circuit
from concordant.readers.columns import merge_all
from concordant.readers.facts_checks import open_facts_table
from concordant.readers.planes import Words, pack_rows, run_program
from concordant.readers.wires import Board, Wire, make_program
from tests.exam.readers import Paper
from tests.exam.sitting import Sitting
from tests.exam.told import Told

Planes = Mapping[Hashable, Words]
KINDS = ("answer", "outcome", "status", "applies", "bar", "role")


class PaperPlanes:
    """The decision of another ruleset on the same patients; a sentence that was read before is not read again."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.board = Board()
        self.facts = ColumnFacts(self.board, paper.sitting.plan, Circuit())

    @cached_property
    def table(self) -> Any:
        sitting = self.paper.sitting
        return open_facts_table(self.paper.table, sitting.knowledge.features, sitting.names)

    def decide(self, frame: Ruleset) -> Planes:
        """Everything that is told of the patients, a plane each."""
        sitting = self.paper.sitting
        judge = TableJudge(make_table_ruleset(frame, self.table.drugs, sitting.names), self.facts)
        program = make_program(self.board, dict(_list_wires(judge, frame)))
        found = run_program(program, self.table.find_planes(program.inputs), self.table.words)
        return {key: _cut(plane, self.table.rows) for key, plane in found.items()}


def _list_wires(judge: TableJudge, frame: Ruleset) -> dict[Hashable, Wire]:
    wires: dict[Hashable, Wire] = {("answer", "", name): wire for name, wire in judge.judge_answers().items()}
    wires |= {("outcome", "", name): wire for name, wire in judge.judge_outcome().items()}
    for one in judge.frame.proposals:
        wires |= {("status", one.id, status): wire for status, wire in judge.judge_statuses(one).items()}
    offered = {(one.candidate.proposal.id, one.candidate.role): one.offered for one in judge.judged}
    wires |= {("role", id_, role): wire for (id_, role), wire in offered.items()}
    for before, after in list_neighbours(judge.frame.proposals):
        both = [merge_all(judge.board, (wire for (id_, _), wire in offered.items() if id_ == one)) for one in (before, after)]
        wires["before", before, after] = both[0] & both[1]
    for id_, (true, false) in judge.statements.items():
        wires["applies", id_, "true"], wires["applies", id_, "false"] = true, false
    bars = [*frame.bars.values(), *frame.unmet.values(), {id_: bar for id_, (_, bar) in frame.holding.items()}]
    for id_, bar in ((id_, bar) for some in bars for id_, bar in some.items()):
        wires["bar", id_, "true"], wires["bar", id_, "false"] = judge.reader.read(bar.if_)
    return wires


def list_neighbours(proposals: Sequence[Proposal]) -> list[tuple[str, str]]:
    """Those of one statement that follow each other."""
    return [(one.id, other.id) for one, other in pairwise(proposals) if one.statement is other.statement]


def _cut(plane: Words, rows: int) -> Words:
    """The plane without what stands behind the last row."""
    rest = rows % 64
    if rest:
        plane = plane.copy()
        plane[-1] &= np.uint64((1 << rest) - 1)
    return plane


def planes_of(told: Told, sitting: Sitting, rows: int) -> Planes:
    """What a reader told, a plane for each thing that was told of anybody; outcomes by their regimens."""
    planes: dict[Hashable, Words] = {}
    for before, after in list_neighbours(sitting.any_frame.proposals):
        both = pc.and_(*(pc.is_valid(told["role", id_].values) for id_ in (before, after)))
        planes["before", before, after] = _pack(both.to_numpy(zero_copy_only=False), rows)
    for (kind, id_), column in told.items():
        if kind not in KINDS or id_ == "counted" or column.every > 1:
            continue
        for value in column.values.unique().to_pylist():
            holds = pc.fill_null(pc.equal(column.values, value or ""), False).to_numpy(zero_copy_only=False)
            plane = _pack(holds, rows)
            for name in (value or "").split("|") if kind == "outcome" else [value]:
                if name not in ("", None, "unknown"):
                    planes[kind, id_, name] = planes.get((kind, id_, name), np.zeros_like(plane)) | plane
    return planes


def _pack(holds: Any, rows: int) -> Words:
    plane = np.zeros(-(-rows // 64), np.uint64)
    pack_rows(holds, plane, 0)
    return plane


def find_unlike(found: Planes, wanted: Planes) -> Hashable | None:
    """The first plane that is not as it was told; a bar that is not there any more tells nothing by itself."""
    empty = np.zeros(1, np.uint64)
    gone = {key[:2] for key in wanted if isinstance(key, tuple)} - {key[:2] for key in found if isinstance(key, tuple)}
    for key in dict.fromkeys((*found, *wanted)):
        assert isinstance(key, tuple)
        if key[0] == "bar" and key[:2] in gone:
            continue
        one, other = found.get(key), wanted.get(key)
        if not np.array_equal(one if one is not None else other & empty, other if other is not None else one & empty):  # type: ignore[operator]
            return key
    return None
