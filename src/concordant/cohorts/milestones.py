"""When the evidence behind a regimen became public: its first approval, and the guideline version that first prefers it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal, NamedTuple

from concordant.model.knowledge import Knowledge
from concordant.model.sources import Cite

MilestoneKind = Literal["approval", "guideline"]


class Milestone(NamedTuple):
    """A day on which something became public, in a few words, and the source of that."""

    day: dt.date
    kind: MilestoneKind
    says: str
    source: str


def list_milestones(knowledge: Knowledge, first: dt.date, last: dt.date, regimens: Iterable[str]) -> list[Milestone]:
    """The versions of the guidelines, and the first approval of each of these regimens, from one day to another."""
    wanted = set(regimens)
    found = [*_list_versions(knowledge), *_list_approvals(knowledge, wanted)]
    return sorted((one for one in found if first <= one.day <= last), key=lambda one: (one.day, one.kind, one.says))


def _list_versions(knowledge: Knowledge) -> Iterable[Milestone]:
    for guideline in knowledge.guidelines:
        if not guideline.parent:
            for version in guideline.versions:
                says = f"{guideline.short_title} {version.version} published"
                yield Milestone(version.valid_from, "guideline", says, version.source)


def _list_approvals(knowledge: Knowledge, regimens: set[str]) -> Iterable[Milestone]:
    named = {regimen.id: regimen.name for regimen in knowledge.regimens}
    for regimen in sorted(regimens):
        approved = find_approval(knowledge, regimen)
        if approved is not None:
            yield Milestone(approved[0], "approval", f"{named[regimen]} approved", approved[1].ref)


def find_approval(knowledge: Knowledge, regimen: str) -> tuple[dt.date, Cite] | None:
    """The first labelled use of a regimen, and where that is from."""
    known = [
        (indication.known_from, indication.source)
        for drug in knowledge.drugs
        for indication in drug.indications
        if regimen in indication.regimens
    ]
    return min(known, key=lambda one: one[0]) if known else None


def find_preferring_version(knowledge: Knowledge, regimen: str) -> tuple[dt.date, str] | None:
    """The first version of a guideline that prefers a regimen: its day, and its id."""
    versions = {
        (guideline.id, version.version): version.valid_from
        for guideline in knowledge.guidelines
        for version in guideline.versions
    }
    found = [
        (versions[one.guideline, one.version], f"{one.guideline}/{one.version}")
        for one in knowledge.statements
        if one.recommend is not None and one.recommend.role == "preferred" and regimen in one.recommend.regimens
        if (one.guideline, one.version) in versions
    ]
    return min(found) if found else None
