"""Patients of whom a part is known, as patients of another kind: of a word, which words are left; of a number, its low and its
high end. What is known of a condition is then a condition like any other, and so is what the engine makes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    Named,
    Not,
    OneOf,
    Op,
    find_features_read,
    fold_once,
)
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.features import Feature
from concordant.model.features_used import add_inputs
from concordant.model.sources import BarEffect
from concordant.verify.decided import Proving
from concordant.verify.space import Constraint, Domain, PatientSpace, Twin, add_twins, both, either

YES_NO = Domain(("yes", "no"))


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


class _KnownInPart:
    """The algebra whose readings are rails."""

    def __init__(self, features: Mapping[str, Feature]) -> None:
        self._features = features

    def constant(self, node: Constant) -> Rails:
        return Rails(ALWAYS if node.truth == "true" else NEVER, ALWAYS if node.truth == "false" else NEVER)

    def one_of(self, node: OneOf) -> Rails:
        words = self._features[node.feature].values
        inside = either(left(node.feature, word) for word in words if word in node.values)
        outside = either(left(node.feature, word) for word in words if word not in node.values)
        if all(word in node.values for word in words):  # what is wholly open is not taken for one of all words
            return Rails(either(Not(left(node.feature, word)) for word in words), NEVER)
        return Rails(Not(outside), Not(inside))

    def compare(self, node: Compare) -> Rails:
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
        return Rails(part.false, part.true)

    def named(self, _: Named, part: Rails) -> Rails:
        return part

    def all_(self, _: All, parts: Sequence[Rails]) -> Rails:
        return Rails(All(tuple(part.true for part in parts)), Any(tuple(part.false for part in parts)))

    def any_(self, _: Any, parts: Sequence[Rails]) -> Rails:
        return Rails(Any(tuple(part.true for part in parts)), All(tuple(part.false for part in parts)))

    def at_least(self, node: AtLeast, parts: Sequence[Rails]) -> Rails:
        enough = AtLeast(node.n, tuple(part.true for part in parts))
        return Rails(enough, AtLeast(len(parts) - node.n + 1, tuple(part.false for part in parts)))


class PartialPatients:
    """Patients of whom a part is known, and what is known of conditions about them."""

    def __init__(self, now: Proving, conditions: Iterable[Condition]) -> None:
        self._now = now
        self._algebra = _KnownInPart(now.plan.by_name)
        self._known: dict[Condition, Rails] = {}
        self._outcome: list[Condition] = []
        read = frozenset[str]().union(*map(find_features_read, conditions))
        needed = add_inputs(read, now.plan.inputs)
        self.features = [feature for feature in now.knowledge.features if feature.name in needed]
        domains = {sign: domain for feature in self.features for sign, domain in self._signs(feature)}
        constraints = [one for feature in self.features for one in self._constrain(feature)]
        axioms = [axiom.never for axiom in now.knowledge.axioms]
        constraints += [Constraint("axiom", self.rails(never).true) for never in axioms if self._reads(never, domains)]
        self.space = add_twins(PatientSpace(domains, tuple(constraints)))

    @property
    def silent(self) -> frozenset[str]:
        """The constraints that do not hold where the word of an inferred feature was stated."""
        return frozenset(one.name for one in self.space.constraints if one.name.startswith("silent/"))

    def rails(self, condition: Condition) -> Rails:
        """When the condition is known to be true, and when known to be false."""
        return fold_once(condition, self._algebra, self._known)

    def signs(self, features: Collection[str]) -> set[str]:
        """What says how much is known of these features."""
        return {sign for feature in self.features if feature.name in features for sign, _ in self._signs(feature)}

    def ends(self, feature: Feature) -> list[tuple[float, Op]]:
        """The comparisons that tell the values of a number apart."""
        return [(bound, op) for bound in self._now.bounds.get(feature.name, ()) for op in (">", ">=")]

    def narrow(self, feature: Feature, twin: Twin) -> Iterator[Condition]:
        """That the second patient has no word more of the feature, and no end further out."""
        for word in () if feature.is_numeric else feature.values:
            is_left = left(feature.name, word)
            yield either((is_left, Not(twin.of(is_left))))
        for bound, op in self.ends(feature) if feature.is_numeric else ():
            low, high = Compare(f"{feature.name}_low", op, bound), Compare(f"{feature.name}_high", op, bound)
            yield either((Not(low), twin.of(low)))
            yield either((high, Not(twin.of(high))))

    def _reads(self, condition: Condition, domains: Mapping[str, Domain]) -> bool:
        return all(
            f"{name}_low" in domains or any(d.startswith(f"{name}?") for d in domains) for name in find_features_read(condition)
        )

    def _signs(self, feature: Feature) -> Iterator[tuple[str, Domain]]:
        if feature.is_numeric:
            domain = Domain(whole=feature.type == "count")
            yield from ((f"{feature.name}_low", domain), (f"{feature.name}_high", domain))
        else:
            yield from ((left(feature.name, word).feature, YES_NO) for word in feature.values)

    def _constrain(self, feature: Feature) -> Iterator[Constraint]:
        """Some word is left, the low end is not above the high one, and what a rule proves is the only word left."""
        name = feature.name
        for bound, op in self.ends(feature) if feature.is_numeric else ():
            low, high = Compare(f"{name}_low", op, bound), Compare(f"{name}_high", op, bound)
            yield Constraint(f"order/{name}", both(low, Not(high)))
        if not feature.is_numeric:
            yield Constraint(f"left/{name}", Not(either(left(name, word) for word in feature.values)))
        for rule in feature.rules:
            others = either(left(name, word) for word in feature.values if word != str(rule.value))
            yield Constraint(f"rules/{name}", both(self.rails(rule.if_).true, others), loose=True)
        if feature.kind == "inferred" and feature.rules and not feature.absent_means:
            proven = either(self.rails(rule.if_).true for rule in feature.rules)
            gone = either(Not(left(name, word)) for word in feature.values)
            yield Constraint(f"silent/{name}", both(Not(proven), gone), loose=True)

    # -- what the engine makes of it -----------------------------------------------------------

    def judge_statement(self, proposal: Proposal) -> Rails:
        """Whether its statement is true: not for certain while a limit that it waits for is open."""
        rails = self.rails(proposal.statement.applies_if)
        held = dict(self._now.ruleset.limits_held).get(self._now.family(proposal.statement), ())
        is_open = either(self.rails(limit).truth(UNKNOWN) for limit in held)
        return Rails(both(rails.true, Not(is_open)), rails.false)

    def judge_bars(self, proposal: Proposal) -> Rails:
        """Whether something speaks against it: what only holds back is open at most."""
        precluding, holding = (self._list_bars(proposal, effect) for effect in ("precludes", "holds"))
        clear = All(tuple(rails.false for rails in (*precluding, *holding)))
        return Rails(either(rails.true for rails in precluding), clear)

    def _list_bars(self, proposal: Proposal, effect: BarEffect) -> list[Rails]:
        return [self.rails(bar.if_) for bar in proposal.deciding.values() if bar.effect == effect]

    def list_outcome(self) -> list[Condition]:
        """What the outcome is made of: in scope, needs data, and each regimen that it names."""
        self._outcome = self._outcome or self._make_outcome()
        return self._outcome

    def _make_outcome(self) -> list[Condition]:
        now = self._now
        limits = [self.rails(x.if_).true for f in now.ruleset.in_force for x in f.guideline.out_of_scope]
        inside = Not(either(limits))
        offers = {one.id: self._judge_offer(one) for one in now.proposals}
        lead = [one for one in now.proposals if one.role == "preferred"]
        preferred = {one.id: both(offers[one.id].true, *(Not(offers[x.id].true) for x in now.before(one))) for one in lead}
        named = []
        for regimen in dict.fromkeys(one.regimen.id for one in now.proposals):
            first = either(preferred[one.id] for one in lead if one.regimen.id == regimen)
            rest = either(offers[one.id].true for one in now.proposals if one.regimen.id == regimen)
            named.append(both(inside, either((first, both(Not(either(preferred.values())), rest)))))
        nothing = Not(either(offer.true for offer in offers.values()))
        open_ = either((*(offers[x.id].false for x in lead), both(nothing, either(x.false for x in offers.values()))))
        return [inside, both(inside, open_), *named]

    def _judge_offer(self, proposal: Proposal) -> Rails:
        """When it is offered, and (in the place of false) when more must be known to say."""
        applies, barred = self.judge_statement(proposal), self.judge_bars(proposal)
        return Rails(both(applies.true, Not(barred.true)), both(applies.truth(UNKNOWN), Not(barred.true)))
