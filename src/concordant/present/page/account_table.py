"""What became of each entry of a source, as a table for people; and the codes that were met and not mapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from concordant.errors import make_printable
from concordant.logic.dates import format_date, make_exact_date
from concordant.patient.account import FATES, Account
from concordant.record.sources import Patient

WIDEST_PLACE, WIDEST_KIND = 44, 26


def render_account(patient: Patient) -> str:
    """The table of one patient: a line for each entry, the counts, what is open."""
    return "\n".join(
        [
            *_iter_title_lines(patient),
            "",
            *_iter_entry_lines(patient.account),
            *_iter_unmapped_codes(patient.account),
            *_iter_unread_columns(patient.account),
            *_iter_course_notes(patient),
            "",
        ]
    )


def render_total(counts: Counter[str], patients: int) -> str:
    """The counts of several patients together."""
    summary = ", ".join(f"{counts[fate]} {fate}" for fate in FATES)
    who = "patient" if patients == 1 else "patients"
    return f"{patients} {who}, {sum(counts.values())} entries: {summary}"


def _iter_title_lines(patient: Patient) -> Iterator[str]:
    who = patient.id or patient.record.name or "One patient"
    yield make_printable(f"{who}, as of {format_date(make_exact_date(patient.record.as_of))}")
    yield patient.account.sentence
    yield from map(make_printable, patient.record.notices)


def _iter_entry_lines(account: Account) -> Iterator[str]:
    """Used, ignored and set aside, in this order; inside as in the source."""
    place = min(WIDEST_PLACE, max((len(row.place) for row in account.rows), default=0))
    kind = min(WIDEST_KIND, max((len(row.kind) for row in account.rows), default=0))
    for fate in FATES:
        for row in account.rows:
            if row.fate == fate:
                yield make_printable(f"{fate:<9}  {row.place:<{place}}  {row.kind:<{kind}}  {row.why}").rstrip()


def _iter_unmapped_codes(account: Account) -> Iterator[str]:
    if account.unmapped:
        yield from ("", "Codes and words that were met and not mapped:")
    for (system, code, display), number in sorted(account.unmapped.items(), key=lambda item: (-item[1], item[0])):
        yield make_printable(f"{number:>7} x  {system}  {code}  {display}").rstrip()


def _iter_unread_columns(account: Account) -> Iterator[str]:
    """Columns of a table that hold something and that nothing reads."""
    if account.unread_cells:
        yield from ("", "Cells that were not read, by column:")
    for column, number in sorted(account.unread_cells.items(), key=lambda item: (-item[1], item[0])):
        yield make_printable(f"{number:>7} x  {column}").rstrip()


def _iter_course_notes(patient: Patient) -> Iterator[str]:
    """How courses came to be read as they were: entries, dates, what joined or parted them."""
    if patient.record.notes:
        yield from ("", "Courses of treatment, and what each rests on:")
    for place, says in patient.record.notes.items():
        yield make_printable(f"  {place}: {'; '.join(says)}")
