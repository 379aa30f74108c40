"""What would change the answer: each known fact, were it different, by re-running the same decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from concordant.decide.decision import Decision, Outcome
from concordant.decide.judging import make_decision
from concordant.decide.partitions import Cell, join_cells, make_cells
from concordant.decide.questions import Situation
from concordant.derive.engine import derive_with_overrides, is_awaiting_input
from concordant.logic.intervals import Interval
from concordant.logic.truth import TRUE
from concordant.model.features import Feature


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A known fact, the other value that changes the outcome, and how far off its boundary is (numbers only)."""

    feature: str
    whole: Cell
    outcome: Outcome
    distance: float | None = None
    near: bool = False

    @property
    def cell_name(self) -> str:
        """The other value by its name."""
        return self.whole.name


def find_counterfactuals(situation: Situation) -> list[Counterfactual]:
    """Find the counterfactuals: for every known fact the decision rests on, the nearest other values that change the
    headline.

    For a number, the nearest such range is looked for above and below; near ones come first. A change that only removes a
    substitute is ignored, and so is a fact whose every other value leaves the answer open.
    """
    if situation.decision.answer != "recommends":
        return []
    sides = [
        side
        for feature in _find_known_features(situation)
        for side in _keep_if_settling(_iter_counterfactuals(feature, situation))
    ]
    return sorted(sides, key=lambda s: (not s.near, s.distance is None))


def _keep_if_settling(sides: Iterator[Counterfactual]) -> list[Counterfactual]:
    """The sides of one fact, unless all of them leave the answer open."""
    kept = list(sides)
    return kept if any(side.outcome[0] != "needs_data" for side in kept) else []


def _find_known_features(situation: Situation) -> list[Feature]:
    """Known features with a question, read by what is alive, directly or through others; none that waits for another."""
    wanted = situation.plan.collect_inputs(situation.find_read_features())
    known = (f for f in situation.plan.features if f.name in wanted and f.question and _is_settled(f, situation))
    return [f for f in known if not is_awaiting_input(f, situation.facts)]


def _is_settled(feature: Feature, situation: Situation) -> bool:
    value = situation.facts[feature.name].value
    return value.is_exact if isinstance(value, Interval) else isinstance(value, str)


def _iter_counterfactuals(feature: Feature, situation: Situation) -> Iterator[Counterfactual]:
    value = situation.facts[feature.name].value
    cells = make_cells(feature, situation.frame.cuts.get(feature.name, ()), None)
    if not isinstance(value, Interval):
        decisions = ((cell, _decide_with_value(feature, cell, situation)) for cell in cells if cell.value != value)
        yield from (
            Counterfactual(feature.name, cell, decision.outcome)
            for cell, decision in decisions
            if decision.headline != situation.decision.headline
        )
        return
    lower = [c for c in cells if isinstance(c.value, Interval) and c.value.high < value.low]
    upper = [c for c in cells if isinstance(c.value, Interval) and c.value.low > value.high]
    for way in (lower[::-1], upper):
        yield from _find_beyond(feature, way, value, situation)


def _find_beyond(feature: Feature, cells: Sequence[Cell], value: Interval, situation: Situation) -> list[Counterfactual]:
    """The first ranges with another headline, walking away from the value, told as one where their outcome is one."""
    whole: Cell | None = None
    beyond = situation.decision.outcome
    for cell in cells:
        decided = _decide_with_value(feature, cell, situation)
        if whole is None and decided.headline != situation.decision.headline:
            whole, beyond = cell, decided.outcome
        elif whole is not None:
            both = join_cells(feature, *sorted((whole, cell), key=_get_low_end))
            if decided.outcome != beyond or _decide_with_value(feature, both, situation).outcome != beyond:
                break
            whole = both
    if whole is None:
        return []
    distance = _measure_distance(whole, value)
    near = feature.near is not None and distance <= feature.near
    return [Counterfactual(feature.name, whole, beyond, distance, near)]


def _get_low_end(cell: Cell) -> float:
    return cell.value.low if isinstance(cell.value, Interval) else 0.0


def _decide_with_value(feature: Feature, cell: Cell, situation: Situation) -> Decision:
    """The decision had this been told; that of now for what no patient can have beside the other facts."""
    changes = {feature.name: cell.value}
    record = replace(situation.record, stated={**situation.record.stated, **changes})
    facts, touched = derive_with_overrides(situation.facts, changes, record, situation.plan, situation.look)
    if any(situation.look(axiom.never, facts).truth is TRUE for axiom in situation.plan.axioms):
        return situation.decision
    return make_decision(situation.frame, facts, situation.decision, touched, situation.look)


def _measure_distance(cell: Cell, value: Interval) -> float:
    assert isinstance(cell.value, Interval)
    return cell.value.low - value.high if cell.value.low > value.high else value.low - cell.value.high
