"""The two estimates of a report, against others who computed the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from concordant.cohorts.statistics import (
    Interval,
    Observation,
    compute_wilson_interval,
    estimate_survival,
    find_median_time,
)

ORACLE = yaml.safe_load(Path(__file__).with_name("oracle.yaml").read_text(encoding="utf-8"))

# Newcombe RG. Two-sided confidence intervals for the single proportion. Stat Med 1998;17:857-872, table I, method 3 (score method
# without correction for continuity). Written down from memory; the oracle of the next test is computed.
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE)
def test_wilson_is_that_of_newcombe(successes: int, trials: int, low: float, high: float) -> None:
    assert compute_wilson_interval(successes, trials) == pytest.approx((low, high), abs=0.00005)


def test_wilson_is_that_of_scipy() -> None:
    for percent, successes, trials, low, high in ORACLE["wilson"]:
        assert compute_wilson_interval(successes, trials, percent) == pytest.approx((low, high), abs=1e-9)


def test_nothing_observed_says_nothing() -> None:
    assert compute_wilson_interval(0, 0) == Interval(0.0, 1.0)


@pytest.mark.parametrize("told", ORACLE["curves"], ids=lambda told: f"{told['seed']}, entering: {told['entering']}")
def test_the_curve_is_that_of_lifelines(told: dict[str, Any]) -> None:
    steps = estimate_survival([Observation(*row) for row in told["observations"]])
    curve = {time: (left, low, high) for time, left, low, high in told["curve"]}
    assert steps
    for step in steps:
        left, *ends = curve[step.time]
        assert step.without == pytest.approx(left, abs=1e-9)
        if 0 < step.without < 1:
            assert step.interval == pytest.approx(tuple(ends), abs=1e-9)


def test_the_median_is_where_half_are_left() -> None:
    steps = estimate_survival([Observation(0, day, True) for day in (1, 2, 3, 4)])
    assert [step.without for step in steps] == [0.75, 0.5, 0.25, 0.0]
    assert find_median_time(steps) == 2
    assert find_median_time(estimate_survival([Observation(0, 9, False)])) is None


def test_who_is_censored_at_a_time_is_at_risk_at_it() -> None:
    (step,) = estimate_survival([Observation(0, 5, True), Observation(0, 5, False), Observation(5, 9, False)])
    assert (step.at_risk, step.events, step.without) == (2, 1, 0.5)
