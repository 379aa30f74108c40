"""Episodes of the CDM: of treatment, with the line that they count, of the disease, and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concordant.logic.dates import PartialDate
from concordant.record.builder import RecordBuilder
from concordant.record.findings import UNSPECIFIED
from concordant.record.omop.codes import ConceptLookup
from concordant.record.omop.disease import keep_primary, keep_spread, keep_status
from concordant.record.omop.drugs import NOT_ASKED, DrugExposures
from concordant.record.omop.schema import Row
from concordant.terminology.codes import CodeableConcept

Episodes = Mapping[str | None, Row]  # by their ids


@dataclass(slots=True)
class EpisodeReader:
    """Reads the episodes of one person; `links` are the events of each."""

    record: RecordBuilder
    codes: ConceptLookup
    drugs: DrugExposures
    links: Mapping[str, Sequence[str]]

    def read_episode(
        self, row: Row, episodes: Episodes, exposures: set[str | None], date: PartialDate | None, wrong: str
    ) -> None:
        """One episode; `wrong` says why it has no date."""
        meaning = self.codes.read_column(row, "episode").meaning
        if meaning is None or meaning.kind not in ("status", "episode"):
            label = row.get("episode_source_value") or row.get("episode_concept_id") or "without a concept"
            self.record.record_unmapped("episode", label)
            self.record.mark_ignored("what kind of episode it is is not understood")
        elif meaning.name == "treatment":
            self._read_treatment(row, episodes, exposures)
        elif meaning.name == "diagnosis":
            thing = self._find_object(row)
            cancer = thing.name if thing is not None and thing.kind == "cancer" else UNSPECIFIED
            keep_primary(self.record, cancer, date, wrong)
        elif meaning.kind == "status":
            self._read_trend(meaning, self._find_object(row), date, wrong)
        else:
            self.record.mark_ignored(meaning.says or NOT_ASKED)

    def _read_trend(self, meaning: CodeableConcept, thing: CodeableConcept | None, date: PartialDate | None, wrong: str) -> None:
        """How the disease went, and the metastasis that the episode is about."""
        site = thing.name if thing is not None and thing.kind == "secondary" else ""
        keep_status(self.record, meaning.name, date, wrong, site)
        if thing is not None and thing.kind == "secondary":
            keep_spread(self.record, thing.name, date, wrong)

    def _find_object(self, row: Row | None) -> CodeableConcept | None:
        return self.codes.match_codes(row.get("episode_object_concept_id")).meaning if row is not None else None

    def _read_treatment(self, row: Row, episodes: Episodes, exposures: set[str | None]) -> None:
        """Its events are exposures by themselves; under an episode of advanced disease it says which line they are."""
        events = [event for event in self.links.get(row.get("episode_id") or "", ()) if event in exposures]
        number = row.get("episode_number") if self._is_advanced(row, episodes) else None
        if events:
            self.drugs.lines |= {event: number for event in events if number}
            self.record.mark_used("line of therapy" if number else "treatment, told by its drug exposures")
        else:
            self.drugs.read_episode(row, number)

    def _is_advanced(self, row: Row, episodes: Episodes) -> bool:
        """Under an episode whose object is a metastasis a number counts lines; elsewhere it may count early treatment."""
        thing = self._find_object(episodes.get(row.get("episode_parent_id")))
        return thing is not None and thing.kind == "secondary"
