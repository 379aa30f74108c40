"""Small counts are not shown, nor is anything by which they could be worked out from what is shown.

Rows are hidden whole. Those of a table that are hidden come out together by subtraction from the row of all, so rows are added to
them until that sum is none that is small. Of the row of all the small columns are told together. Then every number that can be
worked out is a sum of counts that may be shown, and such a sum is again none that is small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from concordant.cohorts.counts import Group, Measure, Strata, Stratum, Tally


def is_small_count(count: int, below: int) -> bool:
    """Whether a count is not to be shown: from 1 up to the limit; none at all may be shown."""
    return 0 < count < below


def find_hidden_rows(rows: Sequence[Sequence[int]], below: int) -> frozenset[int]:
    """Which rows are hidden, by their index; each is a list of counts of which any may be shown."""
    hidden = {i for i, row in enumerate(rows) if any(is_small_count(count, below) for count in row)}
    shown = sorted((i for i in range(len(rows)) if i not in hidden), key=lambda i: (sum(rows[i]), i))
    while hidden and shown and not _may_show_sum([rows[i] for i in hidden], below):
        hidden.add(shown.pop(0))
    return frozenset(hidden)


def _may_show_sum(rows: Sequence[Sequence[int]], below: int) -> bool:
    return not any(is_small_count(sum(column), below) for column in zip(*rows, strict=True))


def find_told_groups(tally: Tally, measure: Measure, below: int) -> tuple[Group, ...]:
    """Which verdicts of the row of all are told, and which of them only together.

    Of the classes that the share is made of the small ones are told together with as many more, the least first, as their sum
    needs. Within a class the verdicts are told one by one where none of them is small.
    """
    classes = [one for one in measure.classes if one]
    combined = _combine_small({one: tally.sum_points(one) for one in classes}, below)
    groups: list[Group] = [frozenset().union(*combined)] if combined else []
    for one in classes:
        if one not in combined:
            apart = not any(is_small_count(tally.counts.get(verdict, 0), below) for verdict in one)
            groups += [frozenset({verdict}) for verdict in sorted(one)] if apart else [one]
    return tuple(groups)


def _combine_small(counts: Mapping[Group, int], below: int) -> list[Group]:
    order = sorted((one for one in counts if counts[one]), key=lambda one: (counts[one], sorted(one)))
    combined = [one for one in order if is_small_count(counts[one], below)]
    for one in order:
        if not combined or sum(counts[other] for other in combined) >= below:
            break
        if one not in combined:
            combined.append(one)
    return combined


def suppress_strata(strata: Strata, overall: Tally, measure: Measure, below: int) -> Strata:
    """The strata with the rows hidden that have to be. Of each row only the classes within the share are told.

    A class that the row of all tells with others only is told of no row: the rows would add up to it.
    """
    told = tuple(one for one in measure.classes if one and one <= measure.denominator and overall.count_points(one) is not None)
    tallies = [row.tally for row in strata.rows if row.tally is not None]
    counts = [[*(tally.sum_points(one) for one in told), tally.patients] for tally in tallies]
    hidden = find_hidden_rows(counts, below)
    rows = [
        Stratum(row.name, None if i in hidden or row.tally is None else Tally(row.tally.counts, row.tally.patients, told))
        for i, row in enumerate(strata.rows)
    ]
    return Strata(strata.by, rows, len(hidden))


def suppress_counts(counts: Mapping[str, int], below: int) -> dict[str, int | None]:
    """A list of counts that add up to a total that is shown; None for each that is hidden."""
    hidden = find_hidden_rows([(count,) for count in counts.values()], below)
    return {name: None if i in hidden else count for i, (name, count) in enumerate(counts.items())}
