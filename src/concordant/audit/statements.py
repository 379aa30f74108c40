"""Which regimen in which line: the statements of the guideline, each with its role and grade, as a claim names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from concordant.audit.lexicon import Lexicon
from concordant.audit.reading import Reading
from concordant.audit.verdicts import Finding
from concordant.logic.conditions import All, Condition, OneOf
from concordant.model.audit import ClaimVerdict
from concordant.model.guideline import Grade, Statement
from concordant.model.sources import Cite

STRONG_ROLES = ("preferred", "continue")


@dataclass(frozen=True, slots=True)
class LineRow:
    """A statement for one line of treatment: its regimens as sets of drugs, in which version it stands."""

    statement: Statement
    line: str
    regimens: tuple[frozenset[str], ...]
    role: str
    grade: Grade | None
    known_from: dt.date
    until: dt.date | None
    cite: Cite


def make_line_rows(lexicon: Lexicon) -> list[LineRow]:
    """The statements that recommend something in a line, of all versions."""
    knowledge = lexicon.knowledge
    drugs = {regimen.id: frozenset(regimen.drugs) for regimen in knowledge.regimens}
    features = {guideline.id: guideline.line.feature for guideline in knowledge.guidelines if guideline.line}
    spans = {
        f"{guideline.id}/{version.version}": (
            version.valid_from,
            min((other.valid_from for other in guideline.versions if other.valid_from > version.valid_from), default=None),
        )
        for guideline in knowledge.guidelines
        for version in guideline.versions
    }
    rows = []
    for statement in knowledge.statements:
        feature = features.get(statement.guideline, "")
        advice = statement.recommend
        if advice is None or advice.direction != "for" or not feature:
            continue
        since, until = spans[f"{statement.guideline}/{statement.version}"]
        regimens = tuple(drugs[name] for name in advice.regimens if name in drugs)
        for line in _list_lines(statement.applies_if, feature):
            cite = statement.sources[0]
            rows.append(LineRow(statement, line, regimens, advice.role, advice.grade, since, until, cite))
    return rows


def _list_lines(condition: Condition, feature: str) -> Iterator[str]:
    """The lines that a condition asks for."""
    match condition:
        case OneOf(feature=name, values=values) if name == feature:
            yield from values
        case All(args=args):
            for arg in args:
                yield from _list_lines(arg, feature)


@dataclass(frozen=True)
class LineChecker:
    """Checks claims that give a regimen its place in a line."""

    rows: Sequence[LineRow]
    lexicon: Lexicon
    classes: Mapping[str, tuple[str, ...]]
    as_of: dt.date

    def check_sentence(self, reading: Reading) -> list[Finding]:
        """At most one finding: of the regimen that is spoken of, in the one line that is named."""
        if len(reading.lines) != 1 or reading.other_cancer or reading.has_part("asked"):
            return []
        if not (reading.has_part("must") or reading.has_part("may") or reading.has_part("place")) or reading.has_part(
            "not_placed"
        ):
            return []
        denied = {m.id for m in reading.drug_mentions if m.denied}
        named = frozenset(reading.spoken - denied - _list_alternatives(reading, self.classes))
        if not any(name not in self.lexicon.knowledge.classes for name in named):
            return []
        line = reading.lines[0]
        if reading.has_part("formerly"):
            return self._check_former(reading, named, line)
        current = [
            r for r in self.rows if r.line == line and r.known_from <= self.as_of and (r.until is None or self.as_of < r.until)
        ]
        earlier = [r for r in self.rows if r.line == line and r.until is not None and r.until <= self.as_of]
        mine = [row for row in current if self._is_meant(named, row)]
        if mine:
            return self._judge_role(reading, mine, current)
        old = [row for row in earlier if self._is_meant(named, row)]
        if old and old[0].role == "preferred" and not reading.has_part("may"):
            return [self._make_finding("outdated", reading, [row for row in current if row.role == "preferred"] or old)]
        preferred = [row for row in current if row.role == "preferred"]
        if preferred and reading.has_part("must") and self._is_regimen(named):
            return [self._make_finding("contradicted", reading, preferred)]
        return []

    def _check_former(self, reading: Reading, named: frozenset[str], line: str) -> list[Finding]:
        """What is told of an earlier version, or of the time before: true of that is true."""
        earlier = [r for r in self.rows if r.line == line and r.until is not None and self._is_meant(named, r)]
        return [self._make_finding("supported", reading, earlier[:1])] if earlier and earlier[0].role == "preferred" else []

    def _judge_role(self, reading: Reading, mine: Sequence[LineRow], current: Sequence[LineRow]) -> list[Finding]:
        """`the preferred` of what is one option, `the standard` of what was that in an earlier version."""
        row = next((row for row in mine if row.role == "preferred"), mine[0])
        if row.role in STRONG_ROLES:
            return [self._make_finding("supported", reading, [row])]
        if not reading.has_part("must"):
            conditional = row.role != "alternative" or reading.has_part("if_not")
            return [self._make_finding("supported", reading, [row])] if conditional else []
        if reading.has_part("if_not") and row.role == "alternative":
            return [self._make_finding("supported", reading, [row])]
        preferred = [other for other in current if other.role == "preferred"]
        former = any(
            r.role == "preferred" and self._is_same(row, r) for r in self.rows if r.until is not None and r.until <= self.as_of
        )
        verdict: ClaimVerdict = "outdated" if preferred and former else "overstated"
        return [self._make_finding(verdict, reading, preferred or [row])]

    def _is_same(self, row: LineRow, other: LineRow) -> bool:
        return row.line == other.line and bool(set(row.regimens) & set(other.regimens))

    def _is_meant(self, named: frozenset[str], row: LineRow) -> bool:
        return any(self._names_regimen(named, regimen) for regimen in row.regimens)

    def _names_regimen(self, named: frozenset[str], regimen: frozenset[str]) -> bool:
        """Each drug of the regimen is named, itself or by its class, and nothing else is."""
        covered = all(drug in named or set(self.classes.get(drug, ())) & named for drug in regimen)
        classes = {name for drug in regimen for name in self.classes.get(drug, ())}
        return covered and all(name in regimen or name in classes for name in named)

    def _is_regimen(self, named: frozenset[str]) -> bool:
        return any(self._names_regimen(named, frozenset(regimen.drugs)) for regimen in self.lexicon.knowledge.regimens)

    def _make_finding(self, verdict: ClaimVerdict, reading: Reading, rows: Sequence[LineRow]) -> Finding:
        said = " ".join(dict.fromkeys(row.statement.says for row in rows[:2]))
        if verdict == "overstated":
            said = f"An option, not the one that is preferred. {said}"
        return Finding("statement", verdict, reading.start, reading.end, said, tuple(row.cite for row in rows[:2]))


def _list_alternatives(reading: Reading, classes: Mapping[str, tuple[str, ...]]) -> set[str]:
    """`A or B` is one drug of a regimen: the second name is left out where the two share a class."""
    found = set()
    drugs = reading.drug_mentions
    for first, second in pairwise(drugs):
        joined = any(first.end <= cue.start and cue.end <= second.start for cue in reading.list_parts("or"))
        if joined and second.start - first.end <= 6 and set(classes.get(first.id, ())) & set(classes.get(second.id, ())):
            found.add(second.id)
    return found
