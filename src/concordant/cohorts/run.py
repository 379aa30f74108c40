"""A cohort from its patients to its parts: read, derived, decided and written, some patients at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from concordant.cohorts.deciding import DecidingRules, decide_points
from concordant.cohorts.facts import FactRules, make_rows, write_point_facts
from concordant.cohorts.parts import (
    ACCOUNT_SCHEMA,
    POINTS,
    REFUSED_SCHEMA,
    Part,
    count_flow,
    is_part_done,
    make_table,
    read_flow,
    write_part,
)
from concordant.errors import Complaint, Refused, Unreadable
from concordant.outputs import report_write_errors, write_file
from concordant.patient.account import SET_ASIDE, Account
from concordant.patient.fact_table import PATIENT
from concordant.readers.facts_table import ArrowTable
from concordant.record.sources import Patient

NAME = "cohort.json"
# In the flow of a part: entries of no patient, by what became of them; and patients whose record lacks a part, by the sentence.
NOBODY, LACKS, ASIDE = "nobody.", "lacks.", "set aside."
MOST_SENTENCES = 20
OTHER_PARTS = "Other parts are missing."


class CohortDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """Of whom a cohort is, by what it was decided, and what was assumed: all that has to be alike for a run to go on.

    `by` is the day whose guidelines are asked for every point, `supposed` and `defaults` what is assumed of every patient.
    """

    source: str
    as_of: str
    points: tuple[str, ...]
    asked: tuple[str, ...] = ()
    guideline: str = ""
    by: str = ""
    supposed: dict[str, str] = {}
    defaults: dict[str, str] = {}
    everyone: bool = False
    codes: str = ""
    patients_a_part: int
    knowledge: str
    version: str


class CohortSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in `cohort.json`: the definition, the windows that were used, and the flow of patients.

    `flow` adds up: `patients` are `refused`, `without_point` and `with_points`; `source` are they and those `left_out`, by the
    reason, where a triage was made. `nobody` are the entries that belong to no patient, by what became of them. `lacking` are the
    patients from whose record a part is missing, by the sentence that says so: nothing follows there from silence. `notices` say
    what of the source as a whole is not there, and how many of its entries could not be.
    """

    definition: CohortDefinition
    windows: dict[str, Any]
    flow: dict[str, int] = {}
    source: int | None = None
    left_out: dict[str, int] = {}
    nobody: dict[str, int] = {}
    lacking: dict[str, int] = {}
    notices: tuple[str, ...] = ()
    parts: int = 0
    complete: bool = False


@dataclass(frozen=True, slots=True)
class CohortRules:
    """How patients become facts, and facts become points."""

    facts: FactRules
    deciding: DecidingRules


# After each part: parts that are done, patients in them, and how many parts there are, where that is known.
Report = Callable[[int, int, int | None], None]


def make_part(patients: Iterable[Patient], rules: CohortRules, nobody: Account | None = None) -> Part:
    """The part that some patients come to; `nobody` fills up with the entries of none of them while they are read."""
    rows: list[dict[str, Any]] = []
    account: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    lacking: Counter[str] = Counter()
    count = 0
    for patient in patients:
        told = make_rows(patient, rules.facts)
        lacking.update(patient.record.incomplete)
        count += 1
        rows += told.rows
        account += told.account
        refused += [{PATIENT: patient.id, "why": told.refused}] if told.refused else []
    facts = write_point_facts(rows, rules.facts.plan.features)
    made = _finish_part(facts, account, refused, count, rules.deciding)
    strangers = {f"{NOBODY}{fate}": number for fate, number in nobody.counts.items() if number} if nobody is not None else {}
    lacks = {f"{LACKS}{sentence}": number for sentence, number in _bound_sentences(lacking).items()}
    aside = Counter[str]()
    for row in account:
        aside[f"{ASIDE}{row['table']}"] += row["entries"] if row["fate"] == SET_ASIDE else 0
    return made._replace(flow={**made.flow, **strangers, **lacks, **{name: n for name, n in sorted(aside.items()) if n}})


def _bound_sentences(counted: Counter[str]) -> dict[str, int]:
    """The most frequent sentences; those of single patients, as of the pages of each, are counted together."""
    kept = sorted(counted, key=lambda sentence: (-counted[sentence], sentence))[:MOST_SENTENCES]
    others = sum(counted.values()) - sum(counted[sentence] for sentence in kept)
    return {**{sentence: counted[sentence] for sentence in kept}, **({OTHER_PARTS: others} if others else {})}


def make_fact_part(facts: ArrowTable, rules: DecidingRules) -> Part:
    """The part that rows of facts come to which somebody derived before."""
    return _finish_part(facts, [], [], len(facts.column(PATIENT).unique()), rules)


def _finish_part(
    facts: ArrowTable, account: list[dict[str, Any]], refused: list[dict[str, Any]], patients: int, rules: DecidingRules
) -> Part:
    points = decide_points(facts, rules)
    tables = make_table(account, ACCOUNT_SCHEMA), make_table(refused, REFUSED_SCHEMA)
    return Part(facts, *tables, points, count_flow(patients, len(refused), points))


def write_stream(folder: Path, patients: Iterable[Patient], rules: CohortRules, size: int, report: Report) -> int:
    """Write the parts of patients who come one after the other; how many parts there are. Parts that are done are passed over."""
    done = met = 0
    for some in _iter_batches(patients, size):
        if not is_part_done(folder, done):
            write_part(folder, done, make_part(some, rules))
        done, met = done + 1, met + len(some)
        report(done, met, None)
    return done


def _iter_batches(patients: Iterable[Patient], size: int) -> Iterator[list[Patient]]:
    stream = iter(patients)
    while some := list(islice(stream, size)):
        yield some


def begin_cohort(folder: Path, summary: CohortSummary) -> None:
    """Make the folder, or go on in one that was begun by the same definition.

    Raises Refused where something else stands there.
    """
    before = read_summary(folder) if (folder / NAME).exists() else None
    if before is not None and before.definition != summary.definition:
        differing = _list_differing(before.definition, summary.definition)
        way_out = "Name another folder, or delete this one"
        raise Refused(
            Complaint(f"another cohort stands there: it differs in {', '.join(differing)}", str(folder), way_out=way_out)
        )
    if before is None and folder.exists() and any(folder.iterdir()):
        raise Refused(
            Complaint("this folder is not empty, and no cohort stands in it", str(folder), way_out="Name another folder")
        )
    with report_write_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    if before is None:
        write_summary(folder, summary)


def _list_differing(one: CohortDefinition, other: CohortDefinition) -> list[str]:
    return [name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)]


def write_fact_parts(folder: Path, tables: Iterable[ArrowTable], rules: DecidingRules, report: Report) -> int:
    """The same of facts that somebody derived before, table by table."""
    done = met = 0
    for facts in tables:
        if not is_part_done(folder, done):
            write_part(folder, done, make_fact_part(facts, rules))
        done, met = done + 1, met + facts.num_rows
        report(done, met, None)
    return done


def end_cohort(folder: Path, summary: CohortSummary, parts: int) -> CohortSummary:
    """Write down that a cohort is whole, with the counts of all its parts."""
    flow, nobody, lacking, aside = Counter[str](), Counter(summary.nobody), Counter[str](), Counter[str]()
    counters = {NOBODY: nobody, LACKS: lacking, ASIDE: aside}
    for number in range(parts):
        for name, count in read_flow(folder, number).items():
            prefix = next((one for one in counters if name.startswith(one)), "")
            counters.get(prefix, flow)[name.removeprefix(prefix)] += count
    notices = (*summary.notices, *_tell_aside(aside))
    told = {"flow": dict(flow), "nobody": dict(nobody), "lacking": _bound_sentences(lacking), "notices": notices}
    ended = msgspec.structs.replace(summary, **told, parts=parts, complete=True)
    write_summary(folder, ended)
    return ended


def _tell_aside(aside: Counter[str]) -> list[str]:
    """How many entries cannot be, by their table; what they would have said is open."""
    counted = ", ".join(f"{number:,} of {table}" for table, number in aside.most_common())
    return (
        [f"Entries that cannot be, as one with a date that is none: {counted}. What they would have said is open."]
        if aside
        else []
    )


def write_summary(folder: Path, summary: CohortSummary) -> None:
    """Write `cohort.json`."""
    text = json.dumps(msgspec.to_builtins(summary), indent=2, ensure_ascii=False)
    write_file(f"{text}\n".encode(), str(folder / NAME))


def read_summary(folder: Path) -> CohortSummary:
    """What `cohort.json` says. Raises Unreadable for a folder in which no cohort stands."""
    path = folder / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=CohortSummary)
    except OSError:
        says, way_out = "no cohort stands there", "Name the folder that `concordant cohort SOURCE -o FOLDER` made"
        raise Unreadable(Complaint(says, str(folder), way_out=way_out)) from None
    except msgspec.DecodeError as error:
        way_out = "Make the cohort again, in another folder"
        raise Unreadable(Complaint(f"this is not what a cohort writes ({error})", str(path), way_out=way_out)) from None


def list_parts(folder: Path) -> Sequence[Path]:
    """The parts of the points, in their order."""
    return sorted((folder / POINTS).glob("part-*.parquet"))
