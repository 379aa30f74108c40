"""The rules by which administrations become courses, resolved once from the knowledge: days, and sets of drugs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from concordant.model.knowledge import Knowledge
from concordant.model.vocabulary import DrugGroup

BY_MOUTH = "PO"
DISTANT = "distant"  # tag of sites: a metastasis there is a distant one


class LineRules(msgspec.Struct, frozen=True):
    """Days, and which drugs supplement, lead, stand alone or stand for each other; see `vocabulary/lines-of-therapy.yaml`.

    Which drugs lead is said by each guideline that counts lines; all of them are known here. A class all of whose drugs are of a
    group is of the group as well.
    """

    together: int
    gap: int
    running: int
    lead_in: int
    adjuvant: int
    staging: int
    longer_gaps: Mapping[str, int]
    supplements: frozenset[str]
    supportive: frozenset[str]
    leading: frozenset[str]
    leading_classes: Mapping[str, frozenset[str]]
    alone: frozenset[str]
    alike: tuple[frozenset[str], ...]
    ends_no_course: frozenset[str]  # sites: a progression at them alone is treated where it is
    distant_sites: frozenset[str]
    by_mouth: frozenset[str]
    names: Mapping[str, str]
    classes: frozenset[str]

    def begins_none(self, drugs: Collection[str]) -> bool:
        """Whether drugs only supplement others, or are supportive: they begin no regimen."""
        return bool(drugs) and all(drug in self.supplements or drug in self.supportive for drug in drugs)

    def find_leaders(self, drugs: frozenset[str]) -> frozenset[str]:
        """Those of them that lead a line; what only supplements others leads none beside another leader."""
        leading = self.leading & drugs
        return leading - self.supplements or leading

    def find_allowed_gap(self, drugs: Iterable[str]) -> int:
        """The longest pause that these drugs may have within one course."""
        return max((self.longer_gaps.get(drug, self.gap) for drug in drugs), default=self.gap)

    def can_replace(self, drug: str, others: Iterable[str]) -> bool:
        """Whether the drug may take the place of one of the others."""
        return any(drug in same and not same.isdisjoint(others) for same in self.alike)


def make_line_rules(knowledge: Knowledge) -> LineRules:
    """The rules of this knowledge."""
    vocabulary = knowledge.vocabulary.lines_of_therapy
    days = {rule.id: rule.days for rule in vocabulary.days}
    groups = {group.id: _find_members(group, knowledge) for group in vocabulary.groups}
    led = [rule.leading for guideline in knowledge.guidelines if (rule := guideline.line) and rule.leading]
    longer = {drug: group.days for group in vocabulary.longer_gaps for drug in _find_members(group, knowledge)}
    return LineRules(
        together=days["together"],
        gap=days["gap"],
        running=days["running"],
        lead_in=days["lead_in"],
        adjuvant=days["adjuvant"],
        staging=days["staging"],
        longer_gaps=longer,
        supplements=groups["supplements"],
        supportive=groups["supportive"],
        leading=frozenset[str]().union(*(_find_members(group, knowledge) for group in led)),
        leading_classes={name: _members_of(name, knowledge) for group in led for name in group.classes},
        alone=groups["alone"],
        alike=tuple(_find_members(group, knowledge) for group in vocabulary.alike),
        ends_no_course=frozenset(site for tag in vocabulary.ends_no_course for site in _find_sites(knowledge, tag)),
        distant_sites=_find_sites(knowledge, DISTANT),
        by_mouth=_find_routed_drugs(knowledge, BY_MOUTH) - _find_routed_drugs(knowledge, None),
        names={**knowledge.classes, **{drug.id: drug.name for drug in knowledge.drugs}},
        classes=frozenset(knowledge.classes),
    )


def _find_sites(knowledge: Knowledge, tag: str) -> frozenset[str]:
    return frozenset(site.id for site in knowledge.vocabulary.sites if tag in site.tags)


def _find_routed_drugs(knowledge: Knowledge, route: str | None) -> frozenset[str]:
    """The drugs that some regimen gives by this route; with None, by any route other than by mouth."""
    parts = [part for regimen in knowledge.regimens for part in regimen.components]
    return frozenset(part.drug for part in parts if part.route == route or (route is None and part.route != BY_MOUTH))


def _members_of(name: str, knowledge: Knowledge) -> frozenset[str]:
    return frozenset(drug.id for drug in knowledge.drugs if name in drug.classes)


def _find_members(group: DrugGroup, knowledge: Knowledge) -> frozenset[str]:
    """The drugs of the group, and the classes that lie wholly in it."""
    classes = set(group.classes)
    drugs = frozenset(group.drugs) | {drug.id for drug in knowledge.drugs if classes.intersection(drug.classes)}
    return drugs | {name for name in knowledge.classes if (members := _members_of(name, knowledge)) and members <= drugs}
