"""What every row of the form is drawn from, and the small things that all of them need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from concordant.answer.schema import Answer
from concordant.model.features import Feature
from concordant.model.form import EventRow, Says
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Facts
from concordant.present.language import Language
from concordant.web.case_text import DATES, LISTS, Case
from concordant.web.controls import Field
from concordant.web.fields import get_stated

Schema = dict[str, Any]


@dataclass(frozen=True)
class FormContext:
    """Everything that the form is drawn from. `facts` and `answer` are None while the case cannot be read.

    `order` are the questions as they stood before, `wanted` those that the reader asked to change.
    """

    case: Case
    knowledge: Knowledge
    language: Language
    schema: Schema
    facts: Facts | None = None
    answer: Answer | None = None
    typed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    order: Sequence[str] = ()
    wanted: frozenset[str] = frozenset()

    def say(self, says: Says) -> str:
        """A text of the form in the language of the page."""
        return says.get(self.language.code) or says.get("en", "")

    def name(self, word: str) -> str:
        """A key or a word of a closed list, as people call it."""
        return self.say(self.knowledge.form.names.get(word, {})) or word.replace("_", " ")

    def name_typed(self, name: str, text: str) -> str:
        """What was typed, or tapped against the record, as it stands on the page."""
        for row in self.knowledge.form.rows:
            if isinstance(row, EventRow) and name == f"row.{row.id}":
                return self.say(row.chips[int(text)].says)
        return text

    @cached_property
    def features(self) -> Mapping[str, Feature]:
        """The features by name."""
        return {feature.name: feature for feature in self.knowledge.features}

    @cached_property
    def drug_names(self) -> Mapping[str, str]:
        """The drugs by id."""
        return {drug.id: drug.name for drug in self.knowledge.drugs}

    def get_entries(self, block: str) -> list[dict[str, Any]]:
        """The entries of a block of the case."""
        entries = self.case.get(block)
        return entries if isinstance(entries, list) else []

    def get_stated(self, feature: str) -> str:
        """What the case states of a feature, as it is written there."""
        return get_stated(self.case, feature)

    def get_shown(self, name: str, now: object) -> str:
        """What stands in a field: what was typed and not understood before what is on record."""
        return self.typed[name][0] if name in self.typed else "" if now is None else str(now)

    def find_problem(self, name: str) -> str:
        """Why what stands in a field is not understood, or cannot be."""
        if name not in self.typed:
            return self.language.cite(self.problems.get(name, ""))
        return self.language.say("page.not_taken", why=self.language.mark_typed(self.typed[name][1]))

    def find_source(self, place: str) -> str:
        """Where an entry of the case stood in the record that it came from."""
        return self.language.tell_key(self.sources[place]) if place in self.sources else ""

    def make_field(self, place: str, key: str, now: object, label: str = "") -> Field:
        """The field for a key of an entry: a list to choose from where the case file has a closed one."""
        name = f"e.{place}.{key}"
        block = place.partition(".")[0]
        enum = self.schema["properties"][block]["items"]["properties"][key].get("enum", ())
        shown = ", ".join(map(str, now)) if key in LISTS and isinstance(now, list) else now
        options = (("", "–"), *((word, self.name(word)) for word in enum)) if enum else ()
        return Field(
            name,
            label or self.name(key),
            self.get_shown(name, shown),
            options,
            problem=self.find_problem(name),
            date=key in DATES,
        )
