"""Obligations of what is said to whom: nobody left without a word, nobody told two things, labels and sources that agree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from concordant.decide.label import judge_label_fit
from concordant.decide.ruleset import Proposal
from concordant.logic.conditions import All, Compare, Condition, Not, find_features_read, iter_condition_leaves
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.verify.decided import Proving, covered_by
from concordant.verify.implied import definition_name
from concordant.verify.obligations import Check, Question, Rerun
from concordant.verify.space import Twin, both, either


def iter_gaps(now: Proving) -> Iterator[Question]:
    """Patients in scope for whom no statement names a regimen: with nothing else said, and by what is said instead."""
    for force in now.ruleset.in_force:
        if not force.guideline.parent:
            yield from _iter_gaps_of(now, force.guideline.id)
    for feature in now.knowledge.features:
        if feature.rules and set(feature.values) <= {str(rule.value) for rule in feature.rules}:
            yield _ask_for_no_word(now, feature)


def _iter_gaps_of(now: Proving, family: str) -> Iterator[Question]:
    own = [one for one in now.ruleset.statements if now.family(one) == family]
    naming = [one for one in own if one.recommend is not None and one.recommend.direction == "for"]
    advising = [one for one in own if one.guideline == family and one not in naming and one.actions]
    nothing = both(now.in_scope(family), Not(either(one.applies_if for one in naming)))
    silent = both(nothing, Not(either(one.applies_if for one in advising)))
    says = "no statement names a regimen for this patient, and none says what to do instead"
    yield Question("gap", family, silent, says, seen=_offers_nothing)
    for statement in advising:
        says = f"no statement names a regimen; {statement.id} says what to do instead"
        wanted = both(nothing, statement.applies_if)
        yield Question("gap", f"{family}: {statement.number}", wanted, says, seen=_offers_nothing)


def _offers_nothing(rerun: Rerun) -> bool:
    return rerun.decision.answer == "recommends" and not rerun.decision.offered


def _ask_for_no_word(now: Proving, feature: Feature) -> Question:
    silent = Not(either(rule.if_ for rule in feature.rules))
    says = f"no rule gives a word to: {feature.label}"
    without = frozenset({definition_name(feature.name)})
    return Question("gap", definition_name(feature.name), silent, says, without=without)


def iter_overlaps(now: Proving) -> Iterator[Question]:
    """Patients for whom two regimens are preferred, or two words proven of one feature."""
    lead = [one for one in now.proposals if one.role == "preferred"]
    for one, other in combinations(lead, 2):
        if one.statement.id != other.statement.id and one.regimen.id != other.regimen.id:
            says = f"{one.regimen.name} ({one.statement.id}) and {other.regimen.name} ({other.statement.id}) are both preferred"
            wanted = both(now.preferred(one), now.preferred(other))
            yield Question("overlap", f"{one.id} + {other.id}", wanted, says, seen=_prefers({one.regimen.id, other.regimen.id}))
    for feature in now.knowledge.features:
        yield from _iter_clashes(feature)


def _prefers(regimens: set[str]) -> Check:
    def check(rerun: Rerun) -> bool:
        return regimens <= {one.proposal.regimen.id for one in rerun.decision.offered if one.role == "preferred"}

    return check


def _iter_clashes(feature: Feature) -> Iterator[Question]:
    words = {str(rule.value): either(x.if_ for x in feature.rules if x.value == rule.value) for rule in feature.rules}
    clash = either(All((first, second)) for first, second in combinations(words.values(), 2))
    if len(words) > 1:
        name, says = definition_name(feature.name), f"two rules give two words to: {feature.label}"
        yield Question("overlap", name, clash, says, without=frozenset({name}), seen=_has_conflict(feature.name))


def _has_conflict(feature: str) -> Check:
    return lambda rerun: bool(rerun.facts[feature].conflict)


def iter_misfits(now: Proving) -> Iterator[Question]:
    """Patients for whom something is preferred that no label covers."""
    for one in now.proposals:
        if one.role == "preferred":
            wanted = both(now.preferred(one), Not(now.covered(one.regimen.id)))
            says = f"{one.regimen.name} is preferred ({one.statement.id}), and no label covers it"
            yield Question("misfit", one.id, wanted, says, seen=_is_off_label(now, one))


def _is_off_label(now: Proving, proposal: Proposal) -> Check:
    def check(rerun: Rerun) -> bool:
        fit = judge_label_fit(proposal.regimen, now.ruleset.drugs.values(), rerun.facts, now.as_of)
        return fit.fit == "off" and _prefers({proposal.regimen.id})(rerun)

    return check


def iter_disagreements(now: Proving) -> Iterator[Question]:
    """Numbers that statement and label cut at different places, each with a patient between; and advice for and against."""
    yield from _iter_cuts(now)
    for one in now.proposals:
        for against in now.ruleset.proposals:
            if against.against and against.regimen.id == one.regimen.id:
                wanted = both(now.offered(one), now.applies(against.statement))
                says = f"{one.statement.id} offers {one.regimen.name}, and {against.statement.id} advises against it"
                yield Question("disagreement", f"{one.id} / {against.statement.number}", wanted, says, seen=_offers(one))


def _offers(proposal: Proposal) -> Check:
    def check(rerun: Rerun) -> bool:
        return any(one.is_offered for one in rerun.decision.everything if one.proposal.id == proposal.id)

    return check


def _iter_cuts(now: Proving) -> Iterator[Question]:
    """For each use of a label: a number that alone decides whether it is met, where the regimen is offered on both sides."""
    for one in now.proposals:
        mine = _find_cuts(now, [(one.statement.applies_if, _source_of(one.statement))])
        for use in now.indications(one.regimen.id):
            theirs = _find_cuts(now, [(limb.if_, use.source.ref) for limb in use.limbs])
            for name in sorted(mine.keys() & theirs.keys()):
                if unlike := theirs[name].keys() - mine[name].keys():
                    yield _ask_between(now, one, covered_by(use), (name, mine[name], {b: theirs[name][b] for b in unlike}))


Cuts = dict[float, str]  # where a number is cut, and by which source


def _ask_between(now: Proving, one: Proposal, covers: Condition, cut: tuple[str, Cuts, Cuts]) -> Question:
    name, mine, theirs = cut
    twin = Twin(now.space, {name, *now.plan.downstream[name]})
    shown = both(now.offered(one), Not(covers))
    wanted = both(shown, twin.exists, twin.of(both(now.offered(one), covers)))
    feature = now.plan.by_name[name]
    says = (
        f"{feature.label}: {_say_cuts(mine)}, {_say_cuts(theirs)} ({feature.unit}); between the two "
        f"{one.regimen.name} is offered ({one.statement.id}) and its label does not cover it"
    )
    about = f"{one.id}: {name} {'/'.join(f'{b:g}' for b in (*mine, *theirs))}"
    return Question("disagreement", about, wanted, says, shown=shown, seen=_offers(one))


def _say_cuts(cuts: Cuts) -> str:
    return ", ".join(f"{source} cuts at {bound:g}" for bound, source in sorted(cuts.items()))


def _find_cuts(now: Proving, conditions: list[tuple[Condition, str]]) -> dict[str, Cuts]:
    """Where each number is cut by conditions or by the rules behind what they read, and by which source."""
    found: dict[str, Cuts] = {}
    waiting, seen = list(conditions), set[str]()
    while waiting:
        condition, source = waiting.pop()
        for leaf in iter_condition_leaves(condition):
            if isinstance(leaf, Compare):
                found.setdefault(leaf.feature, {}).setdefault(leaf.bound, source)
        for name in find_features_read(condition) - seen:
            seen.add(name)
            rules = now.plan.by_name[name].rules
            waiting += [(rule.if_, rule.source.ref if rule.source is not None else source) for rule in rules]
    return found


def _source_of(statement: Statement) -> str:
    return statement.sources[0].ref if statement.sources else statement.id
