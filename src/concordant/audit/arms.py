"""Which arm a value is of: by the words around it, else by the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from concordant.audit.items import Item
from concordant.audit.reading import Reading

Arms = Sequence[tuple[int, int, int]]  # where each is named: start, end, number
SEVERAL = 2
NEAR = 12


def name_arms(pair: Sequence[Item], arms: Arms, reading: Reading, count: int) -> list[Item]:
    """The items of a pair, or a single one, each with its arm."""
    if count < SEVERAL:
        return [replace(item, arm=0) for item in pair]
    if len(pair) == 1:
        return [replace(pair[0], arm=_find_single_arm(pair[0], arms, reading))]
    first, second = pair
    if _is_rise(first, second, reading):
        return [replace(first, arm=1), replace(second, arm=0)]
    chosen = _order_arms(first, second, arms, reading)
    return [replace(first, arm=chosen[0]), replace(second, arm=chosen[1])]


def _is_rise(first: Item, second: Item, reading: Reading) -> bool:
    """`from 29.1 to 44.3 months`: what is told first is the control."""
    before = [cue for cue in reading.list_parts("from") if 0 <= first.start - cue.end <= NEAR]
    return bool(before) and any(first.end <= cue.start and cue.end <= second.start for cue in reading.list_parts("to"))


def _find_single_arm(item: Item, arms: Arms, reading: Reading) -> int:
    """The arm right behind a value, else the last one before it that it is not compared with, else the first."""
    behind = [arm for start, _, arm in arms if start >= item.end and _joins_items(item.end, start, reading)]
    if behind:
        return behind[0]
    plain = [(end, arm) for start, end, arm in arms if not is_compared(reading, start)]
    before = [arm for end, arm in plain if end <= item.start]
    return before[-1] if before else plain[0][1] if plain else 0


def _order_arms(first: Item, second: Item, arms: Arms, reading: Reading) -> tuple[int, int]:
    """By which arms are named before, between and behind two values."""
    before = [(start, arm) for start, end, arm in arms if end <= first.start]
    between = [(start, end, arm) for start, end, arm in arms if first.end <= start and end <= second.start]
    behind = [(start, arm) for start, _, arm in arms if start >= second.end]
    if between:
        return _order_by_middle(first, second, before, between, behind, reading)
    if before:
        return _order_by_front(before, reading)
    if len({arm for _, arm in behind}) > 1:
        return behind[0][1], 1 - behind[0][1]
    if behind and _joins_items(second.end, behind[0][0], reading):
        return 1 - behind[0][1], behind[0][1]
    return 0, 1


def _order_by_middle(
    first: Item,
    second: Item,
    before: list[tuple[int, int]],
    between: list[tuple[int, int, int]],
    behind: list[tuple[int, int]],
    reading: Reading,
) -> tuple[int, int]:
    """`A 28.8, B 6.8`; `28.8 with A, 6.8 with B`; `28.8 with A against 6.8`; `28.8 against B with 6.8`."""
    if len({arm for *_, arm in between}) > 1:
        return between[0][2], between[-1][2]
    start, end, arm = between[0]
    joined = _joins_items(first.end, start, reading)
    if before and before[-1][1] != arm and not joined:
        return before[-1][1], arm
    if behind and behind[0][1] != arm:
        return arm, behind[0][1]
    parted = any(end <= cue.start and cue.end <= second.start for cue in reading.list_parts("versus"))
    return (arm, 1 - arm) if joined or parted else (1 - arm, arm)


def _order_by_front(before: list[tuple[int, int]], reading: Reading) -> tuple[int, int]:
    """The arms in their order; the one that something is compared with comes second."""
    plain = [arm for start, arm in before if not is_compared(reading, start)]
    if len({arm for _, arm in before}) > 1:
        first = plain[0] if plain else before[0][1]
        return first, 1 - first
    return (plain[0], 1 - plain[0]) if plain else (1 - before[0][1], before[0][1])


def _joins_items(at: int, start: int, reading: Reading) -> bool:
    """Whether a value and an arm behind it belong together: nothing stands between but a bracket or a word such as `with`."""
    between = reading.text[at:start]
    cues = [cue for cue in reading.list_parts("joins") if at <= cue.start and cue.end <= start]
    told = between
    for cue in cues:
        told = told.replace(reading.text[cue.start : cue.end], " ")
    return told.strip(" (") == "" or (bool(cues) and told.strip(" (,") == "")


def is_compared(reading: Reading, start: int) -> bool:
    """Whether a word such as `versus` stands right before a place."""
    return any(0 <= start - cue.end <= NEAR for cue in reading.list_parts("versus"))
