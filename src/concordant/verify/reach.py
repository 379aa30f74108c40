"""Obligations of what is never needed: what no patient reaches, what stands behind another, bars that decide nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from concordant.logic.conditions import Condition, Not
from concordant.model.features import Feature, InferenceRule
from concordant.model.guideline import ScopeLimit
from concordant.model.sources import Restriction
from concordant.verify.decided import Proving, covered_by
from concordant.verify.obligations import Question
from concordant.verify.partial import PartialPatients
from concordant.verify.space import both, either


def iter_dead(now: Proving, known: PartialPatients) -> Iterator[Question]:
    """Everything that some patient should reach."""
    for statement in now.ruleset.statements:
        yield _reach(f"statement {statement.id}", now.applies(statement), "no patient can have this statement")
    for proposal in now.proposals:
        yield _reach(f"option {proposal.id}", now.offered(proposal), "no patient can be offered this regimen by this statement")
    for feature in now.knowledge.features:
        for rule in feature.rules:
            yield _reach(_rule_name(now, feature, rule), rule.if_, "no patient fulfils this rule", known)
    yield from _iter_dead_bars(now)
    yield from _iter_dead_limits(now, known)
    yield from _iter_dead_labels(now)


def _iter_dead_bars(now: Proving) -> Iterator[Question]:
    for id_, (bar, condition) in _find_bars(now).items():
        yield _reach(_bar_name(now, id_, bar), condition, f"no patient of a statement meets this bar: {bar.says}")


def _iter_dead_limits(now: Proving, known: PartialPatients) -> Iterator[Question]:
    """Limits of scope, dangers and disagreements."""
    for force in now.ruleset.in_force:
        for limit in force.guideline.out_of_scope:
            name = _limit_name(now, force.guideline.id, limit)
            yield _reach(name, limit.if_, "no patient meets this limit of scope", known)
    for danger in now.ruleset.dangers:
        yield _reach(f"danger {danger.id}", danger.if_, "no patient is in this danger", known)
    for one in now.ruleset.disagreements:
        yield _reach(f"disagreement {one.id}", one.relevant_if, "no patient meets this disagreement")


def _iter_dead_labels(now: Proving) -> Iterator[Question]:
    for drug in now.ruleset.drugs.values():
        for use in drug.indications:
            yield _reach(f"use {drug.id}: {use.says}", covered_by(use), "no patient is covered by this use of a label")
        for check in drug.checks:
            yield _reach(f"check {drug.id}: {check.check}", check.met_if, "no patient can meet this check")


def _reach(about: str, wanted: Condition, says: str, known: PartialPatients | None = None) -> Question:
    """Whether somebody gets there; with `known`, also while a part is unknown (a test was not done, two words are left)."""
    question = Question("dead", about, wanted, says, fault="no patient")
    if known is None:
        return question
    return replace(question, again=lambda: ask_in_part(question, known, known.rails(wanted).true))


def _rule_name(now: Proving, feature: Feature, rule: InferenceRule) -> str:
    return f"rule {feature.name} is {rule.value}: {now.say(rule.if_)}"


def _limit_name(now: Proving, guideline: str, limit: ScopeLimit) -> str:
    return f"limit {guideline}: {now.say(limit.if_)}"


def _bar_name(now: Proving, id_: str, bar: Restriction) -> str:
    """A bar by its owner and what it asks: its place among the others changes."""
    return f"bar {id_.rpartition('/bar/')[0] or id_}: {now.say(bar.if_)}"


def _find_bars(now: Proving) -> dict[str, tuple[Restriction, Condition]]:
    """Every bar by its id, and when it is met by a patient of one of the statements that it stands against."""
    owners: dict[str, dict[str, Condition]] = {}
    bars: dict[str, Restriction] = {}
    unmet = {bar for owned in now.ruleset.unmet.values() for bar in owned.values()}
    for proposal, applies in now.list_placed():
        for id_, bar in proposal.bars.items():
            if id_ in now.ruleset.holding or bar in unmet:  # dangers are looked at themselves; a check waits to be known
                continue
            bars[id_] = bar
            owners.setdefault(id_, {})[proposal.id + proposal.regimen.name] = applies
    return {id_: (bar, both(bar.if_, either(owners[id_].values()))) for id_, bar in bars.items()}


def iter_shadowed(now: Proving, known: PartialPatients) -> Iterator[Question]:
    """Options, rules and limits that always stand behind another one."""
    for one in now.proposals:
        before = [other for other in now.proposals if now.hides(other, one)]
        if before:
            wanted = both(now.offered(one), *(Not(now.offered(other)) for other in before))
            behind = ", ".join(dict.fromkeys(other.statement.id for other in before))
            yield Question("shadowed", f"option {one.id}", wanted, f"always behind {behind}", fault="no patient")
    for feature in now.knowledge.features:
        for place, rule in enumerate(feature.rules):
            if earlier := [other.if_ for other in feature.rules[:place] if other.value == rule.value]:
                name = _rule_name(now, feature, rule)
                yield _seen_before(name, rule.if_, either(earlier), "the rules before it", known)
    for force in now.ruleset.in_force:
        limits = force.guideline.out_of_scope
        for place, limit in enumerate(limits):
            if same := [other.if_ for other in limits[:place] if other.topic == limit.topic]:
                name = _limit_name(now, force.guideline.id, limit)
                yield _seen_before(name, limit.if_, either(same), "the limits before it", known)


def _seen_before(about: str, own: Condition, before: Condition, behind: str, known: PartialPatients) -> Question:
    """Whether it is ever the first that holds, if need be while a part is unknown."""
    question = Question("shadowed", about, both(own, Not(before)), f"always behind {behind}", fault="no patient")

    def ask_of_part() -> Question:
        wanted = both(known.rails(own).true, Not(known.rails(before).true))
        return ask_in_part(question, known, wanted)

    return replace(question, again=ask_of_part)


def ask_in_part(question: Question, known: PartialPatients, wanted: Condition) -> Question:
    """The question of patients of whom a part is known, and of whom anything may have been stated."""
    return replace(question, again=None, wanted=wanted, among="partial", without=known.silent)


def iter_idle(now: Proving) -> Iterator[Question]:
    """Bars of which none ever takes a regimen away by itself: another one of the regimen always does, where it is met."""
    alone: dict[Condition, list[Condition]] = {}
    names: dict[Condition, dict[str, Restriction]] = {}
    for proposal, applies in now.list_placed():
        bars = {id_: bar for id_, bar in proposal.deciding.items() if bar.effect == "precludes"}
        for id_, bar in bars.items():
            names.setdefault(bar.if_, {})[id_] = bar
        for condition in dict.fromkeys(bar.if_ for bar in bars.values()):
            others = [bar.if_ for bar in bars.values() if bar.if_ != condition]
            alone.setdefault(condition, []).append(both(applies, condition, Not(either(others))))
    for condition, ways in alone.items():
        first, bar = next(iter(names[condition].items()))
        says = f"another bar always speaks where this one does: {bar.says}"
        yield Question("idle", _bar_name(now, first, bar), either(ways), says, fault="no patient")
