"""What the coded columns of a CDM row stand for: pinned concept ids, the concept table, then the source value as code or text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from concordant.complaints import quoted
from concordant.record.conditions import is_understood, understand
from concordant.record.omop.schema import Row
from concordant.record.terminology import Concept, Terminology
from concordant.record.vocabulary import medicine_parts

PINNED = "omop"
NO_CONCEPT = (None, "", "0")
# A code alone tells its system only where its form does; a bare number may belong to several.
LOINC = re.compile(r"(?:LA)?\d{1,6}-\d")
ICD = re.compile(r"[A-Za-z]\d[0-9A-Za-z](?:\.?[0-9A-Za-z]{1,4})?")
PREFIXED = re.compile(r"([A-Za-z][\w -]{1,20})[:|^]\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Coded:
    """The meaning of a coded column, the words for it, the codes that were met, and what contradicts itself in it."""

    meaning: Concept | None = None
    text: str = ""
    met: tuple[tuple[str, str, str], ...] = ()
    conflict: str = ""


@dataclass(slots=True)
class Codes:
    """Looks up the coded columns of rows. `concepts` are vocabulary, code and name of concept ids, as the CDM tells them."""

    terms: Terminology
    concepts: Mapping[str, tuple[str, str, str]]
    remembered: dict[tuple[str | None, str | None, str | None], Coded] = field(default_factory=dict)

    def of(self, row: Row, stem: str) -> Coded:
        """The columns `STEM_concept_id`, `STEM_source_concept_id` and `STEM_source_value` of a row together."""
        return self.look(row.get(f"{stem}_concept_id"), row.get(f"{stem}_source_concept_id"), row.get(f"{stem}_source_value"))

    def look(self, standard: str | None, source: str | None = None, value: str | None = None) -> Coded:
        """Look up a standard concept, a source concept and a source value together. The first that is understood counts;
        two concepts that differ are a conflict.
        """
        key = (standard, source, value)
        if key not in self.remembered:
            if len(self.remembered) > 50_000:
                self.remembered.clear()
            self.remembered[key] = self._look(standard, source, value)
        return self.remembered[key]

    def _look(self, standard: str | None, source: str | None, value: str | None) -> Coded:
        ids = list(dict.fromkeys(id_ for id_ in (standard, source) if id_ not in NO_CONCEPT and id_ is not None))
        met = tuple(self._met(id_) for id_ in ids)
        found = [(told, meaning) for id_, told in zip(ids, met, strict=True) if (meaning := self._meaning(id_)) is not None]
        text = next((name for _, _, name in met if name), value or "")
        conflict = _contradiction(found)
        if found:
            return Coded(found[0][1], text, met, conflict)
        tried = [(system, code) for system, code in _as_codes(value or "")]
        meaning = next((m for system, code in tried if (m := self.terms.look(system, code)) is not None), None)
        known = met or tuple((system, code, "") for system, code in tried[:1])
        return Coded(meaning or self._said(met, value), text, known or ((("", value, ""),) if value else ()))

    def _met(self, id_: str) -> tuple[str, str, str]:
        return self.concepts.get(id_, (PINNED, id_, ""))

    def _meaning(self, id_: str) -> Concept | None:
        if (pinned := self.terms.look(PINNED, id_)) is not None:
            return pinned
        system, code, _ = self.concepts.get(id_, ("", "", ""))
        return self.terms.look(system, code)

    def _said(self, met: tuple[tuple[str, str, str], ...], value: str | None) -> Concept | None:
        """What the names of the concepts, or else the source value, say in words."""
        for text in (*(name for _, _, name in met), value):
            if text and (drugs := self.terms.drugs_named(text)):
                return Concept("drug", drugs[0], text, drugs=drugs)
            if text and is_understood(found := understand(text, self.terms.words)):
                return Concept("condition", next((one.term for one in found if one.term), ""), text)
            if text and (parts := medicine_parts(text, self.terms.words)):
                return Concept("medication", parts[0], text)
        return None

    def name(self, id_: str | None) -> str:
        """The name of a concept, or its code where the CDM's table has no name."""
        vocabulary, code, name = self.concepts.get(id_ or "", ("", "", ""))
        return name or (code if vocabulary else "")

    def code(self, id_: str | None, system: str) -> str:
        """The code of a concept of one system: the unit of UCUM, for example."""
        vocabulary, code, _ = self.concepts.get(id_ or "", ("", "", ""))
        return code if vocabulary == system else ""


def _contradiction(found: list[tuple[tuple[str, str, str], Concept]]) -> str:
    """Standard and source concept that stand for different things of one kind."""
    if len(found) < 2:
        return ""
    (one, first), (two, second) = found[0], found[1]
    if first.kind != second.kind or first.name == second.name or "unspecified" in (first.name, second.name):
        return ""
    names = (quoted(name or code) for _, code, name in (one, two))
    return "its standard concept ({}) and its source concept ({}) stand for different things".format(*names)


def _as_codes(value: str) -> Iterator[tuple[str, str]]:
    """The codes that a source value may be, with their systems."""
    value = value.strip()
    if (told := PREFIXED.fullmatch(value)) is not None:
        yield told[1].strip(), told[2]
    if LOINC.fullmatch(value):
        yield "loinc", value
    if ICD.fullmatch(value):
        yield "icd10", value
