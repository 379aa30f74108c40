"""The course of the disease from coded rows: gathered here, and read together by the same rules as a FHIR record."""

from __future__ import annotations

from dataclasses import dataclass, field

from concordant.dates import PartialDate
from concordant.record.events import Entry
from concordant.record.fhir.chart import Chart, Spread, Staged, Tumour
from concordant.record.fhir.disease import events_of
from concordant.record.fhir.kit import Kit
from concordant.record.told import Told

UNSPECIFIED = "unspecified"
SILENT = ("no_disease", "undetermined")


@dataclass(slots=True)
class Disease:
    """Findings of one person; `tell` says what they come to when all are there."""

    told: Told
    chart: Chart
    gathered: list[str] = field(default_factory=list)

    def tumour(self, place: str, kind: str, cancer: str, date: str | None) -> None:
        """A primary cancer."""
        if (read := self._dated(place, kind, date)) is not None:
            self.chart.tumours.append(Tumour(Entry(place), cancer, read[0], False))
            self.told.mark(place, kind, "diagnosis")

    def metastasis(self, place: str, kind: str, site: str, date: str | None) -> None:
        """A secondary cancer, with its site as far as it is told."""
        if (read := self._dated(place, kind, date)) is not None:
            self.chart.spread.append(Spread(Entry(place), "" if site == UNSPECIFIED else site, read[0]))
            self.told.mark(place, kind, "metastasis")

    def staged(self, place: str, kind: str, stage: str, date: str | None) -> None:
        """A stage; a word that is none is not understood."""
        kit = self.chart.kit
        if kit.stage_name(stage) not in kit.stages and stage not in ("M0",):
            self.told.lost("stage", stage)
            self.told.ignore(place, kind, "its stage is not understood")
        elif (read := self._dated(place, kind, date)) is not None:
            self.chart.stages.append(Staged(Entry(place), stage, kit.extent(stage), read[0]))
            self.told.mark(place, kind, "stage")

    def status(self, place: str, kind: str, event: str, date: str | None, site: str = "") -> None:
        """An event that the source names itself, with the site that it is about."""
        if event in SILENT:
            self.told.ignore(place, kind, "it does not say how the disease goes")
        else:
            where = {"sites": [site.replace("_", " ")]} if site and site != UNSPECIFIED else {}
            self.told.tell("disease", {"event": event, **({} if date is None else {"date": date}), **where}, place, kind)

    def tell(self) -> None:
        """The events that all findings come to."""
        for event in events_of(self.chart):
            self.told.add(event)
        self.told.facts_told |= self.chart.stated
        self.told.notices += self.chart.notices
        self.told.aside += self.chart.aside

    def _dated(self, place: str, kind: str, date: str | None) -> tuple[PartialDate | None] | None:
        """The date in a bracket of its own; None for a row that is set aside, because its date is none."""
        read, wrong = self.told.date(date)
        if not wrong:
            return (read,)
        self.told.put_aside(place, kind, wrong)
        self.told.leave_open("disease", {"event": "progression"}, place)
        return None


def disease_of(told: Told, kit: Kit) -> Disease:
    """An empty one."""
    return Disease(told, Chart(kit, told.id, told.as_of))
