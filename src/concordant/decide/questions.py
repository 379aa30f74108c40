"""Which missing fact matters: by re-running the same decision on every cell of every unknown feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product, takewhile

from concordant.decide.decision import Decision, Outcome, find_line
from concordant.decide.judging import make_decision
from concordant.decide.partitions import Cell, join_cells, make_cells
from concordant.decide.question_groups import combine_names, find_settling_groups
from concordant.decide.ruleset import Proposal, Ruleset
from concordant.derive.engine import derive_with_stated, is_awaiting_input
from concordant.derive.plan import DerivationPlan
from concordant.logic.conditions import find_features_read
from concordant.logic.intervals import Interval
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.model.features import Feature
from concordant.model.selectors.courses import Received
from concordant.model.sources import Action
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Fact, Facts, Value
from concordant.readers.explain import Evaluator, explain, find_missing_features


@dataclass(frozen=True, slots=True)
class Branch:
    """What a feature's cell would lead to."""

    cell: Cell
    outcome: Outcome
    possible: frozenset[str]
    line: str


@dataclass(frozen=True, slots=True)
class Question:
    """A feature whose answer changes the outcome, alone or together with others."""

    feature: Feature
    blocking: bool
    branches: tuple[Branch, ...]
    together_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """A patient, the ruleset, and the decision so far: what every hypothesis starts from.

    `look` evaluates hypotheses; nobody asks for their reasons, so it may be an evaluator without any.
    """

    record: PatientRecord
    plan: DerivationPlan
    frame: Ruleset
    facts: Facts
    decision: Decision
    discordances: tuple[tuple[str, Action], ...] = ()
    look: Evaluator = explain

    def find_read_features(self) -> set[str]:
        """The features that a living proposal or a limit of scope reads."""
        features: set[str] = set()
        for candidate in self.decision.judged:
            if candidate.status != "does_not_apply":
                features |= candidate.proposal.reads
        for force in self.frame.in_force:
            for limit in force.guideline.out_of_scope:
                features |= find_features_read(limit.if_)
        return features

    def decide_with_stated(self, changes: Mapping[str, Value]) -> tuple[Decision, Facts]:
        """Decide again as if these values had been stated; return the decision and the facts."""
        facts, touched = derive_with_stated(self.facts, changes, self.record, self.plan, self.look)
        return make_decision(self.frame, facts, self.decision, touched, self.look), facts


@dataclass(slots=True)
class SearchBudget:
    """How many values of several open facts together are still tried; a contradictory record leaves thousands of groups.

    The answers to the cases that are shipped need 585 at most, and nobody can wait for all of them where there are thousands.
    """

    left: int = 1200

    @property
    def is_spent(self) -> bool:
        """True when the search ended before everything was tried."""
        return self.left < 0

    def take_one(self) -> bool:
        """Whether one more may be tried."""
        self.left -= 1
        return self.left >= 0


def find_questions(situation: Situation, budget: SearchBudget | None = None) -> list[Question]:
    """What to ask, the blocking and most settling questions first; the `budget` says afterwards whether all groups were tried."""
    budget = budget or SearchBudget()
    cells = {
        f.name: make_cells(f, situation.frame.cuts.get(f.name, ()), situation.facts[f.name].value)
        for f in _find_askable_features(situation)
    }
    holding = _find_holding_features(situation)
    questions = [q for name in cells if (q := _ask_alone(name, cells[name], situation, holding)) is not None]
    if situation.decision.answer == "needs_data" and not any(q.blocking for q in questions):
        questions += _ask_together(combine_names(holding.intersection(cells)), cells, situation, budget)
    elif not questions:
        questions += _ask_together(_find_joint_groups(cells, situation), cells, situation, budget)
    order = {name: i for i, name in enumerate(cells)}
    nameless = any(course.unknown_drugs for course in situation.record.courses)
    return sorted(questions, key=lambda q: (*_rank_question(q, nameless=nameless), q.feature.asked, order[q.feature.name]))


def _rank_question(question: Question, *, nameless: bool) -> tuple[bool, bool, bool, bool, int]:
    """Blocking first; what settles many others before, what sums others up after them; then, where the record tells of a drug
    that is not known, what it may have been; then the fewest regimens in the worst branch.
    """
    perhaps_it = nameless and isinstance(question.feature.derive, Received)
    feature = question.feature
    before, after = not feature.asked_before_others, feature.asked_after_inputs
    return not question.blocking, before, after, not perhaps_it, _count_worst_branch(question)


def _find_holding_features(situation: Situation) -> frozenset[str]:
    """Find the unknown features that keep the open proposals from being decided, and the features they are derived from."""
    preferred = [
        candidate for candidate in situation.decision.open if candidate.role == "preferred"
    ]  # where one is, only these hold the answer back
    unknown = {name for candidate in preferred or situation.decision.open for name in find_missing_features(candidate.applies)}
    behind = {name for name, reached in situation.plan.downstream.items() if reached & unknown}
    return frozenset(unknown | behind)


def _count_worst_branch(question: Question) -> int:
    return max((len(b.possible) for b in question.branches), default=0)


def _find_askable_features(situation: Situation) -> list[Feature]:
    """Features with a question, not yet known, that a proposal reads directly or through others."""
    wanted = _find_open_behind(situation.find_read_features(), situation)
    return [f for f in situation.plan.features if f.name in wanted and f.question and _is_meaningful(f, situation.facts)]


def _find_open_behind(read: Iterable[str], situation: Situation) -> set[str]:
    """The open facts among those read and all that they are derived from: what is assumed may rest on an open one."""
    return {name for name in situation.plan.collect_inputs(read) if _is_open(situation.facts[name])}


def _is_open(fact: Fact) -> bool:
    if isinstance(fact.value, Interval):
        return not fact.value.is_exact and fact.origin != "assumed"
    return not isinstance(fact.value, str)


def _is_meaningful(feature: Feature, facts: Facts) -> bool:
    """A guarded feature is asked only once its guard is known to hold, and one that waits for another not before that."""
    return not is_awaiting_input(feature, facts) and (feature.only_if is None or explain(feature.only_if, facts).truth is TRUE)


def _ask_alone(name: str, cells: Sequence[Cell], situation: Situation, holding: frozenset[str]) -> Question | None:
    branches = _make_branches(name, cells, situation)
    before = situation.decision.outcome
    if all(b.outcome == before for b in branches):
        return None
    settles = name in holding and any(b.outcome[0] != "needs_data" for b in branches)
    blocking = before[0] == "needs_data" and settles
    feature = situation.plan.by_name[name]
    return Question(feature, blocking, tuple(_merge_branches(feature, branches, situation)))


def _make_branches(name: str, cells: Sequence[Cell], situation: Situation) -> list[Branch]:
    """One branch a cell; a cell that contradicts what is known is no possible answer."""
    supposed = [(cell, situation.decide_with_stated({name: cell.value})) for cell in cells]
    return [_make_branch(cell, decided) for cell, decided in supposed if not _has_new_conflict(decided[1], situation.facts)]


def _has_new_conflict(supposed: Facts, known: Facts) -> bool:
    return any(fact.conflict and not known[name].conflict for name, fact in supposed.items())


def _make_branch(cell: Cell, supposed: tuple[Decision, Facts]) -> Branch:
    decision, facts = supposed
    line = find_line(decision, facts)
    outcome = decision.outcome
    still = frozenset(j.proposal.regimen.id for j in decision.open) if decision.answer == "needs_data" else frozenset()
    return Branch(cell, outcome, still | frozenset(outcome[1]), line or "")


def _merge_branches(feature: Feature, branches: list[Branch], situation: Situation) -> list[Branch]:
    """Neighbouring cells that lead to the same outcome are told as one, where being told as one leads there too."""
    merged: list[Branch] = []
    for branch in branches:
        if merged and merged[-1].outcome == branch.outcome:
            cell = join_cells(feature, merged[-1].cell, branch.cell)
            if situation.decide_with_stated({feature.name: cell.value})[0].outcome == branch.outcome:
                last = merged.pop()
                line = branch.line if branch.line == last.line else ""
                branch = Branch(cell, branch.outcome, last.possible | branch.possible, line)
        merged.append(branch)
    return merged


def _find_joint_groups(askable: Iterable[str], situation: Situation) -> set[frozenset[str]]:
    """Find groups of open features that could settle an unknown condition of a proposal together.

    Needed only once the answer is definite. A restriction that reads one feature would change the outcome by that feature
    alone.
    """
    asked = frozenset(askable)
    live = _find_outcome_proposals(situation.decision)
    sentences = {p.statement.id: p.statement.applies_if for p in live}
    sentences |= {id_: bar.if_ for p in live for id_, bar in p.deciding.items()}
    groups: set[frozenset[str]] = set()
    for sentence in sentences.values():
        if explain(sentence, situation.facts).truth is UNKNOWN:
            groups |= find_settling_groups(
                sentence, lambda part: situation.look(part, situation.facts).truth, lambda n: _find_open_behind([n], situation)
            )
    return {group for group in groups if len(group) > 1 and group <= asked}


def _find_outcome_proposals(decision: Decision) -> list[Proposal]:
    """The proposals that the outcome rests on: of the statements with the preferred regimen, or all that are alive."""
    preferring = {candidate.proposal.statement.id for candidate in decision.offered if candidate.role == "preferred"}
    live = [candidate.proposal for candidate in decision.judged if candidate.status != "does_not_apply"]
    return [proposal for proposal in live if not preferring or proposal.statement.id in preferring]


def _ask_together(
    groups: Iterable[frozenset[str]], cells: Mapping[str, Sequence[Cell]], situation: Situation, budget: SearchBudget
) -> list[Question]:
    """Ask for the smallest group of two or three features that changes the outcome together, when no single feature does."""
    order = {name: i for i, name in enumerate(cells)}
    ordered = [tuple(sorted(group, key=order.__getitem__)) for group in groups]
    for names in sorted(ordered, key=lambda names: (len(names), [order[name] for name in names])):
        if budget.is_spent:
            break
        if len(names) > 1 and (questions := _ask_group(names, cells, situation, budget)):
            return questions
    return []


def _ask_group(
    names: tuple[str, ...], cells: Mapping[str, Sequence[Cell]], situation: Situation, budget: SearchBudget
) -> list[Question]:
    choices = takewhile(lambda _: budget.take_one(), product(*(cells[name] for name in names)))
    if not any(
        _has_other_outcome({n: cell.value for n, cell in zip(names, choice, strict=True)}, situation) for choice in choices
    ):
        return []
    questions = []
    for name in names:
        feature = situation.plan.by_name[name]
        branches = _merge_branches(feature, _make_branches(name, cells[name], situation), situation)
        partners = tuple(other for other in names if other != name)
        questions.append(Question(feature, situation.decision.answer == "needs_data", tuple(branches), partners))
    return questions


def _has_other_outcome(changes: Mapping[str, Value], situation: Situation) -> bool:
    """Whether these facts together change the outcome, and can be true of the patient."""
    decision, facts = situation.decide_with_stated(changes)
    return decision.outcome != situation.decision.outcome and not _has_new_conflict(facts, situation.facts)
