"""A number that people would write, out of all that lie between two ends."""

from __future__ import annotations

import math

from concordant.verify.space import Domain

End = tuple[float, int]  # of a low end: 0 the number itself counts, 1 it does not; of a high end: 1 it counts, 0 it does not
PLACES = range(7)


def pick_number(domain: Domain, low: End, high: End) -> float:
    """The number with the fewest decimals between the ends: in their middle, or beside the one that there is."""
    lowest, highest = low[0], high[0]
    counts_low = low[1] == 0
    if lowest == -math.inf and highest == math.inf:
        return 0.0
    middle = (lowest + highest) / 2
    if highest == domain.high:  # no bound above: a little more than the last one
        middle = min(lowest + max(1.0, abs(lowest) / 10), highest)
    elif lowest == -math.inf:
        middle = highest - (0 if high[1] else 1)
    for places in PLACES:
        for number in sorted(_round_both(middle, places), key=lambda one: abs(one - middle)):
            if _is_between(number, lowest, highest, counts_low=counts_low, counts_high=high[1] == 1):
                return number
    return lowest if counts_low else highest if high[1] else middle


def _round_both(number: float, places: int) -> tuple[float, float]:
    unit = 10**places
    return math.floor(number * unit) / unit, math.ceil(number * unit) / unit


def _is_between(number: float, low: float, high: float, *, counts_low: bool, counts_high: bool) -> bool:
    above = number > low or (counts_low and number == low)
    return above and (number < high or (counts_high and number == high))
