"""Drug exposures of the CDM: treatment of the cancer as exposures, other drugs as what is taken now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, format_date
from concordant.patient.events import ADVANCED, ONGOING, STOPPED, Medication, Setting, Stopped, match_word
from concordant.record.builder import RecordBuilder
from concordant.record.casefile.scalars import MOST, parse_count
from concordant.record.courses.exposures import Exposure
from concordant.record.medications_taken import NOT_TAKEN, is_taken, read_taken_medicines
from concordant.record.omop.codes import CodedColumn, ConceptLookup
from concordant.record.omop.schema import Row, read_date, read_date_column
from concordant.terminology.codes import CodeableConcept
from concordant.terminology.names import Words, drugs_from_name, medicines_from_name, suggest_name
from concordant.terminology.near_names import suggest_drug

NOT_ASKED = "nothing here asks for it"


@dataclass(slots=True)
class Span:
    """When a drug was given, as a row tells it, and what is wrong with it."""

    start: PartialDate | None = None
    end: PartialDate | None = None
    wrong: list[str] = field(default_factory=list)
    supply: bool = False  # whether the end is only when what was handed out is used up


@dataclass(slots=True)
class DrugExposures:
    """Reads the drugs of one person; `lines` are the numbers that episodes tell of exposures."""

    record: RecordBuilder
    codes: ConceptLookup
    words: Words
    lines: dict[str, str] = field(default_factory=dict)

    def read_exposure(self, coded: CodedColumn, row: Row) -> None:
        """One drug exposure: treatment of the cancer, another drug, or what nothing here asks for."""
        meaning, stopped = coded.meaning, self._read_stop_reason(row)
        if meaning is not None and meaning.drugs:
            self._keep_treatment(Exposure(self.record.entry, meaning.drugs), row, stopped)
        elif meaning is not None and meaning.kind == "medication":
            read = medicines_from_name(coded.text, self.words)
            self._keep_medicine(coded.text if read else meaning.name.replace("_", " "), self._read_span(row))
        elif meaning is not None:
            self.record.mark_ignored(meaning.says or NOT_ASKED)
        elif self._is_another(coded):
            self.record.unmapped += coded.met
            self._keep_unknown_medicine(coded.text, self._read_span(row))
        else:
            self._keep_treatment(
                self.treatment_from_name(coded.text or (f"concept {coded.met[0][1]}" if coded.met else "no name")), row, stopped
            )

    def read_single_dose(self, meaning: CodeableConcept, date: PartialDate | None, wrong: str) -> None:
        """A drug of which another table tells the day."""
        single = date is not None and date.is_exact
        treatment = Exposure(self.record.entry, meaning.drugs, (), date, date, single=single)
        self._add_treatment(treatment, [f"{key}{wrong.removeprefix('date')}" for key in ("start", "end")] if wrong else [])

    def read_unknown_dose(self, name: str, date: PartialDate | None, wrong: str) -> None:
        """A drug that is not known, of which another table tells the day."""
        treatment = replace(self.treatment_from_name(name), start=date, end=date, single=date is not None and date.is_exact)
        self._add_treatment(treatment, [wrong] if wrong else [])

    def read_episode(self, row: Row, number: str | None) -> None:
        """An episode of treatment none of whose exposures is told."""
        coded = self.codes.match_codes(row.get("episode_object_concept_id"), None, row.get("episode_source_value"))
        entry, meaning = self.record.entry, coded.meaning
        if meaning is not None and meaning.drugs:
            treatment = Exposure(entry, meaning.drugs)
        else:
            treatment = self.treatment_from_name(coded.text) if coded.text else Exposure(entry, ())
        wrong: list[str] = []
        line, setting = self._read_line(number, wrong)
        start = self._read_date(row, "episode_start_date", "start", wrong)
        end = self._read_date(row, "episode_end_date", "end", wrong)
        single = start is not None and start == end and start.is_exact
        self._add_treatment(replace(treatment, start=start, end=end, line=line, setting=setting, single=single), wrong)

    def treatment_from_name(self, name: str) -> Exposure:
        """Treatment by a written name."""
        if parts := drugs_from_name(name, self.words):
            return Exposure(self.record.entry, parts)
        self.record.record_unmapped("drug", name, suggest_drug(name, self.words))
        return Exposure(self.record.entry, (), (name,))

    def _keep_treatment(self, treatment: Exposure, row: Row, stopped: Stopped | None) -> None:
        """The exposure with its dates, its line and why it was stopped."""
        wrong: list[str] = []
        line, setting = self._read_line(self.lines.get(row.get("drug_exposure_id") or ""), wrong)
        span = self._read_span(row)
        changes: dict[str, Any] = {"start": span.start, "end": span.end, "line": line, "setting": setting}
        changes |= _make_exposure_fields(span, stopped)
        self._add_treatment(replace(treatment, **changes), [*wrong, *span.wrong])

    def _add_treatment(self, treatment: Exposure, wrong: list[str]) -> None:
        if wrong:
            self.record.mark_set_aside("; ".join(wrong))
            self.record.keep_blank([treatment])
        else:
            self.record.add_event(treatment)

    def _read_stop_reason(self, row: Row) -> Stopped | None:
        reason = row.get("stop_reason")
        if not reason:
            return None
        meaning = self.codes.terms.find_text_concept("stop_reason", reason)
        stopped = match_word(meaning.name, STOPPED) if meaning is not None else None
        if stopped is None:
            self.record.record_unmapped("stop reason", reason)
        return stopped

    def _read_line(self, number: str | None, wrong: list[str]) -> tuple[int | None, Setting | None]:
        """The line that an episode counts; its setting is that of advanced disease."""
        if number is None:
            return None, None
        line = parse_count(number)
        if line is None:
            wrong.append(f"{quote_word(number)} is not a count for 'line'. Write a whole number from 1 to {MOST}")
        return line, ADVANCED

    def _read_date(self, row: Row, column: str, key: str, wrong: list[str]) -> PartialDate | None:
        date, why = read_date(read_date_column(row, column), key, self.record.as_of)
        if why:
            wrong.append(why)
        return date

    def _read_span(self, row: Row) -> Span:
        """The days of a row. The end of a dose is when the next one is due, or a day by default: it was given on its first."""
        span = Span()
        span.start = self._read_date(row, "drug_exposure_start_date", "start", span.wrong)
        kind = self.codes.terms.find_concept("omop", row.get("drug_type_concept_id"))
        if kind is not None and kind.name == "administration":
            span.end = self._read_date(row, "drug_exposure_start_date", "end", span.wrong)
            return span
        column = "verbatim_end_date" if read_date_column(row, "verbatim_end_date") else "drug_exposure_end_date"
        span.end, span.supply = self._read_date(row, column, "end", span.wrong), True
        return span

    def _keep_medicine(self, name: str, span: Span) -> None:
        """A medicine that is no treatment of the cancer, or not only: it matters while it is taken."""
        taken = is_taken(span.start, span.end, self.record.as_of)
        events = read_taken_medicines(name, self.record.entry, span.start, self.words) if taken else ()
        if not taken:
            self.record.mark_ignored(NOT_TAKEN)
        if any(isinstance(event, Medication) and event.term is None for event in events):
            self.record.record_unmapped("medication", name, suggest_name(name, self.words.medications))
        if wrong := self._explain_impossible(span):
            self.record.mark_set_aside(wrong)
            self.record.keep_blank(events)
            return
        for event in events:
            self.record.add_event(event)

    def _keep_unknown_medicine(self, name: str, span: Span) -> None:
        """A drug of another kind, of which nothing is known: it is listed while it is taken, for somebody to judge."""
        if wrong := self._explain_impossible(span):
            self.record.mark_set_aside(wrong)
            self.record.keep_blank([Medication(self.record.entry, None, name)])
        elif is_taken(span.start, span.end, self.record.as_of):
            self.record.add_event(Medication(self.record.entry, None, name))
        else:
            self.record.mark_ignored("another drug, which is not said to be taken now")

    def _explain_impossible(self, span: Span) -> str:
        start, end = span.start, span.end
        wrong = list(span.wrong)
        if start is not None and end is not None and end.is_certainly_before(start):
            wrong.append(f"it ends ({format_date(end)}) before it starts ({format_date(start)})")
        return "; ".join(wrong)

    def _is_another(self, coded: CodedColumn) -> bool:
        """True for a name that is near none of the known ones; one that is near, and a bare id, may be any drug."""
        terms = self.codes.terms
        listed = any(terms.is_treatment_code(system, code) for system, code, _ in coded.met)
        return bool(coded.text) and not listed and not terms.can_be_treatment(coded.text)


def _make_exposure_fields(span: Span, stopped: Stopped | None) -> dict[str, Any]:
    single = span.start is not None and span.start == span.end and span.start.is_exact
    supply = span.supply and not single and span.end is not None and stopped is None
    going = stopped == ONGOING
    return {"single": single, "supply": supply, "ongoing": going, "stopped": None if going else stopped}
