"""`replay --with`: whose answer other knowledge would change, the gravest first, and a count that adds up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from concordant.api import Engine
from concordant.api.recording import KeptAnswer
from concordant.api.replaying import CheckedRecord, Choice, KeptEntry, Recalled, recall_entry
from concordant.cli.findings import count_answers, report_checked
from concordant.cli.writing import write_output
from concordant.decisions.record import DecisionRecord
from concordant.errors import make_printable

TITLES = {
    "danger": "A danger: what was offered is to be avoided, or something harmful was not told",
    "refused": "Cannot be answered any more",
    "offered": "Another answer",
    "elsewhere": "What is offered stays; something else in the answer differs",
}  # the gravest first; what stays is only counted
COUNTED = {
    "danger": "with a danger",
    "offered": "otherwise",
    "elsewhere": "elsewhere in the answer",
    "none": "the same",
    "refused": "refused",
    "erased": "erased",
}


@dataclass
class RecallItem:
    """One change of one patient: the entries that have it, the last of them first."""

    recalled: Recalled
    kept: KeptAnswer
    entries: list[KeptEntry] = field(default_factory=list)


@dataclass
class RecallList:
    """What changes, by patient and change, what is written of each answer, and how many there are of each kind."""

    engine: Engine
    counts: Counter[str] = field(default_factory=Counter)
    items: dict[tuple[object, ...], RecallItem] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)

    def add_entry(self, entry: KeptEntry) -> None:
        """Ask one answer again. Several answers to one patient that change alike are one item; of nobody in particular, each."""
        if entry.kept is None:
            self.counts["erased"] += 1
            return
        kept, recalled = entry.kept, recall_entry(entry.kept, entry.sealed, self.engine)
        self.counts[recalled.change] += 1
        self.rows.append(_write_row(entry, kept, recalled))
        if recalled.change != "none":
            key = (kept.patient or entry.sealed.n, recalled)
            self.items.setdefault(key, RecallItem(recalled, kept)).entries.insert(0, entry)

    def iter_lines(self) -> Iterator[str]:
        """The list for people."""
        for kind, title in TITLES.items():
            items = [item for item in self.items.values() if item.recalled.change == kind]
            if items:
                yield from (title, "")
                yield from (line for item in items for line in _describe_item(item))
                if kind == "elsewhere":
                    yield ""
        yield self.count_all()

    def count_all(self) -> str:
        """How many were asked, and what came of them."""
        told = ", ".join(f"{self.counts[kind]} {says}" for kind, says in COUNTED.items() if self.counts[kind])
        total = count_answers(sum(self.counts.values()))
        return f"{total} asked again with the knowledge {self.engine.knowledge.digest[:12]}: {told or 'none'}."


def list_recalled(record: DecisionRecord, choice: Choice, engine: Engine, output: str, *, as_json: bool) -> None:
    """Ask every answer again, each as of its own day. Exits with 1 where the record has a fault."""
    checked, found = CheckedRecord(record), RecallList(engine)
    for entry in checked.iter_answers(choice):
        found.add_entry(entry)
    lines: Iterable[str] = found.rows if as_json else map(make_printable, found.iter_lines())
    write_output("\n".join(lines), output)
    if report_checked(checked, quiet=as_json):
        raise SystemExit(1)


def _write_row(entry: KeptEntry, kept: KeptAnswer, recalled: Recalled) -> str:
    told = {
        "entry": entry.sealed.n,
        "at": entry.sealed.at,
        "patient": kept.patient,
        "as_of": recalled.as_of,
        "change": recalled.change,
        "then": recalled.then,
        "now": recalled.now,
        "differences": recalled.differences,
        "read_again": recalled.is_read_again,
    }
    return json.dumps(told, ensure_ascii=False)


def _describe_item(item: RecallItem) -> list[str]:
    recalled, last = item.recalled, item.entries[0]
    earlier = "".join(f", {entry.sealed.n}" for entry in item.entries[1:])
    name = f"  {item.kept.patient or 'no name'} · entry {last.sealed.n}{earlier} · as of {recalled.as_of}"
    if recalled.change == "elsewhere":
        return [f"{name}: {', '.join(recalled.differences)}"]
    read = "" if recalled.is_read_again or recalled.change == "refused" else " (as it was read then)"
    differences = [f"    {text}" for text in recalled.differences]
    return [f"{name}{read}", f"    then  {recalled.then}", f"    now   {recalled.now}", *differences, ""]
