"""Points counted by what became of them, and the share that was treated concordantly as an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from concordant.cohorts.statistics import Interval, compute_wilson_interval
from concordant.model.cohort import VERDICTS, ConcordanceRules, JustifiedCounts, Verdict

Group = frozenset[Verdict]
EACH: tuple[Group, ...] = tuple(frozenset({verdict}) for verdict in VERDICTS)
OPEN: Group = frozenset({"undecidable"})


@dataclass(frozen=True, slots=True)
class Measure:
    """What counts as concordant, how a justified departure counts, and the confidence of the interval in percent."""

    concordant: Group
    justified: JustifiedCounts
    percent: int

    @property
    def numerator(self) -> Group:
        """The verdicts of which the lower bound is made."""
        return self.concordant | ({"justified"} if self.justified == "concordant" else frozenset())

    @property
    def denominator(self) -> Group:
        """The verdicts of which the share is taken."""
        within: Group = frozenset(VERDICTS) - {"out_of_scope"}
        return within - {"justified"} if self.justified == "left_out" else within

    @property
    def classes(self) -> tuple[Group, ...]:
        """What the share is made of: concordant, not concordant and undecidable verdicts; then each that is left out of it."""
        left_out = [one for one in EACH if not one <= self.denominator]
        return (self.numerator, self.denominator - self.numerator - OPEN, OPEN, *left_out)


def make_measure(rules: ConcordanceRules, justified: JustifiedCounts | None = None, *, strict: bool = False) -> Measure:
    """The measure of the knowledge, or its stricter one; `justified` counts a justified departure otherwise."""
    chosen = rules.concordant.strict if strict else rules.concordant.verdicts
    return Measure(frozenset(chosen), justified or rules.justified.counts, rules.interval.percent)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many points have each verdict, and of how many patients they are.

    `told` are the verdicts whose counts are told, those together that are only told together; of another nothing is told.
    """

    counts: Mapping[Verdict, int]
    patients: int
    told: tuple[Group, ...] = EACH

    @property
    def points(self) -> int | None:
        """All points; None where that would tell a count that is not told."""
        return self.count_points(frozenset(VERDICTS))

    def count_points(self, group: Group) -> int | None:
        """How many points have one of these verdicts; None where that would tell a count that is not told."""
        parts = [part for part in self.told if part & group]
        if frozenset().union(*parts) != group:
            return None
        return self.sum_points(group)

    def sum_points(self, group: Group) -> int:
        """How many points have one of these verdicts, whatever may be told."""
        return sum(self.counts.get(verdict, 0) for verdict in group)


class Share(NamedTuple):
    """The bounds of the share, and the interval around them; None where a small count would be told by it."""

    concordant: int | None
    undecidable: int | None
    of: int | None
    bounds: Interval | None
    interval: Interval | None


def compute_share(tally: Tally, measure: Measure) -> Share:
    """The share of concordant points: undecidable ones count as not concordant for the low end, as concordant for the high."""
    least, most = tally.count_points(measure.numerator), tally.count_points(measure.numerator | OPEN)
    of = tally.count_points(measure.denominator)
    told = Share(least, tally.count_points(OPEN), of, None, None)
    if least is None or most is None or not of:
        return told
    low, high = (compute_wilson_interval(count, of, measure.percent) for count in (least, most))
    return told._replace(bounds=Interval(least / of, most / of), interval=Interval(low.low, high.high))


@dataclass(frozen=True, slots=True)
class Stratum:
    """One row of a table: its name, and its tally; None where it is suppressed."""

    name: str
    tally: Tally | None


@dataclass(frozen=True, slots=True)
class Strata:
    """The points parted by a column."""

    by: str
    rows: Sequence[Stratum]
    suppressed: int = 0
