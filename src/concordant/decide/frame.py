"""The statements in force on one date, each regimen with everything that could speak against it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from concordant.complaints import Complaint, Unreadable, did_you_mean
from concordant.conditions import Condition, features_read
from concordant.guideline import Bar, Drug, Guideline, Knowledge, Regimen, Role, Statement, Version

CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One regimen of one statement, and all its bars: of the statement, the regimen, its drugs, their classes."""

    statement: Statement
    regimen: Regimen
    role: Role
    against: bool
    bars: tuple[Bar, ...]
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class InForce:
    """A guideline with the version that speaks on the date."""

    guideline: Guideline
    version: Version


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that can be asked of a patient on one date: prepared once, used for every hypothesis."""

    as_of: dt.date
    in_force: tuple[InForce, ...]
    statements: tuple[Statement, ...]
    proposals: tuple[Proposal, ...]
    drugs: Mapping[str, Drug]
    regimens: Mapping[str, Regimen]
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)


def frame_of(knowledge: Knowledge, as_of: dt.date, current: Regimen | None, wanted: str = "") -> Frame:
    """The frame for a date; `current` is what the patient takes now; `wanted` is `ID/VERSION`, if asked for.

    Raises Unreadable when the wanted version does not exist.
    """
    drugs = {drug.id: drug for drug in knowledge.drugs}
    regimens = {regimen.id: regimen for regimen in knowledge.regimens}
    if current is not None:
        regimens[CURRENT] = current
    in_force = _in_force(knowledge, as_of, wanted)
    spoken = {(f.guideline.id, f.version.version) for f in in_force}
    statements = tuple(s for s in knowledge.statements if (s.guideline, s.version) in spoken)
    proposals = tuple(p for s in sorted(statements, key=lambda s: (s.rank, s.id)) for p in _proposals(s, regimens, drugs, as_of))
    reads = {s.id: features_read(s.applies_if) for s in statements}
    return Frame(as_of, in_force, statements, proposals, drugs, regimens, reads)


def _in_force(knowledge: Knowledge, as_of: dt.date, wanted: str) -> tuple[InForce, ...]:
    """For each guideline the newest complete version of the date, or the one that was asked for."""
    found = []
    for guideline in knowledge.guidelines:
        versions = [v for v in guideline.versions if v.valid_from <= as_of and v.complete]
        if wanted.startswith(guideline.id + "/"):
            versions = [_wanted(guideline, wanted)]
        if versions:
            found.append(InForce(guideline, max(versions, key=lambda v: v.valid_from)))
    if wanted and not any(wanted == f"{f.guideline.id}/{f.version.version}" for f in found):
        raise Unreadable(_no_such(knowledge, wanted))
    return tuple(found)


def _wanted(guideline: Guideline, wanted: str) -> Version:
    for version in guideline.versions:
        if wanted == f"{guideline.id}/{version.version}":
            return version
    return guideline.versions[0]


def _no_such(knowledge: Knowledge, wanted: str) -> Complaint:
    known = [f"{g.id}/{v.version}" for g in knowledge.guidelines for v in g.versions]
    return Complaint(f"no guideline '{wanted}'", "--guideline", way_out=did_you_mean(wanted, known))


def _proposals(
    statement: Statement, regimens: Mapping[str, Regimen], drugs: Mapping[str, Drug], as_of: dt.date
) -> Iterable[Proposal]:
    if statement.recommend is None:
        return
    for name in statement.recommend.regimens:
        if name not in regimens:  # nothing runs that could be continued
            continue
        bars = _bars(statement, regimens[name], drugs, as_of)
        conditions: list[Condition] = [statement.applies_if, *(bar.if_ for bar in bars)]
        reads = frozenset().union(*map(features_read, conditions))
        against = statement.recommend.direction == "against"
        yield Proposal(statement, regimens[name], statement.recommend.role, against, bars, reads)


def _bars(statement: Statement, regimen: Regimen, drugs: Mapping[str, Drug], as_of: dt.date) -> tuple[Bar, ...]:
    found = [*statement.unless, *regimen.unless]
    for drug in regimen.drugs:
        found += drugs[drug].unless if drug in drugs else ()
    return tuple(bar for bar in found if bar.known_from is None or bar.known_from <= as_of)
