"""What changed between two versions of a guideline, as a page: for whom first, then the statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from concordant.answer.phrases import capitalize_first
from concordant.decide.decision import Outcome
from concordant.model.guideline import Statement
from concordant.patient.facts import format_value
from concordant.present.described.parts import PartBuilder
from concordant.present.described.phrases import CHANGED_FOOT, NO_CHANGE, SAME_REGIMENS, SHOWN_BY, UNTOLD_PARTS
from concordant.present.described.statement import describe_rating, make_page_words, tell_advice
from concordant.present.page.document import Document, Paragraph, Point, PointList, ScreenLine, Section, Table
from concordant.verify.difference import OutcomeChange, StatementChange, Unproved

MOST_NAMED = 12  # entries that are named on the first screen; all of them stand below


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions by name, how each tells its statements, and what was found; `counts` are those of a
    table of `patients` who are answered differently."""

    names: tuple[str, str]
    parts: tuple[PartBuilder, PartBuilder]
    statements: Sequence[StatementChange]
    changes: Sequence[OutcomeChange]
    unproved: Sequence[Unproved]
    others: Sequence[str] = ()
    counts: Sequence[tuple[Outcome, Outcome, int]] = ()
    patients: int = 0


def build_difference_page(found: Difference) -> Document:
    """The page; its first screen says how much changed and for whom."""
    old, new = found.names
    language = found.parts[1].language
    guideline = found.parts[1].frame.in_force[0]
    return Document(
        language="en",
        shape="recommendation",
        title=f"{old} and {new} compared",
        over=f"{old} → {new}",
        verdict=make_verdict(found),
        first=tuple(iter_first_lines(found)),
        sections=tuple(_iter_sections(found)),
        references_title=language.say("part.references"),
        references=(),
        footer=(CHANGED_FOOT,),
        words=make_page_words(language, guideline.guideline, guideline.version.version),
    )


def make_verdict(found: Difference) -> str:
    """How much changed, in one line."""
    ways = sum(len(one.turns) for one in found.changes)
    if not ways:
        return SAME_REGIMENS if found.others or found.unproved else NO_CHANGE
    patients = count_things(len(found.changes), "patient shows", "patients show")
    return f"{patients} {count_things(ways, 'change', 'changes')} of what is advised"


def tell_counted(found: Difference) -> str:
    """How many patients of the table are answered differently."""
    return f"{sum(number for *_, number in found.counts)} of {found.patients} patients in the table are answered differently"


def count_things(number: int, one: str, many: str) -> str:
    """`1 statement`, `2 statements`."""
    return f"{number} {one if number == 1 else many}"


def iter_first_lines(found: Difference) -> Iterator[ScreenLine]:
    """What changed, with how much of it; a `remark` is what no statement tells."""
    came = [one.number for one in found.statements if one.before is None]
    gone = [one.number for one in found.statements if one.after is None]
    changed = [one.number for one in found.statements if one.before is not None and one.after is not None]
    for title, numbers in (("New", came), ("Gone", gone), ("Changed", changed)):
        if numbers:
            yield ScreenLine(title, f"{count_things(len(numbers), 'statement', 'statements')}: {', '.join(numbers)}")
    if found.others:
        yield ScreenLine(
            "Also changed",
            f"{count_things(len(found.others), 'entry', 'entries')}: {', '.join(found.others[:MOST_NAMED])}",
            key="remark",
        )
    if found.patients:
        yield ScreenLine("Patients", tell_counted(found))
    if found.unproved:
        ways = count_things(len(found.unproved), "way", "ways")
        yield ScreenLine("Not proved", f"{ways} to differ: see below", "danger", "remark")


def _iter_sections(found: Difference) -> Iterator[Section]:
    if found.changes:
        shown = tuple(_make_change_row(found, one) for one in found.changes)
        yield Section("for-whom", "For whom the answer differs", (Paragraph(SHOWN_BY), Table(("patient", *found.names), shown)))
    if found.counts:
        old, new = found.parts
        counted = tuple((str(n), old.tell_outcome(before), new.tell_outcome(after)) for before, after, n in found.counts)
        yield Section("counts", "How many in the table", (Table(("patients", *found.names), counted),))
    if found.unproved:
        points = tuple(Point(f"{one.turn.regimen or 'scope'} {one.turn.kind}: {one.because}") for one in found.unproved)
        yield Section("unproved", "Not proved", (PointList(points),))
    if len(found.others) > MOST_NAMED:
        yield Section("also-changed", "Also changed", (PointList(tuple(map(Point, found.others))),))
    columns: tuple[str, ...]
    for title, only in (("Changed statements", "both"), ("New statements", "new"), ("Statements that are gone", "old")):
        rows = tuple(row for one in found.statements for row in _iter_statement_rows(found, one, only))
        if rows:
            columns = ("number", "what", *found.names) if only == "both" else ("number", "says", "advises", "how sure")
            yield Section(title.lower().replace(" ", "-"), title, (Table(columns, rows),))


def _make_change_row(found: Difference, change: OutcomeChange) -> tuple[str, ...]:
    told = [part.tell_outcome(one) for part, one in zip(found.parts, (change.before, change.after), strict=True)]
    return ("; ".join(list_facts(found, change)), *told)


def list_facts(found: Difference, change: OutcomeChange) -> list[str]:
    """What tells this patient from others."""
    features = found.parts[1].features
    return [f"{features[name].brief}: {format_value(features[name], value)}" for name, value in change.patient.items()]


def _iter_statement_rows(found: Difference, change: StatementChange, only: str) -> Iterator[tuple[str, ...]]:
    before, after = change.before, change.after
    if before is not None and after is not None:
        if only == "both":
            yield from _iter_changed_parts(found, change)
        return
    statement, parts = (after, found.parts[1]) if after is not None else (before, found.parts[0])
    if statement is not None and only == ("new" if after is not None else "old"):
        advised = tell_advice(parts, statement) if statement.recommend else ""
        yield statement.number, statement.says, advised, describe_rating(statement)


def _iter_changed_parts(found: Difference, change: StatementChange) -> Iterator[tuple[str, ...]]:
    """Each part of a statement that is told otherwise."""
    assert change.before is not None and change.after is not None
    told = [tell_parts(parts, one) for parts, one in zip(found.parts, (change.before, change.after), strict=True)]
    rows = [(what, told[0][what], told[1][what]) for what in told[0] if told[0][what] != told[1][what]]
    for what, before, after in rows or [(UNTOLD_PARTS, "", "")]:
        yield change.number, capitalize_first(what), before, after


def tell_parts(parts: PartBuilder, statement: Statement) -> dict[str, str]:
    """What a statement says, part by part."""
    return {
        "says": statement.says,
        "for whom": parts.describe(statement.applies_if),
        "advises": tell_advice(parts, statement) if statement.recommend else "",
        "how sure": describe_rating(statement),
        "derived": statement.derived_because,
    }
