"""What changed between two versions of a guideline, as the data of a picture: left the old version, right the new one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from concordant.decide.decision import Outcome
from concordant.model.guideline import Statement
from concordant.present.described.difference import (
    Difference,
    iter_first_lines,
    list_facts,
    make_verdict,
    tell_counted,
    tell_parts,
)
from concordant.present.described.parts import PartBuilder, split_limbs
from concordant.present.described.phrases import ALL_OF_THEM, CHANGED_FOOT, IN_TABLE, STAYS
from concordant.verify.difference import OutcomeChange, StatementChange

Sign = Literal["", "+", "−", "="]
MOST_KEPT = 2  # regimens that both name are told by name up to so many


@dataclass(frozen=True, slots=True)
class SignedLine:
    """One thing that a version says: only the new one (`+`), only the old one (`−`), both (`=`), or a remark."""

    text: str
    sign: Sign = ""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """What the two say of one patient, or of one part of a statement (then `lead` is its number); `patients` of a table are
    answered so, None where there is no table.
    """

    lead: str
    middle: str
    before: tuple[SignedLine, ...]
    after: tuple[SignedLine, ...]
    patients: int | None = None


@dataclass(frozen=True, slots=True)
class DifferencePicture:
    """All that the picture shows. `verdicts` say how much changed, the title first; `others` what else becomes of patients of a
    table; `lists` are the statements that only the old and only the new version has, by number and title; `remarks` what else is
    told in words; `table` how many patients were counted; `description` the whole for those who do not see it.
    """

    names: tuple[str, str]
    verdicts: Sequence[str]
    patients: Sequence[DifferenceRow]
    others: Sequence[DifferenceRow]
    statements: Sequence[DifferenceRow]
    lists: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]
    remarks: Sequence[str]
    footer: str
    description: str
    table: int = 0


def make_difference_picture(found: Difference) -> DifferencePicture:
    """The picture of what was found; where a table was counted, what meets most of its patients stands first."""
    common = _list_common_facts(found)
    patients = [_make_patient_row(found, change, common) for change in found.changes]
    patients.sort(key=lambda row: -(row.patients or 0))
    others = sorted(_iter_other_rows(found), key=lambda row: -(row.patients or 0))
    verdicts = tuple(_iter_verdicts(found))
    return DifferencePicture(
        found.names,
        verdicts,
        patients,
        others,
        [row for change in found.statements for row in _iter_statement_rows(found, change)],
        (
            [(one.before.number, one.before.title) for one in found.statements if one.before and not one.after],
            [(one.after.number, one.after.title) for one in found.statements if one.after and not one.before],
        ),
        tuple(_iter_remarks(found, common)),
        CHANGED_FOOT,
        f"{found.names[0]} → {found.names[1]}. {'. '.join(verdicts)}. {' '.join(map(_describe_row, (*patients, *others)))}",
        found.patients,
    )


def _iter_verdicts(found: Difference) -> Iterator[str]:
    """How much changed; where a table was counted, how many of its patients first."""
    if found.patients:
        yield tell_counted(found)
    yield make_verdict(found)


def _list_common_facts(found: Difference) -> list[str]:
    """The facts that all patients share, where there are several patients: told once."""
    told = [list_facts(found, change) for change in found.changes]
    return [fact for fact in told[0] if all(fact in facts for facts in told)] if len(told) > 1 else []


def _make_patient_row(found: Difference, change: OutcomeChange, common: Collection[str]) -> DifferenceRow:
    who = "; ".join(fact for fact in list_facts(found, change) if fact not in common)
    return _make_row(found, who, change.before, change.after)


def _make_row(found: Difference, who: str, before: Outcome, after: Outcome) -> DifferenceRow:
    counted = sum(n for one, other, n in found.counts if (one, other) == (before, after))
    old, new = found.parts
    return DifferenceRow(
        "",
        who,
        tuple(_iter_side(old, before, after, "−")),
        tuple(_iter_side(new, after, before, "+")),
        counted if found.patients else None,
    )


def _iter_side(parts: PartBuilder, own: Outcome, other: Outcome, sign: Sign) -> Iterator[SignedLine]:
    """What one version advises: what only it names, then what both name."""
    if not _list_names(own):
        yield SignedLine(parts.tell_outcome(own))
        return
    yield from (SignedLine(parts.name_regimen(name), sign) for name in _list_names(own) if name not in _list_names(other))
    both = [parts.name_regimen(name) for name in _list_names(own) if name in _list_names(other)]
    if both:
        yield SignedLine(parts.language.join_with_and(both) if len(both) <= MOST_KEPT else STAYS.format(n=len(both)), "=")


def _list_names(outcome: Outcome) -> tuple[str, ...]:
    """The regimens of an outcome; none where it is open or the guideline does not speak."""
    return () if outcome[0] in ("needs_data", "out_of_scope") else outcome[1]


def _iter_other_rows(found: Difference) -> Iterator[DifferenceRow]:
    """The ways of patients of the table that no patient of the solver goes."""
    shown = {(change.before, change.after) for change in found.changes}
    for before, after, _ in found.counts:
        if (before, after) not in shown:
            yield _make_row(found, IN_TABLE, before, after)


def _iter_statement_rows(found: Difference, change: StatementChange) -> Iterator[DifferenceRow]:
    """Each part of a statement that both versions have and tell otherwise; of conditions only those that differ."""
    if change.before is None or change.after is None:
        return
    old, new = (_list_parts(parts, one) for parts, one in zip(found.parts, (change.before, change.after), strict=True))
    for what, before in old.items():
        after = new[what]
        if before != after:
            yield DifferenceRow(change.number, what, _sign(before, after, "−"), _sign(after, before, "+"))


def _list_parts(parts: PartBuilder, statement: Statement) -> dict[str, tuple[str, ...]]:
    told = {what: tuple(filter(None, (text,))) for what, text in tell_parts(parts, statement).items()}
    conditions = tuple(filter(None, map(parts.describe, split_limbs(statement.applies_if))))
    return {**told, "for whom": conditions}


def _sign(own: Sequence[str], other: Sequence[str], sign: Sign) -> tuple[SignedLine, ...]:
    return tuple(SignedLine(text, sign) for text in own if text not in other)


def _iter_remarks(found: Difference, common: Iterable[str]) -> Iterator[str]:
    if told := "; ".join(common):
        yield ALL_OF_THEM.format(facts=told)
    yield from (f"{line.title}: {line.text}" for line in iter_first_lines(found) if line.key == "remark")


def _describe_row(row: DifferenceRow) -> str:
    before, after = (", ".join(f"{line.sign}{line.text}" for line in lines) for lines in (row.before, row.after))
    counted = "" if row.patients is None else f" ({row.patients} patients)"
    return f"{row.lead} {row.middle}: {before} → {after}{counted}.".strip()
