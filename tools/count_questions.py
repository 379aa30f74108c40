"""How many questions the shipped cases take when what they tell is removed: python tools/count_questions.py [CASES ...]

Each case is asked about twice, from nothing, and from its disease events and treatments alone. A reply is what the whole
case knows, or "not known". Counted are the questions until there is a decision (the answer is no longer "cannot decide").
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from concordant.answer.engine import build_situation
from concordant.decide.questions import find_questions
from concordant.errors import ConcordantError
from concordant.library import load_shipped
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Facts, Value
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words
from concordant.texts import read_file

CASES = Path(__file__).parent.parent / "src" / "concordant" / "knowledge" / "cases"
MOST = 60
STARTS = ("from nothing", "from disease and treatments alone")


def stripped(record: PatientRecord) -> tuple[PatientRecord, PatientRecord]:
    """The patient of whom nothing is told, and of whom only the disease and its treatments are."""
    bare = PatientRecord(record.as_of)
    return bare, replace(bare, events=record.events, courses=record.courses)


def count(start: PatientRecord, known: Facts, knowledge: Knowledge) -> tuple[int, str]:
    """Questions until a decision, and the answer then."""
    told: dict[str, Value] = {}
    done: set[str] = set()  # a reply that is a range may leave its question open; nobody asks twice
    for asked in range(MOST):
        now = build_situation(replace(start, stated=told), knowledge)
        left = [q.feature.name for q in find_questions(now)] if now.decision.answer == "needs_data" else []
        waiting = [name for name in left if name not in done]
        if not waiting:
            return asked, now.decision.answer
        done.add(waiting[0])
        if (value := reply(known, waiting[0])) is not None:
            told[waiting[0]] = value
    return MOST, "needs_data"


def reply(known: Facts, name: str) -> Value:
    """What the whole case says of it; an interval that is open on both sides says nothing."""
    value = known[name].value
    return None if isinstance(value, Interval) and value == Interval() else value


def records(arguments: list[str], knowledge: Knowledge) -> Iterator[tuple[str, PatientRecord]]:
    words, today = make_words(knowledge), dt.date.today()
    folders = [Path(one) for one in arguments] or [CASES]
    for path in sorted(path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*.yaml"))):
        try:
            yield path.stem, read_case(read_file(path), knowledge, words, today)
        except ConcordantError:
            continue


def table(rows: Mapping[str, list[tuple[int, str]]]) -> Iterator[str]:
    yield "| start | cases | mean | median | most | decided | still open |"
    yield "|---|---|---|---|---|---|---|"
    for name, found in rows.items():
        asked = [number for number, _ in found]
        open_ = sum(answer == "needs_data" for _, answer in found)
        figures = f"{statistics.mean(asked):.1f} | {statistics.median(asked):g} | {max(asked)} | {len(found) - open_} | {open_}"
        yield f"| {name} | {len(found)} | {figures} |"


def main(arguments: list[str]) -> int:
    knowledge = load_shipped()
    rows: dict[str, list[tuple[int, str]]] = {name: [] for name in STARTS}
    for _, record in records(arguments, knowledge):
        known = build_situation(record, knowledge).facts
        for name, start in zip(STARTS, stripped(record), strict=True):
            rows[name].append(count(start, known, knowledge))
    print("\n".join(table(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
