"""Dates that a claim tells, as far as they are told: a year, a month of it, a day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from concordant.audit.claims import ClaimMatcher
from concordant.audit.reading import Reading
from concordant.audit.verdicts import Finding
from concordant.model.audit import ApprovalWording, AuditWords, ClaimVerdict

YEARS = r"(?:19|20)\d\d"


@dataclass(frozen=True, slots=True)
class ToldDate:
    """A date as far as it is told; what is not told is None."""

    year: int
    month: int | None = None
    day: int | None = None

    def includes_day(self, held: dt.date) -> bool:
        """Whether it is this day, as far as it says."""
        return self.year == held.year and self.month in (None, held.month) and self.day in (None, held.day)


def find_dates(text: str, months: Mapping[str, int]) -> Iterator[ToldDate]:
    """`May 4, 2022`, `4 May 2022`, `December 2025`, `2022-05-04`, `in 2019`."""
    names = "|".join(sorted(months, key=len, reverse=True))
    if not names:
        return
    pattern = re.compile(
        rf"\b(?:(?P<y>{YEARS})-(?P<m>\d\d)-(?P<d>\d\d)|(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
        rf"(?P<name>{names})\.?\s*(?:(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(?:of\s+)?(?P<y1>{YEARS})|(?P<y2>{YEARS}))\b",
        re.IGNORECASE,
    )
    for met in pattern.finditer(text):
        if met["y"]:
            yield ToldDate(int(met["y"]), int(met["m"]), int(met["d"]))
        elif met["name"]:
            day = met["d1"] or met["d2"]
            yield ToldDate(int(met["y1"]), months[met["name"].lower()], int(day) if day else None)
        else:
            yield ToldDate(int(met["y2"]))


@dataclass(frozen=True)
class ApprovalChecker:
    """Checks who approved what, and when."""

    words: AuditWords
    matcher: ClaimMatcher
    as_of: dt.date

    def check_sentence(self, reading: Reading, subject: str = "") -> list[Finding]:
        """A finding where an approval of a known drug is told."""
        if not reading.has_part("approved") or reading.other_cancer or reading.has_part("asked"):
            return []
        rows = [row for row in self.words.approvals if self._is_meant(row, reading, subject)]
        if not rows:
            return []
        rows = [row for row in rows if len(row.all_) + len(row.drugs) == max(len(r.all_) + len(r.drugs) for r in rows)]
        dates = list(find_dates(reading.told, self.words.months))
        denied = reading.has_part("not_approved") or any(
            0 <= word.start - cue.end <= 18 for cue in reading.list_parts("no") for word in reading.list_parts("approved")
        )
        known = [row for row in rows if row.date <= self.as_of]
        if dates and not denied:
            fits = any(date.includes_day(row.date) for row in rows for date in dates)
            return [self._make_finding("supported" if fits else "contradicted", rows, reading)]
        if denied:
            return [self._make_finding("contradicted", known, reading)] if known and self._is_exact(known) else []
        if not known:
            return [self._make_finding("contradicted", rows, reading)]
        return [self._make_finding("supported", known, reading)] if self._is_exact(known) else []

    def _is_exact(self, rows: list[ApprovalWording]) -> bool:
        return any(row.all_ or len(row.drugs) > 1 for row in rows)

    def _is_meant(self, row: ApprovalWording, reading: Reading, subject: str) -> bool:
        drugs = {m.id for m in reading.drug_mentions} or ({subject} if subject else set())
        named = all(drug in drugs for drug in row.drugs)
        first = row.first or not reading.has_part("at_first")
        return named and first and self.matcher.holds_words(row.all_, row.none_, reading)

    def _make_finding(self, verdict: ClaimVerdict, rows: list[ApprovalWording], reading: Reading) -> Finding:
        told = "; ".join(dict.fromkeys(f"{row.right}: {row.date.day} {row.date:%B %Y}" for row in rows))
        cites = tuple(dict.fromkeys(row.source for row in rows))
        return Finding("approval", verdict, reading.start, reading.end, told, cites)
