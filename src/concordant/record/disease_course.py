"""The course of the disease from primary cancers, stages and metastases, read together whatever source told them.

A metastasis near the diagnosis was there from the start; a later one is a recurrence, or after metastatic disease a progression.
Where dates leave it open, only the extent is stated, and how it began stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from concordant.contract_names import DISEASE_EXTENT, OTHER_CANCER
from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, find_months_range
from concordant.patient.events import (
    ADVANCED,
    EARLY,
    FINDING,
    METASTATIC,
    PROGRESSION,
    RECURRENCE,
    Course,
    DiseaseEvent,
    Extent,
)
from concordant.patient.facts import Value
from concordant.record.courses.exposures import Exposure
from concordant.record.findings import UNSPECIFIED, AnyFinding, CancerStage, PrimaryCancer, SecondaryCancer
from concordant.record.rules import RecordRules


class DiseaseCourse(msgspec.Struct):
    """The findings of one patient, and beside the events that they come to: what is stated, said, contradictory.

    `doubted` are places of entries that cannot stand, each with the reason and whether that is a sentence of its own.
    """

    rules: RecordRules
    primaries: Sequence[PrimaryCancer]
    stages: Sequence[CancerStage]
    spread: Sequence[SecondaryCancer]
    stated: dict[str, Value] = msgspec.field(default_factory=dict)
    notices: list[str] = msgspec.field(default_factory=list)
    contradictions: list[str] = msgspec.field(default_factory=list)
    doubted: list[tuple[str, str, bool]] = msgspec.field(default_factory=list)

    def make_events(self) -> list[DiseaseEvent]:
        """The events that all the findings come to."""
        told = [primary for primary in self.primaries if not primary.of_spread]
        own = [primary for primary in told if primary.cancer in self.rules.subjects]
        own = own or [primary for primary in told if primary.cancer == UNSPECIFIED]
        first = _find_earliest(own)
        if first is None and not self.stages and not self.spread:
            return []
        events = self._make_diagnosis_events(first)
        return [*events, *self._make_open_findings(), *(_make_recurrence(primary) for primary in own if primary.again)]

    def _make_open_findings(self) -> list[DiseaseEvent]:
        """Metastases at sites that are neither distant nor of the region: how far the disease has gone stays open."""
        far, near = self.rules.is_distant, self.rules.is_regional
        unclear = [one for one in self.spread if not far(one.site, coded=one.coded) and not near(one.site)]
        named = [(one, f"{one.site.replace('_', ' ')} metastases") for one in unclear]
        return [DiseaseEvent(one.entry, FINDING, one.date, None, (one.site,), None, "", name) for one, name in named]

    def _make_diagnosis_events(self, first: PrimaryCancer | None) -> list[DiseaseEvent]:
        """The diagnosis with the stage and the metastases that belong to it, then what came later."""
        since = first.date if first is not None else None
        spread = [one for one in self.spread if self.rules.is_distant(one.site, coded=one.coded)]
        placed = [
            (secondary, self._is_near(secondary.date, since)) for secondary in spread if not self._is_of_before(secondary, since)
        ]
        here = [secondary for secondary, near in placed if near is True]
        later = [secondary for secondary, near in placed if near is False]
        loose = [secondary for secondary, near in placed if near is None]
        extent, later_stages, loose_stages = self._find_extent(first)
        if here:
            extent = None if self._is_staged_early(here, since) else METASTATIC
        events = []
        if first is not None or extent == EARLY:
            entry = first.entry if first is not None else self.stages[0].entry
            events.append(DiseaseEvent(entry, "diagnosis", since, extent, _list_sites(here), None, ""))
        self._state_undated([*loose, *loose_stages], known=extent == METASTATIC or bool(later or later_stages))
        return [*events, *_make_later_events([*later, *later_stages], at_first=extent)]

    def _is_of_before(self, secondary: SecondaryCancer, since: PartialDate | None) -> bool:
        """Whether a metastasis is older than this cancer, with another one on record: whose it is is not known, and is told."""
        others = any(primary.cancer == OTHER_CANCER for primary in self.primaries)
        if not others or since is None or secondary.date is None:
            return False
        if find_months_range(secondary.date, since)[0] <= self.rules.de_novo_months:
            return False
        why = "a metastasis from before this cancer, with another cancer on record: whose it is is not known"
        self.doubted.append((secondary.entry.place, why, True))
        return True

    def _is_staged_early(self, here: list[SecondaryCancer], since: PartialDate | None) -> bool:
        """Whether a stage says that there are no metastases when one was on record: a contradiction, which is told."""
        for stage in (item for item in self.stages if item.extent == EARLY and item.date is not None):
            for item in here if self._is_near(stage.date, since) is not False else ():
                if item.date is not None and stage.date is not None and not stage.date.is_certainly_before(item.date):
                    pair = f"the stage {quote_word(stage.word)} ({stage.entry.place}) and a metastasis ({item.entry.place})"
                    self.contradictions.append(f"{pair} of one time contradict each other")
                    return True
        return False

    def _is_near(self, date: PartialDate | None, since: PartialDate | None) -> bool | None:
        """Whether a date belongs to the diagnosis; None when it cannot be told."""
        if date is None or since is None:
            return None
        low, high = find_months_range(since, date)
        if high <= self.rules.de_novo_months:
            return True
        return False if low > self.rules.de_novo_months else None

    def _find_extent(self, first: PrimaryCancer | None) -> tuple[Extent | None, list[SecondaryCancer], list[SecondaryCancer]]:
        """The extent at diagnosis by the stages near it; metastatic stages of later, and those whose time is open."""
        since = first.date if first is not None else None
        near: dict[Extent, list[CancerStage]] = {}
        later: list[SecondaryCancer] = []
        loose: list[SecondaryCancer] = []
        for stage in self.stages:
            when = self._is_near(stage.date, since)
            of_diagnosis = first is not None and stage.entry == first.entry
            if stage.extent == METASTATIC and when is not True and not of_diagnosis:
                (later if when is False else loose).append(SecondaryCancer(stage.entry, "", stage.date))
            elif stage.extent is not None and (when is not False or stage.extent == METASTATIC):
                near.setdefault(stage.extent, []).append(stage)
        if len(near) > 1:
            self._reject_stages([staged for some in near.values() for staged in some])
            return None, later, loose
        return next(iter(near), None), later, loose

    def _reject_stages(self, stages: Sequence[CancerStage]) -> None:
        """Stages of one time that cannot all be: none of them counts."""
        listing = " and ".join(sorted({f"{quote_word(stage.word)} ({stage.entry.place})" for stage in stages}))
        self.contradictions.append(f"stages of one time that contradict each other: {listing}")
        for stage in stages:
            self.doubted.append((stage.entry.place, "it contradicts another stage of the same time", False))

    def _state_undated(self, secondaries: list[SecondaryCancer], *, known: bool) -> None:
        """Metastases whose time is open: the extent is stated, and nothing of how it began."""
        if not secondaries:
            return
        if not known:
            self.stated[DISEASE_EXTENT] = METASTATIC
        for site in {secondary.site for secondary in secondaries} & self.rules.undated_sites.keys():
            self.stated[self.rules.undated_sites[site]] = "yes"
        names = sorted({secondary.site.replace("_", " ") for secondary in secondaries if secondary.site})
        if names:
            self.notices.append(f"Metastases without a date that places them: {', '.join(names)}.")


def list_advanced_signs(
    spread: Iterable[SecondaryCancer], stages: Iterable[CancerStage], told: Iterable[AnyFinding], rules: RecordRules
) -> list[PartialDate | None]:
    """When the record tells of advanced disease: a distant metastasis, a stage, an event, a course for it."""
    signs = [one.date for one in spread if rules.is_distant(one.site, coded=one.coded)]
    signs += [stage.date for stage in stages if stage.extent not in (None, EARLY)]
    for item in told:
        if isinstance(item, DiseaseEvent) and (item.extent not in (None, EARLY) or any(map(rules.is_distant, item.sites))):
            signs.append(item.date)
        elif isinstance(item, Exposure | Course) and item.setting == ADVANCED:
            signs.append(item.start)
    return signs


def _find_earliest(own: list[PrimaryCancer]) -> PrimaryCancer | None:
    """The earliest diagnosis; several of one cancer are one diagnosis told again."""
    dated = [primary for primary in own if primary.date is not None]
    if dated:
        return min(dated, key=lambda one: (one.date.first, one.date.last, one.entry.place) if one.date else ())
    return min(own, key=lambda one: one.entry.place) if own else None


def _make_recurrence(primary: PrimaryCancer) -> DiseaseEvent:
    return DiseaseEvent(primary.entry, RECURRENCE, None, None, (), None, "")


def _make_later_events(secondaries: list[SecondaryCancer], at_first: Extent | None) -> list[DiseaseEvent]:
    """Metastases of later: first a recurrence, or a progression when there were some before."""
    events: list[DiseaseEvent] = []
    kind = PROGRESSION if at_first == METASTATIC else RECURRENCE
    for date, some in _group_by_date(secondaries):
        sites = _list_sites(some)
        if not sites and (events or at_first == METASTATIC):
            continue  # that it is metastatic was known
        events.append(DiseaseEvent(some[0].entry, kind, date, METASTATIC, sites, None, ""))
        kind = PROGRESSION
    return events


def _list_sites(secondaries: Iterable[SecondaryCancer]) -> tuple[str, ...]:
    return tuple(sorted({secondary.site for secondary in secondaries if secondary.site}))


def _group_by_date(secondaries: Iterable[SecondaryCancer]) -> list[tuple[PartialDate | None, list[SecondaryCancer]]]:
    groups: dict[PartialDate | None, list[SecondaryCancer]] = {}
    for secondary in sorted(secondaries, key=lambda one: one.entry.place):
        groups.setdefault(secondary.date, []).append(secondary)
    return sorted(groups.items(), key=lambda item: (item[0].first, item[0].last) if item[0] else ())
