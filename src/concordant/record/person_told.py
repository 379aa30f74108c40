"""Who the patient is, as the entries of a source tell it: what they contradict each other about stays open."""

from __future__ import annotations

import datetime as dt

from concordant.contract_names import AGE
from concordant.logic.dates import PartialDate, count_whole_years, make_exact_date
from concordant.logic.intervals import Interval
from concordant.patient.facts import Value
from concordant.record.cut import is_after
from concordant.record.row_fate import RowFates

AHEAD = "it is dated after the day of the question"


class PersonTold(RowFates):
    """Sex, birth date, menopausal status and site, entry by entry; `stated` are features that entries set directly."""

    def __init__(self, as_of: dt.date) -> None:
        super().__init__()
        self.as_of = as_of
        self.notices: list[str] = []
        self.stated: dict[str, Value] = {}
        self.sexes: set[str] = set()
        self.sex: str | None = None
        self.born: PartialDate | None = None
        self.born_at = ""
        self.menopause: dict[PartialDate | None, set[str | None]] = {}
        self.sites: set[str] = set()  # where the patient is treated, as the source writes it

    def explain_later(self, date: PartialDate | None) -> str:
        """Why an entry of this date says nothing of the day of the question; empty when it may."""
        return AHEAD if is_after(date, self.as_of) else ""

    def tell_death(self, says: str, date: PartialDate | None = None) -> bool:
        """That the patient has died, in a sentence; False for a death that lies ahead, which is none yet."""
        if is_after(date, self.as_of):
            return False
        self.notices.append(says)
        return True

    def tell_birth(self, date: PartialDate) -> None:
        """The birth date; one that lies in one of several years is told as the age that it leaves, which any source can hold."""
        self.born_at = self.place
        if date.first.year != date.last.year and not make_exact_date(self.as_of).is_certainly_before(date):
            oldest, youngest = (max(0, count_whole_years(day, self.as_of)) for day in (date.first, date.last))
            self.stated[AGE] = Interval(youngest, oldest)
        else:
            self.born = date

    def tell_sex(self, word: str) -> bool:
        """The sex; two different ones leave it open. False when the entry at hand says another one than those before it."""
        self.sexes.add(word)
        if len(self.sexes) == 1:
            self.sex = word
            return True
        self.sex = None
        self.mark_set_aside(f"different sexes are told ({', '.join(sorted(self.sexes))})")
        return False

    def tell_menopause(self, word: str | None, date: PartialDate | None = None) -> str:
        """The menopausal status on a day, None for one that is not understood; why it cannot be told. The latest counts, and
        two different ones of one day, or of no day, leave it open.
        """
        if why := self.explain_later(date):
            return why
        told = self.menopause.setdefault(date, set())
        told.add(word)
        return "different menopausal statuses are told" if len(told) > 1 and word is not None else ""

    def find_latest_menopause(self) -> str | None:
        """The latest one; None when there are several of one day."""
        if not self.menopause:
            return None
        dated = [(date.last if date else dt.date.min, words) for date, words in self.menopause.items()]
        newest = max(last for last, _ in dated)
        latest = set[str | None]().union(*(words for last, words in dated if last == newest))
        return latest.pop() if len(latest) == 1 else None

    def find_site(self) -> str:
        """Where the patient is treated; nothing when several places are told."""
        return next(iter(self.sites)) if len(self.sites) == 1 else ""
