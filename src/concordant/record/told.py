"""One patient of a table or a database, told row by row in the words of a case file.

Every row has one fate. An entry that cannot be is set aside, and an open entry takes its place: what it would have said is
unknown, and no older entry speaks in its stead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from concordant.compiled import Knowledge
from concordant.complaints import quoted
from concordant.dates import PartialDate, exactly, whole_years, words
from concordant.facts import Value
from concordant.quantities import Interval
from concordant.record import events as ev
from concordant.record.account import Account
from concordant.record.assemble import Assembled, courses_from
from concordant.record.blocks import OPEN, Blocks
from concordant.record.conditions import Understood, events_of
from concordant.record.entries import as_exposure, as_list, by_time, dates_of, opened, running, table_of, told_as
from concordant.record.exposures import Exposure
from concordant.record.fates import RowFate, close, unuse
from concordant.record.impossible import impossible_birth, impossible_dates
from concordant.record.line_rules import LineRules, line_rules
from concordant.record.merging import together, told_once
from concordant.record.sources import Patient
from concordant.record.vocabulary import Words, suggestion
from concordant.texts import Place, Text

Item = Mapping[str, Any]
TABLES = ("markers", "events", "courses", "conditions", "measurements", "medications", "findings")


@dataclass(frozen=True, slots=True)
class Reading:
    """What every patient of a source is read with. `given` says that the user asked for the date, which then cuts the record."""

    knowledge: Knowledge
    words: Words
    as_of: dt.date
    given: bool
    rules: LineRules


def reading_of(knowledge: Knowledge, words_: Words, as_of: dt.date, *, given: bool) -> Reading:
    """The same for all patients, made once."""
    return Reading(knowledge, words_, as_of, given, line_rules(knowledge))


class Told(Blocks):
    """Collects one patient; `finish` checks what cannot be and gives the record with its account."""

    def __init__(self, id_: str, reading: Reading) -> None:
        super().__init__(Text("", None), reading.knowledge, reading.words)
        self.id, self.rules, self.as_of, self.given = id_, reading.rules, reading.as_of, reading.given
        self.rows: dict[str, RowFate] = {}
        self.account = Account()
        self.notices: list[str] = []
        self.aside: list[str] = []
        self.facts_told: dict[str, Value] = {}
        self.cut_off = 0
        self.supplies = False  # whether what is told ends only when it is used up
        self.who = ev.Person()
        self.menopause: set[str] = set()
        self.born: ev.Entry | None = None
        self.found: list[Any] = []
        self.here = ev.Entry("")
        self.readers: dict[str, Callable[[dict[str, Any], Place], Any]] = {
            "tumor_markers": self._marker,
            "disease": self._event,
            "treatments": self._course,
            "conditions": self._condition,
            "measurements": self._measurement,
            "medications": self._taken,
        }

    def tell(self, block: str, item: Item, place: str, kind: str, line: int | None = None) -> None:
        """One entry of a row, with the keys that it has in this block of a case file."""
        self.here = ev.Entry(place, line)
        row = self.rows.setdefault(place, RowFate(kind))
        if block == "patient":
            self._tell_person(dict(item), row)
            return
        read = self.readers[block](dict(item), (block,))
        wrong = self._wrong()
        if wrong:
            self._set_aside(place, wrong, row)
            self._open(block, item, read)
        else:
            for event in as_list(read):
                self._keep(event, row)

    def condition(self, name: str, found: tuple[Understood, ...], status: ev.Status | None, date: str | None) -> None:
        """A condition of the row at hand that a reader of codes understood, or did not."""
        read, wrong = self.date(date)
        row = self.rows[self.here.place]
        events = events_of(found, ev.Comorbidity(self.here, None, name, status, read), self.as_of, words_first=True)
        if wrong:
            self._set_aside(self.here.place, wrong, row)
        for event in events:
            self.found.append(opened(event)) if wrong else self._keep(event, row)

    def note(self, says: str, place: str, kind: str) -> None:
        """A sentence that a person has to see, because no event says it."""
        self.notices.append(says)
        self.mark(place, kind, "notice")

    def _open(self, block: str, item: Item, read: Any) -> None:
        """What takes the place of an entry that was set aside; a number that could not be read was measured all the same."""
        if read is None and block == "measurements":
            read = self.readers[block]({"name": item.get("name"), "value": OPEN}, (block,))
            self.complaints.clear()
        self.found += map(opened, as_list(read))

    def beside(self, name: str, dates: Item, place: str, kind: str) -> None:
        """A drug of another kind, of which nothing is known: it is listed while it is taken, for somebody to judge."""
        self.at(place, None, kind)
        taken = self._is_taken({"name": name, **dates}, ("medications",))
        if wrong := self._wrong():
            self._set_aside(place, wrong, self.rows[place])
        elif taken:
            self._keep(ev.Medication(self.here, None, name), self.rows[place])
        else:
            self.rows[place].ignored.append("another drug, which is not said to be taken now")

    def mark(self, place: str, kind: str, label: str) -> None:
        """A row that is used, in a way that is told elsewhere."""
        self.rows.setdefault(place, RowFate(kind)).used.append(label)

    def add(self, event: Any) -> None:
        """An event that is ready; its row is accounted for already."""
        self.found.append(event)

    def leave_open(self, block: str, item: Item, place: str) -> None:
        """What a row that was set aside would have said: that there is something, and nothing of it."""
        self.here = ev.Entry(place)
        read = self.readers[block](dict(item), (block,))
        self.complaints.clear()
        self.found += map(opened, as_list(read))

    def date(self, text: str | None) -> tuple[PartialDate | None, str]:
        """A date, clipped to the date of the question; or why the text is none."""
        read = self._date({"date": text}, "date", ())
        return read, self._wrong()

    def ignore(self, place: str, kind: str, why: str) -> None:
        """A row that says nothing which is asked about."""
        self.rows.setdefault(place, RowFate(kind)).ignored.append(why)

    def put_aside(self, place: str, kind: str, why: str) -> None:
        """A row that cannot be read at all."""
        self._set_aside(place, why, self.rows.setdefault(place, RowFate(kind)))

    def lost(self, what: str, word: str, system: str = "", display: str = "", near: str = "") -> None:
        """A word or code of the row at hand that was met and not understood."""
        self.account.unmapped[system or what, word, display or near] += 1
        self.not_understood.append(f"{what} {quoted(word)} ({self.here.place}){'; ' + near if near else ''}")

    def at(self, place: str, line: int | None, kind: str) -> None:
        """The row that is read next; it is accounted for whatever it says."""
        self.here = ev.Entry(place, line)
        self.rows.setdefault(place, RowFate(kind))

    def finish(self, name: str = "") -> Patient:
        """The record, with what cannot be taken out of it, and the account of all rows."""
        self._check_person()
        kept = [one for event in self.found if (one := self._possible(event)) is not None]
        exposures = [one for one in kept if isinstance(one, Exposure)]
        tables: dict[str, list[Any]] = {table: [] for table in TABLES}
        for event in kept:
            if not isinstance(event, Exposure):
                tables[table_of(event)].append(event)
        tables["markers"], tables["events"] = list(together(tables["markers"])), list(told_once(tables["events"]))
        made = self._courses(exposures, tables["events"])
        tables["courses"] += made.courses
        record = ev.PatientRecord(
            as_of=self.as_of,
            name=name,
            person=self.who,
            stated=dict(sorted(self.facts_told.items())),
            not_understood=tuple(dict.fromkeys(self.not_understood)),
            notices=(*dict.fromkeys(self.notices), *self._cut_notice()),
            set_aside=tuple(dict.fromkeys(self.aside)),
            notes={note.place: note.says for note in made.notes},
        )
        record = replace(record, **{table: tuple(sorted(found, key=by_time)) for table, found in tables.items()})
        close(self.account, self.rows)
        return Patient(self.id, record, self.account)

    def _courses(self, exposures: list[Exposure], events: list[ev.DiseaseEvent]) -> Assembled:
        """The courses that the exposures make; a supportive drug makes none."""
        made = courses_from(exposures, events, self.as_of, self.rules)
        for one in made.supportive:
            row = self.rows[one.entry.place]
            unuse(row, one)
            row.ignored.append("a supportive drug")
        return made

    def _tell_person(self, item: dict[str, Any], row: RowFate) -> None:
        measured, person = self.of_patient(item), self.person(item)
        wrong = self._wrong()
        if wrong:
            self._set_aside(self.here.place, wrong, row)
        self.found += measured
        told = {key: value for key in ("sex", "birth_date", "menopausal_status") if (value := getattr(person, key)) is not None}
        self._say_age(told)
        if word := told.get("menopausal_status"):  # rows carry no order: two different ones leave it open
            self.menopause.add(word)
            if len(self.menopause) > 1:
                told["menopausal_status"] = None
                self._set_aside(self.here.place, "different menopausal statuses are told", row)
        self.who = replace(self.who, **told)
        self.born = self.here if person.birth_date else self.born
        if told or measured or person.birth_date:
            row.used.append("patient")

    def _say_age(self, told: dict[str, Any]) -> None:
        """A birth date that lies in one of several years is told as the age that it leaves; no case file could hold it."""
        born = told.get("birth_date")
        if born is not None and born.first.year != born.last.year and not exactly(self.as_of).certainly_before(born):
            oldest, youngest = (max(0, whole_years(day, self.as_of)) for day in (born.first, born.last))
            self.facts_told["age"] = Interval(youngest, oldest)
            del told["birth_date"]

    def _taken(self, item: dict[str, Any], place: Place) -> tuple[ev.Medication | ev.Course, ...]:
        if self._is_taken(item, place):
            return self._medication(item, place)
        self.rows[self.here.place].ignored.append("it is not taken at the date of the question")
        return ()

    def _keep(self, event: Any, row: RowFate) -> None:
        """A course of named drugs is an exposure, from which courses are put together; one of a class stands as told."""
        exposed = isinstance(event, ev.Course) and not event.classes and event.cycles is None
        self.found.append(as_exposure(event, supply=self.supplies) if exposed else event)
        row.used.append(told_as(event))

    def _wrong(self) -> str:
        """What the reader complained about, as one text; empty when nothing."""
        told = "; ".join(f"{one.says}. {one.way_out}".rstrip(". ") for one in self.complaints)
        self.complaints.clear()
        return told

    def _set_aside(self, place: str, why: str, row: RowFate) -> None:
        row.aside.append(why)
        self.aside.append(f"{place}: {why}")

    def _check_person(self) -> None:
        born = self.who.birth_date
        if born is None or self.born is None:
            return
        why = impossible_birth(born, self.as_of)
        if why:
            self._set_aside(self.born.place, why, self.rows[self.born.place])
            self.who = replace(self.who, birth_date=None)

    def _possible(self, event: Any) -> Any:
        """The event as it may stand in the record; None when it lies after the date that was asked for."""
        row, today = self.rows[event.entry.place], exactly(self.as_of)
        start, last = dates_of(event)
        if self.given and start is not None and today.certainly_before(start):
            unuse(row, event)
            row.ignored.append("it lies after the date asked for")
            self.cut_off += 1
            return None
        if why := impossible_dates(start, last, self.who.birth_date, self.as_of):
            unuse(row, event)
            self._set_aside(event.entry.place, why, row)
            return opened(event)
        if last is not None and today.certainly_before(last):
            return replace(event, end=None, **running(event))
        return event

    def _cut_notice(self) -> list[str]:
        entries = "entry" if self.cut_off == 1 else "entries"
        told = f"The record was cut at {words(exactly(self.as_of))}: {self.cut_off} later {entries} left out."
        return [told] if self.given else []

    # What the reader of case files asks of the document it reads.

    def _entry(self, place: Place) -> ev.Entry:  # noqa: ARG002
        return self.here

    def _date(self, item: dict[str, Any], key: str, place: Place) -> PartialDate | None:
        value = item.get(key)
        if isinstance(value, dt.date):
            value = exactly(value)
        return value.clipped(self.as_of) if isinstance(value, PartialDate) else super()._date(item, key, place)

    def _lost_condition(self, name: str, near: str, place: Place) -> None:  # noqa: ARG002
        self.lost("condition", name, near=near)

    def _lost(self, what: str, name: str, known: Any, place: Place) -> None:  # noqa: ARG002
        self.lost(what, name, near=suggestion(name, known))
