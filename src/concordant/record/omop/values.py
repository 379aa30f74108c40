"""The value of a measurement or an observation of the CDM: a coded word, a number with its unit, or a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from concordant.logic.intervals import Interval, make_exact_interval, step_above, step_below, write_decimal_point
from concordant.model.knowledge import CodeKind, VocabularyField
from concordant.record.omop.codes import NO_CONCEPT, CodedColumn, ConceptLookup
from concordant.record.omop.schema import Row
from concordant.record.result_text import combine_words, parse_result_text
from concordant.terminology.codes import CodeableConcept
from concordant.terminology.names import Words
from concordant.terminology.quantities import check_range, convert_quantity, lookup_unit_factor

MEANT = {"present": "positive", "absent": "negative"}
KINDS: tuple[CodeKind, ...] = ("value", "stage", "status", "menopause", "site")
UCUM = "UCUM"
OPERATORS = ("<", "<=", ">=", ">")
NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a row: as it stands there, the operator before it, and its unit."""

    number: str
    operator: str = ""
    unit: str = ""

    @property
    def text(self) -> str:
        """The amount as a person would write it."""
        return f"{self.operator} {self.number} {self.unit}".strip()

    def to_interval(self, field: VocabularyField, words: Words) -> Interval:
        """The number in the unit of a field. Raises ValueError with the way out."""
        factor = self._compute_unit_factor(field, words)
        if factor is None or NUMBER.fullmatch(self.number) is None or self.operator not in ("", *OPERATORS):
            value = convert_quantity(self.text, field, words)  # which says what is wrong, and reads what a source wrote as text
        else:
            read = _interval_from_operator(self.operator, float(self.number))
            value = Interval(read.low * factor, read.high * factor) if factor != 1.0 else read
        check_range(field, value, self.text)
        return value

    def _compute_unit_factor(self, field: VocabularyField, words: Words) -> float | None:
        if self.unit:
            return lookup_unit_factor(field, self.unit, words)
        return 1.0 if not field.unit or field.unit in words.bare - words.fractions.keys() else None


def _interval_from_operator(operator: str, number: float) -> Interval:
    match operator:
        case "<":
            return Interval(high=step_below(number))
        case "<=":
            return Interval(high=number)
        case ">=":
            return Interval(low=number)
        case ">":
            return Interval(low=step_above(number))
        case _:
            return make_exact_interval(number)


@dataclass(slots=True)
class ResultReader:
    """Reads the values of rows."""

    codes: ConceptLookup

    def read_coded_value(self, row: Row) -> CodedColumn:
        """The value as a concept, else as the text that stands for it."""
        id_ = row.get("value_as_concept_id")
        text = row.get("value_as_string") or row.get("value_source_value") or ""
        coded = self.codes.match_codes(id_) if id_ not in NO_CONCEPT else CodedColumn()
        if coded.meaning is not None:
            return coded
        words = text or coded.text
        said = next(
            (
                m
                for kind in KINDS
                for candidate in (text, coded.text)
                if (m := self.codes.terms.find_text_concept(kind, candidate)) is not None
            ),
            None,
        )
        return CodedColumn(said, words, coded.met)

    def read_number(self, row: Row) -> Amount | None:
        """The number of a row with its operator, without a unit."""
        number = _trim_number(row.get("value_as_number"))
        if not number:
            return None
        id_ = row.get("operator_concept_id")
        if id_ in NO_CONCEPT:
            return Amount(number)
        meaning = self.codes.match_codes(id_).meaning
        name = meaning.name if meaning is not None else self.codes.find_name(id_)
        if name == "=":
            return Amount(number)
        return Amount(number, name if name in OPERATORS else f"(operator {id_})")

    def read_amount(self, row: Row) -> Amount | None:
        """The number of a row with its unit; where there is none, what the source wrote, or the name of its concept."""
        number = self.read_number(row)
        if number is not None:
            return Amount(number.number, number.operator, self._read_unit(row))
        if (meaning := self.read_coded_value(row).meaning) is not None and meaning.kind == "value" and meaning.name.isdigit():
            return Amount(meaning.name)
        name = self.codes.find_name(row.get("value_as_concept_id"))
        written = row.get("value_as_string") or row.get("value_source_value") or name
        return Amount(write_decimal_point(written), "", self._read_unit(row)) if written else None

    def read_told_number(self, row: Row) -> Amount | None:
        """The number of a row, also one that stands there as a text."""
        number = self.read_number(row)
        if number is not None:
            return number
        written = row.get("value_as_string") or row.get("value_source_value") or ""
        told = parse_result_text(written, None, self.codes.terms)
        return Amount(write_decimal_point(written)) if told is not None and told.quantities else None

    def read_upper_limit(self, row: Row) -> Amount | None:
        """The upper limit of normal, in the unit of the row."""
        high = _trim_number(row.get("range_high"))
        return Amount(high, "", self._read_unit(row)) if high else None

    def find_test_word(self, test: VocabularyField, row: Row, number: Amount | None, plain_words: Mapping[str, str]) -> str:
        """A word of the test's own list, in any of its spellings."""
        value = self.read_coded_value(row)
        name = value.meaning.find_word(test.name) if value.meaning else ""
        written = number.text if number is not None else ""
        told = parse_result_text(value.text, test, self.codes.terms)
        said, differing = combine_words(told.words if told is not None else (), test, plain_words)
        for word in (name, MEANT.get(name, ""), value.text.strip().lower(), written, f"{written}+", said or ""):
            if word and word in test.words and not differing:
                return word
        return ""

    def find_other_test(self, meaning: CodeableConcept, row: Row, tests: dict[str, VocabularyField]) -> tuple[str, str]:
        """The word of the test that a plain positive or negative belongs to, or the test that has the word; else nothing."""
        value = self.read_coded_value(row).meaning
        word = MEANT.get(value.name, value.name) if value is not None else ""
        if word in meaning.implies:
            return meaning.name, meaning.implies[word]
        other = tests.get(meaning.implies.get("otherwise", ""))
        return (other.name, word) if other is not None and word in other.words else ("", "")

    def describe_any_value(self, row: Row, number: Amount | None) -> str:
        """What stands there, understood or not."""
        id_ = row.get("value_as_concept_id")
        text = self.read_coded_value(row).text or (number.text if number is not None else "") or self.codes.find_name(id_)
        return text or (f"the concept {id_}" if id_ not in NO_CONCEPT else "")

    def _read_unit(self, row: Row) -> str:
        """The unit as the concept tells it, else as the source wrote it."""
        id_ = row.get("unit_concept_id")
        pinned = self.codes.terms.find_concept("omop", id_)
        code = self.codes.find_code(id_, UCUM) or (pinned.name if pinned is not None and pinned.kind == "unit" else "")
        unit = code or row.get("unit_source_value") or self.codes.find_name(id_)
        return unit.strip("[]{}")


def _trim_number(text: str | None) -> str:
    """A number without the zeros that a database appends; what is no number stays as it is, to be complained about."""
    if not text:
        return ""
    head, dot, tail = text.partition(".")
    return f"{head}.{tail.rstrip('0')}".rstrip(".") if dot and tail.isdecimal() else text
