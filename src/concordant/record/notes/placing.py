"""Where each fact of a note stands in a case file: entries of its blocks, with the words that tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.model.notes import FactPlace
from concordant.record.notes.reading import NoteFact, Span

NAME = re.compile(r"(?P<base>\w+)(?:\[(?P<thing>[^\]]+)\](?P<again>#\d+)?)?(?:@(?P<specimen>\w+))?(?:\.(?P<part>\w+))?")
GIVEN = "given"  # that a course was given is the course itself
TAKEN = ("yes", "taken")
TOLD = "told"


@dataclass(slots=True)
class PlacedEntry:
    """An entry of a block: its keys, and the words behind them, all together and by key."""

    values: dict[str, Any]
    spans: list[Span] = field(default_factory=list)
    by_key: dict[str, list[Span]] = field(default_factory=dict)

    def add_key(self, key: str, value: Any, spans: Sequence[Span]) -> None:
        """A key with what tells it."""
        if key:
            self.values[key] = value
            self.by_key.setdefault(key, []).extend(spans)
        self.spans += [span for span in spans if span not in self.spans]

    def measure_distance(self, spans: Sequence[Span]) -> int:
        """How far its words are from others in the text."""
        return min((abs(a[0] - b[0]) for a in self.spans for b in spans), default=1 << 30)


@dataclass(slots=True)
class PlacedFacts:
    """The blocks of a case file as entries: lists by name, and mappings with a single entry each."""

    lists: dict[str, list[PlacedEntry]] = field(default_factory=dict)
    mappings: dict[str, PlacedEntry] = field(default_factory=dict)
    unavailable: list[tuple[str, Sequence[Span]]] = field(default_factory=list)
    unplaced: list[NoteFact] = field(default_factory=list)
    held: dict[str, list[NoteFact]] = field(default_factory=dict)  # facts that are placed together, later

    def add_entry(self, block: str, values: Mapping[str, Any], spans: Sequence[Span]) -> PlacedEntry:
        """A new entry of a list."""
        entry = PlacedEntry({}, [])
        for key, value in values.items():
            entry.add_key(key, value, spans)
        self.lists.setdefault(block, []).append(entry)
        return entry

    def state_key(self, block: str, key: str, value: str, spans: Sequence[Span]) -> bool:
        """A key of a mapping; whether it could be told: of two different values none stands in the place of the other."""
        entry = self.mappings.setdefault(block, PlacedEntry({}, []))
        if entry.values.get(key, value) != value:
            return False
        entry.add_key(key, value, spans)
        return True


class FactPlacer:
    """Places the facts of one note."""

    def __init__(self, knowledge: Knowledge, held: Sequence[str]) -> None:
        self.places = {place.fact: place for place in knowledge.notes.places}
        self.measured = {field.name for field in knowledge.vocabulary.measurements}
        self.features: Mapping[str, Feature] = {feature.name: feature for feature in knowledge.features}
        self.held = frozenset(held)
        self.courses: dict[str, PlacedEntry] = {}
        self.placed = PlacedFacts()

    def place_facts(self, facts: Sequence[NoteFact]) -> PlacedFacts:
        """Every fact at its place; what has none is kept apart."""
        for fact in facts:
            if not self._place_fact(fact):
                self.placed.unplaced.append(fact)
        return self.placed

    def _place_fact(self, fact: NoteFact) -> bool:
        name = NAME.fullmatch(fact.fact)
        if name is None:
            return False
        if name["base"] in self.held and not name["part"] and not name["thing"]:
            self.placed.held.setdefault(name["base"], []).append(fact)
            return True
        if name["thing"]:
            return self._place_thing(fact, name)
        place = self.places.get(name["base"] + (f".{name['part']}" if name["part"] else ""))
        if place is not None:
            return self._place_listed(fact, place, name["specimen"] or "")
        return not name["specimen"] and (self._place_measurement(fact, name) or self._state_feature(fact, name))

    def _place_thing(self, fact: NoteFact, name: re.Match[str]) -> bool:
        """A course, a condition, a medicine: what the fact names is the entry, its value how it is."""
        place = self.places.get(f"{name['base']}[]")
        if place is None:
            return False
        things = [_spell_id(one) for one in name["thing"].split("+")]
        if name["part"] or fact.value == GIVEN:
            return self._place_course(fact, name, place, things)
        if not place.key:
            self.placed.unavailable.append((things[0], fact.spans))
            return fact.value in TAKEN
        entry = self.placed.add_entry(place.block, {place.key: things[0]}, fact.spans)
        if status := place.status and place.values.get(fact.value, fact.value):
            entry.add_key(place.status, status, fact.spans)
        return True

    def _place_course(self, fact: NoteFact, name: re.Match[str], place: FactPlace, things: list[str]) -> bool:
        key = f"{name['thing']}{name['again'] or ''}"
        entry = self.courses.get(key)
        if entry is None:
            entry = self.courses[key] = self.placed.add_entry(place.block, {place.key: things}, fact.spans)
        if name["part"] and entry.values.get(name["part"], fact.value) != fact.value:
            return False
        entry.add_key(name["part"] or "", fact.value, fact.spans)
        return True

    def _place_listed(self, fact: NoteFact, place: FactPlace, specimen: str) -> bool:
        value = place.values.get(fact.value, fact.value)
        if not place.entry:
            return not specimen and self.placed.state_key(place.block, place.key, value, fact.spans)
        wanted = {**place.entry, **({"specimen": specimen} if specimen else {})}
        entry = self._find_open_entry(place, wanted, fact.spans) or self.placed.add_entry(place.block, wanted, fact.spans)
        entry.add_key(place.key, value, fact.spans)
        return True

    def _find_open_entry(self, place: FactPlace, wanted: Mapping[str, str], spans: Sequence[Span]) -> PlacedEntry | None:
        """The nearest entry of the same kind that does not tell this yet."""
        same = [
            entry
            for entry in self.placed.lists.get(place.block, ())
            if all(entry.values.get(key) == value for key, value in wanted.items())
            and entry.values.get("specimen") == wanted.get("specimen")
            and place.key not in entry.values
        ]
        return min(same, key=lambda entry: entry.measure_distance(spans), default=None)

    def _place_measurement(self, fact: NoteFact, name: re.Match[str]) -> bool:
        if name["base"] not in self.measured:
            return False
        block, key = "measurements", name["part"] or "value"
        place = FactPlace(name["base"], block, key)
        wanted = {"name": name["base"]}
        entry = self._find_open_entry(place, wanted, fact.spans) or self.placed.add_entry(block, wanted, fact.spans)
        entry.add_key(key, fact.value, fact.spans)
        return True

    def _state_feature(self, fact: NoteFact, name: re.Match[str]) -> bool:
        known = name["base"] in self.features and not name["part"]
        return known and self.placed.state_key("stated", name["base"], fact.value, fact.spans)


def _spell_id(id_: str) -> str:
    return id_.replace("_", " ")
