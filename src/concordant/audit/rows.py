"""A trial as it is known on a day: its rows by data cut, and which word stands for which arm."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from concordant.audit.lexicon import CLASS, DRUG, PART, Lexicon
from concordant.audit.matching import Mention, fold_text
from concordant.audit.reading import Reading
from concordant.model.audit import FigureRow
from concordant.model.trials import Trial

CONTROL = "control_arm"


@dataclass(frozen=True)
class TrialView:
    """A trial, the rows that are published by the day, and those that are published at all."""

    trial: Trial
    rows: tuple[FigureRow, ...]
    all_rows: tuple[FigureRow, ...]
    arm_of: Mapping[str, int]
    drugs: frozenset[str]
    sizes: frozenset[int]
    early: bool = False

    def find_arm(self, mention: Mention, classes: Mapping[str, tuple[str, ...]]) -> int | None:
        """The arm that a mention stands for; None for what both have, or none."""
        if mention.group == PART:
            return 1 if mention.id == CONTROL and len(self.trial.arms) > 1 else None
        names = (mention.id, *classes.get(mention.id, ()))
        return next((self.arm_of[name] for name in names if name in self.arm_of), None)

    def mention_arms(self, reading: Reading, classes: Mapping[str, tuple[str, ...]]) -> list[tuple[int, int, int]]:
        """Where an arm is named: start, end, arm; a combination is one."""
        mentions = sorted([*reading.drug_mentions, *reading.list_parts(CONTROL)], key=lambda one: one.start)
        found: list[tuple[int, int, int]] = []
        for mention in mentions:
            arm = self.find_arm(mention, classes)
            if arm is None:
                continue
            if (
                found
                and found[-1][2] == arm
                and mention.start - found[-1][1] < 30
                and not _has_number(reading, found[-1][1], mention.start)
            ):
                found[-1] = (found[-1][0], max(mention.end, found[-1][1]), arm)
            else:
                found.append((mention.start, mention.end, arm))
        return found

    @cached_property
    def endpoints(self) -> frozenset[str]:
        """The endpoints that it has a row of."""
        return frozenset(row.endpoint for row in self.all_rows)


def _has_number(reading: Reading, start: int, end: int) -> bool:
    return any(start <= number.start < end for number in reading.numbers)


def make_views(lexicon: Lexicon, as_of: dt.date) -> dict[str, TrialView]:
    """Every trial of the knowledge as it is known on a day."""
    by_trial: dict[str, list[FigureRow]] = {}
    for row in lexicon.words.rows:
        by_trial.setdefault(row.trial, []).append(row)
    return {trial.id: _make_view(trial, by_trial.get(trial.id, []), lexicon, as_of) for trial in lexicon.knowledge.trials}


def _make_view(trial: Trial, rows: Sequence[FigureRow], lexicon: Lexicon, as_of: dt.date) -> TrialView:
    arms = [_list_members(arm, lexicon) for arm in trial.arms]
    arm_of = {
        member: i
        for i, members in enumerate(arms[:2])
        for member in members
        if not any(member in other for j, other in enumerate(arms[:2]) if j != i)
    }
    known = tuple(row for row in rows if row.known_from <= as_of)
    drugs = frozenset(member for members in arms for member in members)
    early = any(wording.trial == trial.id and wording.early for wording in lexicon.words.trials)
    return TrialView(trial, known, tuple(rows), arm_of, drugs, list_sizes(trial.n), early)


def _list_members(arm: str, lexicon: Lexicon) -> tuple[str, ...]:
    found = lexicon.index.find(fold_text(arm))
    return tuple(dict.fromkeys(mention.id for mention in found if mention.group in (DRUG, CLASS)))


def list_sizes(told: str) -> frozenset[int]:
    """The sizes of the arms, and of those together."""
    sizes = [int(number) for number in re.findall(r"\b\d{2,4}\b(?!\.)", told)]
    sums = {sum(some) for count in range(1, len(sizes) + 1) for some in combinations(sizes, count)}
    return frozenset(sums)


def tell_row(row: FigureRow) -> str:
    """A row in words: the cut, what, the values, the ratio."""
    values = " v ".join(_tell_value(value.value, value.low, value.high, reached=value.reached) for value in row.values)
    given = any(value.value is not None or not value.reached for value in row.values)
    parts = [f"{values} {row.unit}".strip() if given else ""]
    if row.hr:
        ends = f" ({row.hr.low:g}-{row.hr.high:g})" if row.hr.low is not None and row.hr.high is not None else ""
        parts.append(f"HR {row.hr.estimate:g}{ends}")
    parts += [f"P {row.p}" if row.p else "", row.assessor, row.status if row.status == "exploratory" else ""]
    return f"{row.cut_told}: {row.told} {', '.join(filter(None, parts))}"


def _tell_value(value: float | None, low: float | None, high: float | None, *, reached: bool) -> str:
    if value is None:
        return "not given" if reached else "not reached"
    return f"{value:g}" + (f" ({low:g}-{high:g})" if low is not None and high is not None else "")


def list_cut_keys(rows: Iterable[FigureRow]) -> list[tuple[str, str]]:
    """The analyses of rows: cut and assessor; a row without an assessor belongs to each of its cut."""
    found: dict[tuple[str, str], None] = {}
    rows = list(rows)
    for row in rows:
        assessors = {other.assessor for other in rows if other.cut == row.cut and other.assessor} or {""}
        for assessor in [row.assessor] if row.assessor else sorted(assessors):
            found[row.cut, assessor] = None
    return list(found)


def rows_of(rows: Iterable[FigureRow], key: tuple[str, str]) -> list[FigureRow]:
    """The rows of one analysis."""
    cut, assessor = key
    return [row for row in rows if row.cut == cut and row.assessor in ("", assessor)]
