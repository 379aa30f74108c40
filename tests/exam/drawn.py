"""A knowledge whose statements and limits of scope are drawn, for what the shipped one has nowhere.

Every kind of node stands in it ("so many of these", equality, what nobody can know), every role, and two guidelines.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from msgspec.structs import replace

from concordant.logic.conditions import All, AtLeast, Compare, Condition, Constant, Named, Not, OneOf, Op
from concordant.logic.conditions import Any as AnyOf
from concordant.model.features import Feature
from concordant.model.guideline import Guideline, Statement
from concordant.model.knowledge import Knowledge
from concordant.model.sources import Role
from tests.exam.sitting import Sitting

SECOND = "drawn-beside"
WORDS, NUMBERS, DEEP = 9, 4, 3
MOST_WORDS = 6
ROLES: tuple[Role, ...] = ("preferred", "option", "alternative", "selected")
OPS: tuple[Op, ...] = ("<=", "<", ">=", ">", "==")


@dataclass
class Drawing:
    """Conditions over some features."""

    drawn: random.Random
    features: list[Feature]
    bounds: dict[str, list[float]]

    def draw_condition(self, deep: int = DEEP) -> Condition:
        kind = self.drawn.choice(("leaf", "all", "any", "count", "not", "named")) if deep else "leaf"
        parts = tuple(self.draw_condition(deep - 1) for _ in range(self.drawn.choice((2, 3)))) if kind != "leaf" else ()
        match kind:
            case "all":
                return All(parts)
            case "any":
                return AnyOf(parts)
            case "count":
                return AtLeast(self.drawn.choice((1, 2, 2, len(parts))), parts)
            case "not":
                return Not(parts[0])
            case "named":
                return Named("drawn", parts[0])
            case _:
                return self._draw_leaf()

    def _draw_leaf(self) -> Condition:
        if self.drawn.random() < 0.05:
            return Constant(self.drawn.choice(("true", "false", "unknown")))
        feature = self.drawn.choice(self.features)
        if feature.is_numeric:
            return Compare(feature.name, self.drawn.choice(OPS), self.drawn.choice(self.bounds[feature.name]))
        return OneOf(feature.name, tuple(self.drawn.sample(feature.values, self.drawn.randint(1, len(feature.values) - 1))))


def draw_sitting(base: Sitting, seed: int = 1) -> Sitting:
    """The same day with other statements, and a second guideline beside the first."""
    drawn = random.Random(f"drawn {seed}")
    bounds = {name: sorted({bound for bound, _ in cuts}) for name, cuts in base.frame.cuts.items()}
    words = [f for f in base.plan.features if f.name in base.frame.decisive and 1 < len(f.values) <= MOST_WORDS]
    numbers = [f for f in base.plan.features if f.is_numeric and bounds.get(f.name)]
    drawing = Drawing(drawn, [*drawn.sample(words, WORDS), *drawn.sample(numbers, NUMBERS)], bounds)
    first, *_ = (force.guideline for force in base.frame.in_force)
    guidelines = [_draw_scope(one, drawing) if one.id == first.id else one for one in base.knowledge.guidelines]
    beside = _draw_scope(replace(first, id=SECOND, line=None), drawing)
    statements = [_draw_statement(one, drawing) for one in base.frame.statements]
    cloned = [_draw_statement(one, drawing) for one in base.frame.statements if one.guideline == first.id]
    cloned = [replace(one, id=one.id.replace(first.id, SECOND), guideline=SECOND) for one in cloned]
    knowledge = replace(
        base.knowledge, guidelines=(*guidelines, beside), statements=(*statements, *cloned), digest=f"drawn {seed}"
    )
    return Sitting(knowledge, base.day, "", frozenset(base.bars))


def _draw_scope(guideline: Guideline, drawing: Drawing) -> Guideline:
    """Fewer limits, and not so wide that nobody is left."""
    some = guideline.out_of_scope[:3]
    limits = [
        replace(one, if_=All((drawing.draw_condition(1), drawing.draw_condition(1))), topic=str(n)) for n, one in enumerate(some)
    ]
    return replace(guideline, out_of_scope=tuple(replace(one, holds=n == 1) for n, one in enumerate(limits)))


def _draw_statement(statement: Statement, drawing: Drawing) -> Statement:
    recommend = statement.recommend
    if recommend is not None and recommend.role != "continue":
        recommend = replace(recommend, role=drawing.drawn.choice(ROLES))
    return replace(statement, applies_if=drawing.draw_condition(), recommend=recommend)


def is_drawn(knowledge: Knowledge) -> bool:
    return knowledge.digest.startswith("drawn")
