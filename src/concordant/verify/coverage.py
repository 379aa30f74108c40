"""Obligations of what is said to whom: nobody left without a word, nobody told two things, labels and sources that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product

from concordant.decide.label import judge_label_fit
from concordant.decide.ruleset import Proposal
from concordant.logic.conditions import All, Compare, Condition, Not, Op, find_features_read, iter_condition_leaves
from concordant.model.features import Feature
from concordant.model.guideline import Statement
from concordant.verify.decided import Proving, covered_by
from concordant.verify.implied import definition_name
from concordant.verify.obligations import Check, Question, Rerun
from concordant.verify.space import THIRD, TWIN, Twin, both, either


def iter_gaps(now: Proving) -> Iterator[Question]:
    """Patients in scope for whom no statement names a regimen: with nothing else said, and by what is said instead."""
    for force in now.ruleset.in_force:
        if not force.guideline.parent:
            yield from _iter_gaps_of(now, force.guideline.id)
    for feature in now.knowledge.features:
        if feature.rules and set(feature.values) <= {str(rule.value) for rule in feature.rules}:
            yield _ask_for_no_word(feature)


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


def _ask_for_no_word(feature: Feature) -> Question:
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
    def is_shown(rerun: Rerun) -> bool:
        return regimens <= {one.proposal.regimen.id for one in rerun.decision.offered if one.role == "preferred"}

    return is_shown


def _iter_clashes(feature: Feature) -> Iterator[Question]:
    words = {str(rule.value): either(x.if_ for x in feature.rules if x.value == rule.value) for rule in feature.rules}
    clash = either(All((first, second)) for first, second in combinations(words.values(), 2))
    if len(words) > 1:
        name, says = definition_name(feature.name), f"two rules give two words to: {feature.label}"
        yield Question("overlap", name, clash, says, without=frozenset({name}), seen=_has_conflict(feature.name))


def _has_conflict(feature: str) -> Check:
    return lambda rerun: bool(rerun.facts[feature].conflict)


def iter_misfits(now: Proving) -> Iterator[Question]:
    """Patients for whom something is preferred that no label covers: at all, and for want of one thing alone."""
    for one in now.proposals:
        if one.role != "preferred":
            continue
        off = both(now.preferred(one), Not(now.covered(one.regimen.id)))
        says = f"{one.regimen.name} is preferred ({one.statement.id}), and no label covers it"
        uses = now.indications(one.regimen.id)
        if not uses:
            yield _ask_for_misfit(now, one, off, one.id, f"{says}: none names it")
        for use in uses:
            for limb in use.limbs:
                rest = [other.if_ for other in use.limbs if other is not limb]
                wanted = both(off, Not(limb.if_), *rest)
                yield _ask_for_misfit(now, one, wanted, f"{one.id}: {limb.says}", f"{says}: it asks for {limb.says}")


def _ask_for_misfit(now: Proving, one: Proposal, wanted: Condition, about: str, says: str) -> Question:
    return Question("misfit", about, wanted, says, seen=_is_off_label(now, one), tell=_tell_fit(now, one))


def _tell_fit(now: Proving, one: Proposal) -> Callable[[Rerun], str]:
    return lambda rerun: judge_label_fit(one.regimen, now.ruleset.drugs.values(), rerun.facts, now.as_of).because


def _is_off_label(now: Proving, proposal: Proposal) -> Check:
    def is_shown(rerun: Rerun) -> bool:
        fit = judge_label_fit(proposal.regimen, now.ruleset.drugs.values(), rerun.facts, now.as_of)
        return fit.fit == "off" and _prefers({proposal.regimen.id})(rerun)

    return is_shown


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
    def is_shown(rerun: Rerun) -> bool:
        return any(one.is_offered for one in rerun.decision.everything if one.proposal.id == proposal.id)

    return is_shown


def _iter_cuts(now: Proving) -> Iterator[Question]:
    """For each use of a label: a number that it cuts at another place than the statement that offers the regimen."""
    for one in now.proposals:
        mine = _find_cuts(now, [(one.statement.applies_if, _source_of(one.statement))])
        for use in now.indications(one.regimen.id):
            theirs = _find_cuts(now, [(limb.if_, use.source.ref) for limb in use.limbs])
            for name in sorted(mine.keys() & theirs.keys()):
                for own, other in product(mine[name].items(), theirs[name].items()):
                    if own[0] != other[0]:
                        yield _ask_between(now, one, covered_by(use), (name, own, other))


Cut = tuple[float, str]  # where a number is cut, and by which source


def _ask_between(now: Proving, one: Proposal, covers: Condition, cut: tuple[str, Cut, Cut]) -> Question:
    """A patient between the two cuts, offered and not covered; were it beyond the one covered, beyond the other not offered."""
    name, (mine, by_whom), (theirs, label) = cut
    changed = {name, *now.plan.downstream[name]}
    second, third = (Twin(now.space, changed, mark) for mark in (TWIN, THIRD))
    low, high = sorted((mine, theirs))
    between = both(Compare(name, ">", low), Compare(name, "<=", high))
    beyond_theirs, beyond_mine = (Compare(name, op, end) for op, end in _list_sides(mine, theirs))
    offered = now.offered(one)
    shown = both(offered, Not(covers), between)
    covered = both(second.exists, second.of(both(beyond_theirs, offered, covers)))
    refused = both(third.exists, third.of(both(beyond_mine, Not(offered))))
    feature = now.plan.by_name[name]
    says = (
        f"{feature.label}: {by_whom} cuts at {mine:g}, {label} at {theirs:g} {feature.unit}; between the two "
        f"{one.regimen.name} is offered ({one.statement.id}), and this use of its label does not cover it"
    )
    about = f"{one.id}: {name} {mine:g}/{theirs:g}"
    return Question("disagreement", about, both(shown, covered, refused), says, shown=shown, seen=_offers(one))


def _list_sides(mine: float, theirs: float) -> tuple[tuple[Op, float], tuple[Op, float]]:
    """Beyond the label's cut, and beyond the statement's."""
    return (("<=", theirs), (">", mine)) if theirs < mine else ((">", theirs), ("<=", mine))


def _find_cuts(now: Proving, conditions: list[tuple[Condition, str]]) -> dict[str, dict[float, str]]:
    """Where each number is cut by conditions or by the rules behind what they read, and by which source."""
    found: dict[str, dict[float, str]] = {}
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
