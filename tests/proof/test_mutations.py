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
from tests.shares import share_of

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


ASK, CELLS, SIDES, AHEAD, GROUPS, LANES, DECISION = (
    *(f"decide.{name}" for name in ("questions", "partitions", "counterfactuals", "next_steps", "question_groups")),
    *("derive.lanes", "decide.judged_lanes"),
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
        "return not question.blocking, before, after, not perhaps_it, _count_worst_branch(question)",
        "return not question.blocking, before, not perhaps_it, _count_worst_branch(question)",
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
        "return [side for side in sides if side.feature in settling]",
        "return sides",
        "second line stated",
        "4 other sides",
    ),
    (
        "the last cell is dropped",
        ASK,
        "each = [(name, cell) for name, some in cells.items() for cell in some]",
        "each = [(name, cell) for name, some in cells.items() for cell in some[:-1]]",
        "interval far off",
        "3 branches",
    ),
    (
        "branches are swapped",
        ASK,
        "{name: cell.value}) for name, cell in each])\n    branches",
        "{name: d.value}) for name, some in cells.items() for d in some[::-1]])\n    branches",
        "interval unknown",
        "3 branches",
    ),
    (
        "branches that differ are merged",
        ASK,
        "takewhile(lambda other: other.outcome == first.outcome, others)",
        "others",
        "interval far off",
        "3 branches",
    ),
    (
        "branches are merged that lead elsewhere when they are told as one",
        ASK,
        "takewhile(lambda pair: pair[0].outcome == pair[1], ",
        "takewhile(lambda pair: True, ",
        "two lines with one outcome, each by its own rule",
        "3 branches",
    ),
    (
        "branches that agree stay apart",
        ASK,
        "takewhile(lambda other: other.outcome == first.outcome, others)",
        "takewhile(lambda other: other == first, others)",
        "interval unknown",
        "3 branches",
    ),
    (
        "contradictions count as answers",
        ASK,
        "if not supposed.contradicts:\n            branches",
        "if supposed:\n            branches",
        "interval at the bound",
        "1 relevant",
    ),
    (
        "the merged branch takes the first outcome only in name",
        ASK,
        "joined.append(Branch(cell, branch.outcome",
        "joined.append(Branch(last.cell, branch.outcome",
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
        'settles = name in holding and any(b.outcome[0] != "needs_data" for b in branches[name])',
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
        "return not question.blocking, before, after, not perhaps_it, _count_worst_branch(question)",
        "return question.blocking, before, after, not perhaps_it, _count_worst_branch(question)",
        "tumour and extent unknown",
        "7 order",
    ),
    (
        "the most regimens first",
        ASK,
        "return not question.blocking, before, after, not perhaps_it, _count_worst_branch(question)",
        "return not question.blocking, before, after, not perhaps_it, -_count_worst_branch(question)",
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
        "frozenset(still.union(supposed.outcome[1]))",
        "frozenset(supposed.outcome[1])",
        "second line, drugs and lungs unknown",
        "7 order",
    ),
    (
        "only what is open is read",
        "decide.situation",
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
        "if not all(b.outcome == before for b in some)}",
        "if not any(b.outcome == before for b in some)}",
        "interval far off",
        "2 complete",
    ),
    (
        "pairs are dropped",
        ASK,
        "for group in groups if len(group) > 1]",
        "for group in groups if len(group) > 2]",
        "pair",
        "8 groups",
    ),
    (
        "triples are dropped",
        ASK,
        "for group in groups if len(group) > 1]",
        "for group in groups if len(group) == 2]",
        "triple",
        "8 groups",
    ),
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
        "readers.circuit",
        "gate.reads.isdisjoint(self._differing)",
        "gate.reads",
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
        "for way in (lower[::-1], upper)]",
        "for way in (lower, upper[::-1])]",
        "interval far off",
        "4 other sides",
    ),
    ("one way only", SIDES, "for way in (lower[::-1], upper)]", "for way in (upper,)]", "interval at the bound", "4 other sides"),
    (
        "words that change nothing",
        SIDES,
        "dropwhile(lambda one: one[1].headline == headline, decided)",
        "decided",
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
        "[Supposition(change, change) for change in changes]",
        "[Supposition(change, {}) for change in changes]",
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
        "(*way.effects, *variant.effects)",
        "way.effects",
        "interval at the bound",
        "5 next",
    ),
    (
        "a step changes nothing",
        AHEAD,
        "Supposition({}, changed)",
        "Supposition({}, {})",
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
        LANES,
        "for value, some in fixed.items()]",
        "for value, some in ()]",
        "second line",
        "5 next",
    ),
    (
        "another side is not heard as stated",
        SIDES,
        "[Supposition(change, change) for change in changes]",
        "[Supposition({}, change) for change in changes]",
        "de novo, first line stated",
        "4 other sides",
    ),
    (
        "sides that no patient can have",
        SIDES,
        "[situation.decision if one.impossible else one for one in decided]",
        "list(decided)",
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
        "if not all(b.outcome == before for b in some)}",
        "if not all(b.outcome == some[0].outcome for b in some)}",
        "every reply leads to one",
        "2 complete",
    ),
    (
        "bars are not read",
        DECISION,
        "return self.full & ~self.reader.read(proposal.precluded_if)[0]",
        "return self.full",
        "interval far off",
        "2 complete",
    ),
    (
        "statements apply to all",
        DECISION,
        "true, false = read(statement.applies_if)",
        "true, false = self.full, self.reader.none",
        "first line, burden unknown",
        "3 branches",
    ),
    (
        "one role for all",
        DECISION,
        'if proposal.role == "preferred" else none',
        'if proposal.role == "nobody" else none',
        "interval unknown",
        "3 branches",
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
        LANES,
        "reached[reader] = reached.get(reader, 0) | differs",
        "pass",
        "interval unknown",
        "2 complete",
    ),
    (
        "what follows is not reported",
        LANES,
        "self.differing.add(name)",
        "self.differing.update(self._changes.stated)",
        "interval unknown",
        "2 complete",
    ),
    (
        "all lanes have the fact of the first",
        LANES,
        "if lanes & some and lanes & ~some:",
        "if not lanes:",
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


def failure(name: str, claim: str, knowledge: Knowledge, asking: Asking) -> str:
    """How the claim fails first for one of the patients; an exception is a failure. Empty where it holds."""
    try:
        return next(CLAIMS[claim](Patient(PATIENTS[name], knowledge, asking, 400, _fresh.setdefault(name, {}))), "")
    except Exception as error:
        return repr(error)


RUN = share_of("mutations of the asking", MUTATIONS, kind=lambda m: m.claim)


@pytest.mark.parametrize("mutation", RUN, ids=lambda m: m.name)
def test_a_mutation_is_caught(mutation: Mutation, knowledge: Knowledge) -> None:
    source = source_of(mutation.module)
    used = told(mutation.patient, knowledge)
    with loaded({mutation.module: source.replace(mutation.old, mutation.new)}) as modules:
        found = failure(mutation.patient, mutation.claim, used, asking_of(modules, used))
    assert found, f"claim {mutation.claim} does not notice"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_the_source_of_a_mutation_is_there(mutation: Mutation) -> None:
    assert source_of(mutation.module).count(mutation.old) == 1, "the source has changed: write the mutation anew"


@pytest.mark.parametrize(("patient", "claim"), sorted({(m.patient, m.claim) for m in RUN}))
def test_the_claim_holds_unchanged(patient: str, claim: str, knowledge: Knowledge) -> None:
    """For the shipped code, and for the same source loaded as the mutations are."""
    used = told(patient, knowledge)
    with loaded({}) as modules:
        assert failure(patient, claim, used, asking_of(modules, used)) == ""
    assert failure(patient, claim, used, shipped(used)) == ""


def test_there_are_twenty_and_each_is_one_of_its_kind() -> None:
    assert len(MUTATIONS) >= 20
    assert len({replace(m, name="", patient="", claim="") for m in MUTATIONS}) == len(MUTATIONS)
