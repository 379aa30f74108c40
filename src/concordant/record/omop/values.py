"""The value of a measurement or an observation of the CDM: a coded word, a number with its unit, or a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from concordant.compiled import CodeKind, Field
from concordant.record.omop.codes import NO_CONCEPT, Coded, Codes
from concordant.record.omop.schema import Row
from concordant.record.terminology import Concept
from concordant.record.told import Told

MEANT = {"present": "positive", "absent": "negative"}
KINDS: tuple[CodeKind, ...] = ("value", "stage", "status", "menopause", "site")
UCUM = "UCUM"
OPERATORS = ("<", "<=", ">=", ">")


@dataclass(slots=True)
class Values:
    """Tells results; `place` and `kind` are those of the row."""

    told: Told
    codes: Codes

    def coded(self, row: Row) -> Coded:
        """The value as a concept, else as the text that stands for it."""
        id_ = row.get("value_as_concept_id")
        text = row.get("value_as_string") or row.get("value_source_value") or ""
        found = self.codes.look(id_) if id_ not in NO_CONCEPT else Coded()
        if found.meaning is not None:
            return found
        words = text or found.text
        said = next(
            (m for kind in KINDS for told in (text, found.text) if (m := self.codes.terms.say(kind, told)) is not None), None
        )
        return Coded(said, words, found.met)

    def marker(self, meaning: Concept, row: Row, date: Any, place: str, kind: str) -> None:
        """One result of a tumour marker test: a number of its own name, a percentage, or a word."""
        test = self.told.tests[meaning.name]
        item: dict[str, Any] = {"test": test.name, "date": date}
        number = self._number(row)
        if number and meaning.part:
            item[meaning.part] = number
        elif number and "value" in test.numbers:
            item["value"] = f"{number} {self._unit(row)}".strip()
        elif word := self._word(test, row, number):
            item["value"] = word
        elif fitting := self._otherwise(meaning, row):
            item |= fitting
        elif met := self._any_value(row, number):
            self.told.lost(f"{test.label}:", met)
            self.told.leave_open("tumor_markers", {"test": test.name}, place)
            self.told.ignore(place, kind, "its value is not understood")
            return
        else:
            self.told.ignore(place, kind, "it has no value")
            return
        self.told.tell("tumor_markers", {k: v for k, v in item.items() if v is not None}, place, kind)

    def _word(self, test: Field, row: Row, number: str) -> str:
        """A word of the test's own list, in any of its spellings."""
        value = self.coded(row)
        name = value.meaning.name if value.meaning else ""
        for word in (name, MEANT.get(name, ""), value.text.strip().lower(), number, f"{number}+"):
            if word and word in test.words:
                return word
        return ""

    def _otherwise(self, meaning: Concept, row: Row) -> dict[str, str]:
        """The word of the test that a plain positive or negative belongs to, or the test that has the word."""
        value = self.coded(row).meaning
        word = MEANT.get(value.name, value.name) if value is not None else ""
        if word in meaning.implies:
            return {"value": meaning.implies[word]}
        other = self.told.tests.get(meaning.implies.get("otherwise", ""))
        return {"test": other.name, "value": word} if other is not None and word in other.words else {}

    def _any_value(self, row: Row, number: str) -> str:
        return self.coded(row).text or number or self.codes.name(row.get("value_as_concept_id"))

    def measured(self, meaning: Concept, row: Row, date: Any, place: str, kind: str) -> None:
        """A number with its unit, and the upper limit of normal where the row has one."""
        number = self._number(row) or row.get("value_source_value") or ""
        if not number:
            self.told.ignore(place, kind, "it has no value")
            return
        unit = self._unit(row)
        item = {"name": meaning.name, "value": f"{number} {unit}".strip(), "date": date}
        if (high := _plain_number(row.get("range_high"))) and self.told.measured[meaning.name].unit:
            item["upper_limit"] = f"{high} {unit}".strip()
        self.told.tell("measurements", {k: v for k, v in item.items() if v is not None}, place, kind)

    def _number(self, row: Row) -> str:
        number = _plain_number(row.get("value_as_number"))
        if not number:
            return ""
        id_ = row.get("operator_concept_id")
        meaning = self.codes.look(id_).meaning if id_ not in NO_CONCEPT else None
        name = meaning.name if meaning is not None else self.codes.name(id_)
        if id_ in NO_CONCEPT or name == "=":
            return number
        return f"{name if name in OPERATORS else f'(operator {id_})'} {number}"

    def _unit(self, row: Row) -> str:
        """The unit as the source wrote it, else as the concept tells it."""
        id_ = row.get("unit_concept_id")
        pinned = self.codes.terms.look("omop", id_)
        told = self.codes.code(id_, UCUM) or (pinned.name if pinned is not None and pinned.kind == "unit" else "")
        unit = told or row.get("unit_source_value") or self.codes.name(id_)
        return unit.strip("[]{}")


def _plain_number(text: str | None) -> str:
    """A number without the zeros that a database appends; what is no number stays as it is, to be complained about."""
    if not text:
        return ""
    head, dot, tail = text.partition(".")
    return f"{head}.{tail.rstrip('0')}".rstrip(".") if dot and tail.isdecimal() else text
