"""The numbers of a sentence by the part they play: value of an arm, ratio, interval, P, point in time, gain, count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from concordant.audit.lexicon import ENDPOINT
from concordant.audit.matching import Mention
from concordant.audit.reading import Number, Reading

Kind = Literal["value", "not_reached", "ratio", "p", "reduction", "gain", "count", "follow_up"]
_NUM = r"(?:\d+(?:\.\d+)?|\.\d+)"
_OPENS = r"(?:[(\[,;:]\s*|CI[)\]]?[,:]?\s*(?:of\s*)?)(?:\d+\s*%\s*(?:CI|confidence interval)(?:\s*[(\[]CI[)\]])?[,:]?\s*)?"
INTERVAL = re.compile(rf"{_OPENS}({_NUM})(?:\s*%)?\s*(?:-|\bto\b|(?<=CI\s)\,)\s*({_NUM}|[A-Za-z]{{2}}|not \w+)")
LEVEL = re.compile(r"(\d+)\s*%\s*(?:CI|confidence)", re.IGNORECASE)
P_VALUE = re.compile(rf"(?<![A-Za-z])p(?:\s*-?\s*value)?\s*(?:of\s*|was\s*)?(<|>|=|\u2264|\s)\s*({_NUM})", re.IGNORECASE)
RANGE = re.compile(rf"({_NUM})\s*-\s*({_NUM})\s*(?:%|months)")
COUNTED = re.compile(r"\b[Nn]\s*=\s*$")
AT_TIME = re.compile(r"\b(?:at|by)\s+(?:the\s+)?$", re.IGNORECASE)
AFTER_TIME = re.compile(r"\b(?:after|over)\s+$", re.IGNORECASE)
NEAR, FAR = 34, 60


@dataclass(frozen=True, slots=True)
class Item:
    """A number that plays a part. `arm` is the one that it is said of; `low` and `high` are an interval that stands behind it."""

    kind: Kind
    value: float
    digits: int
    start: int
    end: int
    unit: str = ""
    low: float | None = None
    high: float | None = None
    bound: str = ""
    hedged: bool = False
    share: float | None = None
    endpoint: str = ""
    months: float | None = None
    arm: int | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """A point in time at which shares are told."""

    months: float
    start: int
    end: int


class ItemReader:
    """Reads the numbers of one sentence; each is used once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.free = list(reading.numbers)
        self.units = {unit.id: unit.months for unit in reading.lexicon.words.units}
        self.items: list[Item] = []
        self.times: list[Time] = []
        self.spans: list[tuple[int, int]] = []

    def read_items(self) -> list[Item]:
        """All items, in their order, each with its endpoint and its point in time."""
        text, start, end = self.reading.text, self.reading.start, self.reading.end
        for met in LEVEL.finditer(text, start, end):
            self._drop_items(met.start(1), met.end(1))
        intervals = [
            (met.start(1), met.end(2), float(met[1]), float(met[2]) if re.match(r"[\d.]", met[2]) else None)
            for met in INTERVAL.finditer(text, start, end)
        ]
        self.spans = [(low, high) for low, high, *_ in intervals]
        for low, high in self.spans:
            self._drop_items(low, high)
        for met in P_VALUE.finditer(text, start, end):
            self._drop_items(met.start(2), met.end(2))
            bound = met[1].strip() or "="
            self._add_item("p", float(met[2]), len(met[2].partition(".")[2]), met.start(), met.end(), bound=bound)
        for met in RANGE.finditer(text, start, end):
            self._drop_items(met.start(1), met.end(2))
        self._read_ratios()
        self._read_times()
        self._read_gains()
        self._read_counts()
        self._read_values()
        self.items.sort(key=lambda item: item.start)
        for begun, ended, low_end, high_end in intervals:
            self._attach_interval(begun, ended, low_end, high_end)
        return [self._place_item(item) for item in self.items]

    # -- parts -----------------------------------------------------------------------------------------

    def _read_ratios(self) -> None:
        cues = {cue.start: cue for cue in sorted(self.reading.list_parts("ratio"), key=lambda one: one.end)}
        for cue in cues.values():
            number = next((n for n in self.reading.numbers if n.start >= cue.end and not n.unit), None)
            if number and number in self.free and number.start - cue.end <= FAR and not number.spelled:
                self._take_number(number, "ratio")

    def _read_times(self) -> None:
        text, endpoints = self.reading.text, self.reading.list_mentions(ENDPOINT)
        has_share = any(self._is_percent(number) for number in self.free)
        for number in list(self.free):
            if not self.units.get(number.unit) or self._is_weeks(number) or number.digits:
                continue
            before, after = text[max(self.reading.start, number.start - 12) : number.start], text[number.unit_end :]
            hyphen = text[number.end : number.end + 1] == "-" or number.spelled
            followed = any(0 <= e.start - number.unit_end <= 12 for e in endpoints) and not re.match(r"\s*(?:of|in)\b", after)
            timed = AT_TIME.search(before) or (hyphen and followed) or (has_share and (AFTER_TIME.search(before) or followed))
            if timed and not re.search(r"median (?:of|was)?\s*$", before):
                self.times.append(Time(number.value * self.units[number.unit], number.start, number.unit_end))
                self.free.remove(number)

    def _read_gains(self) -> None:
        """Follow-up, reductions of a risk, and gains in time."""
        for number in list(self.free):
            if self._is_percent(number) and self._is_near("reduction", number, 48):
                self._take_number(number, "reduction")
            elif self._is_percent(number) and self._is_gain(number):
                self._take_number(number, "gain")
            elif self.units.get(number.unit) and not self._is_weeks(number):
                if self._is_near("follow_up", number, 24):
                    self._take_number(number, "follow_up")
                elif self._is_gain(number):
                    self._take_number(number, "gain", value=number.value * self.units[number.unit])

    def _is_gain(self, number: Number) -> bool:
        text = self.reading.text
        for cue in self.reading.list_parts("gain"):
            between = text[cue.end : number.start]
            if 0 <= number.start - cue.end <= 30 and not re.search(r"\d|\bto\b|\bfrom\b|\bwas\b|\bwith\b", between):
                return True
        return any(0 <= cue.start - number.unit_end <= 3 for cue in self.reading.list_parts("gain_behind"))

    def _read_counts(self) -> None:
        for number in list(self.free):
            before = self.reading.text[max(self.reading.start, number.start - 6) : number.start]
            if COUNTED.search(before) or (number.unit == "patients" and number.value >= 20):
                self._take_number(number, "count")

    def _read_values(self) -> None:
        """Numbers with a unit of time or in percent; those without one where they are set against another."""
        for cue in self.reading.list_parts("not_reached"):
            if any(low <= cue.start < high for low, high in self.spans):
                continue
            self.items.append(Item("not_reached", 0, 0, cue.start, cue.end))
        candidates = [n for n in self.free if not n.spelled and (self._is_value(n) or not n.unit)]
        kept = [n for i, n in enumerate(candidates) if self._is_value(n) or self._is_paired(candidates, i)]
        for number in kept:
            self._take_number(number, "count" if self._is_size(number) else "value", hedged=self._is_hedged(number))
        self._join_shares()
        self._spread_units()

    def _is_value(self, number: Number) -> bool:
        return self._is_percent(number) or bool(self.units.get(number.unit)) or self._is_weeks(number)

    def _is_paired(self, numbers: list[Number], i: int) -> bool:
        """Set against the number before or behind it; after `and` only where that one has a unit."""
        number = numbers[i]
        for other in (numbers[i - 1] if i else None, numbers[i + 1] if i + 1 < len(numbers) else None):
            if other is None:
                continue
            first, second = (other, number) if other.start < number.start else (number, other)
            between = self.reading.text[first.unit_end or first.end : second.start]
            against = any(first.end <= cue.start and cue.end <= second.start for cue in self.reading.list_parts("versus"))
            joined = re.fullmatch(r"\s*(?:and|to|,|/)\s*", between) and self._is_value(second) and first.digits == second.digits
            if (against and len(between) < 70) or joined:
                return True
            if number is first and re.fullmatch(r"\s*\(\s*", between) and self._is_percent(second):
                return True
        return False

    def _is_size(self, number: Number) -> bool:
        """A whole number without a unit, before any endpoint is named: so many were in an arm."""
        named = any(endpoint.end <= number.start for endpoint in self.reading.list_mentions(ENDPOINT))
        return not number.unit and not number.digits and number.value >= 20 and not named

    def _join_shares(self) -> None:
        """`72 (28 %)` is one item."""
        values = [item for item in self.items if item.kind == "value"]
        for first, second in pairwise(values):
            between = self.reading.text[first.end : second.start]
            if not first.unit and second.unit == "%" and re.fullmatch(r"\s*\(\s*", between):
                self.items[self.items.index(first)] = replace(first, share=second.value, unit="patients", end=second.end)
                self.items.remove(second)

    def _spread_units(self) -> None:
        """`28.8 v 6.8 months`: the first has the unit of the second; so the other way round."""
        values = sorted((item for item in self.items if item.kind == "value"), key=lambda item: item.start)
        for order in (list(reversed(values)), values):
            unit = ""
            for item in order:
                current = next(one for one in self.items if one.start == item.start and one.kind == "value")
                if current.unit:
                    unit = current.unit
                elif unit and unit != "patients":
                    self.items[self.items.index(current)] = replace(current, unit=unit)

    def _attach_interval(self, start: int, end: int, low: float, high: float | None) -> None:
        before = [item for item in self.items if item.kind in ("value", "ratio", "not_reached") and item.end <= start]
        if not before:
            return
        item = before[-1]
        between = self.reading.text[item.end : start]
        if len(between) <= 26 and not re.search(r"\.\s", between):
            self.items[self.items.index(item)] = replace(item, low=low, high=high, end=max(item.end, end))

    def _place_item(self, item: Item) -> Item:
        """The endpoint that it is said of: the last one before it, or one that follows at once."""
        text, endpoints = self.reading.text, self.reading.list_mentions(ENDPOINT)
        before = [e for e in endpoints if e.end <= item.start or e.start <= item.start < e.end]
        after = [e for e in endpoints if e.start >= item.end]
        chosen: Mention | None = before[-1] if before else (after[0] if after else None)
        if before and after and self._belongs_behind(text, before[-1], item, after[0]):
            chosen = after[0]
        return replace(item, endpoint=chosen.id if chosen else "", months=self._find_time(item))

    def _belongs_behind(self, text: str, before: Mention, item: Item, after: Mention) -> bool:
        """`0.55 for OS`, or another number stands already with the endpoint before."""
        between = text[item.end : after.start]
        at_once = re.fullmatch(r"\s*(?:%|months?)?\s*(?:\([^)]*\)\s*)?(?:for|in|of)?\s*(?:the\s+)?(?:median\s+)?", between)
        used = any(other.start > before.end and other.end <= item.start for other in self.items)
        return bool(at_once) and (used or bool(re.search(r"[;,.]|\band\b", text[before.end : item.start])))

    def _find_time(self, item: Item) -> float | None:
        if not self.times or item.unit not in ("%", ""):
            return None
        before = [time for time in self.times if time.end <= item.start]
        if len(self.times) == 1 or not before:
            return self.times[0].months
        return before[-1].months

    # -- helpers ---------------------------------------------------------------------------------------

    def _is_percent(self, number: Number) -> bool:
        return number.unit == "%"

    def _is_weeks(self, number: Number) -> bool:
        return number.unit == "weeks"

    def _is_near(self, part: str, number: Number, reach: int) -> bool:
        return any(
            -reach <= cue.start - number.end <= reach or -reach <= number.start - cue.end <= 0
            for cue in self.reading.list_parts(part)
        )

    def _is_hedged(self, number: Number) -> bool:
        return any(0 <= number.start - cue.end <= 12 for cue in self.reading.list_parts("about")) or any(
            cue.end <= number.start for cue in self.reading.list_parts("about")
        )

    def _take_number(self, number: Number, kind: Kind, value: float | None = None, *, hedged: bool = False) -> None:
        self.free.remove(number)
        told = number.value if value is None else value
        unit, digits = number.unit, number.digits
        if unit == "years" and kind == "value":
            told, unit, digits = told * 12, "months", 0
        bound = self._find_bound(number)
        self._add_item(kind, told, digits, number.start, number.unit_end or number.end, unit, bound, hedged=hedged)

    def _find_bound(self, number: Number) -> str:
        before = self.reading.text[max(self.reading.start, number.start - 14) : number.start]
        if number.bound:
            return number.bound
        for part, sign in (("more", ">"), ("less", "<"), ("least", ">="), ("most", "<=")):
            if any(0 <= number.start - cue.end <= 2 for cue in self.reading.list_parts(part)):
                return sign
        return "~" if any(0 <= number.start - cue.end <= 2 for cue in self.reading.list_parts("about")) and before else ""

    def _add_item(
        self,
        kind: Kind,
        value: float,
        digits: int,
        start: int,
        end: int,
        unit: str = "",
        bound: str = "",
        *,
        hedged: bool = False,
    ) -> None:
        self.items.append(Item(kind, value, digits, start, end, unit, bound=bound, hedged=hedged))

    def _drop_items(self, start: int, end: int) -> None:
        self.free = [number for number in self.free if not start <= number.start < end]


def iter_groups(items: list[Item]) -> Iterator[list[Item]]:
    """Items of one endpoint together; a ratio, P, gain or reduction goes with the values of its endpoint."""
    keys = list(dict.fromkeys(item.endpoint for item in items))
    for key in keys:
        yield [item for item in items if item.endpoint == key]
