"""The entries of the rows of a table to findings, each cell read by the type that a case file gives to its key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from concordant.contract_names import OTHER_CANCER
from concordant.errors import quote_word
from concordant.logic.dates import PartialDate, make_exact_date
from concordant.logic.intervals import Interval, write_decimal_point
from concordant.model.knowledge import Knowledge, VocabularyField
from concordant.patient import events as ev
from concordant.record.builder import RecordBuilder
from concordant.record.casefile.blocks import OPEN, BlockReader
from concordant.record.conditions import parse_conditions
from concordant.record.cut import reopen_later_end
from concordant.record.dates import read_source_date
from concordant.record.entries import Dated, to_exposure
from concordant.record.findings import UNCLEAR, PrimaryCancer
from concordant.record.medications_taken import NOT_TAKEN
from concordant.record.plausibility import explain_ended_course
from concordant.terminology.names import Words, is_doubted
from concordant.terminology.topics import WordsSaid
from concordant.terminology.tumours import names_own_cancer
from concordant.texts import Place, SourceText

Item = Mapping[str, Any]
UNREADABLE = "a condition that cannot be read"
# The cell of an entry without which it says nothing.
DECIDES = {"tumor_markers": ("value", "ratio", "copies"), "measurements": ("value",), "disease": ("event",)}


class RowEntries(BlockReader):
    """Reads the entries of the row that the record is at; what cannot be read of them is set aside."""

    def __init__(self, record: RecordBuilder, knowledge: Knowledge, words: Words) -> None:
        super().__init__(SourceText("", None), knowledge, words)
        self.record, self.as_of, self.not_understood = record, record.as_of, record.not_understood
        self.readers: dict[str, Callable[[dict[str, Any], Place], Any]] = {
            "tumor_markers": self._read_marker,
            "disease": self._read_event,
            "treatments": self._read_course,
            "conditions": self._read_condition,
            "measurements": self._read_measurement,
            "medications": self._read_current_medication,
        }

    def read_entry(self, block: str, item: Item) -> None:
        """One entry of the row, by the keys that it has in this block of a case file."""
        if block == "patient":
            self._read_person(dict(item))
            return
        events = self._read_events(block, item)
        ended = (explain_ended_course(event, self.as_of) for event in events if isinstance(event, ev.Course))
        if wrong := self._pop_complaints() or next((f"it {why}" for why in ended if why), ""):
            self.record.mark_set_aside(wrong)
            self.record.leave_unread_open(events or self._make_unread_result(block, item))
        else:
            for event in events:
                self.record.add_event(_to_exposure_if_plain(reopen_later_end(event, self.as_of) if self.record.cuts else event))

    def leave_out_later(self, date: Any) -> bool:
        """Whether an entry of this date lies after the date that was asked for: it is left out; what is no date is told later."""
        read = self._read_date({"date": date}, "date", ()) if date is not None else None
        self.complaints.clear()
        return self.record.leave_out_later(read)

    def read_cancer(self, item: Item) -> None:
        """Which primary cancer it is: the one that the knowledge is about, or another one."""
        date = self._read_date(dict(item), "date", ("cancer",))
        if wrong := self._pop_complaints():
            self.record.mark_set_aside(wrong)
            return
        told = self._find_cancer(str(item.get("type", OTHER_CANCER)))
        self.record.found.append(PrimaryCancer(self.record.entry, told, date))
        self.record.mark_used(f"cancer {told}")

    def _find_cancer(self, told: str) -> str:
        """The cancer that a cell names, in the words of the knowledge or in any others; unclear where they do not say which."""
        rules = self.record.rules
        if told in (*rules.subjects, OTHER_CANCER, UNCLEAR):
            return told
        if len(rules.subjects) == 1 and not is_doubted(told) and names_own_cancer(told, rules.tumours):
            return rules.subjects[0]
        found = parse_conditions(told, self.words)
        terms = {mention.term for mention in found if mention.sure and mention.status is None and mention.sites is None}
        if len(found) == 1 and terms == {rules.other_cancer}:
            return OTHER_CANCER
        self.record.record_unmapped("cancer", told)
        return UNCLEAR

    def leave_open(self, block: str, item: Item, lost: Mapping[str, str]) -> bool:
        """An entry of which the cell that decides is not understood: what it would have said is open. False for any other."""
        key = next((key for key in DECIDES.get(block, ()) if key in lost), "")
        if not key:
            return False
        date = self._read_date(dict(item), "date", (block,))
        if block == "disease":
            self.record.found.append(ev.DiseaseEvent(self.record.entry, ev.UNCLEAR, date, None, (), None, "", lost[key]))
        elif name := item.get("test") or item.get("name"):
            self.record.leave_result_open(str(name), date)
        self.record.mark_set_aside(f"{quote_word(lost[key])} is not understood")
        return True

    def name_topics(self, item: Item) -> None:
        """A text: nothing is read from it, and what it speaks of is named."""
        date = self._read_date(dict(item), "date", ("reports",))
        self.complaints.clear()
        self.record.mark_ignored("nothing is read from a text")
        self.record.name_topics("report", WordsSaid((str(item.get("text", "")),)), date)

    def add_blank_entry(self, block: str, item: Item) -> None:
        """What a row that was set aside would have said: that there is something, and nothing of it."""
        events = self._read_events(block, item)
        self.complaints.clear()
        self.record.keep_blank(events)

    def add_unreadable_entry(self, block: str) -> None:
        """A condition, a medicine or an event of a row that cannot be read: nobody knows which."""
        entry = self.record.entry
        if block == "conditions":
            self.record.found.append(ev.Comorbidity(entry, None, UNREADABLE, None, None))
        elif block == "medications":
            self.record.found.append(ev.Medication(entry, None, "a medicine that cannot be read"))
        elif block == "disease":
            self.record.found.append(ev.DiseaseEvent(entry, ev.UNCLEAR, None, None, (), None, "", "a row that cannot be read"))

    def _read_events(self, block: str, item: Item) -> list[Dated]:
        result = self.readers[block](dict(item), (block,))
        return list(result) if isinstance(result, list | tuple) else [] if result is None else [result]

    def _make_unread_result(self, block: str, item: Item) -> list[Dated]:
        """A number that could not be read was measured all the same."""
        if block != "measurements":
            return []
        events = self._read_events(block, {"name": item.get("name"), "value": OPEN, "date": item.get("date")})
        self.complaints.clear()
        return events

    def _read_person(self, item: dict[str, Any]) -> None:
        record, measured, person = self.record, self.read_patient_measurements(item), self.read_person(item)
        if wrong := self._pop_complaints():
            record.mark_set_aside(wrong)
        record.found += measured
        if person.sex is not None:
            record.tell_sex(person.sex)
        if person.birth_date is not None:
            record.tell_birth(person.birth_date)
        if person.menopause is not None and (differing := record.tell_menopause(person.menopause)):
            record.mark_set_aside(differing)
        if measured or person != ev.Person():
            record.mark_used("patient")

    def _read_current_medication(self, item: dict[str, Any], place: Place) -> tuple[ev.Medication | ev.Course, ...]:
        if self._is_taken(item, place):
            return self._read_medication(item, place)
        self.record.mark_ignored(NOT_TAKEN)
        return ()

    def _pop_complaints(self) -> str:
        """What was complained about, as one text; empty when nothing."""
        texts = dict.fromkeys(f"{complaint.says}. {complaint.way_out}".rstrip(". ") for complaint in self.complaints)
        self.complaints.clear()
        return "; ".join(texts)

    # What the reader of case files asks of the document it reads.

    def _locate_entry(self, place: Place) -> ev.EntryLocation:  # noqa: ARG002
        return self.record.entry

    def _read_date(self, item: dict[str, Any], key: str, place: Place) -> PartialDate | None:
        value = item.get(key)
        if isinstance(value, str):
            date, wrong = read_source_date(value)
            if wrong:
                self.add_complaint((*place, key), f"{key}: {wrong}")
            return date.clip_to(self.as_of) if date is not None else None
        if isinstance(value, dt.date):
            value = make_exact_date(value)
        return value.clip_to(self.as_of) if isinstance(value, PartialDate) else super()._read_date(item, key, place)

    def _read_number(
        self, item: dict[str, Any], key: str, field: VocabularyField, place: Place, *, words: Sequence[str] = ()
    ) -> Interval | None:
        text = item.get(key)
        pointed = {**item, key: write_decimal_point(text)} if isinstance(text, str) else item
        value = super()._read_number(pointed, key, field, place, words=words)
        if value is not None and isinstance(text, str):
            self.record.note_decimal_comma(text)
        return value

    def _report_unknown(self, what: str, name: str, near: str, place: Place) -> None:  # noqa: ARG002
        self.record.record_unmapped(what, name, near)


def _to_exposure_if_plain(event: Dated) -> Dated:
    """A course is an exposure, of which courses are put together; one whose cycles are counted stands as it is told."""
    if isinstance(event, ev.Course) and event.cycles is None:
        return to_exposure(event)
    return event
