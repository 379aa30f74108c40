"""What is supposed of a patient in lanes, held to the same supposed one at a time; and what to suppose."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from concordant.decide.partitions import join_cells, make_cells
from concordant.decide.situation import Situation
from concordant.derive.lanes import Supposition, suppose_stated
from concordant.logic.intervals import Interval, step_above, step_below
from concordant.logic.truth import TRUE
from concordant.model.features import Feature
from concordant.patient.facts import Value, value_from_words
from concordant.readers.explain import Evaluator, explain
from tests.supposing import decide_supposed

LONE_NUMBERS = (1.0, 2.0, 40.0)  # of a number that no condition reads


def differences(
    lanes: Any,
    now: Situation,
    suppositions: Sequence[Supposition],
    look: Evaluator | None = None,
    kept: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """Where the decisions in lanes, and the facts behind them, are not the reference's; `lanes` is a situation like `now`."""
    decided = lanes.suppose(suppositions, kept)
    held = {name: now.facts[name].value for name in kept}
    for number, (supposed, told) in enumerate(zip(suppositions, decided, strict=True)):
        decision, facts = decide_supposed(now, Supposition(supposed.stated, {**held, **supposed.fixed}), look)
        values = {name: decided.facts.find_fact(name, 1 << number).value for name in now.wanted}
        found = {name: (value, facts[name].value) for name, value in values.items() if value != facts[name].value}
        rule = decision.speaking.line if decision.speaking else None
        line = facts[rule.feature].value if rule else None
        pairs = {
            "answer": (told.answer, decision.answer),
            "outcome": (told.outcome, decision.outcome),
            "headline": (told.headline, decision.headline),
            "offered": ([(j.proposal.id, j.role) for j in told.offered], [(j.proposal.id, j.role) for j in decision.offered]),
            "open": ([(j.proposal.id, j.role) for j in told.open], [(j.proposal.id, j.role) for j in decision.open]),
            "line": (told.line, line if isinstance(line, str) else ""),
            "contradicts": (told.contradicts, any(f.conflict and not now.facts[name].conflict for name, f in facts.items())),
            "impossible": (told.impossible, any(explain(a.never, facts).truth is TRUE for a in now.plan.axioms)),
        }
        found |= {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        yield from (f"{supposed}: {name} is {one}, not {other}" for name, (one, other) in found.items())


def suppose_cells(now: Situation) -> Iterator[Supposition]:
    """Every value of every feature that has a question: stated, stated and so, and so whatever is stated; and two told as one."""
    for feature in (f for f in now.plan.features if f.question):
        cells = make_cells(feature, now.frame.cuts.get(feature.name, ()), None)
        for cell in (*cells, *(join_cells(feature, *pair) for pair in pairwise(cells))):
            change = {feature.name: cell.value}
            yield from (suppose_stated(now.facts, change), Supposition(change, change), Supposition({}, change))


def suppose_inferred(now: Situation) -> Iterator[Supposition]:
    """Two words left of an inferred feature, or of what it is inferred from, beside every value of each other input."""
    for feature in (f for f in now.plan.features if f.rules):
        inputs = [now.plan.by_name[name] for name in sorted(now.plan.inputs[feature.name])]
        for one in (f for f in (feature, *inputs) if len(f.values) > 2):
            for left in pairwise(one.values):
                yield Supposition({one.name: left}, {})
                for other in (f for f in inputs if f is not one):
                    cells = make_cells(other, now.frame.cuts.get(other.name, ()), None)
                    yield from (Supposition({one.name: left}, {other.name: value}) for value in (None, *(c.value for c in cells)))


def suppose_several(now: Situation, drawn: random.Random) -> Supposition:
    """From two facts to all of them, or an inferred one and what it is inferred from; each stated or so, or not known at all."""
    count = drawn.choice((2, 3, 8, 60, len(now.plan.features)))
    some = drawn.sample(now.plan.features, count)
    if drawn.random() < 0.5:
        inferred = drawn.choice([feature for feature in now.plan.features if feature.rules])
        some = [inferred, *(now.plan.by_name[name] for name in sorted(now.plan.inputs[inferred.name]))]
    values = {feature.name: draw_value(feature, now, drawn) for feature in some}
    stated = {name: value for name, value in values.items() if value is not None and drawn.random() < 0.5}
    fixed = {name: value for name, value in values.items() if name not in stated or drawn.random() < 0.2}
    return Supposition(stated, fixed)


def draw_value(feature: Feature, now: Situation, drawn: random.Random) -> Value:
    """A word, words that are left, a number, an interval about the bounds that are read, or nothing."""
    if drawn.random() < 0.15:
        return None
    if not feature.is_numeric:
        return value_from_words(feature, drawn.sample(feature.values, min(drawn.choice((1, 1, 2)), len(feature.values))))
    bounds = [bound for bound, _ in now.frame.cuts.get(feature.name, ()) if bound] or list(LONE_NUMBERS)
    beside = () if feature.type == "count" else (step_below, step_above)
    near = [n for bound in bounds for n in (bound, bound + 1, *(step(bound) for step in beside))]
    low, high = sorted(drawn.choices([n for n in near if feature.low is None or n >= feature.low], k=2))
    return drawn.choice((Interval(low, high), Interval(low, low), Interval(low=low), Interval(high=high)))
