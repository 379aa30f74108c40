"""`replay --with`: whose answer other knowledge would change, the gravest first, and a count that adds up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from concordant.api import Engine
from concordant.api.replaying import CheckedRecord, Choice, KeptEntry, Recalled, recall_entry
from concordant.cli.writing import write_output
from concordant.decisions.record import DecisionRecord
from concordant.errors import make_printable

ORDER = ("danger", "refused", "offered", "elsewhere")  # what stays is only counted
TITLES = {
    "danger": "A danger: what was offered is to be avoided, or something harmful was not told",
    "refused": "Cannot be answered any more",
    "offered": "Another answer",
    "elsewhere": "Other words or sources only",
}
COUNTED = {
    "danger": "with a danger",
    "offered": "otherwise",
    "elsewhere": "in words or sources only",
    "none": "the same",
    "refused": "refused",
}


@dataclass
class RecallItem:
    """One change of one patient: the entries that have it, the last of them first."""

    recalled: Recalled
    patient: str
    entries: list[KeptEntry] = field(default_factory=list)


def list_recalled(record: DecisionRecord, choice: Choice, engine: Engine, output: str) -> None:
    """Ask every answer again, each as of its own day. Exits with 1 where the record has a fault."""
    from concordant.cli.replaying import _report_checked

    checked, counts = CheckedRecord(record), Counter[str]()
    items: dict[tuple[object, ...], RecallItem] = {}
    for entry in checked.iter_answers(choice):
        if entry.kept is None:
            counts["erased"] += 1
            continue
        recalled = recall_entry(entry.kept, entry.sealed, engine)
        counts[recalled.change] += 1
        if recalled.change != "none":
            _add_item(items, entry, entry.kept.patient, recalled)
    lines = [*_iter_lines(items.values()), *_count_lines(counts, engine)]
    write_output("\n".join(make_printable(line) for line in lines), output)
    if _report_checked(checked):
        raise SystemExit(1)


def _add_item(items: dict[tuple[object, ...], RecallItem], entry: KeptEntry, patient: str, recalled: Recalled) -> None:
    """Several answers to one patient that change alike stand on one line; those of nobody in particular each for itself."""
    key = (patient or entry.sealed.n, recalled.change, recalled.then, recalled.now, recalled.differences)
    items.setdefault(key, RecallItem(recalled, patient)).entries.insert(0, entry)


def _iter_lines(items: object) -> list[str]:
    found = [item for item in items if isinstance(item, RecallItem)]  # type: ignore[attr-defined]
    lines: list[str] = []
    for kind in ORDER:
        of_kind = [item for item in found if item.recalled.change == kind]
        if of_kind:
            lines += [TITLES[kind], ""]
            for item in of_kind:
                lines += [*_describe_item(item), ""]
    return lines


def _describe_item(item: RecallItem) -> list[str]:
    recalled, last = item.recalled, item.entries[0]
    earlier = "".join(f", {entry.sealed.n}" for entry in item.entries[1:])
    read = "" if recalled.is_read_again or recalled.change == "refused" else " (as it was read then)"
    lines = [f"  {item.patient or 'no name'} · entry {last.sealed.n}{earlier} · {last.sealed.at[:10]}{read}"]
    lines += [f"    then  {recalled.then}", f"    now   {recalled.now}"]
    return lines + [f"    {text}" for text in recalled.differences]


def _count_lines(counts: Counter[str], engine: Engine) -> list[str]:
    total = sum(counts.values())
    told = ", ".join(f"{counts[kind]} {says}" for kind, says in (*COUNTED.items(), ("erased", "erased")) if counts[kind])
    return [f"{total} answers asked again with the knowledge {engine.knowledge.digest[:12]}: {told or 'none'}."]
