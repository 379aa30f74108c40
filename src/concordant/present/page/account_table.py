"""What became of each entry of a source, as a table for people; and the codes that were met and not mapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from concordant.errors import make_printable
from concordant.patient.account import FATES, AccountRow, Fate
from concordant.present.language import Language
from concordant.present.language.quoting import show_quotations
from concordant.record.sources import Patient

WIDEST_PLACE, WIDEST_KIND = 44, 26


class AccountShown(msgspec.Struct, frozen=True):
    """What the table tells, in the words of the program: `unmapped` and `cells` with how often each was met, `courses` with what
    each rests on.
    """

    who: str = ""
    as_of: str = ""
    sentence: str = ""
    notices: tuple[str, ...] = ()
    rows: tuple[AccountRow, ...] = ()
    unmapped: tuple[tuple[int, str, str, str], ...] = ()
    cells: tuple[tuple[int, str], ...] = ()
    courses: tuple[tuple[str, tuple[str, ...]], ...] = ()


def show_account(patient: Patient) -> AccountShown:
    """The account of one patient; what was met most often first."""
    account, record = patient.account, patient.record
    unmapped = sorted(account.unmapped.items(), key=lambda item: (-item[1], item[0]))
    cells = sorted(account.unread_cells.items(), key=lambda item: (-item[1], item[0]))
    return AccountShown(
        patient.id or record.name,
        record.as_of.isoformat(),
        account.sentence,
        tuple(record.notices),
        tuple(account.rows),
        tuple((number, *code) for code, number in unmapped),
        tuple((number, column) for column, number in cells),
        tuple((place, tuple(says)) for place, says in record.notes.items()),
    )


def render_account(shown: AccountShown, language: Language) -> str:
    """The table of one patient: a line for each entry, the counts, what is open."""
    lines = (
        *_iter_title_lines(shown, language),
        "",
        *_iter_entry_lines(shown, language),
        *_iter_unmapped_codes(shown, language),
        *_iter_unread_columns(shown, language),
        *_iter_course_notes(shown, language),
        "",
    )
    return "\n".join(make_printable(show_quotations(line)) for line in lines)


def render_total(counts: Counter[str], patients: int, language: Language) -> str:
    """The counts of several patients together."""
    summary = ", ".join(f"{counts[fate]} {_say_fate(fate, language)}" for fate in FATES)
    who = language.say_count("account.patients", patients)
    return language.say("account.total", who=who, n=sum(counts.values()), summary=summary)


def _iter_title_lines(shown: AccountShown, language: Language) -> Iterator[str]:
    who = language.quote_typed(shown.who) if shown.who else language.say("account.unnamed")
    yield language.say("account.title", who=who, day=language.format_day(shown.as_of))
    yield language.tell(shown.sentence)
    yield from map(language.tell, shown.notices)


def _say_fate(fate: Fate, language: Language) -> str:
    return language.say(f"account.{fate.replace(' ', '_')}")


def _iter_entry_lines(shown: AccountShown, language: Language) -> Iterator[str]:
    """Used, ignored and set aside, in this order; inside as in the source."""
    kinds = {row.kind: show_quotations(language.tell_key(row.kind)) for row in shown.rows}
    first = max(len(_say_fate(fate, language)) for fate in FATES)
    place = min(WIDEST_PLACE, max((len(row.place) for row in shown.rows), default=0))
    kind = min(WIDEST_KIND, max(map(len, kinds.values()), default=0))
    for fate in FATES:
        told = f"{_say_fate(fate, language):<{first}}"
        for row in shown.rows:
            if row.fate == fate:
                why = language.tell_key(row.why)
                yield f"{told}  {row.place:<{place}}  {kinds[row.kind]:<{kind}}  {why}".rstrip()


def _iter_unmapped_codes(shown: AccountShown, language: Language) -> Iterator[str]:
    if shown.unmapped:
        yield from ("", language.say("account.unmapped"))
    for number, system, code, display in shown.unmapped:
        yield f"{number:>7} x  {language.tell_key(system)}  {code}  {language.mark_typed(display)}".rstrip()


def _iter_unread_columns(shown: AccountShown, language: Language) -> Iterator[str]:
    """Columns of a table that hold something and that nothing reads."""
    if shown.cells:
        yield from ("", language.say("account.cells"))
    for number, column in shown.cells:
        yield f"{number:>7} x  {language.mark_typed(column)}".rstrip()


def _iter_course_notes(shown: AccountShown, language: Language) -> Iterator[str]:
    """How courses came to be read as they were: entries, dates, what joined or parted them."""
    if shown.courses:
        yield from ("", language.say("account.courses"))
    for place, says in shown.courses:
        yield f"  {language.tell_key(place)}: {'; '.join(map(language.tell, says))}"
