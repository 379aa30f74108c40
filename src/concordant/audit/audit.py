"""A written answer audited: every claim with its verdict, at its place in the text as given."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from concordant.answer.schema import Answer
from concordant.audit.claims import ClaimChecker, ClaimMatcher
from concordant.audit.dates import ApprovalChecker
from concordant.audit.dose_rows import DoseRow, keep_known, make_dose_rows
from concordant.audit.doses import DoseChecker
from concordant.audit.figures import Carried, FigureChecker
from concordant.audit.grades import GradeChecker
from concordant.audit.lexicon import DRUG, Lexicon, make_lexicon
from concordant.audit.parts import split_reading
from concordant.audit.patient import PatientChecker
from concordant.audit.reading import Reading, read_sentences
from concordant.audit.rows import TrialView, make_views
from concordant.audit.statements import LineChecker, LineRow, make_line_rows
from concordant.audit.trials import TrialChecker
from concordant.audit.verdicts import ORDER, WRONG, Finding
from concordant.decide.published import published_by
from concordant.logic.by_identity import IdentityCache
from concordant.model.knowledge import Knowledge

STATED = ("label", "statement", "sequencing", "testing", "other", "recommendation")


@dataclass(frozen=True)
class Auditor:
    """A knowledge made ready to check answers with."""

    lexicon: Lexicon
    views: dict[int, dict[str, TrialView]] = field(default_factory=dict)

    @cached_property
    def classes(self) -> dict[str, tuple[str, ...]]:
        """The classes of each drug."""
        return {drug.id: drug.classes for drug in self.lexicon.knowledge.drugs}

    @cached_property
    def dose_rows(self) -> dict[str, list[DoseRow]]:
        """The doses of the knowledge."""
        return make_dose_rows(self.lexicon)

    @cached_property
    def line_rows(self) -> list[LineRow]:
        """The statements by line of treatment."""
        return make_line_rows(self.lexicon)

    def find_views(self, as_of: dt.date) -> dict[str, TrialView]:
        """Every trial as it is known on a day; all days between two publications share one."""
        days = sorted({row.known_from for row in self.lexicon.words.rows})
        key = bisect_right(days, as_of)
        if key not in self.views:
            self.views[key] = make_views(self.lexicon, as_of)
        return self.views[key]

    def audit(self, text: str, as_of: dt.date, answer: Answer | None = None) -> tuple[Finding, ...]:
        """The findings in the order of the text; `answer` is that of the patient whom the text is about."""
        checkers = _Checkers(self, as_of, answer)
        parts = _Checkers(self, as_of, answer)
        found: list[Finding] = []
        for reading in read_sentences(text, self.lexicon):
            found += _add_parts(checkers.check_sentence(reading), [parts.check_part(part) for part in split_reading(reading)])
        return tuple(found)


make_auditor = IdentityCache[Knowledge, Auditor](lambda knowledge: Auditor(make_lexicon(knowledge)))


class _Checkers:
    """All checkers of one answer, and what is carried from sentence to sentence."""

    def __init__(self, auditor: Auditor, as_of: dt.date, answer: Answer | None) -> None:
        lexicon, classes = auditor.lexicon, auditor.classes
        words, matcher, carried = lexicon.words, ClaimMatcher(classes), Carried()
        known = published_by(lexicon.knowledge, as_of)
        views = auditor.find_views(as_of)
        held = [s for s in lexicon.knowledge.statements if {cite.ref for cite in s.sources[:1]} <= known]
        statements = {statement.id: statement for statement in held}
        self.lexicon = lexicon
        self.figures = FigureChecker(views, classes, carried)
        self.trials = TrialChecker(views, classes, words.trials, words.months, carried)
        self.carried = carried
        self.doses = DoseChecker(keep_known(auditor.dose_rows, known), lexicon)
        main = frozenset(guideline.id for guideline in lexicon.knowledge.guidelines if not guideline.parent)
        self.grades = GradeChecker(words, statements, matcher, main)
        self.lines = LineChecker(auditor.line_rows, lexicon, classes, as_of)
        told = [claim for claim in words.claims if claim.since is not None or claim.source.ref in known]
        self.claims = ClaimChecker(told, matcher, as_of)
        self.approvals = ApprovalChecker(words, matcher, as_of)
        self.patient = PatientChecker(answer, lexicon, classes) if answer is not None else None
        self.subject = ""

    def check_sentence(self, reading: Reading) -> list[Finding]:
        """What comes of one sentence: of each kind one finding; what says more stands for what says less."""
        subject = self.subject if reading.has_part("it") or not reading.drug_mentions else ""
        figures = self.figures.check_sentence(reading)
        found = [*figures, *self.trials.check_sentence(reading), *self.doses.check_sentence(reading, subject)]
        claims = self.claims.check_sentence(reading, subject)
        grades = self.grades.check_sentence(reading, subject)
        approvals = self.approvals.check_sentence(reading, subject)
        lines = (
            []
            if claims or grades or (any(f.kind == "figure" for f in found) and not reading.lines)
            else self.lines.check_sentence(reading)
        )
        patient = self.patient.check_sentence(reading) if self.patient else []
        self._keep_subject(reading)
        return settle_findings([*found, *claims, *grades, *approvals, *lines, *patient], reading)

    def check_part(self, reading: Reading) -> list[Finding]:
        """What comes of a part of a sentence, whatever was said before."""
        self.subject = ""
        self.carried.trial, self.carried.items, self.carried.endpoint, self.carried.heads = "", [], "", []
        return self.check_sentence(reading)

    def _keep_subject(self, reading: Reading) -> None:
        drugs = [m.id for m in reading.drug_mentions if m.group == DRUG and m.id in reading.spoken]
        if drugs:
            self.subject = drugs[0]


def _add_parts(whole: list[Finding], parts: list[list[Finding]]) -> list[Finding]:
    """The findings of a sentence with those of its parts, each of which speaks for itself.

    What is wrong in a part is told there, whatever is right beside it. What is wrong only of the parts together, while each of
    them is supported, comes of two claims that were held against each other.
    """
    judged = [[one for one in part if one.verdict != "not_in_knowledge"] for part in parts]
    found = [one for part in judged for one in part]
    is_wrong = any(one.verdict in WRONG for one in found)
    return found if found and (is_wrong or all(judged)) else whole


def settle_findings(findings: Sequence[Finding], reading: Reading) -> list[Finding]:
    """The findings of a sentence, the worst first; what nobody judged but that claims something is told as such."""
    kept = sorted(dict.fromkeys(findings), key=lambda one: ORDER.index(one.verdict))
    if kept:
        wrong = [one for one in kept if one.verdict in WRONG]
        return wrong or _merge_supported(kept)
    if reading.drug_mentions or reading.trials or any(number.unit for number in reading.numbers):
        return [Finding("other", "not_in_knowledge", reading.start, reading.end)]
    return []


def _merge_supported(findings: Sequence[Finding]) -> list[Finding]:
    """One finding of a kind is enough."""
    by_kind: dict[str, Finding] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, finding)
    return list(by_kind.values())
