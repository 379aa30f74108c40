"""The clauses of the proofs, read under what is known of one patient after the other; and patients whom only a solver finds."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

import z3

from concordant.decide.ruleset import CURRENT, Proposal
from concordant.logic.conditions import Compare, Condition, Not
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.patient.facts import Value, list_words_left, value_from_words
from concordant.verify.decided import Proving
from concordant.verify.law import list_law_conditions
from concordant.verify.partial import PartialPatients, Rails
from concordant.verify.solver import Z3Finder
from concordant.verify.space import Assignment, Constraint, PatientSpace, both
from tests.exam.sitting import Sitting
from tests.exam.told import Aspect, Told, make_column
from tests.laws.columns import Row

Term = tuple[Aspect, str]  # what is told, and what of it


class RowFinder(Z3Finder):
    """The clauses without what no patient has: a row of the exam may be nobody."""

    def list_known(self, row: Mapping[str, Value]) -> list[int]:
        """The signs that hold of a row, of all that anything asked about: which words are left, and where each end lies."""
        known = [words["yes" if is_left(name, row) else "no"] for name, words in self._clauses._words.items()]
        for name, number in self._clauses._numbers.items():
            value = find_end(name, row)
            known += [sign if value < bound or (too and value == bound) else -sign for (bound, too), sign in number.below.items()]
        return known

    def read(self, known: Collection[int], asked: Sequence[int]) -> list[bool]:
        """What these signs come to where the known ones hold."""
        self._send()
        assert self._solver.check(*map(self._literal, known)) == z3.sat
        model = self._solver.model()
        return [z3.is_true(model.eval(self._literal(sign), model_completion=True)) for sign in asked]


def is_left(name: str, row: Mapping[str, Value]) -> bool:
    """Whether a word of a feature (`FEATURE?WORD`) is left."""
    feature, word = name.split("?")
    left = list_words_left(row.get(feature))
    return left is None or word in left


def find_end(name: str, row: Mapping[str, Value]) -> float:
    """The low or the high end of a number (`FEATURE_low`, `FEATURE_high`)."""
    feature, end = name.rsplit("_", 1)
    value = row.get(feature)
    known = value if isinstance(value, Interval) else Interval()
    return known.low if end == "low" else known.high


class SolverTerms:
    """What a decision comes to for patients of whom a part is known, as conditions of a solver."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.now = Proving(sitting.knowledge, sitting.frame, sitting.day)
        self.known = PartialPatients(self.now, [*list_law_conditions(self.now), *sitting.conditions])

    @cached_property
    def finder(self) -> Z3Finder:
        """Among patients that there can be, whose numbers lie in their ranges."""
        return Z3Finder(self.known.space.add({}, self._iter_ranges()))

    def _iter_ranges(self) -> Iterator[Constraint]:
        for feature in self.known.features:
            if feature.is_numeric and feature.low is not None:
                yield Constraint(f"range/{feature.name}", Compare(f"{feature.name}_high", "<", feature.low))
            if feature.is_numeric and feature.high is not None:
                yield Constraint(f"range/{feature.name}", Compare(f"{feature.name}_low", ">", feature.high))

    def list_terms(self) -> dict[Term, Condition]:
        """Everything that is told of a patient who takes nothing now; of several guidelines no outcome."""
        leading = [force for force in self.sitting.frame.in_force if not force.guideline.parent]
        return {**self.list_statuses(), **self.list_truths(), **(self.list_outcomes() if len(leading) == 1 else {})}

    def list_statuses(self) -> dict[Term, Condition]:
        """The table of `logic/status`, as conditions."""
        terms: dict[Term, Condition] = {}
        for one in self.sitting.frame.proposals:
            if one.regimen.id != CURRENT:
                terms |= {(("status", one.id), status): wanted for status, wanted in self.judge_proposal(one).items()}
        return terms

    def judge_proposal(self, one: Proposal) -> dict[str, Condition]:
        applies, barred = self.known.judge_statement(one), self.known.judge_bars(one)
        free = Not(barred.true)
        return {
            "does_not_apply": applies.false,
            "precluded": both(Not(applies.false), barred.true),
            "needs_data": both(applies.truth(UNKNOWN), free),
            "applies": both(applies.true, free, barred.false),
            "applies_if_checked": both(applies.true, free, Not(barred.false)),
        }

    def list_truths(self) -> dict[Term, Condition]:
        """Statements (which wait for limits of scope that are open) and bars."""
        rails: dict[Aspect, Rails] = {("bar", id_): self.known.rails(bar.if_) for id_, bar in self.sitting.bars.items()}
        for statement in self.sitting.frame.statements:
            rails["applies", statement.id] = self.known.judge_statement(_Stands(statement))  # type: ignore[arg-type]
        return {(aspect, truth.value): one.truth(truth) for aspect, one in rails.items() for truth in (TRUE, FALSE, UNKNOWN)}

    def list_outcomes(self) -> dict[Term, Condition]:
        inside, open_, *named = self.known.list_outcome()
        regimens = list(dict.fromkeys(one.regimen.id for one in self.now.proposals))
        terms: dict[Term, Condition] = {(("outcome", regimen), "yes"): one for regimen, one in zip(regimens, named, strict=True)}
        return terms | {(("answer", ""), "inside"): inside, (("answer", ""), "open"): open_}

    def find_row(self, wanted: Condition) -> Row | None:
        """A patient, as far as known, of whom this is so; None where it is proved that there is none."""
        found = self.finder.find_patient(wanted)
        assert found != "timeout"
        return None if found is None else Row(dict(self._read(found)))

    def _read(self, found: Assignment) -> Iterator[tuple[str, Value]]:
        for feature in self.known.features:
            if feature.is_numeric:
                low, high = (found.get(f"{feature.name}{end}", none) for end, none in (("_low", -math.inf), ("_high", math.inf)))
                yield feature.name, _make_number(float(low), float(high), feature.low)
            else:
                left = [word for word in feature.values if found.get(f"{feature.name}?{word}", "yes") == "yes"]
                yield feature.name, value_from_words(feature, left)


class _Stands:
    """A statement where a proposal is wanted of which only the statement is looked at."""

    def __init__(self, statement: object) -> None:
        self.statement = statement


def _make_number(low: float, high: float, least: float | None) -> Value:
    floor = -math.inf if least is None else least
    low, high = max(low, floor) if low > -math.inf else low, max(high, floor)
    return None if (low, high) == (-math.inf, math.inf) else Interval(low, max(low, high))


def tell_solver(sitting: Sitting, rows: Sequence[Row], every: int) -> Told:
    """What Z3 says of each so many rows."""
    terms = SolverTerms(sitting)
    wanted = terms.list_terms()
    finder = RowFinder(PatientSpace(terms.known.space.domains, ()))
    signs = {term: finder._clauses.find_sign(one) for term, one in wanted.items()}
    asked = list(dict.fromkeys(signs.values()))
    found = []
    for row in rows[::every]:
        holds = dict(zip(asked, finder.read(finder.list_known(row.values), asked), strict=True))
        found.append({term for term, sign in signs.items() if holds[sign]})
    return _tell_found(found, signs, every, rows)


def _tell_found(found: Sequence[set[Term]], terms: Collection[Term], every: int, rows: Sequence[Row]) -> Told:
    told: dict[Aspect, list[str | None]] = {}
    for aspect, name in terms:
        if aspect[0] in ("status", "applies", "bar"):
            column = told.setdefault(aspect, [None] * len(found))
            for place, holds in enumerate(found):
                if (aspect, name) in holds:
                    column[place] = name
    columns = {aspect: make_column(values, every) for aspect, values in told.items()}
    takes = [bool(row.drugs) for row in rows[::every]]
    has_outcome = (("answer", ""), "inside") in terms
    for name, tell in (("answer", _tell_answer), ("outcome", _tell_outcome)) if has_outcome else ():
        told_of = zip(found, takes, strict=True)
        columns[name, ""] = make_column((None if something else tell(holds) for holds, something in told_of), every)
    return columns


def _tell_answer(holds: set[Term]) -> str:
    if (("answer", ""), "inside") not in holds:
        return "out_of_scope"
    return "needs_data" if (("answer", ""), "open") in holds else "recommends"


def _tell_outcome(holds: set[Term]) -> str:
    return "|".join(sorted(name for (kind, name), _ in holds if kind == "outcome"))
