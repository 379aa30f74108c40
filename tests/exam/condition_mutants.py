"""Changes of the knowledge, made by code: of every condition that a decision reads, of bars, roles, orders and limits of scope.

A change is drawn where it changes what is in force; the statements as they are go through the reference, the changed ones
through columns, and the patients of the exam have to tell the two apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from concordant.decide.ruleset import Ruleset
from concordant.logic.conditions import ALWAYS, All, AtLeast, Compare, Condition, Constant, Named, Not, OneOf
from concordant.logic.conditions import Any as AnyOf
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.model.sources import BarEffect, Role
from tests.exam.sitting import Sitting

BESIDE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
OTHER_SIDE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
EFFECTS: dict[BarEffect, tuple[BarEffect, ...]] = {
    "precludes": ("holds", "caution"),
    "holds": ("precludes", "caution"),
    "caution": ("precludes", "holds"),
}
ROLES: dict[Role, Role] = {
    "preferred": "option",
    "option": "preferred",
    "alternative": "preferred",
    "selected": "preferred",
    "continue": "option",
}
Path = tuple[str | int, ...]
Mutations = Iterator[tuple[str, str, Any]]  # by which operator, what in words, and what becomes of the node


class ConditionMutant(NamedTuple):
    """One change: by which operator, where, and in which words; the two conditions, where it is a condition."""

    operator: str
    place: str
    says: str
    path: Path
    node: Any
    before: Any

    @property
    def id(self) -> str:
        return f"{self.operator}: {self.place}: {self.says}".rstrip()


# -- of a condition ----------------------------------------------------------------------------------------------------


def iter_condition_mutations(condition: Condition, features: Mapping[str, Feature]) -> Mutations:
    """Every change of a condition at one of its nodes."""
    yield from _iter_here(condition, features)
    match condition:
        case Not(arg=arg) | Named(arg=arg):
            yield from ((name, says, replace(condition, arg=one)) for name, says, one in iter_condition_mutations(arg, features))
        case All(args=args) | AnyOf(args=args) | AtLeast(args=args):
            for place, arg in enumerate(args):
                for name, says, one in iter_condition_mutations(arg, features):
                    yield name, f"{says} (part {place + 1})", replace(condition, args=(*args[:place], one, *args[place + 1 :]))


def _iter_here(condition: Condition, features: Mapping[str, Feature]) -> Mutations:
    match condition:
        case Compare():
            yield from _iter_comparisons(condition, features[condition.feature])
        case OneOf():
            yield from _iter_words(condition, features[condition.feature])
        case All(args=args) | AnyOf(args=args):
            other = AnyOf if isinstance(condition, All) else All
            name = "and for or" if other is AnyOf else "or for and"
            yield from [(name, f"of {len(args)} parts", other(args))] if len(args) > 1 else []
            for place in range(len(args)) if len(args) > 1 else ():
                dropped = "a conjunct dropped" if isinstance(condition, All) else "an alternative dropped"
                yield dropped, f"part {place + 1}", replace(condition, args=(*args[:place], *args[place + 1 :]))
        case Not(arg=arg):
            yield "a not dropped", "", arg
        case AtLeast(n=n):
            yield from (("a count off by one", f"{n} to {m}", replace(condition, n=m)) for m in (n - 1, n + 1))
    if not isinstance(condition, Not | Constant | Named):
        yield "negated", _say(condition), Not(condition)


def _iter_comparisons(leaf: Compare, feature: Feature) -> Mutations:
    if leaf.op in BESIDE:
        yield "a comparison with or without its bound", f"{_say(leaf)} to {BESIDE[leaf.op]}", replace(leaf, op=BESIDE[leaf.op])
        yield "a comparison turned round", f"{_say(leaf)} to {OTHER_SIDE[leaf.op]}", replace(leaf, op=OTHER_SIDE[leaf.op])
    for step in (-1, 1):
        yield "a threshold moved by one unit", f"{_say(leaf)} to {leaf.bound + step:g}", replace(leaf, bound=leaf.bound + step)


def _iter_words(leaf: OneOf, feature: Feature) -> Mutations:
    others = [word for word in feature.values if word not in leaf.values]
    for word in leaf.values if len(leaf.values) > 1 else ():
        yield "a word dropped", f"{_say(leaf)} without {word}", replace(leaf, values=tuple(w for w in leaf.values if w != word))
    for word in others if len(others) > 1 else ():
        yield "a word added", f"{_say(leaf)} and {word}", replace(leaf, values=(*leaf.values, word))
    if len(feature.values) > 2:
        for word in others[:1]:
            yield "a word swapped", f"{_say(leaf)}: {word}", replace(leaf, values=(word, *leaf.values[1:]))


def _say(condition: Condition) -> str:
    match condition:
        case Compare(feature=name, op=op, bound=bound):
            return f"{name} {op} {bound:g}"
        case OneOf(feature=name, values=values):
            return f"{name} in {'/'.join(values)}"
        case _:
            return type(condition).__name__.lower()


# -- of what stands around it ------------------------------------------------------------------------------------------


def iter_mutants(sitting: Sitting) -> Iterator[ConditionMutant]:
    """Every change there is, of what may be in force."""
    knowledge, frame = sitting.knowledge, sitting.frame
    said = {statement.id for statement in frame.statements}
    for place, statement in enumerate(knowledge.statements):
        if statement.id in said:
            path: Path = ("statements", place)
            yield from _iter_owner((*path,), statement, statement.id, sitting.plan.by_name)
            yield from _of_condition((*path, "applies_if"), statement.applies_if, statement.id, sitting.plan.by_name)
            yield from _make(_iter_recommendation(statement.recommend), (*path, "recommend"), statement.recommend, statement.id)
    for kind, some in (("regimens", knowledge.regimens), ("drugs", knowledge.drugs)):
        for place, owner in enumerate(some):
            yield from _iter_owner((kind, place), owner, owner.id, sitting.plan.by_name)
    yield from _iter_checks(sitting)
    for place, danger in enumerate(knowledge.dangers):
        if danger.holds:
            yield from _of_condition(("dangers", place, "if_"), danger.if_, f"danger {danger.id}", sitting.plan.by_name)
            yield ConditionMutant("a bar dropped", f"danger {danger.id}", "", ("dangers", place, "holds"), (), danger.holds)
    yield from _iter_limits(sitting)


def _make(mutations: Mutations, path: Path, before: Any, place: str) -> Iterator[ConditionMutant]:
    yield from (ConditionMutant(name, place, says, path, node, before) for name, says, node in mutations)


def _of_condition(path: Path, condition: Condition, place: str, features: Mapping[str, Feature]) -> Iterator[ConditionMutant]:
    yield from _make(iter_condition_mutations(condition, features), path, condition, place)


def _iter_owner(path: Path, owner: Any, name: str, features: Mapping[str, Feature]) -> Iterator[ConditionMutant]:
    """What speaks against what an owner proposes."""
    for place, bar in enumerate(owner.unless):
        at, said = (*path, "unless", place), f"{name} bar {place}"
        yield from _of_condition((*at, "if_"), bar.if_, said, features)
        for effect in EFFECTS[bar.effect]:
            yield ConditionMutant("another effect", said, f"{bar.effect} to {effect}", (*at, "effect"), effect, bar.effect)
        if bar.effect != "caution":
            yield ConditionMutant("a bar dropped", said, bar.effect, (*at, "if_"), Constant("false"), bar.if_)


def _iter_checks(sitting: Sitting) -> Iterator[ConditionMutant]:
    """What is looked at before a first dose."""
    for place, drug in enumerate(sitting.knowledge.drugs):
        for number, check in enumerate(drug.checks):
            if check.holds and not check.advisory:
                path: Path = ("drugs", place, "checks", number)
                said = f"{drug.id} check {number}"
                yield from _of_condition((*path, "met_if"), check.met_if, f"{said} met", sitting.plan.by_name)
                yield from _of_condition((*path, "when"), check.when, f"{said} when", sitting.plan.by_name)
                yield ConditionMutant("a bar dropped", said, "check", (*path, "met_if"), ALWAYS, check.met_if)


def _iter_recommendation(recommend: Any) -> Mutations:
    if recommend is None:
        return
    yield "another role", f"{recommend.role} to {ROLES[recommend.role]}", replace(recommend, role=ROLES[recommend.role])
    other = "against" if recommend.direction == "for" else "for"
    yield "another direction", f"to {other}", replace(recommend, direction=other)
    some = recommend.regimens
    if len(some) > 1:
        yield "another order", f"{some[1]} before {some[0]}", replace(recommend, regimens=(some[1], some[0], *some[2:]))
    for regimen in some if len(some) > 1 else ():
        yield "a regimen dropped", regimen, replace(recommend, regimens=tuple(one for one in some if one != regimen))


def _iter_limits(sitting: Sitting) -> Iterator[ConditionMutant]:
    spoken = {force.guideline.id for force in sitting.frame.in_force}
    for place, guideline in enumerate(sitting.knowledge.guidelines):
        for number, limit in enumerate(guideline.out_of_scope) if guideline.id in spoken else ():
            path: Path = ("guidelines", place, "out_of_scope", number)
            said = f"{guideline.id} scope {number}"
            yield from _of_condition((*path, "if_"), limit.if_, said, sitting.plan.by_name)
            yield ConditionMutant("a limit waited for, or not", said, "", (*path, "holds"), not limit.holds, limit.holds)
            yield ConditionMutant("a limit dropped", said, "", (*path, "if_"), Constant("false"), limit.if_)


# -- chosen and applied ------------------------------------------------------------------------------------------------


def choose_mutants(sitting: Sitting, each: int) -> list[ConditionMutant]:
    """Of each operator at most so many: those that come first by a hash of what they are, and change what is in force."""
    ordered: dict[str, list[ConditionMutant]] = {}
    for mutant in sorted(iter_mutants(sitting), key=lambda one: hashlib.sha256(one.id.encode()).digest()):
        ordered.setdefault(mutant.operator, []).append(mutant)
    return [mutant for name in sorted(ordered) for mutant in _take_effective(sitting, ordered[name], each)]


def _take_effective(sitting: Sitting, mutants: Sequence[ConditionMutant], each: int) -> list[ConditionMutant]:
    taken: list[ConditionMutant] = []
    for mutant in mutants:
        if len(taken) == each:
            break
        if _list_content(make_frame(sitting, mutant)) != _list_content(sitting.frame):
            taken.append(mutant)
    return taken


def _list_content(frame: Ruleset) -> tuple[object, ...]:
    bars = {id_: (bar.if_, bar.effect) for some in (*frame.bars.values(), *frame.unmet.values()) for id_, bar in some.items()}
    holding = {id_: (bar.if_, danger.holds) for id_, (danger, bar) in frame.holding.items()}
    limits = [(limit.if_, limit.holds) for force in frame.in_force for limit in force.guideline.out_of_scope]
    return [(s.applies_if, s.recommend) for s in frame.statements], bars, holding, limits  # type: ignore[return-value]


def make_frame(sitting: Sitting, mutant: ConditionMutant) -> Ruleset:
    """What is in force where the knowledge is changed."""
    from concordant.decide.ruleset import make_ruleset

    return make_ruleset(change(sitting.knowledge, mutant), sitting.day, sitting.guideline)


def change(knowledge: Knowledge, mutant: ConditionMutant) -> Knowledge:
    """The knowledge with the change."""
    changed: Knowledge = _replace_at(knowledge, mutant.path, mutant.node)
    return changed


def _replace_at(node: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    first, *rest = path
    if isinstance(first, int):
        return (*node[:first], _replace_at(node[first], tuple(rest), new), *node[first + 1 :])
    return replace(node, **{first: _replace_at(getattr(node, first), tuple(rest), new)})


Caught = Callable[[ConditionMutant], bool]
