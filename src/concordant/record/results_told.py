"""What the entry at hand tells, and what of it is left open because it was not read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from concordant.errors import quote_word
from concordant.logic.dates import PartialDate
from concordant.logic.intervals import Interval, write_decimal_point
from concordant.patient import events as ev
from concordant.record.entries import Dated, blank_entry, read_as
from concordant.record.findings import AnyFinding
from concordant.record.person_told import PersonTold
from concordant.record.row_fate import QuietCode
from concordant.record.rules import RecordRules

MOST_TOLD = 5  # of entries of which one sentence tells


class ResultsTold(PersonTold):
    """The findings so far, with the words that were not understood."""

    def __init__(self, as_of: dt.date, rules: RecordRules) -> None:
        super().__init__(as_of)
        self.rules = rules
        self.found: list[AnyFinding] = []
        self.unmapped: list[tuple[str, str, str]] = []  # system, code, display, each time it was met
        self.not_understood: list[str] = []
        self.commas: list[str] = []

    @property
    def entry(self) -> ev.EntryLocation:
        """The place of the entry at hand."""
        return ev.EntryLocation(self.place)

    def add_quiet_row(self, place: str, quiet: QuietCode) -> bool:
        """A row under a code of which nothing is asked. False where another one stands at its place: then nothing is added."""
        if place in self.rows:
            return False
        self.rows[place] = quiet.told
        self.unmapped += quiet.met
        return True

    def keep_blank(self, events: Iterable[Dated]) -> None:
        """What an entry that was set aside would have said: that there is something, and nothing of it."""
        self.found += map(blank_entry, events)

    def note_decimal_comma(self, text: str | None) -> None:
        """A number of the entry at hand was read with its comma as a decimal one: the reader is told."""
        if text and (written := write_decimal_point(text)) != text:
            self.commas.append(f"{quote_word(text)} as {quote_word(written)} ({self.place})")

    def leave_result_open(self, name: str, date: PartialDate | None) -> None:
        """A result of this test that is on record and not understood: no older one speaks in its stead."""
        if name in self.rules.tests:
            self.found.append(ev.Marker(self.entry, name, None, {}, date, None))
        else:
            self.found.append(ev.Measurement(self.entry, name, Interval(), date))

    def leave_unread_open(self, events: Iterable[Dated]) -> None:
        """What an entry whose values cannot be read would have said; a result keeps its day, so that a later one can speak."""
        for event in events:
            if isinstance(event, ev.Marker | ev.Measurement):
                self.leave_result_open(read_as(event), event.date)
            else:
                self.keep_blank([event])

    def leave_mentioned_open(self, texts: Iterable[str | None], date: PartialDate | None) -> bool:
        """A result of unknown code whose words name tests: each of them is open. False when they name none."""
        names = self.rules.test_names.find_mentioned(texts)
        for name in names:
            self.leave_result_open(name, date)
            label = (self.rules.tests.get(name) or self.rules.measured[name]).label
            self.not_understood.append(f"{label}: a result under a code that is not known ({self.place})")
        return bool(names)

    def record_unmapped(self, what: str, word: str, near: str = "") -> None:
        """Record a word of the entry at hand that was not understood."""
        self.unmapped.append((what, word, near))
        self.report_unknown(what, word, near)

    def report_unknown(self, what: str, word: str, near: str = "") -> None:
        """Tell a word of the entry at hand that was not understood, with the known one that is near."""
        self.not_understood.append(f"{what} {quote_word(word)} ({self.place}){'; ' + near if near else ''}")

    def make_comma_notice(self) -> list[str]:
        """What was read of commas, in a sentence."""
        told = "; ".join(sorted(set(self.commas))[:MOST_TOLD])
        more = f"; and {len(self.commas) - MOST_TOLD} more" if len(self.commas) > MOST_TOLD else ""
        return [f"Commas were read as decimal ones: {told}{more}."] if told else []
