"""What is found by its key is what a look at each entry finds: lines that a source counts, parts of one result, repeats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.logic.intervals import make_exact_interval
from concordant.patient.events import EntryLocation, Marker
from concordant.record.courses.exposures import Exposure
from concordant.record.findings import DeclaredLine
from concordant.record.merge import merge_marker_parts
from concordant.record.row_fate import RowFates
from concordant.record.treatments import number_exposures

AS_OF = dt.date(2020, 2, 1)
DAYS = st.integers(0, 12).map(lambda number: dt.date(2020, 1, 1) + dt.timedelta(days=number))
DATES = st.tuples(DAYS, st.sampled_from((0, 0, 3))).map(lambda d: PartialDate(d[0], d[0] + dt.timedelta(days=d[1])))
LINES = st.builds(
    DeclaredLine, st.just(EntryLocation("line")), st.sampled_from("123"), st.none() | DATES, st.none() | DATES, st.just(True)
)


def place_by_looking(date: PartialDate | None, lines: Sequence[DeclaredLine], surely: bool) -> int | None:
    """The first line, in the order of time, in which a date may lie, or surely does as far as the end of the line goes."""
    for at, line in enumerate(lines):
        following = lines[at + 1].start if at + 1 < len(lines) else None
        if date is None or line.start is None or date.last < line.start.first:
            continue
        ended = line.end and date.first > line.end.last
        may_have_ended = line.end and date.last > max(line.end.first, line.start.first)
        open_ = following is None or date.last < following.first
        if open_ if line.end is None else not (may_have_ended if surely else ended):
            return at
    return None


def numbers_by_looking(exposures: Sequence[Exposure], lines: Sequence[DeclaredLine]) -> list[int | None]:
    """The number of each exposure by its definition: of its sure line, or of one that may be its and surely holds no other."""
    ordered = sorted(lines, key=lambda one: (one.start.first if one.start else AS_OF, int(one.line), one.entry.place))
    surely = [place_by_looking(exposure.start, ordered, True) for exposure in exposures]
    perhaps = [place_by_looking(exposure.start, ordered, False) for exposure in exposures]
    places = [one if one is not None or may in surely else may for one, may in zip(surely, perhaps, strict=True)]
    return [None if place is None else int(ordered[place].line) for place in places]


@given(st.lists(st.none() | DATES, max_size=6), st.lists(LINES, max_size=6))
def test_lines_are_found_by_their_days(dates: list[PartialDate | None], lines: list[DeclaredLine]) -> None:
    exposures = [Exposure(EntryLocation(f"{at}"), ("drug",), start=date) for at, date in enumerate(dates)]
    placed = number_exposures(exposures, lines, AS_OF)
    assert [exposure.line for exposure in placed[: len(exposures)]] == numbers_by_looking(exposures, lines)
    assert all(not exposure.drugs for exposure in placed[len(exposures) :])


NUMBERS = st.dictionaries(st.sampled_from(("ratio", "copies", "value")), st.just(make_exact_interval(2.0)), max_size=2)
MARKERS = st.lists(st.tuples(st.sampled_from(("her2_ish", "er")), st.sampled_from((None, "positive", "negative")), NUMBERS))


def merged_by_looking(markers: Sequence[Marker]) -> list[Marker]:
    """Each result to the first before it that it is a part of."""
    merged: list[Marker] = []
    for marker in sorted(markers, key=lambda one: one.entry.place):
        for at, other in enumerate(merged):
            parts = marker.numbers and other.numbers and marker.numbers.keys().isdisjoint(other.numbers)
            if marker.test == other.test and parts and (marker.word is None or other.word in (None, marker.word)):
                merged[at] = replace(other, word=other.word or marker.word, numbers={**other.numbers, **marker.numbers})
                break
        else:
            merged.append(marker)
    return merged


@given(MARKERS)
def test_parts_of_a_result_are_found_by_their_key(told: list[tuple[str, str | None, dict[str, object]]]) -> None:
    markers = [
        Marker(EntryLocation(f"{at:03}"), test, word, numbers, None, None) for at, (test, word, numbers) in enumerate(told)
    ]  # type: ignore[arg-type]
    assert list(merge_marker_parts(markers)) == merged_by_looking(markers)


def test_a_place_told_many_times_stays_short() -> None:
    fates = RowFates()
    for _ in range(1000):
        fates.start_row("Observation/o1", "Observation")
        fates.mark_ignored("silent")
    places = list(fates.close_rows())
    assert places[:5] == ["Observation/o1", "Observation/o1'", "Observation/o1''", "Observation/o1'''", "Observation/o1'4"]
    assert len(set(places)) == 1000
    assert max(map(len, places)) < 20
