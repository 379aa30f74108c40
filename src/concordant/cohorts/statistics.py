"""The two estimates of a report: an interval for a share, and a curve of times of which some are cut short."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """A closed interval of shares, between 0 and 1."""

    low: float
    high: float


def compute_wilson_interval(successes: int, trials: int, percent: int = 95) -> Interval:
    """Wilson's score interval of a share, without correction for continuity. Nothing observed says nothing: from 0 to 1."""
    if trials == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + percent / 200)
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / trials + weight / (4 * trials))
    low = 0.0 if successes == 0 else middle - half  # the ends are exact where rounding would leave a trace
    high = 1.0 if successes == trials else middle + half
    return Interval(max(low, 0.0), min(high, 1.0))


class Observation(NamedTuple):
    """One unit that was watched from `entry` to `exit`; `happened` tells whether the event ended it."""

    entry: float
    exit: float
    happened: bool


class CurveStep(NamedTuple):
    """The curve from this time on: how many were at risk, how many had the event, and what share is still without it."""

    time: float
    at_risk: int
    events: int
    without: float
    interval: Interval


def estimate_survival(observed: Sequence[Observation], percent: int = 95) -> list[CurveStep]:
    """The product-limit estimate, with late entry; a step for each time at which an event happened.

    Who enters at a time is at risk after it, who leaves at a time is at risk at it. The interval is the exponential one of
    Greenwood's variance.
    """
    z = NormalDist().inv_cdf(0.5 + percent / 200)
    steps: list[CurveStep] = []
    without, variance = 1.0, 0.0
    for time in sorted({one.exit for one in observed if one.happened}):
        at_risk = sum(1 for one in observed if one.exit >= time and (one.entry < time or one.entry == one.exit == time))
        events = sum(1 for one in observed if one.happened and one.exit == time)
        without *= 1 - events / at_risk
        variance = math.inf if events == at_risk else variance + events / (at_risk * (at_risk - events))
        steps.append(CurveStep(time, at_risk, events, without, _spread_curve(without, variance, z)))
    return steps


def _spread_curve(without: float, variance: float, z: float) -> Interval:
    if without <= 0 or without >= 1 or math.isinf(variance):
        return Interval(without, without)
    spread = z * math.sqrt(variance) / math.log(without)
    ends = without ** math.exp(spread), without ** math.exp(-spread)
    return Interval(min(ends), max(ends))


def find_median_time(steps: Sequence[CurveStep]) -> float | None:
    """The first time at which at most half are without the event; None where the curve does not come down so far."""
    return next((step.time for step in steps if step.without <= 0.5), None)
