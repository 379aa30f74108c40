"""The claims have teeth: each mutation of the asking is caught by a claim, on a few patients chosen for it.

A mutation names the patient and the claim that catch it. The claim holds for that patient on the shipped code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Value
from tests.proof.claims import CLAIMS, Asking, Patient, shipped
from tests.proof.mutants import asking_of, loaded, source_of
from tests.proof.patients import PATIENTS, TWISTS

pytestmark = pytest.mark.long


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of the source, and who catches it."""

    name: str
    module: str
    old: str
    new: str
    patient: str
    claim: str


ASK, CELLS, SIDES, AHEAD, GROUPS, BOOK, DECISION = (
    *(f"decide.{name}" for name in ("questions", "partitions", "counterfactuals", "next_steps", "question_groups")),
    *("derive.engine", "decide.judging"),
)

# what is changed, where, from, to, the patient and the claim that catch it
ROWS: list[tuple[str, str, str, str, str, str]] = [
    (
        "a feature is skipped",
        ASK,
        "if f.name in wanted and f.question and _is_meaningful(f, situation.facts)]",
        "if f.name in wanted and f.question and _is_meaningful(f, situation.facts)][::2]",
        "tumour and extent unknown",
        "2 complete",
    ),
    (
        "guards are ignored",
        ASK,
        "(feature.only_if is None or explain(feature.only_if, facts).truth is TRUE)",
        "True",
        "guard unknown",
        "1 relevant",
    ),
    (
        "a feature that waits is asked",
        ASK,
        "return not is_awaiting_input(feature, facts) and ",
        "return ",
        "interval unknown, line not counted",
        "1 relevant",
    ),
    (
        "what sums others up is asked among them",
        ASK,
        "return not question.blocking, question.feature.asked_after_inputs, not perhaps_it, _count_worst_branch(question)",
        "return not question.blocking, not perhaps_it, _count_worst_branch(question)",
        "nothing told of the past",
        "7 order",
    ),
    (
        "a feature that waits has other sides",
        SIDES,
        "return [f for f in known if not is_awaiting_input(f, situation.facts)]",
        "return list(known)",
        "second line stated, interval unknown",
        "4 other sides",
    ),
    (
        "sides that settle nothing",
        SIDES,
        'return kept if any(side.outcome[0] != "needs_data" for side in kept) else []',
        "return kept",
        "second line stated",
        "4 other sides",
    ),
    (
        "the last cell is dropped",
        ASK,
        "(cell, situation.decide_with_stated({name: cell.value})) for cell in cells]",
        "(cell, situation.decide_with_stated({name: cell.value})) for cell in cells[:-1]]",
        "interval far off",
        "3 branches",
    ),
    (
        "branches are swapped",
        ASK,
        "(cell, situation.decide_with_stated({name: cell.value})) for cell in cells]",
        "(c, situation.decide_with_stated({name: d.value})) for c, d in zip(cells, cells[::-1])]",
        "interval unknown",
        "3 branches",
    ),
    (
        "branches that differ are merged",
        ASK,
        "if merged and merged[-1].outcome == branch.outcome:",
        "if merged:",
        "interval far off",
        "3 branches",
    ),
    (
        "branches are merged that lead elsewhere when they are told as one",
        ASK,
        "if situation.decide_with_stated({feature.name: cell.value})[0].outcome == branch.outcome:",
        "if cell:",
        "two lines with one outcome, each by its own rule",
        "3 branches",
    ),
    (
        "branches that agree stay apart",
        ASK,
        "if merged and merged[-1].outcome == branch.outcome:",
        "if merged and merged[-1] == branch:",
        "interval unknown",
        "3 branches",
    ),
    (
        "contradictions count as answers",
        ASK,
        "for cell, decided in supposed if not _has_new_conflict(decided[1], situation.facts)]",
        "for cell, decided in supposed]",
        "interval at the bound",
        "1 relevant",
    ),
    (
        "the merged branch takes the first outcome only in name",
        ASK,
        "branch = Branch(cell, branch.outcome",
        "branch = Branch(last.cell, branch.outcome",
        "interval unknown",
        "3 branches",
    ),
    (
        "blocking though nothing is blocked",
        ASK,
        'blocking = before[0] == "needs_data" and settles',
        "blocking = settles or True",
        "interval far off",
        "7 order",
    ),
    (
        "blocking though no reply leads out",
        ASK,
        'settles = name in holding and any(b.outcome[0] != "needs_data" for b in branches)',
        "settles = True",
        "pair",
        "7 order",
    ),
    (
        "never blocking",
        ASK,
        'blocking = before[0] == "needs_data" and settles',
        "blocking = False",
        "interval unknown",
        "7 order",
    ),
    (
        "blocking last",
        ASK,
        "return not question.blocking, question.feature.asked_after_inputs, not perhaps_it, _count_worst_branch(question)",
        "return question.blocking, question.feature.asked_after_inputs, not perhaps_it, _count_worst_branch(question)",
        "tumour and extent unknown",
        "7 order",
    ),
    (
        "the most regimens first",
        ASK,
        "return not question.blocking, question.feature.asked_after_inputs, not perhaps_it, _count_worst_branch(question)",
        "return not question.blocking, question.feature.asked_after_inputs, not perhaps_it, -_count_worst_branch(question)",
        "interval far off",
        "7 order",
    ),
    (
        "the best branch counts",
        ASK,
        "return max((len(b.possible) for b in question.branches), default=0)",
        "return min((len(b.possible) for b in question.branches), default=0)",
        "interval far off",
        "7 order",
    ),
    (
        "open regimens do not count",
        ASK,
        "Branch(cell, outcome, still | frozenset(outcome[1])",
        "Branch(cell, outcome, frozenset(outcome[1])",
        "second line, drugs and lungs unknown",
        "7 order",
    ),
    (
        "only what is open is read",
        ASK,
        'if candidate.status != "does_not_apply":\n                features',
        'if candidate.status == "needs_data":\n                features',
        "interval far off",
        "2 complete",
    ),
    (
        "ranges count as known",
        ASK,
        'return not fact.value.is_exact and fact.origin != "assumed"',
        "return fact.value.is_unknown",
        "interval straddles",
        "2 complete",
    ),
    (
        "one branch that stays is enough",
        ASK,
        "if all(b.outcome == before for b in branches):",
        "if any(b.outcome == before for b in branches):",
        "interval far off",
        "2 complete",
    ),
    ("pairs are dropped", ASK, "if len(names) > 1 and", "if len(names) > 2 and", "pair", "8 groups"),
    ("triples are dropped", ASK, "if len(names) > 1 and", "if len(names) == 2 and", "triple", "8 groups"),
    (
        "no group is tried",
        ASK,
        "questions += _ask_together(combine_names(holding.intersection(cells)), cells, situation, budget)",
        "pass",
        "pair",
        "8 groups",
    ),
    (
        "no group where an answer stands",
        ASK,
        "questions += _ask_together(_find_joint_groups(cells, situation), cells, situation, budget)",
        "pass",
        "pair stands",
        "8 groups",
    ),
    (
        "what makes it true is forgotten",
        GROUPS,
        "return _find_either_groups(find_groups, condition)",
        "return find_groups(condition, FALSE)",
        "pair stands",
        "8 groups",
    ),
    (
        "what was read is not looked at again",
        DECISION,
        "changed.isdisjoint(frame.decisive)",
        "not changed.isdisjoint(frame.decisive)",
        "interval far off",
        "2 complete",
    ),
    ("partners are forgotten", ASK, "tuple(other for other in names if other != name)", "()", "pair", "1 relevant"),
    (
        "a bound belongs to the other side",
        CELLS,
        '"<=": (1,), ">": (1,)',
        '"<=": (0,), ">": (0,)',
        "interval unknown",
        "3 branches",
    ),
    (
        "a lower bound belongs to the other side",
        CELLS,
        '"<": (0,), ">=": (0,)',
        '"<": (1,), ">=": (1,)',
        "interval far off",
        "3 branches",
    ),
    (
        "a cut is dropped",
        CELLS,
        "    for bound, side in cuts:\n        end",
        "    for bound, side in cuts[1:]:\n        end",
        "interval far off",
        "3 branches",
    ),
    (
        "the last range is dropped",
        CELLS,
        "    if start <= high:\n        ranges.append(Interval(start, high))",
        "    if start > high:\n        ranges.append(Interval(start, high))",
        "interval far off",
        "3 branches",
    ),
    (
        "what is known of a number is forgotten",
        CELLS,
        "(meet := part.intersect_with(held)) is not None",
        "(meet := part) is not None",
        "heart known within one range",
        "1 relevant",
    ),
    (
        "a joined range keeps the first name",
        CELLS,
        "return Cell(both, format_range(feature, part or both), part)",
        "return Cell(both, first.name, part)",
        "interval unknown",
        "3 branches",
    ),
    ("strictness is lost in the name", CELLS, "{'>' if ends.low_outside else '>='}", "{'>='}", "interval unknown", "3 branches"),
    (
        "the far side first",
        SIDES,
        "for way in (lower[::-1], upper):",
        "for way in (lower, upper[::-1]):",
        "interval far off",
        "4 other sides",
    ),
    ("one way only", SIDES, "for way in (lower[::-1], upper):", "for way in (upper,):", "interval at the bound", "4 other sides"),
    (
        "words that change nothing",
        SIDES,
        "            if decision.headline != situation.decision.headline\n",
        "",
        "interval at the bound",
        "4 other sides",
    ),
    (
        "the distance to the far end",
        SIDES,
        "else value.low - cell.value.high",
        "else value.low - cell.value.low",
        "interval at the bound",
        "4 other sides",
    ),
    (
        "near is never near",
        SIDES,
        "distance <= feature.near",
        "distance < feature.near",
        "interval one month off",
        "4 other sides",
    ),
    (
        "sides of what is open",
        SIDES,
        "return value.is_exact if isinstance(value, Interval) else isinstance(value, str)",
        "return value is not None",
        "interval within one range",
        "4 other sides",
    ),
    (
        "sides though data are missing",
        SIDES,
        'if situation.decision.answer != "recommends":',
        "if False:",
        "interval unknown",
        "4 other sides",
    ),
    (
        "a side is no override",
        SIDES,
        "engine import derive_with_overrides, is_awaiting_input",
        "engine import derive_with_stated as derive_with_overrides, is_awaiting_input",
        "interval at the bound",
        "4 other sides",
    ),
    (
        "a step does not count on",
        AHEAD,
        "Interval(value.low + effect.add, value.high + effect.add)",
        "Interval(value.low, value.high)",
        "interval at the bound",
        "5 next",
    ),
    (
        "every regimen makes a line",
        AHEAD,
        "if (effect.given and effect.given not in classes) or",
        "if False or",
        "third line with failing heart",
        "5 next",
    ),
    (
        "the line moves by itself only",
        AHEAD,
        "facts[effect.by or feature.name]",
        "facts[feature.name]",
        "interval at the bound",
        "5 next",
    ),
    (
        "variants are forgotten",
        AHEAD,
        "(*transition.effects, *variant.effects)",
        "transition.effects",
        "interval at the bound",
        "5 next",
    ),
    (
        "a step forgets what it touched",
        AHEAD,
        "decision = make_decision(situation.frame, facts, situation.decision, touched, situation.look)",
        "decision = make_decision(situation.frame, facts, situation.decision, frozenset())",
        "interval at the bound",
        "5 next",
    ),
    (
        "only one drug of a regimen",
        AHEAD,
        '.replace("{drug}", drug.id) for drug in drugs)',
        '.replace("{drug}", drug.id) for drug in list(drugs)[:1])',
        "interval far off",
        "5 next",
    ),
    (
        "overrides do not hold",
        BOOK,
        "return _rederive_facts(facts, record, plan, frozenset(changes), changes, look)",
        "return _rederive_facts(facts, record, plan, frozenset(changes), {}, look)",
        "second line",
        "5 next",
    ),
    (
        "another side is not heard as stated",
        SIDES,
        "record = replace(situation.record, stated={**situation.record.stated, **changes})",
        "record = situation.record",
        "de novo, first line stated",
        "4 other sides",
    ),
    (
        "sides that no patient can have",
        SIDES,
        "if any(situation.look(axiom.never, facts).truth is TRUE for axiom in situation.plan.axioms):",
        "if False:",
        "fewer regimens than lines would lead elsewhere",
        "4 other sides",
    ),
    (
        "cautions are taken for what precludes",
        "decide.ruleset",
        'if bar.effect == "precludes"}',
        'if bar.effect == "caution"}',
        "second line",
        "4 other sides",
    ),
    (
        "only what has branches is asked",
        ASK,
        "    if all(b.outcome == before for b in branches):\n        return None\n",
        "    if all(b.outcome == branches[0].outcome for b in branches):\n        return None\n",
        "every reply leads to one",
        "2 complete",
    ),
    (
        "stale bars",
        DECISION,
        "for name in touched:",
        "for name in ():",
        "interval far off",
        "2 complete",
    ),
    (
        "stale statements",
        DECISION,
        "if self.before is None or not self.touched.isdisjoint(self.frame.reads[statement.id]):",
        "if self.before is None:",
        "first line, burden unknown",
        "3 branches",
    ),
    (
        "stale proposals",
        DECISION,
        "proposal.reads if self.look.gives_reasons else proposal.decisive",
        "self.frame.reads[proposal.statement.id]",
        "interval far off",
        "2 complete",
    ),
    (
        "nothing behind an inferred fact",
        ASK,
        "situation.plan.collect_inputs(read)",
        "set(read)",
        "interval unknown",
        "2 complete",
    ),
    (
        "inputs have no other side",
        SIDES,
        "situation.plan.collect_inputs(situation.find_read_features())",
        "situation.find_read_features()",
        "interval at the bound",
        "4 other sides",
    ),
    (
        "what follows is not derived again",
        BOOK,
        "elif name in touched or not differing.isdisjoint(plan.inputs[name]):",
        "elif name in touched:",
        "interval unknown",
        "2 complete",
    ),
    (
        "what follows is not reported",
        BOOK,
        "return fresh, frozenset(differing)",
        "return fresh, changed",
        "interval unknown",
        "2 complete",
    ),
    (
        "what is reached ends with the change",
        BOOK,
        "reached = touched.union(*(plan.downstream[name] for name in touched))",
        "reached = touched",
        "interval unknown",
        "2 complete",
    ),
]
MUTATIONS = [Mutation(*row) for row in ROWS]

Known = dict[tuple[tuple[str, Value], ...], Any]
_fresh: dict[str, Known] = {}  # what fresh records say does not depend on the mutation


def told(name: str, knowledge: Knowledge) -> Knowledge:
    """The knowledge that decides on this patient."""
    return TWISTS[name](knowledge) if name in TWISTS else knowledge


def failures(name: str, claim: str, knowledge: Knowledge, asking: Asking) -> list[str]:
    """How the claim fails for one of the patients; an exception is a failure."""
    try:
        return list(CLAIMS[claim](Patient(PATIENTS[name], knowledge, asking, 400, _fresh.setdefault(name, {}))))
    except Exception as error:
        return [repr(error)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_a_mutation_is_caught(mutation: Mutation, knowledge: Knowledge) -> None:
    source = source_of(mutation.module)
    assert source.count(mutation.old) == 1, "the source has changed: write the mutation anew"
    used = told(mutation.patient, knowledge)
    with loaded({mutation.module: source.replace(mutation.old, mutation.new)}) as modules:
        found = failures(mutation.patient, mutation.claim, used, asking_of(modules, used))
    assert found, f"claim {mutation.claim} does not notice"


@pytest.mark.parametrize(("patient", "claim"), sorted({(m.patient, m.claim) for m in MUTATIONS}))
def test_the_claim_holds_unchanged(patient: str, claim: str, knowledge: Knowledge) -> None:
    """For the shipped code, and for the same source loaded as the mutations are."""
    used = told(patient, knowledge)
    with loaded({}) as modules:
        assert failures(patient, claim, used, asking_of(modules, used)) == []
    assert failures(patient, claim, used, shipped(used)) == []


def test_there_are_twenty_and_each_is_one_of_its_kind() -> None:
    assert len(MUTATIONS) >= 20
    assert len({replace(m, name="", patient="", claim="") for m in MUTATIONS}) == len(MUTATIONS)
