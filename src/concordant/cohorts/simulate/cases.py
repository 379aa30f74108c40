"""Entries as case files, one a line: what a careful person would write down of the same history, with the same gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from concordant.cohorts.simulate.calendar import write_dates
from concordant.cohorts.simulate.choices import EPOCH
from concordant.cohorts.simulate.entries import Entries, EntryBlock, find_told_courses, find_unsaid_ends, make_entries
from concordant.cohorts.simulate.history import ENDINGS, SETTINGS, History
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.contract_names import SEX
from concordant.outputs import append_file, report_write_errors
from concordant.patient.events import ONGOING, PROGRESSION, STOPPED

Case = dict[str, Any]
DISEASE, PERSON, DATE, SITES = "disease", "patient", "date", "sites"
COMPLETED = "completed"


class CaseWriter:
    """Writes a case file a line, part behind part."""

    def __init__(self, plan: SimulationPlan, folder: Path) -> None:
        self.plan, self.folder = plan, folder / "events"
        with report_write_errors(str(self.folder)):
            self.folder.mkdir(parents=True, exist_ok=True)

    def write_part(self, number: int, history: History) -> None:  # noqa: ARG002 - all parts stand in one file
        """Write the patients of a part."""
        lines = (msgspec.json.encode(case) for case in make_cases(self.plan, history))
        append_file(b"".join(line + b"\n" for line in lines), str(self.folder / "cases.ndjson"))

    def finish(self) -> None:
        """Nothing comes behind."""


def make_cases(plan: SimulationPlan, history: History, *, whole: bool = False) -> list[Case]:
    """A case file for each patient; `whole` as a record without any fault would be."""
    books = [_CaseBook() for _ in range(history.rows)]
    entries = make_entries(plan, history, whole=whole)
    for block in _order_blocks(entries):
        for row, day, entry in _iter_entries(block):
            books[row].add_entry(block.kind.case, day, entry)
    for row, course in _iter_treatments(plan, history, whole):
        books[row].blocks.setdefault("treatments", []).append(course)
    return [_join_case(_head_case(plan, history, row), book.blocks) for row, book in enumerate(books)]


def _join_case(head: Case, blocks: Case) -> Case:
    return {**head, **blocks, PERSON: {**head[PERSON], **blocks.get(PERSON, {})}}


def _order_blocks(entries: Entries) -> list[EntryBlock]:
    """Events of the disease before the sites that belong to them."""
    return sorted(entries.blocks, key=lambda block: "block" not in block.kind.case)


def _iter_entries(block: EntryBlock) -> Iterator[tuple[int, int, Case]]:
    """Each entry with the row of its patient and its day: the date, and the value where there is one."""
    dates = write_dates(block.days, block.exact)
    values: list[Any] = [None] * len(block.rows)
    if block.value is not None and block.value.words:
        values = [block.value.words[code] for code in block.value.values.tolist()]
    elif block.value is not None:
        values = [f"{number:.{block.kind.digits}f} {block.kind.unit}".strip() for number in block.value.values.tolist()]
    for row, day, date, value in zip(block.rows.tolist(), block.days.tolist(), dates, values, strict=True):
        yield row, day, {DATE: date, **({"value": value} if value is not None else {})}


class _CaseBook:
    """The blocks of one case file in the making."""

    def __init__(self) -> None:
        self.blocks: Case = {}
        self.events: dict[tuple[str, int], Case] = {}
        self.by_day: dict[int, Case] = {}

    def add_entry(self, kind: dict[str, str], day: int, entry: Case) -> None:
        """One entry, where the kind says that it stands."""
        told = {key: value for key, value in kind.items() if key not in ("block", "site", "value", "key")}
        match kind.get("block"):
            case None:
                self._add_site(kind.get("site", ""), told, day)
            case "disease":
                self._add_event(told, kind.get("value", ""), day, entry)
            case "patient":
                self.blocks.setdefault(PERSON, {})[kind["key"]] = entry["value"]
            case block:
                self.blocks.setdefault(str(block), []).append({**told, **entry})

    def _add_event(self, told: Case, value: str, day: int, entry: Case) -> None:
        """An event of the disease; of all kinds but progression there is one, to which more may be told."""
        name = told["event"]
        key = (name, day if name == PROGRESSION else 0)
        event = self.events.get(key)
        if event is None:
            event = self.events[key] = {"event": name, DATE: entry[DATE]}
            self.blocks.setdefault(DISEASE, []).append(event)
        event |= {**told, **({value: entry["value"]} if value else {})}
        self.by_day.setdefault(day, event)

    def _add_site(self, site: str, told: Case, day: int) -> None:
        event = self.by_day.get(day)
        if event is None:
            return
        event |= told
        if site:
            event.setdefault(SITES, []).append(site)


def _head_case(plan: SimulationPlan, history: History, row: int) -> Case:
    """The person, and the name by which the case is found again."""
    sex = history.frame.columns[plan.simulation.cdm.person]
    born = str(history.births[row : row + 1].astype("datetime64[D]")[0])
    word = sex.words[int(sex.values[row])]
    return {"name": str(history.patients[row]), PERSON: {SEX: word, "birth_date": born}}


class _Treatment(NamedTuple):
    """Drugs of one course that begin and end together."""

    start: int
    end: int
    finished: bool
    late: bool
    drugs: list[str]


def _iter_treatments(plan: SimulationPlan, history: History, whole: bool) -> Iterator[tuple[int, Case]]:
    """The courses that are on record, in the order of time; drugs that ended earlier, or came later, as courses of their own."""
    block = history.join_courses()
    told, unsaid = find_told_courses(plan, history, block, whole), find_unsaid_ends(plan, history, block, whole)
    treatments = _list_treatments(history)
    for course in np.lexsort((block.starts, block.rows)).tolist():
        setting, ending = SETTINGS[block.settings[course]], ENDINGS[block.endings[course]]
        for one in treatments[course] if told[course] else ():
            case = {"drugs": one.drugs, "setting": setting, "start": _write_day(one.start)}
            ended = _tell_end(COMPLETED if one.finished else ending, one.end, bool(unsaid[course]))
            yield int(block.rows[course]), case | ended


def _tell_end(ending: str, end: int, unsaid: bool) -> Case:
    if ending == ONGOING:
        return {} if unsaid else {"stopped": ending}
    return {"end": _write_day(end), **({"stopped": ending} if ending in STOPPED and not unsaid else {})}


def _write_day(day: int) -> str:
    return (EPOCH + dt.timedelta(days=day)).isoformat()


def _list_treatments(history: History) -> list[list[_Treatment]]:
    """Of each course its drugs, those together that begin and end together."""
    found: list[dict[tuple[bool, bool], _Treatment]] = [{} for _ in range(history.count_courses())]
    for span in history.spans:
        late = bool(span.plan.after)
        rows = zip(
            span.courses.tolist(), span.firsts.tolist(), span.find_last_days().tolist(), span.finished.tolist(), strict=True
        )
        for course, first, last, finished in rows:
            one = found[course].setdefault((late, finished), _Treatment(first, last, finished, late, []))
            found[course][late, finished] = one._replace(end=max(one.end, last))
            one.drugs.append(span.plan.drug)
    return [list(some.values()) for some in found]
