"""Results of the CDM to findings: of tumour marker tests, and measured numbers."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval
from concordant.model.knowledge import VocabularyField
from concordant.patient.events import Marker, Measurement
from concordant.record.builder import RecordBuilder
from concordant.record.casefile.blocks import NO_LIMIT, OPEN
from concordant.record.omop.schema import Row
from concordant.record.omop.values import Amount, ResultReader
from concordant.record.result_text import explain_contradiction
from concordant.terminology.codes import CodeableConcept
from concordant.terminology.names import Words
from concordant.terminology.quantities import explain_bare_fraction

SILENT = "it has no value"
LOST = "its value is not understood"


@dataclass(slots=True)
class Results:
    """Reads the results of one person; `date` is that of the row, `wrong` why it has none."""

    record: RecordBuilder
    values: ResultReader
    words: Words

    def read_marker(self, meaning: CodeableConcept, row: Row, date: PartialDate | None, wrong: str) -> None:
        """One result of a tumour marker test: a number of its own name, a percentage, or a word."""
        test, number = self.record.rules.tests[meaning.name], self.values.read_told_number(row)
        word = self.values.find_test_word(test, row, number, self.record.rules.plain_words)
        part = meaning.part or ("value" if "value" in test.numbers else "")
        if number is not None and part and number.text not in test.words:
            amount = number if meaning.part else self.values.read_amount(row) or number
            self.record.note_decimal_comma(row.get("value_as_string") or row.get("value_source_value"))
            self._keep_number(test, part, amount, word, date, wrong)
        elif word:
            self.keep_word(test.name, word, date, wrong)
        else:
            self._find_other_test(meaning, test, number, row, date, wrong)

    def _find_other_test(
        self,
        meaning: CodeableConcept,
        test: VocabularyField,
        number: Amount | None,
        row: Row,
        date: PartialDate | None,
        wrong: str,
    ) -> None:
        """A word that belongs to another test, or a value that is not understood."""
        name, word = self.values.find_other_test(meaning, row, dict(self.record.rules.tests))
        if name:
            self.keep_word(name, word, date, wrong)
        elif met := self.values.describe_any_value(row, number):
            self.record.record_unmapped(f"{test.label}:", met)
            self.record.leave_result_open(test.name, date)
            self.record.mark_set_aside(LOST)
        else:
            self.record.mark_ignored(SILENT)

    def _keep_number(
        self, test: VocabularyField, part: str, amount: Amount, word: str, date: PartialDate | None, wrong: str
    ) -> None:
        label = test.label if part == "value" else f"{test.label} ({part})"
        spec = VocabularyField(name=part, label=label, unit=test.numbers.get(part, ""), low=test.low, high=test.high)
        numbers: dict[str, Interval] = {}
        why = ""
        try:
            numbers[part] = amount.to_interval(spec, self.words)
            why = explain_contradiction(word or None, numbers, test)
            if said := explain_bare_fraction(amount.text, spec, self.words):
                self.record.not_understood.append(f"{said} ({self.record.place})")
        except ValueError as error:
            meant = f". Or write one of: {', '.join(test.words)}" if part == "value" and test.words else ""
            why = f"{part}: {str(error).strip()}{meant}"
        self._keep_result(Marker(self.record.entry, test.name, word or None, numbers, date, None), why, wrong)

    def keep_word(self, test: str, word: str, date: PartialDate | None, wrong: str) -> None:
        """A result in a word of the test."""
        self._keep_result(Marker(self.record.entry, test, word, {}, date, None), wrong)

    def read_measurement(self, meaning: CodeableConcept, row: Row, date: PartialDate | None, wrong: str) -> None:
        """A number with its unit, and the upper limit of normal where the row has one."""
        amount, field = self.values.read_amount(row), self.record.rules.measured[meaning.name]
        if amount is None:
            self._read_no_number(field, row, date)
            return
        self.record.note_decimal_comma(row.get("value_as_string") or row.get("value_source_value"))
        if amount.text.lower() == OPEN:
            self._keep_result(Measurement(self.record.entry, field.name, Interval(), date), wrong)
            return
        value, why = self._convert_amount(amount, field, "value")
        limit, other = self._read_upper_limit(row, field)
        measurement = Measurement(self.record.entry, field.name, value or Interval(), date, limit)
        self._keep_result(measurement, why, other, "" if why else wrong)

    def _read_no_number(self, field: VocabularyField, row: Row, date: PartialDate | None) -> None:
        """A row without a number: nothing, or something that is not understood and leaves the result open."""
        if not (met := self.values.describe_any_value(row, None)):
            self.record.mark_ignored(SILENT)
            return
        self.record.record_unmapped(f"{field.label}:", met)
        self.record.leave_result_open(field.name, date)
        self.record.mark_set_aside(LOST)

    def _read_upper_limit(self, row: Row, field: VocabularyField) -> tuple[float | None, str]:
        """The upper limit of normal, of a measurement that has a unit; why it is none."""
        amount = self.values.read_upper_limit(row) if field.unit else None
        if amount is None:
            return None, ""
        value, why = self._convert_amount(amount, field, "upper_limit")
        if value is None:
            return None, why
        return (value.high, "") if 0 < value.low <= value.high < float("inf") else (None, ". ".join(NO_LIMIT))

    def _convert_amount(self, amount: Amount, field: VocabularyField, key: str) -> tuple[Interval | None, str]:
        try:
            return amount.to_interval(field, self.words), ""
        except ValueError as error:
            return None, f"{key}: {str(error).strip()}"

    def _keep_result(self, event: Marker | Measurement, *whys: str) -> None:
        """The event; a blank one where something of it cannot be. Its day stands, where it has one."""
        if why := "; ".join(filter(None, whys)):
            self.record.mark_set_aside(why)
            self.record.leave_unread_open([event])
        else:
            self.record.add_event(event)
