"""All changes judged: of the knowledge (whether the patients tell it apart) and of readers (whether a difference shows)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from concordant.decide.ruleset import CURRENT, Ruleset
from concordant.logic.conditions import Condition
from concordant.model.knowledge import Knowledge
from concordant.readers.truth_only import TruthOnly
from concordant.verify.solver import Z3Finder
from concordant.verify.space import PatientSpace, differ, either
from tests.exam.caught import PaperPlanes, find_unlike, planes_of
from tests.exam.condition_mutants import ConditionMutant, change, make_frame
from tests.exam.condition_mutants import choose_mutants as choose_conditions
from tests.exam.drawn import draw_sitting
from tests.exam.page import tabulate, tell_when
from tests.exam.patients import make_patients
from tests.exam.readers import Paper, tell_one_by_one
from tests.exam.sitting import Sitting, list_sittings
from tests.exam.solver import SolverTerms, Term
from tests.exam.source_exam import TARGETS, SourceExam
from tests.exam.source_mutants import SourceMutant
from tests.exam.source_mutants import choose_mutants as choose_sources
from tests.exam.survivors import MISSED, find_known_reason
from tests.laws.columns import Row

EACH_OPERATOR, EACH_MODULE = 40, 10
PATIENTS, SOURCE_PATIENTS, DRAWN_PATIENTS = 8000, 1000, 400
CAUGHT = 0.95
Mutant = ConditionMutant | SourceMutant
EQUAL = "the solver proves that no row tells the two apart"
NO_PATIENT = (
    "the solver proves that no patient tells the two apart: only rows that an axiom, a rule or the range of a number rules out"
)


@dataclass
class Judged:
    """How many changes were made and noticed, by operator, and why each other one was not."""

    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    caught: Counter[tuple[str, str]] = field(default_factory=Counter)
    survivors: dict[str, str] = field(default_factory=dict)

    @property
    def share(self) -> float:
        return sum(self.caught.values()) / max(sum(self.made.values()), 1)

    @property
    def effective(self) -> float:
        """The share of those that change anything: without what is proved, or explained, to change nothing."""
        idle = sum(bool(why) and not why.startswith(MISSED) for why in self.survivors.values())
        return sum(self.caught.values()) / max(sum(self.made.values()) - idle, 1)

    @property
    def unexplained(self) -> list[str]:
        return [id_ for id_, why in self.survivors.items() if not why]

    def add(self, kind: str, mutant: Mutant, *, is_caught: bool) -> None:
        self.made[kind, mutant.operator] += 1
        self.caught[kind, mutant.operator] += is_caught


class ConditionExam:
    """The shipped statements by the reference, and changed ones in columns, for the same patients."""

    def __init__(self, sitting: Sitting, rows: Sequence[Row]) -> None:
        self.sitting = sitting
        paper = Paper(sitting, rows, sitting.table_of(rows))
        self.wanted = planes_of(tell_one_by_one(paper, TruthOnly(), 1), sitting, len(rows))
        self.planes = PaperPlanes(paper)

        assert not self.parts(sitting.frame), "without a change nobody notices anything"

    def is_noticed(self, mutant: ConditionMutant) -> bool:
        return self.parts(make_frame(self.sitting, mutant))

    def parts(self, frame: Ruleset) -> bool:
        """Whether another ruleset says something else of any patient."""
        return find_unlike(self.planes.decide(frame), self.wanted) is not None


def judge_knowledge(knowledge: Knowledge, seed: int, tell: Callable[[int, int], None]) -> Judged:
    """Every chosen change of the knowledge; of each that nobody noticed, why."""
    sitting, judged = next(list_sittings(knowledge)), Judged()
    conditions = choose_conditions(sitting, EACH_OPERATOR)
    exam = ConditionExam(sitting, make_patients(sitting, PATIENTS, seed).rows)
    judge_conditions(sitting, conditions, exam, judged, lambda done: tell(done, len(conditions)))
    return judged


def judge_readers(knowledge: Knowledge, seed: int, tell: Callable[[int, int], None]) -> Judged:
    """The same of the readers."""
    sitting, judged = next(list_sittings(knowledge)), Judged()
    sources = choose_sources(TARGETS, EACH_MODULE)
    drawn = draw_sitting(sitting, seed)
    rows = {one: make_patients(one, n, seed).rows for one, n in ((sitting, SOURCE_PATIENTS), (drawn, DRAWN_PATIENTS))}
    judge_sources(sources, SourceExam(rows), judged, lambda done: tell(done, len(sources)))
    return judged


def judge_conditions(
    sitting: Sitting, mutants: Sequence[ConditionMutant], exam: ConditionExam, judged: Judged, tell: Callable[[int], None]
) -> None:
    """Changes of the knowledge."""
    proof: Proof | None = None
    for number, mutant in enumerate(mutants, 1):
        is_caught = exam.is_noticed(mutant)
        judged.add("knowledge", mutant, is_caught=is_caught)
        if not is_caught:
            proof = proof or Proof(sitting)
            judged.survivors[mutant.id] = find_known_reason(mutant.id) or proof.find_reason(mutant)
        tell(number)


def judge_sources(mutants: Sequence[SourceMutant], exam: SourceExam, judged: Judged, tell: Callable[[int], None]) -> None:
    """Changes of the readers."""
    for number, mutant in enumerate(mutants, 1):
        is_caught = exam.is_noticed(mutant)
        judged.add(mutant.reader, mutant, is_caught=is_caught)
        if not is_caught:
            judged.survivors[mutant.id] = find_known_reason(mutant.id)
        tell(number)


class Proof:
    """Whether there is anybody at all for whom a changed knowledge says something else."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.terms = SolverTerms(sitting)
        self.told = self._list_terms(self.terms, sitting)
        self.rows = Z3Finder(PatientSpace(self.terms.known.space.domains, ()))

    def find_reason(self, mutant: ConditionMutant) -> str:
        """That it is proved that nobody is; nothing where it is not."""
        if mutant.operator in ("another role", "another order"):
            return ""  # of roles and their order the solver is told nothing
        other = Sitting(change(self.sitting.knowledge, mutant), self.sitting.day, self.sitting.guideline)
        changed = SolverTerms(other)
        changed.known = self.terms.known
        told = self._list_terms(changed, other)
        unlike = [differ(self.told[term], told[term]) for term in self.told if term in told and self.told[term] != told[term]]
        if self.rows.is_possible(either(unlike)) is False:
            return EQUAL
        return NO_PATIENT if self.terms.finder.is_possible(either(unlike)) is False else ""

    def _list_terms(self, terms: SolverTerms, sitting: Sitting) -> dict[Term, Condition]:
        """What is told of a patient, and of what may be continued of each drug."""
        told = terms.list_terms()
        for drug in sitting.frame.drugs:
            for one in sitting.find_frame((drug,)).proposals:
                if one.regimen.id == CURRENT:
                    some = terms.judge_proposal(one)
                    told |= {(("status", f"{one.id} {drug}"), status): wanted for status, wanted in some.items()}
        return told


def tell_judged(judged: Judged, knowledge: Knowledge) -> str:
    """The tables of the page."""
    made, caught = sum(judged.made.values()), sum(judged.caught.values())
    rows = [(what, name, n, judged.caught[what, name]) for (what, name), n in sorted(judged.made.items())]
    lines = [
        tell_when(knowledge),
        "",
        f"**{caught} of {made} changes are noticed, {judged.share:.1%}; of those that change anything {judged.effective:.1%}.**",
        "",
    ]
    lines += tabulate(("of what", "change", "made", "noticed"), rows)
    survivors = [(f"`{id_.replace('`', '')}`", why or "NOT EXPLAINED") for id_, why in judged.survivors.items()]
    return "\n".join([*lines, "", "Not noticed:", "", *tabulate(("change", "because"), survivors)])
