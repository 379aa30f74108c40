"""The decision under many suppositions at a time: what `judged_lanes` makes of lanes, one bit a supposition."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from concordant.decide.decision import Answer, Outcome, find_headline, find_outcome, order_offered
from concordant.decide.judged_lanes import Candidate, LaneJudge, VerdictLanes
from concordant.decide.ruleset import Ruleset
from concordant.derive.lanes import LaneFacts, Lanes, split_lanes
from concordant.logic.conditions import Condition


class SupposedDecision(msgspec.Struct, frozen=True):
    """What would be said under a supposition: of a decision all but the reasons.

    `line` is the line of therapy as the guideline that speaks counts it. `contradicts` means that a fact would then be in
    conflict, `impossible` that no patient can have these facts.
    """

    answer: Answer
    offered: tuple[Candidate, ...]
    open: tuple[Candidate, ...]
    line: str
    contradicts: bool
    impossible: bool
    outcome: Outcome
    headline: Outcome


class LaneDecisions:
    """The decision under each of the suppositions; those that come to the same share one."""

    def __init__(self, frame: Ruleset, facts: LaneFacts, never: tuple[Condition, ...]) -> None:
        self.facts = facts
        self._impossible: Lanes = 0
        self._decisions: list[SupposedDecision] = []
        if facts.suppositions:
            self._judge = LaneJudge(frame, facts.reader)
            for condition in never:
                self._impossible |= facts.reader.read(condition)[0]
            self._decisions = self._decide_groups()

    def __getitem__(self, number: int) -> SupposedDecision:
        """The decision under one of the suppositions."""
        return self._decisions[number]

    def __iter__(self) -> Iterator[SupposedDecision]:
        return iter(self._decisions)

    def is_true(self, condition: Condition, number: int) -> bool:
        """Whether the condition is known to be true under one of the suppositions."""
        return bool(self.facts.reader.read(condition)[0] >> number & 1)

    def _decide_groups(self) -> list[SupposedDecision]:
        decisions: dict[int, SupposedDecision] = {}
        for lanes in split_lanes(self._judge.full, self._iter_differences()):
            decision = self._make_decision(lanes & -lanes)
            while lanes:
                lane = lanes & -lanes
                decisions[lane.bit_length() - 1] = decision
                lanes ^= lane
        return [decisions[number] for number in range(len(decisions))]

    def _iter_differences(self) -> Iterator[Lanes]:
        """Sets of lanes, so that two lanes that are alike in all of them have the same decision."""
        yield self.facts.contradicted
        yield self._impossible
        for verdict in self._judge.verdicts:
            yield from (verdict.recommends, verdict.needs_data, verdict.speaks)
            if verdict.guideline.line is not None:
                yield from (lanes for lanes, _ in self.facts.group_by_value(verdict.guideline.line.feature))
        for one in self._judge.judged:
            yield from (one.offered, one.open)

    def _make_decision(self, lane: Lanes) -> SupposedDecision:
        verdict = next((one for one in self._judge.verdicts if one.speaks & lane), None)
        own = (
            self._judge.list_own(verdict.guideline)
            if verdict is not None and len(self._judge.verdicts) > 1
            else self._judge.judged
        )
        offered = tuple(order_offered([one.candidate for one in own if one.offered & lane]))
        answer = _find_answer(verdict, lane)
        return SupposedDecision(
            answer,
            offered,
            tuple(one.candidate for one in own if one.open & lane),
            self._find_line(verdict, lane),
            bool(self.facts.contradicted & lane),
            bool(self._impossible & lane),
            find_outcome(answer, offered),
            find_headline(answer, offered),
        )

    def _find_line(self, verdict: VerdictLanes[Lanes] | None, lane: Lanes) -> str:
        rule = verdict.guideline.line if verdict is not None else None
        value = self.facts.find_fact(rule.feature, lane).value if rule is not None else None
        return value if isinstance(value, str) else ""


def _find_answer(verdict: VerdictLanes[Lanes] | None, lane: Lanes) -> Answer:
    if verdict is None:
        return "out_of_scope"
    return "needs_data" if verdict.needs_data & lane else "recommends" if verdict.recommends & lane else "out_of_scope"
