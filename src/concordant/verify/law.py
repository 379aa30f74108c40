"""The law, over patients of whom a part is known: what is learnt overturns nothing definite.

What is known in part is a patient of another kind: of a word, which words are left; of a number, its low and its high end.
The first patient is known in part, the second better; that both are, and which of the second's facts are narrower, are conditions
like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from concordant.decide.ruleset import Proposal
from concordant.logic.conditions import (
    ALWAYS,
    NEVER,
    All,
    Any,
    AtLeast,
    Compare,
    Condition,
    Constant,
    Leaf,
    Named,
    Not,
    OneOf,
    Op,
    find_features_read,
    fold,
)
from concordant.logic.status import Status, determine_status
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.features import Feature
from concordant.verify.decided import Proving, covered_by
from concordant.verify.obligations import Question
from concordant.verify.space import TWIN, Constraint, Domain, PatientSpace, both, either, rename

YES_NO = Domain(("yes", "no"))
MAY_BECOME: Mapping[Status, frozenset[Status]] = {
    "applies": frozenset({"applies"}),
    "does_not_apply": frozenset({"does_not_apply"}),
    "precluded": frozenset({"precluded", "does_not_apply"}),
    "applies_if_checked": frozenset({"applies_if_checked", "applies", "precluded"}),
    "needs_data": frozenset({"needs_data", "applies", "applies_if_checked", "precluded", "does_not_apply"}),
}


class Rails(NamedTuple):
    """When something is known to be true, and when known to be false."""

    true: Condition
    false: Condition

    def truth(self, truth: Truth) -> Condition:
        """When it has this truth."""
        return {TRUE: self.true, FALSE: self.false, UNKNOWN: both(Not(self.true), Not(self.false))}[truth]


def left(feature: str, word: str) -> OneOf:
    """That the word is left of the feature's."""
    return OneOf(f"{feature}?{word}", ("yes",))


class KnownInPart:
    """The algebra whose readings are rails: when what is known in part makes a condition true, and when false."""

    def __init__(self, features: Mapping[str, Feature]) -> None:
        self._features = features

    def constant(self, node: Constant) -> Rails:
        """Of a truth that does not depend on the patient."""
        return Rails(ALWAYS if node.truth == "true" else NEVER, ALWAYS if node.truth == "false" else NEVER)

    def one_of(self, node: OneOf) -> Rails:
        """True when no other word is left, false when none of these is."""
        words = self._features[node.feature].values
        inside = either(left(node.feature, word) for word in words if word in node.values)
        outside = either(left(node.feature, word) for word in words if word not in node.values)
        return Rails(Not(outside), Not(inside))

    def compare(self, node: Compare) -> Rails:
        """True when it holds for both ends of what is left, false when for none between them."""
        low, high = f"{node.feature}_low", f"{node.feature}_high"
        at_most = Rails(Compare(high, "<=", node.bound), Compare(low, ">", node.bound))
        at_least = Rails(Compare(low, ">=", node.bound), Compare(high, "<", node.bound))
        match node.op:
            case "<=":
                return at_most
            case ">":
                return Rails(at_most.false, at_most.true)
            case ">=":
                return at_least
            case "<":
                return Rails(at_least.false, at_least.true)
            case "==":
                return Rails(both(at_most.true, at_least.true), either((at_most.false, at_least.false)))

    def not_(self, _: Not, part: Rails) -> Rails:
        """Of a condition turned round."""
        return Rails(part.false, part.true)

    def named(self, _: Named, part: Rails) -> Rails:
        """Of a condition under a name."""
        return part

    def all_(self, _: All, parts: Sequence[Rails]) -> Rails:
        """Of several that must all hold."""
        return Rails(All(tuple(part.true for part in parts)), Any(tuple(part.false for part in parts)))

    def any_(self, _: Any, parts: Sequence[Rails]) -> Rails:
        """Of several one of which must hold."""
        return Rails(Any(tuple(part.true for part in parts)), All(tuple(part.false for part in parts)))

    def at_least(self, node: AtLeast, parts: Sequence[Rails]) -> Rails:
        """Of several so many of which must hold."""
        enough = AtLeast(node.n, tuple(part.true for part in parts))
        return Rails(enough, AtLeast(len(parts) - node.n + 1, tuple(part.false for part in parts)))


class PartlyKnown:
    """Two patients known in part, the second better than the first, and what is known of conditions about them."""

    def __init__(self, now: Proving, conditions: Iterable[Condition]) -> None:
        self._rails = KnownInPart(now.plan.by_name)
        self.read = sorted(frozenset[str]().union(*map(find_features_read, conditions)))
        domains, constraints = self._make_first(now)
        self.names = {name: name + TWIN for name in domains}
        domains |= {twin: domains[name] for name, twin in self.names.items()}
        constraints += [Constraint(one.name, rename(one.never, self.names)) for one in constraints]
        self.space = PatientSpace(domains, (*constraints, *self._narrow(now)))

    def _make_first(self, now: Proving) -> tuple[dict[str, Domain], list[Constraint]]:
        domains: dict[str, Domain] = {}
        constraints: list[Constraint] = []
        for name in self.read:
            feature = now.plan.by_name[name]
            if feature.is_numeric:
                domains |= {f"{name}_low": Domain(), f"{name}_high": Domain()}
                ordered = (both(Compare(f"{name}_low", op, b), _not_above(name, op, b)) for b, op in _ends(now, name))
                constraints += [Constraint(f"order/{name}", never) for never in ordered]
            else:
                words = [left(name, word) for word in feature.values]
                domains |= {word.feature: YES_NO for word in words}
                constraints.append(Constraint(f"left/{name}", Not(either(words))))
        return domains, constraints

    def _narrow(self, now: Proving) -> Iterator[Constraint]:
        for name in self.read:
            feature = now.plan.by_name[name]
            if not feature.is_numeric:
                for word in feature.values:
                    yield Constraint(f"learn/{name}", both(rename(left(name, word), self.names), Not(left(name, word))))
            for bound, op in _ends(now, name) if feature.is_numeric else ():
                for end, first in ((f"{name}_low", True), (f"{name}_high", False)):
                    above = Compare(end, op, bound)
                    more = rename(above, self.names)
                    yield Constraint(f"learn/{name}", both(above, Not(more)) if first else both(more, Not(above)))

    def first(self, condition: Condition) -> Rails:
        """What is known of it before."""
        return fold(condition, self._rails)

    def second(self, rails: Rails) -> Rails:
        """The same, after something was learnt."""
        return Rails(rename(rails.true, self.names), rename(rails.false, self.names))


def _ends(now: Proving, name: str) -> list[tuple[float, Op]]:
    return [(bound, op) for bound in now.bounds.get(name, ()) for op in (">", ">=")]


def _not_above(name: str, op: Op, bound: float) -> Condition:
    return Not(Compare(f"{name}_high", op, bound))


def list_law_conditions(now: Proving) -> list[Condition]:
    """Every condition that the law speaks of, each once."""
    conditions: list[Condition] = [one.applies_if for one in now.ruleset.statements]
    conditions += [bar.if_ for proposal in now.ruleset.proposals for bar in proposal.bars.values()]
    conditions += [rule.if_ for feature in now.knowledge.features for rule in feature.rules]
    conditions += [danger.if_ for danger in now.ruleset.dangers]
    conditions += [limit.if_ for force in now.ruleset.in_force for limit in force.guideline.out_of_scope]
    conditions += [limb.if_ for drug in now.ruleset.drugs.values() for use in drug.indications for limb in use.limbs]
    return list(dict.fromkeys(conditions))


def iter_law(now: Proving, known: PartlyKnown) -> Iterator[Question]:
    """That no refinement of what is known overturns a condition, a status, a fact or the fit of a label."""
    conditions = list_law_conditions(now)
    overturned = either(_overturned(known, known.first(condition)) for condition in conditions)
    yield _ask("conditions", overturned, "a condition that was settled is not any more")
    for proposal in now.ruleset.proposals:
        yield _ask(f"status {proposal.id}", _changes(now, known, proposal), "a final status changes")
    for feature in now.knowledge.features:
        if feature.rules:
            yield _ask(f"fact {feature.name}", _loses_word(known, feature), "a word that was proven is lost")
    for drug in now.ruleset.drugs.values():
        fits = either(_overturned(known, known.first(covered_by(use))) for use in drug.indications)
        if drug.indications:
            yield _ask(f"label {drug.id}", fits, "a use that was settled is not any more")


def _ask(about: str, wanted: Condition, says: str) -> Question:
    return Question("law", about, wanted, says, among="partial")


def _overturned(known: PartlyKnown, rails: Rails) -> Condition:
    later = known.second(rails)
    return either((both(rails.true, Not(later.true)), both(rails.false, Not(later.false))))


def _changes(now: Proving, known: PartlyKnown, proposal: Proposal) -> Condition:
    """That the status goes where it may not."""
    applies, barred = _judge_statement(now, known, proposal), _judge_bars(known, proposal)
    later, barred_later = known.second(applies), known.second(barred)
    ways = []
    truths = (TRUE, UNKNOWN, FALSE)
    for a, b, c, d in product(truths, truths, truths, truths):
        if determine_status(c, d) not in MAY_BECOME[determine_status(a, b)]:
            ways.append(both(applies.truth(a), barred.truth(b), later.truth(c), barred_later.truth(d)))
    return either(ways)


def _judge_statement(now: Proving, known: PartlyKnown, proposal: Proposal) -> Rails:
    """Whether the statement is true: not for certain while a limit that it waits for is open."""
    rails = known.first(proposal.statement.applies_if)
    held = dict(now.ruleset.limits_held).get(now.family(proposal.statement), ())
    is_open = either(known.first(limit).truth(UNKNOWN) for limit in held)
    return Rails(both(rails.true, Not(is_open)), rails.false)


def _judge_bars(known: PartlyKnown, proposal: Proposal) -> Rails:
    """Whether something speaks against it: what only holds back is open at most."""
    precluding = [known.first(bar.if_) for bar in proposal.deciding.values() if bar.effect == "precludes"]
    holding = [known.first(bar.if_) for bar in proposal.deciding.values() if bar.effect == "holds"]
    clear = [rails.false for rails in (*precluding, *holding)]
    return Rails(either(rails.true for rails in precluding), All(tuple(clear)))


def _loses_word(known: PartlyKnown, feature: Feature) -> Condition:
    """That a word was proven, and is not after more was learnt, though no rule proves another one."""
    proven = {}
    for word in dict.fromkeys(str(rule.value) for rule in feature.rules):
        rules = [known.first(rule.if_).true for rule in feature.rules if str(rule.value) == word]
        proven[word] = either(rules)
    lost = []
    for word, proof in proven.items():
        others = either(other for name, other in proven.items() if name != word)
        after, clash = (rename(one, known.names) for one in (proof, others))
        lost.append(both(proof, Not(others), Not(clash), Not(after)))
    return either(lost)


