"""Grades: strength and evidence apart, in the words of the scale, against the statement whose content is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from concordant.audit.claims import ClaimMatcher
from concordant.audit.lexicon import EVIDENCE, STRENGTH
from concordant.audit.reading import Reading
from concordant.audit.verdicts import Finding
from concordant.model.audit import AuditWords, ClaimVerdict
from concordant.model.guideline import Statement

NUMBER_AT_HEAD = re.compile(r"(\d\.\d(?:\.\d+)?):")
NUMBER_OF = re.compile(r"\s*(\d+(?:\.\d+){1,2})")


@dataclass(frozen=True)
class GradeChecker:
    """Checks the grades of a sentence."""

    words: AuditWords
    statements: Mapping[str, Statement]
    matcher: ClaimMatcher
    main: frozenset[str]  # the guidelines that are no companion of another

    def check_sentence(self, reading: Reading, subject: str = "") -> list[Finding]:
        """A finding where a grade is told of a statement that is known by its content."""
        strengths = list(dict.fromkeys(m.id for m in reading.list_mentions(STRENGTH)))
        evidence = list(dict.fromkeys(m.id for m in reading.list_mentions(EVIDENCE)))
        if not (strengths or evidence) or len(strengths) > 1 or len(evidence) > 1:
            return []
        statement = self._find_numbered(reading) or self._find_topic(reading, subject)
        if statement is None:
            return []
        grade = statement.grade or (statement.recommend.grade if statement.recommend else None)
        if grade is None or (strengths and grade.strength is None) or (evidence and grade.evidence is None):
            return []
        right = f"strength {grade.strength or 'not seen'}, evidence {grade.evidence or 'not seen'}. {statement.says}"
        fits = _fits_grade(strengths, grade.strength) and _fits_grade(evidence, grade.evidence)
        verdict: ClaimVerdict = "supported" if fits else "contradicted"
        return [Finding("grade", verdict, reading.start, reading.end, right, statement.sources[:1])]

    def _find_topic(self, reading: Reading, subject: str) -> Statement | None:
        """The statement whose content is told in most words."""
        topics = [t for t in self.words.grades if self.matcher.holds_words(t.all_, t.none_, reading, subject)]
        best = max(topics, key=lambda topic: len(topic.all_), default=None)
        return self.statements.get(best.statement) if best else None

    def _find_numbered(self, reading: Reading) -> Statement | None:
        """`recommendation 2.1`: the only statement of that number that is in force."""
        cues = [cue.end for cue in reading.list_parts("recommendation_number")]
        told = [met[1] for at in cues if (met := NUMBER_OF.match(reading.text, at))]
        told += [met[1] for met in [NUMBER_AT_HEAD.match(reading.told)] if met]
        found = [
            s
            for s in self.statements.values()
            if s.number in told and s.guideline in self.main and s.version == self.newest[s.guideline]
        ]
        return found[0] if len(found) == 1 else None

    @property
    def newest(self) -> dict[str, str]:
        """The last version of each guideline that has statements."""
        return {s.guideline: s.version for s in sorted(self.statements.values(), key=lambda one: one.version)}


def _fits_grade(told: list[str], held: str | None) -> bool:
    return not told or told == [held]
