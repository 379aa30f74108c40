"""Every obligation asked, what was found shown by the engine, and what is accepted taken out."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from concordant.logic.conditions import Not
from concordant.model.accepted import AcceptedFinding, Obligation
from concordant.verify.coverage import iter_disagreements, iter_gaps, iter_misfits, iter_overlaps
from concordant.verify.decided import Proving
from concordant.verify.law import iter_law, list_law_conditions
from concordant.verify.learning import make_law_witness
from concordant.verify.obligations import PROMISES, Finding, ObligationResult, Question
from concordant.verify.partial import PartialPatients
from concordant.verify.reach import iter_dead, iter_idle, iter_shadowed
from concordant.verify.space import TIMEOUT, PatientFinder, PatientSpace, both, either
from concordant.verify.structure import find_unused, iter_axioms, iter_unasked, iter_unguarded
from concordant.verify.witness import WitnessBench

Asked = Callable[[Proving, PartialPatients], Iterable[Question]]
MakeFinder = Callable[[PatientSpace], PatientFinder]

ASKED: Mapping[Obligation, Asked] = {
    "axioms": lambda now, _: iter_axioms(now),
    "gap": lambda now, _: iter_gaps(now),
    "overlap": lambda now, _: iter_overlaps(now),
    "misfit": lambda now, _: iter_misfits(now),
    "disagreement": lambda now, _: iter_disagreements(now),
    "dead": iter_dead,
    "shadowed": iter_shadowed,
    "idle": lambda now, _: iter_idle(now),
    "unguarded": lambda now, _: iter_unguarded(now),
    "unasked": iter_unasked,
    "law": iter_law,
}


@dataclass
class Prover:
    """Asks obligations of one knowledge on one day; a finder serves all that are asked about the same patients."""

    now: Proving
    make_finder: MakeFinder

    def __post_init__(self) -> None:
        self.bench = WitnessBench(self.now)

    @cached_property
    def complete_finder(self) -> PatientFinder:
        """Among complete patients."""
        return self.make_finder(self.now.space)

    @cached_property
    def known(self) -> PartialPatients:
        """Patients of whom a part is known."""
        return PartialPatients(self.now, list_law_conditions(self.now))

    @cached_property
    def partial(self) -> PatientFinder:
        """Among patients of whom a part is known."""
        return self.make_finder(self.known.space)

    def prove(self, names: Collection[Obligation] = ()) -> Iterator[ObligationResult]:
        """Each obligation that is wanted (all, where none is named), in the order in which they are told."""
        for name in PROMISES:
            if not names or name in names:
                yield self.prove_one(name)

    def prove_one(self, name: Obligation) -> ObligationResult:
        """One obligation."""
        begun = time.perf_counter()
        if name == "unused":
            asked, found = len(self.now.knowledge.features), list(find_unused(self.now))
        else:
            questions = list(ASKED[name](self.now, self.known))
            (self.partial if name == "law" else self.complete_finder).prepare_conditions(
                question.wanted for question in questions
            )
            asked, found = len(questions), [one for q in questions if (one := self._ask(q)) is not None]
        found = list(accept_findings(name, found, self.now.knowledge.accepted, is_newest=self.now.is_newest))
        return ObligationResult(name, asked, time.perf_counter() - begun, tuple(found))

    def _ask(self, question: Question) -> Finding | None:
        finder = self.partial if question.among == "partial" else self.complete_finder
        possible = finder.is_possible(question.wanted, question.without)
        if possible == TIMEOUT:
            return _make_finding(question, state="not proved", because="time ran out")
        if possible is not (question.fault == "a patient"):
            return None
        if question.again is not None:
            return self._ask(question.again())
        if question.fault == "no patient":
            return _make_finding(question)
        return self._show(finder, question)

    def _show(self, finder: PatientFinder, question: Question) -> Finding:
        """The patient that was found, shown by the engine; only then is it a finding."""
        if question.among == "partial":
            by_rules = finder.find_patient(question.shown_condition)
            found = by_rules if isinstance(by_rules, Mapping) else finder.find_patient(question.wanted, (), question.without)
            assert isinstance(found, Mapping)
            shown = make_law_witness(self.now, self.bench, self.known, question, found)
        else:
            found = finder.find_patient(question.wanted, self.bench.list_wishes(question.shown_condition), question.without)
            assert isinstance(found, Mapping)
            shown = self.bench.make_witness(question, found)
        if shown.fails:
            return _make_finding(question, state="not confirmed", witness=shown.case, because=shown.fails)
        return self._settle(finder, _make_finding(question, witness=shown.case, because=shown.told), question)

    def _settle(self, finder: PatientFinder, finding: Finding, question: Question) -> Finding:
        """A disagreement of which every patient is told is declared in the knowledge already."""
        if question.obligation != "disagreement":
            return finding
        told = {one.id: one.relevant_if for one in self.now.ruleset.disagreements}
        if told and finder.is_possible(both(question.wanted, Not(either(told.values()))), question.without) is False:
            fits = [id_ for id_, if_ in told.items() if finder.is_possible(both(question.wanted, if_), question.without)]
            return replace(finding, state="accepted", because=f"told to every such patient: {', '.join(fits)}")
        return finding


def _make_finding(question: Question, **more: str) -> Finding:
    return replace(Finding(question.obligation, question.about, question.says), **more)  # type: ignore[arg-type]


def accept_findings(
    name: Obligation, found: Iterable[Finding], accepted: Iterable[AcceptedFinding], *, is_newest: bool
) -> Iterator[Finding]:
    """The findings, one that the knowledge accepts with its reason; of the newest day also what is accepted and not found."""
    reasons = {about: one.because for one in accepted if one.obligation == name for about in one.about}
    for finding in found:
        because = reasons.pop(finding.about, "")
        if because and finding.state == "found":
            yield replace(finding, state="accepted", because=because)
        else:
            yield finding
    for about, because in reasons.items() if is_newest else ():
        yield Finding(name, about, "accepted in the knowledge, and not found any more: take it out", because=because)
