"""The law: over patients of whom a part is known, what is learnt overturns nothing definite.

There are two patients, the second known better than the first, and whatever is known of them is free but for what contradicts
itself: rules and statements are judged for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from concordant.decide.ruleset import Proposal
from concordant.logic.conditions import Condition, Not
from concordant.logic.status import Status, determine_status
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.features import Feature
from concordant.verify.decided import Proving, covered_by
from concordant.verify.obligations import Question
from concordant.verify.partial import PartialPatients, Rails
from concordant.verify.space import Twin, both, either

MAY_BECOME: Mapping[Status, frozenset[Status]] = {
    "applies": frozenset({"applies"}),
    "does_not_apply": frozenset({"does_not_apply"}),
    "precluded": frozenset({"precluded", "does_not_apply"}),
    "applies_if_checked": frozenset({"applies_if_checked", "applies", "precluded"}),
    "needs_data": frozenset({"needs_data", "applies", "applies_if_checked", "precluded", "does_not_apply"}),
}


def list_law_conditions(now: Proving) -> list[Condition]:
    """Every condition that the law speaks of, each once."""
    conditions: list[Condition] = [one.applies_if for one in now.ruleset.statements]
    conditions += [bar.if_ for proposal in now.ruleset.proposals for bar in proposal.bars.values()]
    conditions += [rule.if_ for feature in now.knowledge.features for rule in feature.rules]
    conditions += [danger.if_ for danger in now.ruleset.dangers]
    conditions += [limit.if_ for force in now.ruleset.in_force for limit in force.guideline.out_of_scope]
    conditions += [limb.if_ for drug in now.ruleset.drugs.values() for use in drug.indications for limb in use.limbs]
    return list(dict.fromkeys(conditions))


class _Learning:
    """A patient known in part, and the same one after something was learnt."""

    def __init__(self, patients: PartialPatients) -> None:
        self._patients = patients
        self._twin = Twin(patients.space, patients.signs({feature.name for feature in patients.features}))
        self.free = frozenset(one.name for one in patients.space.constraints if one.loose)
        narrower = [one for feature in patients.features for one in patients.narrow(feature, self._twin)]
        self.learnt = both(self._twin.exists_without(self.free), *narrower)
        self.inferred = both(self._twin.exists, *narrower)  # the same, where the rules give what is inferred

    def after(self, rails: Rails) -> Rails:
        """The same of the second patient."""
        return Rails(self._twin.of(rails.true), self._twin.of(rails.false))

    def overturned(self, condition: Condition) -> Condition:
        """That it was settled, and is not any more."""
        before = self._patients.rails(condition)
        after = self.after(before)
        return either((both(before.true, Not(after.true)), both(before.false, Not(after.false))))

    def changes(self, proposal: Proposal) -> Condition:
        """That the status goes where it may not."""
        before = self._patients.judge_statement(proposal), self._patients.judge_bars(proposal)
        after = self.after(before[0]), self.after(before[1])
        truths = (TRUE, UNKNOWN, FALSE)
        ways = []
        for a, b, c, d in product(truths, truths, truths, truths):
            if determine_status(c, d) not in MAY_BECOME[determine_status(a, b)]:
                ways.append(both(before[0].truth(a), before[1].truth(b), after[0].truth(c), after[1].truth(d)))
        return either(ways)

    def loses_word(self, feature: Feature) -> Condition:
        """That a word was proven and is not after more was learnt, though no rule proves another one."""
        proven = {}
        for word in dict.fromkeys(str(rule.value) for rule in feature.rules):
            rules = (self._patients.rails(rule.if_).true for rule in feature.rules if str(rule.value) == word)
            proven[word] = either(rules)
        lost = []
        for word, proof in proven.items():
            others = either(other for name, other in proven.items() if name != word)
            lost.append(both(proof, Not(others), Not(self._twin.of(others)), Not(self._twin.of(proof))))
        return either(lost)


def iter_law(now: Proving, patients: PartialPatients) -> Iterator[Question]:
    """That nothing learnt overturns a condition, a status, a fact or the fit of a label."""
    learning = _Learning(patients)
    found: dict[str, Condition] = {"conditions": either(map(learning.overturned, list_law_conditions(now)))}
    found |= {f"status {proposal.id}": learning.changes(proposal) for proposal in now.ruleset.proposals}
    found |= {f"fact {f.name}": learning.loses_word(f) for f in now.knowledge.features if f.rules}
    for drug in now.ruleset.drugs.values():
        if drug.indications:
            found[f"label {drug.id}"] = either(learning.overturned(covered_by(use)) for use in drug.indications)
    for about, wanted in found.items():
        says = "what was settled is another after more was learnt"
        yield Question(
            "law",
            about,
            both(learning.learnt, wanted),
            says,
            among="partial",
            without=learning.free,
            shown=both(learning.inferred, wanted),
        )
