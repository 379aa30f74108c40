"""Which missing fact matters: by supposing every cell of every unknown feature, all at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product, takewhile

import msgspec

from concordant.decide.decision import Decision, Outcome
from concordant.decide.lanes import SupposedDecision
from concordant.decide.partitions import Cell, join_cells, make_cells
from concordant.decide.question_groups import combine_names, find_settling_groups
from concordant.decide.ruleset import Proposal
from concordant.decide.situation import Situation
from concordant.derive.engine import is_awaiting_input
from concordant.derive.lanes import Supposition, suppose_stated
from concordant.logic.intervals import Interval
from concordant.logic.truth import TRUE, UNKNOWN
from concordant.model.features import Feature
from concordant.model.selectors.courses import Received
from concordant.patient.facts import Fact, Facts
from concordant.readers.explain import explain, find_missing_features

AT_A_TIME = 256  # values of several open facts together that are supposed at once: most searches end soon


class Branch(msgspec.Struct, frozen=True):
    """What a feature's cell would lead to."""

    cell: Cell
    outcome: Outcome
    possible: frozenset[str]
    line: str


class Question(msgspec.Struct, frozen=True):
    """A feature whose answer changes the outcome, alone or together with others."""

    feature: Feature
    blocking: bool
    branches: tuple[Branch, ...]
    together_with: tuple[str, ...] = ()


class SearchBudget(msgspec.Struct):
    """How many values of several open facts together are still tried; a contradictory record leaves thousands of groups.

    The answers to the cases that are shipped need 585 at most, and nobody can wait for all of them where there are thousands.
    """

    left: int = 1200

    @property
    def is_spent(self) -> bool:
        """True when the search ended before everything was tried."""
        return self.left < 0

    def take(self, wanted: int) -> None:
        """Count what was tried, or would have been."""
        self.left = max(self.left - wanted, -1)


def find_questions(situation: Situation, budget: SearchBudget | None = None) -> list[Question]:
    """What to ask, the blocking and most settling questions first; the `budget` says afterwards whether all groups were tried."""
    budget = budget or SearchBudget()
    cells = {
        f.name: make_cells(f, situation.frame.cuts.get(f.name, ()), situation.facts[f.name].value)
        for f in _find_askable_features(situation)
    }
    holding = _find_holding_features(situation)
    questions = _ask_alone(cells, situation, holding)
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


def _ask_alone(cells: Mapping[str, Sequence[Cell]], situation: Situation, holding: frozenset[str]) -> list[Question]:
    """The features one of whose answers changes the outcome by itself."""
    before, by_name = situation.decision.outcome, situation.plan.by_name
    branches = _make_branches(cells, situation)
    changing = {name: some for name, some in branches.items() if not all(b.outcome == before for b in some)}
    questions = []
    for name, merged in _merge_branches(changing, situation).items():
        settles = name in holding and any(b.outcome[0] != "needs_data" for b in branches[name])
        blocking = before[0] == "needs_data" and settles
        questions.append(Question(by_name[name], blocking, tuple(merged)))
    return questions


def _make_branches(cells: Mapping[str, Sequence[Cell]], situation: Situation) -> dict[str, list[Branch]]:
    """One branch a cell of each feature; a cell that contradicts what is known is no possible answer."""
    each = [(name, cell) for name, some in cells.items() for cell in some]
    decided = situation.suppose([suppose_stated(situation.facts, {name: cell.value}) for name, cell in each])
    branches: dict[str, list[Branch]] = {name: [] for name in cells}
    for (name, cell), supposed in zip(each, decided, strict=True):
        if not supposed.contradicts:
            branches[name].append(_make_branch(cell, supposed))
    return branches


def _make_branch(cell: Cell, supposed: SupposedDecision) -> Branch:
    still = {j.proposal.regimen.id for j in supposed.open} if supposed.answer == "needs_data" else set()
    return Branch(cell, supposed.outcome, frozenset(still.union(supposed.outcome[1])), supposed.line)


def _merge_branches(branches: Mapping[str, list[Branch]], situation: Situation) -> dict[str, list[Branch]]:
    """Neighbouring cells that lead to the same outcome are told as one, where being told as one leads there too."""
    merged: dict[str, list[Branch]] = {name: some[:1] for name, some in branches.items()}
    left = {name: some[1:] for name, some in branches.items() if some[1:]}
    while left:
        joined = {name: _join_alike(situation.plan.by_name[name], merged[name][-1], some) for name, some in left.items()}
        each = [(name, branch) for name, some in joined.items() for branch in some]
        decided = situation.suppose([suppose_stated(situation.facts, {name: branch.cell.value}) for name, branch in each])
        leads = iter([supposed.outcome for supposed in decided])
        for name, ways in joined.items():
            holds = list(takewhile(lambda pair: pair[0].outcome == pair[1], zip(ways, [next(leads) for _ in ways], strict=True)))
            if holds:
                merged[name][-1] = holds[-1][0]
            merged[name] += left[name][len(holds) : len(holds) + 1]
            left[name] = left[name][len(holds) + 1 :]
        left = {name: some for name, some in left.items() if some}
    return merged


def _join_alike(feature: Feature, first: Branch, others: Iterable[Branch]) -> list[Branch]:
    """The branch told as one with the next, with the next two, and so on, as long as they lead to one outcome."""
    joined: list[Branch] = []
    for branch in takewhile(lambda other: other.outcome == first.outcome, others):
        last = joined[-1] if joined else first
        line = branch.line if branch.line == last.line else ""
        cell = join_cells(feature, last.cell, branch.cell)
        joined.append(Branch(cell, branch.outcome, last.possible | branch.possible, line))
    return joined


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
    ordered = [tuple(sorted(group, key=order.__getitem__)) for group in groups if len(group) > 1]
    names = _find_deciding_group(
        sorted(ordered, key=lambda names: (len(names), [order[name] for name in names])), cells, situation, budget
    )
    return _ask_group(names, cells, situation)


def _find_deciding_group(
    groups: Iterable[tuple[str, ...]], cells: Mapping[str, Sequence[Cell]], situation: Situation, budget: SearchBudget
) -> tuple[str, ...]:
    """The first group some of whose values change the outcome and can be true of the patient; none when none does."""
    choices = ((names, choice) for names in groups for choice in product(*(cells[name] for name in names)))
    while not budget.is_spent and (some := list(islice(choices, min(AT_A_TIME, budget.left + 1)))):
        tried = some[: budget.left]
        decided = situation.suppose([_suppose_choice(names, choice, situation) for names, choice in tried])
        for number, supposed in enumerate(decided):
            if supposed.outcome != situation.decision.outcome and not supposed.contradicts:
                budget.take(number + 1)
                return some[number][0]
        budget.take(len(some))
    return ()


def _suppose_choice(names: tuple[str, ...], choice: tuple[Cell, ...], situation: Situation) -> Supposition:
    return suppose_stated(situation.facts, {name: cell.value for name, cell in zip(names, choice, strict=True)})


def _ask_group(names: tuple[str, ...], cells: Mapping[str, Sequence[Cell]], situation: Situation) -> list[Question]:
    """Each of these features, to be asked together with the others."""
    branches = _merge_branches(_make_branches({name: cells[name] for name in names}, situation), situation)
    blocking = situation.decision.answer == "needs_data"
    return [
        Question(situation.plan.by_name[name], blocking, tuple(branches[name]), tuple(other for other in names if other != name))
        for name in names
    ]
