"""One patient of any source: findings in, and out of them the record with the account of every entry.

Every entry has one fate. An entry that cannot be is set aside, and a blank entry takes its place: what it would have said is
unknown, and no older entry speaks in its stead. What a person wrote as a case file is refused instead, and nothing of it is put
together: each entry stands as it is written. Where a date was asked for, findings are cut at it before they are read together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, get_args

from concordant.contract_names import CANCER_TYPE
from concordant.logic.dates import PartialDate
from concordant.patient import events as ev
from concordant.patient.account import Account
from concordant.record.cancer_type import find_cancer_type, tells_own_course
from concordant.record.courses.assemble import assemble_courses
from concordant.record.courses.exposures import Exposure
from concordant.record.cut import LATER, cut_findings, is_after, reopen_later_end
from concordant.record.denied import undate_denials
from concordant.record.disease_course import DiseaseCourse, list_advanced_signs
from concordant.record.entries import Dated, blank_entry, entry_dates, entry_table, read_as, time_key
from concordant.record.findings import (
    AnyFinding,
    BesideOthers,
    CancerStage,
    DeclaredLine,
    ImpliedFact,
    PrimaryCancer,
    SecondaryCancer,
    UmbrellaResult,
    UnnamedTreatment,
)
from concordant.record.merge import drop_repeated_progressions, merge_marker_parts
from concordant.record.plausibility import Problem, explain_impossible_birth, explain_impossible_dates, find_problems
from concordant.record.results_told import ResultsTold
from concordant.record.rules import RecordRules
from concordant.record.sources import Patient
from concordant.record.staging import settle_staging
from concordant.record.summary import describe_cut, find_last_date, sort_unique
from concordant.record.treatments import list_still_taken, place_lines, tell_treatments
from concordant.record.two_cancers import find_results_of_either, list_two_cancers
from concordant.terminology.topics import WordsSaid

TABLES = ("markers", "events", "courses", "conditions", "measurements", "medications", "findings", "reports")


class RecordBuilder(ResultsTold):
    """Collects the findings of one patient entry by entry; `build_record` makes the record of them.

    `cuts`: the date was asked for, and what lies after it is left out; else such an entry is impossible.
    `as_written`: the source is a case file, whose `problems` are for its reader to refuse. `dates_begin`: the date of a condition
    is that of its beginning, and its status is that of today.
    """

    dates_begin = False

    def __init__(self, id_: str, as_of: dt.date, rules: RecordRules, *, cuts: bool, as_written: bool = False) -> None:
        super().__init__(as_of, rules)
        self.id, self.cuts, self.as_written = id_, cuts, as_written
        self.orders: set[str] = set()  # places of exposures that are orders, perhaps never carried out
        self.incomplete: list[str] = []  # what is known to be missing from the record, a sentence each
        self.told_of: dict[str, str] = {}  # of a result the cancer that it is told to be of: places of both
        self.problems: list[Problem] = []
        self.notes: dict[str, tuple[str, ...]] = {}
        self.unavailable: tuple[str, ...] = ()
        self.to_confirm: tuple[str, ...] = ()  # what a note may mean, a sentence each
        self.by_convention: tuple[str, ...] = ()
        self.left_out: set[str] = set()  # places of entries that lie after the date that was asked for

    # What the entry at hand tells.

    def leave_out_later(self, date: PartialDate | None) -> bool:
        """Whether the entry at hand begins after the date that was asked for: it is left out, and nothing of it is read."""
        if not self.cuts or not is_after(date, self.as_of):
            return False
        self.leave_out()
        return True

    def leave_out(self) -> None:
        """The entry at hand lies after the date that was asked for."""
        self.left_out.add(self.place)
        self.mark_ignored(LATER)

    def add_event(self, event: Dated) -> None:
        """Add an event, and mark the entry at hand as used."""
        self.found.append(event)
        self.mark_used(read_as(event))

    def name_topics(self, kind: ev.ReportKind, said: WordsSaid, date: PartialDate | None) -> None:
        """Name what the words of the entry at hand speak of, which nobody reads; the entry keeps its own fate."""
        self.add_report(kind, self.rules.topics.find_topics(said), date)

    def add_report(self, kind: ev.ReportKind, topics: tuple[str, ...], date: PartialDate | None) -> None:
        """Add the report at hand where it speaks of something."""
        if topics:
            self.found.append(ev.Report(self.entry, kind, date, topics))

    # The record.

    def build_record(self, name: str = "") -> Patient:
        """The record, with what cannot be taken out of it, and the account of all entries."""
        self._check_birth()
        self._cut_findings()
        events = self._gather_events()
        kept = self._collect_problems(events) if self.as_written else [self._check_event_dates(event) for event in events]
        tables = self._fill_tables(kept)
        arranged = tuple if self.as_written else sort_unique  # whether the order of the source plays a part
        record = ev.PatientRecord(
            self.as_of,
            name,
            ev.Person(self.sex, self.born, self.find_latest_menopause()),
            **tables,
            unavailable=self.unavailable,
            stated=self.stated if self.as_written else dict(sorted(self.stated.items())),
            not_understood=arranged(self.not_understood),
            notices=(
                *arranged(self.notices),
                *self.make_comma_notice(),
                *(describe_cut(self.as_of, len(self.left_out)) if self.cuts else ()),
            ),
            set_aside=arranged(self.set_aside),
            notes=self.notes,
            assumptions={},
            incomplete=arranged(self.incomplete),
            last_entry=None if self.as_written else find_last_date(kept, self.as_of),
            to_confirm=self.to_confirm,
            by_convention=self.by_convention,
        )
        return Patient(self.id, record, Account(self.close_rows(), self.unmapped), site=self.find_site())

    def _gather_events(self) -> list[Dated]:
        """The events that the findings come to when they are read together, and those that stand by themselves."""
        plain: list[Any] = []
        beside: dict[type, list[Any]] = {kind: [] for kind in get_args(BesideOthers)}
        for item in self.found:
            beside.get(type(item), plain).append(item)
        self._state_cancer_type(beside[PrimaryCancer], beside[SecondaryCancer], plain)
        found = self._read_disease_course(beside[PrimaryCancer], beside[CancerStage], beside[SecondaryCancer])
        exposures = [item for item in plain if isinstance(item, Exposure)]
        self._state_umbrella_results(beside[UmbrellaResult], plain)
        self._state_implied(beside[ImpliedFact])
        plain = self._open_results_of_either(beside[PrimaryCancer], plain)
        plain = undate_denials(plain) if self.dates_begin else plain
        signs = list_advanced_signs(beside[SecondaryCancer], beside[CancerStage], plain, self.rules)
        lines, said = place_lines(beside[DeclaredLine], signs, self.rules)
        treated, notices = tell_treatments(exposures, self.orders, lines, beside[UnnamedTreatment], self.as_of, self.rules)
        self.notices += [*said, *notices]
        grown = [item for item in plain if isinstance(item, ev.DiseaseEvent)]
        course, staged = settle_staging(found, grown, treated, self.rules.lines)
        self.notices += staged
        return [*course, *(item for item in plain if not isinstance(item, Exposure)), *treated]

    def _state_cancer_type(self, primaries: list[PrimaryCancer], spread: list[SecondaryCancer], plain: list[Any]) -> None:
        """States the cancer where a diagnosis tells it, and that it is open where a tumour on record may be another one."""
        if CANCER_TYPE in self.stated or tells_own_course(item for item in plain if isinstance(item, ev.DiseaseEvent)):
            return
        listed = [item for item in plain if isinstance(item, ev.Comorbidity)]
        told = find_cancer_type(primaries, spread, listed, self.rules)
        if told.cancer is not None or told.is_open:
            self.stated[CANCER_TYPE] = told.cancer
        self.notices += [told.notice] if told.notice else []

    def _read_disease_course(self, primaries: list[Any], stages: list[Any], spread: list[Any]) -> list[ev.DiseaseEvent]:
        """The events of the disease; entries that contradict others are set aside."""
        if not (primaries or stages or spread):
            return []
        course = DiseaseCourse(self.rules, primaries, stages, spread)
        events = course.make_events()
        self.stated |= course.stated
        self.notices += course.notices
        self.set_aside += course.contradictions
        for place, why, is_told in course.doubted:
            self._withdraw_entry(place, why, is_told=is_told)
        return events

    def _open_results_of_either(self, primaries: list[PrimaryCancer], plain: list[Any]) -> list[Any]:
        """The findings; where two cancers of one kind are on record, blank results in place of those that may be of either."""
        two = list_two_cancers(primaries, self.told_of, self.rules)
        either = find_results_of_either([item for item in plain if isinstance(item, ev.Marker)]) if two else []
        why = f"two primary cancers are on record ({', '.join(two)}): to which of them it belongs is not known"
        for marker in either:
            self._withdraw_entry(marker.entry.place, why, label=marker.test)
        open_ = {id(marker) for marker in either}
        return [blank_entry(item) if id(item) in open_ else item for item in plain] if either else plain

    def _state_umbrella_results(self, results: list[UmbrellaResult], plain: list[Any]) -> None:
        """A result of several tests together states its feature where none of them stands by itself, and all say the same."""
        tests = {marker.test for marker in plain if isinstance(marker, ev.Marker)} if results else ()
        for umbrella in {result.umbrella.observation: result.umbrella for result in results}.values():
            words = {result.word for result in results if result.umbrella == umbrella}
            if len(words) == 1 and not set(umbrella.of) & set(tests):
                self.stated[umbrella.feature] = words.pop()

    def _state_implied(self, implied: list[ImpliedFact]) -> None:
        """Facts that entries decide by being there; one that lies ahead decides nothing yet."""
        for fact in implied:
            if why := self.explain_later(fact.date):
                self._withdraw_entry(fact.entry.place, why)
            else:
                self.stated[fact.feature] = fact.word

    def _check_birth(self) -> None:
        if self.born is not None and not self.as_written and (why := explain_impossible_birth(self.born, self.as_of)):
            self._withdraw_entry(self.born_at, why, label="patient")
            self.born = None

    def _cut_findings(self) -> None:
        """What lies after the date that was asked for goes before anything is read together; what ends later, runs.

        Without such a date an end that lies ahead is a plan, but in a case file, where it is refused.
        """
        if self.cuts:
            self.found, later = cut_findings(self.found, self.as_of)
            for item in later:
                self._leave_out(item)
        elif not self.as_written:
            self.found = [reopen_later_end(item, self.as_of) for item in self.found]

    def _leave_out(self, item: AnyFinding) -> None:
        place = item.entry.place
        self.left_out.add(place)
        self.take_back(place, "" if isinstance(item, BesideOthers) else read_as(item))
        self.tell_later(place, "ignored", LATER)

    def _check_event_dates(self, event: Dated) -> Dated:
        """The event as it may stand in the record; blank when it cannot be."""
        start, last = entry_dates(event)
        if start is None and last is None:
            return event
        if why := explain_impossible_dates(start, last, self.born, self.as_of):
            self._withdraw_entry(event.entry.place, why, label=read_as(event))
            return blank_entry(event)
        return event

    def _collect_problems(self, events: list[Dated]) -> list[Dated]:
        """The events of a case file; what cannot be among them is for its reader to refuse."""
        self.problems += find_problems(events, self.born, self.as_of)
        return events

    def _withdraw_entry(self, place: str, why: str, *, label: str = "", is_told: bool = True) -> None:
        """An entry that was used turns out to be impossible, or to contradict another one."""
        self.take_back(place, label)
        self.tell_later(place, "set aside", why)
        if is_told:
            self.set_aside.append(f"{place}: {why}")

    def _fill_tables(self, events: Iterable[Dated]) -> dict[str, tuple[Any, ...]]:
        """The tables of the record, exposures put together to courses."""
        tables: dict[str, list[Any]] = {table: [] for table in TABLES}
        exposures: list[Exposure] = []
        for event in events:
            if isinstance(event, Exposure):
                exposures.append(event)
            else:
                tables[entry_table(event)].append(event)
        if self.as_written:
            return {name: tuple(table) for name, table in tables.items()}
        tables["markers"] = list(merge_marker_parts(tables["markers"]))
        tables["events"] = list(drop_repeated_progressions(tables["events"]))
        self._add_courses(exposures, tables)
        return {name: tuple(sorted(table, key=time_key)) for name, table in tables.items()}

    def _add_courses(self, exposures: list[Exposure], tables: dict[str, list[Any]]) -> None:
        """The courses that the exposures make; a supportive drug makes none, and is a medication while it runs."""
        made = assemble_courses(exposures, tables["events"], self.as_of, self.rules.lines)
        tables["courses"] += made.courses
        self.notes |= {note.place: note.says for note in made.notes}
        for exposure in made.supportive:
            taken = list_still_taken(exposure, self.rules)
            tables["medications"] += taken
            if not taken:
                self.take_back(exposure.entry.place, read_as(exposure))
                self.tell_later(exposure.entry.place, "ignored", "a supportive drug")
