"""What would change the answer: each known fact, were it different, by supposing each of its other values, all at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, dropwhile, takewhile
from typing import NamedTuple

import msgspec

from concordant.decide.decision import Decision, Outcome
from concordant.decide.lanes import SupposedDecision
from concordant.decide.partitions import Cell, join_cells, make_cells
from concordant.decide.situation import Situation
from concordant.derive.engine import is_awaiting_input
from concordant.derive.lanes import Supposition
from concordant.logic.intervals import Interval
from concordant.model.features import Feature


class Counterfactual(msgspec.Struct, frozen=True):
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
    ways = [way for feature in _find_known_features(situation) for way in _list_ways(feature, situation)]
    sides = [_make_counterfactual(side) for side in _find_whole_sides(_find_sides(ways, situation), situation)]
    return sorted(_keep_if_settling(sides), key=lambda s: (not s.near, s.distance is None))


def _keep_if_settling(sides: list[Counterfactual]) -> list[Counterfactual]:
    """The sides of each fact, unless all of them leave the answer open."""
    settling = {side.feature for side in sides if side.outcome[0] != "needs_data"}
    return [side for side in sides if side.feature in settling]


def _find_known_features(situation: Situation) -> list[Feature]:
    """Known features with a question, read by what is alive, directly or through others; none that waits for another."""
    wanted = situation.plan.collect_inputs(situation.find_read_features())
    known = (f for f in situation.plan.features if f.name in wanted and f.question and _is_settled(f, situation))
    return [f for f in known if not is_awaiting_input(f, situation.facts)]


def _is_settled(feature: Feature, situation: Situation) -> bool:
    value = situation.facts[feature.name].value
    return value.is_exact if isinstance(value, Interval) else isinstance(value, str)


class _Way(NamedTuple):
    """Other values of a known fact: one word, or the ranges on one side of a number, the nearest first."""

    feature: Feature
    now: Interval | str
    cells: Sequence[Cell]


class _Side(NamedTuple):
    """What lies on a way: the first values with another headline that have one outcome, and that outcome."""

    way: _Way
    cells: Sequence[Cell]
    outcome: Outcome


def _list_ways(feature: Feature, situation: Situation) -> list[_Way]:
    value = situation.facts[feature.name].value
    assert isinstance(value, Interval | str)
    cells = make_cells(feature, situation.frame.cuts.get(feature.name, ()), None)
    if isinstance(value, str):
        return [_Way(feature, value, [cell]) for cell in cells if cell.value != value]
    lower = [c for c in cells if isinstance(c.value, Interval) and c.value.high < value.low]
    upper = [c for c in cells if isinstance(c.value, Interval) and c.value.low > value.high]
    return [_Way(feature, value, way) for way in (lower[::-1], upper)]


def _find_sides(ways: Sequence[_Way], situation: Situation) -> list[_Side]:
    decided = iter(_decide_with_values([(way.feature, cell) for way in ways for cell in way.cells], situation))
    sides = [_find_side(way, [(cell, next(decided)) for cell in way.cells], situation.decision.headline) for way in ways]
    return [side for side in sides if side is not None]


def _find_side(way: _Way, decided: Sequence[tuple[Cell, Decision | SupposedDecision]], headline: Outcome) -> _Side | None:
    beyond = list(dropwhile(lambda one: one[1].headline == headline, decided))
    if not beyond:
        return None
    outcome = beyond[0][1].outcome
    return _Side(way, [cell for cell, _ in takewhile(lambda one: one[1].outcome == outcome, beyond)], outcome)


def _find_whole_sides(sides: Sequence[_Side], situation: Situation) -> list[_Side]:
    """The sides with one cell each: the first, told as one with the next ones as long as that has the same outcome."""
    joined = [(side, _join_on(side)) for side in sides]
    decided = iter(_decide_with_values([(side.way.feature, cell) for side, cells in joined for cell in cells], situation))
    return [_keep_alike(side, [(cell, next(decided)) for cell in cells]) for side, cells in joined]


def _keep_alike(side: _Side, joined: Sequence[tuple[Cell, Decision | SupposedDecision]]) -> _Side:
    alike = takewhile(lambda one: one[1].outcome == side.outcome, joined)
    *_, whole = (side.cells[0], *(cell for cell, _ in alike))
    return side._replace(cells=[whole])


def _join_on(side: _Side) -> list[Cell]:
    """The first cell told as one with the second, with the second and the third, and so on."""
    feature = side.way.feature
    return list(accumulate(side.cells, lambda whole, cell: join_cells(feature, *sorted((whole, cell), key=_get_low_end))))[1:]


def _make_counterfactual(side: _Side) -> Counterfactual:
    (feature, now, _), whole = side.way, side.cells[0]
    if not isinstance(now, Interval):
        return Counterfactual(feature.name, whole, side.outcome)
    distance = _measure_distance(whole, now)
    return Counterfactual(feature.name, whole, side.outcome, distance, feature.near is not None and distance <= feature.near)


def _get_low_end(cell: Cell) -> float:
    return cell.value.low if isinstance(cell.value, Interval) else 0.0


def _decide_with_values(each: Sequence[tuple[Feature, Cell]], situation: Situation) -> list[Decision | SupposedDecision]:
    """The decision had each been told; that of now for what no patient can have beside the other facts."""
    changes = [{feature.name: cell.value} for feature, cell in each]
    decided = situation.suppose([Supposition(change, change) for change in changes])
    return [situation.decision if one.impossible else one for one in decided]


def _measure_distance(cell: Cell, value: Interval) -> float:
    assert isinstance(cell.value, Interval)
    return cell.value.low - value.high if cell.value.low > value.high else value.low - cell.value.high
