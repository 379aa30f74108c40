"""A small grammar of conditions: what stands before and behind the name of one says of whom, whether, how bad and from what.

Every word has to be known; a text with a word that is not says nothing, because that word may turn the sense around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from concordant.model.vocabulary import ConditionWords
from concordant.patient.events import ABSENT, RESOLVED, STATUSES, match_word
from concordant.terminology.heads import HEADS, JOINS, STOPS, ConditionHead, NotUnderstood, PendingModifiers, is_kind_ahead
from concordant.terminology.words import YEAR, LexiconItem


class ConditionParser:
    """Reads the items of one text from left to right."""

    def __init__(self, items: list[LexiconItem], words: ConditionWords) -> None:
        self.items, self.words = items, words
        self.heads: list[ConditionHead] = []
        self.next = PendingModifiers()
        self.since = 0  # the first head after the last pause
        self.other = False
        self.refuses = self.every = False
        self.unsure_all = False
        self.at = 0
        self.before = ""
        self.year: int | None = None
        self.unknown: list[str] = []
        self.does: dict[str, Callable[[LexiconItem], None]] = {
            "term": self._read_head, "test": self._read_head, "reaction": self._read_head, "spread": self._read_head,
            "drug": self._read_drug, "site": self._read_site, "severity": self._read_severity,
            "scale": self._read_scale, "number": self._read_number,
            "absent_before": self._read_absent_before, "absent_after": self._read_absent_after, "without": self._read_without,
            "positive": self._read_positive, "past_before": self._read_past_before, "past_after": self._read_past_after,
            "active": self._read_trend, "worse": self._read_trend, "stable": self._read_trend,
            "unsure_before": self._read_unsure_before, "unsure_after": self._read_unsure_after, "versus": self._read_versus,
            "other_person": self._read_other_person, "refuses": self._read_refusal,
            "treatment": self._read_treatment, "narrow": self._read_narrowing,
            "pause": self._read_pause, "break": self._read_break, "unknown": self._read_unknown,
        }  # fmt: skip

    def parse_heads(self) -> list[ConditionHead]:
        """The conditions of the text. Raises NotUnderstood when a part of it is not understood."""
        while self.at < len(self.items):
            item = self.items[self.at]
            self.at += 1
            if does := self.does.get(item.kind):
                does(item)
            if item.kind not in ("free", "narrow"):
                self.before = item.kind
        return self._finish_heads()

    def _finish_heads(self) -> list[ConditionHead]:
        """The heads, when nothing was said that belongs to none of them."""
        self._add_wish_head()
        left = self.next
        sites = left.sites and any(head.kind == "spread" for head in self.heads)  # elsewhere they are parts of the body
        unused = (left.absent or left.past or left.unsure) and not left.used
        loose = unused or left.about or sites or left.grade is not None
        alone = len(self.heads) == 1 and self.heads[0].kind == "reaction" and self.heads[0].status != ABSENT
        if self.unknown and alone:
            self.heads[0].unnamed = True
        elif self.unknown or loose or not self.heads or any(head.open_result for head in self.heads):
            raise NotUnderstood
        if self.unsure_all:
            for head in self.heads:
                head.sure = False
        return self.heads

    # Where things are.

    def _is_head_ahead(self) -> bool:
        """Whether another condition follows before the next pause."""
        return is_kind_ahead(self.items[self.at :], HEADS, STOPS)

    def _find_heads_behind(self) -> list[ConditionHead]:
        """The conditions since the last pause, else the last one."""
        return self.heads[self.since :] or self.heads[-1:]

    # Names.

    def _read_head(self, item: LexiconItem) -> None:
        said, statuses = item.ids[:1], item.ids[1:]
        if item.kind == "spread":
            said, statuses = item.ids, ()
        head = ConditionHead(item.kind, said, item.grade, graded=item.grade is not None)
        following = self.next
        if following.grade is not None:
            head.grade, head.graded, head.scale = following.grade, following.graded, following.scale
        head.about, head.other, head.sure = following.about, self.other, not following.unsure
        head.status = (
            ABSENT
            if following.absent
            else RESOLVED
            if following.past
            else match_word(statuses[0], STATUSES)
            if statuses
            else None
        )
        head.open_result = item.kind == "test" and not following.absent
        head.trend = following.trend
        head.narrow = item.narrow or following.narrow or following.trend is not None
        head.narrow = head.narrow or (bool(following.about) and item.kind != "reaction")
        head.narrow = head.narrow or (following.grade is not None and not following.graded)
        if item.kind == "spread":
            head.sites, following.sites = [*following.sites, *item.ids], []
        self.heads.append(head)
        following.about, following.grade, following.trend = [], None, None
        following.scale, following.graded, following.narrow, following.used = "", False, False, True

    def _read_drug(self, item: LexiconItem) -> None:
        """A drug belongs to the condition before it, unless one follows: `DRUG pneumonitis`, `pneumonitis on DRUG`."""
        if self.refuses:
            self.next.about += item.ids
            return
        caused = self.before in ("cause", "drug", *JOINS)
        here = bool(self.heads[self.since :])
        if (here and (caused or not self._is_head_ahead())) or (self.heads and caused and not self._is_head_ahead()):
            self.heads[-1].about += item.ids
        elif self.heads and not self._is_head_ahead() and self.before == "pause" and self.heads[-1].about:
            self.heads[-1].about += item.ids  # one more of a list
        elif self.heads and self.heads[-1].kind == "reaction" and not self._is_head_ahead():
            self.heads[-1].about += item.ids
        else:
            self.next.about += item.ids

    def _read_narrowing(self, _item: LexiconItem) -> None:
        """A word that makes the condition a narrower one, before it or behind it."""
        if self._is_head_ahead():
            self.next.narrow = True
        for head in self.heads[self.since :][-1:]:
            head.narrow = True

    def _read_site(self, item: LexiconItem) -> None:
        spread = [head for head in self.heads if head.kind == "spread"]
        if spread and not self._is_head_ahead():
            spread[-1].sites += item.ids
        else:
            self.next.sites += item.ids

    # How bad.

    def _read_severity(self, item: LexiconItem) -> None:
        """An adjective belongs to what follows; at the end of a phrase to what stands before."""
        if self._is_head_ahead() or not self.heads:
            if not self.next.graded:
                self.next.grade = item.grade
            return
        for head in self.heads[-1:]:
            if not head.graded:
                head.grade = item.grade

    def _read_scale(self, item: LexiconItem) -> None:
        """A scale with its step: `grade 3`, `NYHA II to III` (the worse counts)."""
        steps = self.words.scales[item.ids[0]]
        grades: list[int] = []
        while self.at < len(self.items):
            step = steps.get(self.items[self.at].text)
            joins = bool(grades) and self.items[self.at].kind in (*JOINS, "cause") and self._is_step_next(steps)
            if step is None and not joins:
                break
            grades += [step] if step is not None else []
            self.at += 1
        if not grades:
            self.unknown.append(item.text)
        if not any(grades):  # a type, which is no worse than another one
            return
        near = self.heads[self.since :][-1:]
        if not (near and not near[0].graded) and self._is_head_ahead():
            self.next.grade, self.next.graded, self.next.scale = max(grades), True, item.ids[0]
        elif self.heads:
            self.heads[-1].grade, self.heads[-1].graded, self.heads[-1].scale = max(grades), True, item.ids[0]
        elif alone := self.words.scale_alone.get(item.ids[0]):
            self.heads.append(ConditionHead("term", (alone,), max(grades), graded=True, scale=item.ids[0], narrow=True))
        else:
            self.unknown.append(item.text)

    def _is_step_next(self, steps: Iterable[str]) -> bool:
        return self.at + 1 < len(self.items) and self.items[self.at + 1].text in steps

    def _read_number(self, item: LexiconItem) -> None:
        """A number counts weeks, years or doses, or is a year; else nobody knows what it says."""
        following = next((i.kind for i in self.items[self.at : self.at + 3] if i.kind not in ("join", "number", "cause")), "")
        behind = self.items[self.at - 2].kind if self.at > 1 else ""
        if YEAR.fullmatch(item.text) and following != "measure":
            self.year = int(item.text)
        elif "measure" not in (following, behind):
            self.unknown.append(item.text)

    # Whether.

    def _read_absent_before(self, item: LexiconItem) -> None:
        if self._is_head_ahead():
            self.next.absent, self.next.used = True, False
        elif self.at == len(self.items) and self.heads:  # an answer: `pregnancy: no`
            self._read_absent_after(item)
        else:
            self.next.absent, self.next.used = True, False  # belongs to nothing, unless a pause is followed by more

    def _read_without(self, _item: LexiconItem) -> None:
        self.next = PendingModifiers(absent=True)

    def _read_absent_after(self, _item: LexiconItem) -> None:
        behind = self._find_heads_behind() if not (self.since >= len(self.heads) and self._is_head_ahead()) else []
        if not behind:
            self.next.absent, self.next.used = True, False
        for head in behind:
            head.status, head.open_result = ABSENT, False

    def _read_positive(self, _item: LexiconItem) -> None:
        behind = self._find_heads_behind()
        for head in behind:
            head.open_result = False
        if not behind:
            self.before = "positive"
            for later in range(self.at, len(self.items)):
                if self.items[later].kind == "test":
                    self.items[later] = LexiconItem("term", self.items[later].ids, text=self.items[later].text)

    def _read_past_before(self, item: LexiconItem) -> None:
        if self._is_head_ahead():
            self.next.past, self.next.used = True, False
        else:
            self._read_past_after(item)

    def _read_past_after(self, _item: LexiconItem) -> None:
        if self._is_head_ahead() and self.since >= len(self.heads):
            self.next.past, self.next.used = True, False
            return
        if not self.heads:
            raise NotUnderstood
        for head in self._find_heads_behind():
            head.status = head.status or RESOLVED

    def _read_trend(self, item: LexiconItem) -> None:
        """Active, stable or growing: of metastases in the brain it is what is asked; of others only that it is active."""
        if self._is_head_ahead() and self.since >= len(self.heads):
            self.next.trend = item.kind
        for head in self._find_heads_behind() if not (self._is_head_ahead() and self.since >= len(self.heads)) else ():
            head.trend = item.kind

    def _read_unsure_before(self, item: LexiconItem) -> None:
        if self._is_head_ahead():
            self.next.unsure, self.next.used = True, False
        else:
            self._read_unsure_after(item)

    def _read_unsure_after(self, _item: LexiconItem) -> None:
        if self._is_head_ahead() and self.since >= len(self.heads):
            self.next.unsure, self.next.used = True, False
            return
        if not self.heads:
            raise NotUnderstood
        for head in self._find_heads_behind():
            head.sure = False

    def _read_versus(self, _item: LexiconItem) -> None:
        self.unsure_all = True

    # Of whom, and what is not wanted.

    def _read_other_person(self, _item: LexiconItem) -> None:
        self.other = True
        for head in self.heads[self.since :]:
            head.other = True

    def _read_refusal(self, _item: LexiconItem) -> None:
        if self.refuses:
            return
        if self.next.absent or self.next.past or self.next.unsure:
            raise NotUnderstood
        self.refuses = True

    def _read_treatment(self, _item: LexiconItem) -> None:
        self.every = True

    def _add_wish_head(self) -> None:
        """What was refused becomes a head; a refusal of something else is not understood."""
        if not self.refuses:
            return
        wishes, refused = self.words.wishes, self.next.about
        if self.heads or self.unknown or not (refused or self.every):
            raise NotUnderstood
        named = wishes.get("all") if not refused else wishes.get(refused[0]) if len(refused) == 1 else None
        about = [] if named else refused
        self.heads.append(ConditionHead("term", (named or wishes["drug"],), about=about))
        self.next.about = []

    # Signs and the rest.

    def _read_pause(self, _item: LexiconItem) -> None:
        """A comma ends what is said of the following; a list with `or` in it goes on."""
        if self.next.absent and not self.heads[self.since :]:
            raise NotUnderstood
        goes_on = is_kind_ahead(self.items[self.at :], ("or",), ("break",))
        if not goes_on:
            self.next.absent, self.next.unsure = False, self.next.absent or (self.next.unsure and not self.next.used)
        self.next.past = self.next.past and not self.heads[self.since :]
        self.since = len(self.heads)

    def _read_break(self, _item: LexiconItem) -> None:
        if self.next.absent and not self.heads[self.since :]:
            raise NotUnderstood
        self.next, self.since, self.other = PendingModifiers(about=self.next.about, sites=self.next.sites), len(self.heads), False

    def _read_unknown(self, item: LexiconItem) -> None:
        self.unknown.append(item.text)
