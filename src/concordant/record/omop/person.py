"""The row of a person: sex, birth date and site, as far as they are told."""

from __future__ import annotations

from concordant.contract_names import SEX
from concordant.record.builder import RecordBuilder
from concordant.record.casefile.blocks import SEXES
from concordant.record.casefile.scalars import MEANT
from concordant.record.omop.codes import ConceptLookup
from concordant.record.omop.schema import Row, read_date

NO_SITE = ("", "0")


def read_person_row(row: Row, record: RecordBuilder, codes: ConceptLookup) -> None:
    """The row of the person at hand."""
    record.start_row(f"person {row['person_id']}", "person")
    sex = codes.read_column(row, "gender")
    word = sex.meaning.name if sex.meaning and sex.meaning.kind == SEX else _sex_from_text(sex.text, record)
    born, wrong = read_date(_read_birth_date(row), "birth_date", record.as_of)
    if wrong:
        record.mark_set_aside(wrong)
    if word:
        record.tell_sex(word)
    if born is not None:
        record.tell_birth(born)
    if word or born is not None:
        record.mark_used("patient")
    if (site := (row.get("care_site_id") or "").strip()) not in NO_SITE:
        record.sites.add(site)
    record.close_row()


def _sex_from_text(text: str, record: RecordBuilder) -> str:
    """The sex in words; another word is not understood, and the rest of the row stands."""
    word = text.strip().lower()
    word = MEANT.get((SEX, word), word)
    if word and word not in SEXES:
        record.record_unmapped(SEX, text)
    return word if word in SEXES else ""


def _read_birth_date(row: Row) -> str | None:
    """The birth date, as far as year, month and day are told."""
    parts = [row.get(f"{part}_of_birth") for part in ("year", "month", "day")]
    known = []
    for part in parts:
        if part in (None, "", "0"):
            break
        known.append(str(part).zfill(2))
    return "-".join(known) or None
