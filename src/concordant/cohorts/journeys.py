"""What patients were given line after line: how many went from which treatment to which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from concordant.cohorts import columns as names
from concordant.cohorts.concordance import LINES
from concordant.cohorts.findings import join_given
from concordant.cohorts.suppression import is_small_count, suppress_counts
from concordant.patient.fact_table import PATIENT
from concordant.readers.facts_table import ArrowTable

OTHER, NOTHING, NO_MORE = "other", "nothing on record", "no later line on record"
MOST_TREATMENTS = 6


class Stop(NamedTuple):
    """A treatment of one line, and how many patients had it."""

    line: str
    treatment: str
    patients: int


class Passage(NamedTuple):
    """How many patients went from a treatment of one line to one of the next."""

    line: str
    before: str
    after: str
    patients: int


class Journeys(NamedTuple):
    """Treatments by line, the most frequent first, and the ways between them; `hidden` where small counts keep the ways away."""

    stops: tuple[Stop, ...]
    passages: tuple[Passage, ...]
    without_line: int | None
    hidden: bool = False


def trace_journeys(points: ArrowTable, name_drugs: Callable[[str], str], below: int = 0) -> Journeys:
    """The first treatment of each line of each patient. `name_drugs` calls the drugs of a point by the name of their regimen."""
    dated = points.filter(pc.is_in(points[names.LINE], value_set=pa.array(LINES, pa.string())))
    counted = _count_ways(dated)
    known = {word: name_drugs(word) for way in counted for word in way if word}
    named: Counter[tuple[str, ...]] = Counter()
    for way, number in counted.items():
        named[tuple(_name_word(word, known) for word in way)] += number
    merged = _merge_rare(named, below)
    without_line = points.num_rows - dated.num_rows
    return _draw_ways(merged, without_line, below)


def _name_word(word: str | None, known: Mapping[str, str]) -> str:
    return NO_MORE if word is None else known.get(word, NOTHING)


def _count_ways(points: ArrowTable) -> Counter[tuple[str | None, ...]]:
    """How many patients have which treatment in each line; "" where nothing is on record, None where there is no such line."""
    table = pa.table(
        {
            PATIENT: points[PATIENT],
            names.LINE: points[names.LINE],
            names.NUMBER: points[names.NUMBER],
            names.GIVEN: pc.fill_null(join_given(points), ""),
        }
    ).sort_by([(PATIENT, "ascending"), (names.NUMBER, "ascending")])
    ways: dict[str, dict[str, str]] = {}
    columns = (table[name].to_pylist() for name in (PATIENT, names.LINE, names.GIVEN))
    for patient, line, given in zip(*columns, strict=True):
        ways.setdefault(patient, {}).setdefault(line, given)
    return Counter(tuple(way.get(line) for line in LINES) for way in ways.values())


def _merge_rare(ways: Counter[tuple[str, ...]], below: int) -> Counter[tuple[str, ...]]:
    """The ways with all but the most frequent treatments of each line called one."""
    kept = [_choose_frequent(ways, place, below) for place in range(len(LINES))]
    merged: Counter[tuple[str, ...]] = Counter()
    for way, number in ways.items():
        merged[tuple(name if name in kept[place] else OTHER for place, name in enumerate(way))] += number
    return merged


def _choose_frequent(ways: Counter[tuple[str, ...]], place: int, below: int) -> set[str]:
    counts: Counter[str] = Counter()
    for way, number in ways.items():
        counts[way[place]] += number
    frequent = [name for name, number in counts.most_common() if name not in (NO_MORE, NOTHING) and number >= below]
    kept = frequent[: MOST_TREATMENTS if len(frequent) > MOST_TREATMENTS + 1 else MOST_TREATMENTS + 1]
    while below and kept and is_small_count(sum(counts.values()) - sum(counts[one] for one in (*kept, NO_MORE, NOTHING)), below):
        kept.pop()
    return {*kept, NO_MORE, NOTHING}


def _draw_ways(ways: Counter[tuple[str, ...]], without_line: int, below: int) -> Journeys:
    stops: Counter[tuple[str, str]] = Counter()
    passages: Counter[tuple[str, str, str]] = Counter()
    for way, number in ways.items():
        for place, line in enumerate(LINES):
            if way[place] != NO_MORE:
                stops[line, way[place]] += number
            if place and way[place - 1] != NO_MORE:
                passages[LINES[place - 1], way[place - 1], way[place]] += number
    small = [number for number in (*stops.values(), *passages.values()) if is_small_count(number, below)]
    drawn = tuple(Passage(*key, number) for key, number in passages.items()) if not small else ()
    shown = sorted(
        (Stop(*key, number) for key, number in _suppress_stops(stops, below).items()),
        key=lambda one: (LINES.index(one.line), one.treatment in (OTHER, NOTHING), -one.patients, one.treatment),
    )
    told = None if is_small_count(without_line, below) else without_line
    return Journeys(tuple(shown), drawn, told, hidden=bool(small))


def _suppress_stops(stops: Counter[tuple[str, str]], below: int) -> dict[tuple[str, str], int]:
    """Those that may be shown: how many patients a line has in all may be known."""
    shown: dict[tuple[str, str], int] = {}
    for line in LINES:
        counts = {treatment: number for (own, treatment), number in stops.items() if own == line}
        told = suppress_counts(counts, below) if below else counts
        shown |= {(line, treatment): number for treatment, number in told.items() if number is not None}
    return shown
