"""What a note tells of where the disease is and how far it went, as the events of a case file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from concordant.contract_names import DISEASE_EXTENT
from concordant.model.knowledge import Knowledge
from concordant.model.notes import DiseaseTold
from concordant.patient.events import METASTATIC
from concordant.record.notes.placing import PlacedEntry, PlacedFacts
from concordant.record.notes.reading import NoteFact, Span
from concordant.record.rules import normalize_stage

BLOCK, EVENT, DIAGNOSIS = "disease", "event", "diagnosis"


def split_fact(told: str) -> tuple[str, str]:
    """The fact and the value of `fact = value`."""
    name, _, value = told.partition(" = ")
    return name, value


def list_held_facts(told: DiseaseTold) -> tuple[str, ...]:
    """The facts that are placed together, once all are known."""
    return tuple(name for name in (told.sites, told.extent, split_fact(told.begun)[0]) if name)


class DiseaseWriter:
    """Puts the sites and the extent of one note to the events that they are of."""

    def __init__(self, knowledge: Knowledge, placed: PlacedFacts) -> None:
        self.told, self.placed = knowledge.notes.disease, placed
        self.distant = {site.id for site in knowledge.vocabulary.sites if "distant" in site.tags}
        self.stages: Mapping[str, str] = {normalize_stage(name): extent for name, extent in knowledge.vocabulary.stages.items()}

    def write_disease(self) -> None:
        """All of it, each fact once."""
        extents = self.placed.held.get(self.told.extent, [])
        extents = [*extents, *self._take_late_stage()]
        sites = self.placed.held.get(self.told.sites, [])
        carrier = self._find_carrier()
        self._state_begun()
        if carrier is None:
            self._state_extents(extents)
            self._write_findings(sites)
            return
        for fact in extents[:1]:
            carrier.add_key("extent", fact.value, fact.spans)
        self._state_other_extents(extents)
        if sites:
            carrier.add_key("sites", list(dict.fromkeys(_spell_id(fact.value) for fact in sites)), _list_spans(sites))

    def _is_begun(self) -> bool:
        name, value = split_fact(self.told.begun)
        return any(fact.value == value for fact in self.placed.held.get(name, ()))

    def _find_carrier(self) -> PlacedEntry | None:
        """The event that the extent is of: the diagnosis that was metastatic, or the last that tells of a relapse."""
        entries = self.placed.lists.get(BLOCK, [])
        if self._is_begun():
            facts = self.placed.held[split_fact(self.told.begun)[0]]
            found = next((entry for entry in entries if entry.values[EVENT] == DIAGNOSIS), None)
            entry = found or self.placed.add_entry(BLOCK, {EVENT: DIAGNOSIS}, facts[0].spans)
            entry.add_key("extent", METASTATIC, facts[0].spans)
            return entry
        return next((entry for entry in reversed(entries) if entry.values[EVENT] in self.told.carriers), None)

    def _take_late_stage(self) -> list[NoteFact]:
        """A stage of metastatic disease may be that of today: only where it was so from the first is it the stage of then."""
        taken: list[NoteFact] = []
        for entry in [] if self._is_begun() else list(self.placed.lists.get(BLOCK, ())):
            stage = entry.values.get("stage")
            if stage is not None and self.stages.get(normalize_stage(stage)) == METASTATIC:
                spans = entry.by_key.pop("stage")
                del entry.values["stage"]
                taken.append(NoteFact(self.told.extent, METASTATIC, tuple(spans), "said", self.told.stage))
        self.placed.lists[BLOCK] = [one for one in self.placed.lists.get(BLOCK, []) if one.values != {EVENT: DIAGNOSIS}]
        return taken

    def _state_begun(self) -> None:
        name, value = split_fact(self.told.begun)
        for fact in self.placed.held.get(name, ()):
            if fact.value != value and not self.placed.state_key("stated", name, fact.value, fact.spans):
                self.placed.unplaced.append(fact)

    def _state_extents(self, extents: Sequence[NoteFact]) -> None:
        for fact in extents:
            if not self.placed.state_key("stated", DISEASE_EXTENT, fact.value, fact.spans):
                self.placed.unplaced.append(fact)

    def _state_other_extents(self, extents: Sequence[NoteFact]) -> None:
        self.placed.unplaced += [fact for fact in extents[1:] if fact.value != extents[0].value]

    def _write_findings(self, sites: Sequence[NoteFact]) -> None:
        """Sites without an event that they are of."""
        for fact in sites:
            name = self.told.finding.replace("{site}", _spell_id(fact.value))
            self.placed.add_entry("conditions", {"name": name}, fact.spans)


def _list_spans(facts: Sequence[NoteFact]) -> list[Span]:
    return [span for fact in facts for span in fact.spans]


def _spell_id(id_: str) -> str:
    return id_.replace("_", " ")
