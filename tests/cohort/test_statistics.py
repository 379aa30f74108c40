"""The two estimates of a report, against others who computed the same."""

from __future__ import annotations

import random

import pytest

from concordant.cohort.statistics import (
    Interval,
    Observation,
    compute_wilson_interval,
    estimate_survival,
    find_median_time,
)

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


@pytest.mark.parametrize("percent", [80, 95, 99])
def test_wilson_is_that_of_scipy(percent: int) -> None:
    binomtest = pytest.importorskip("scipy.stats").binomtest
    for trials in (1, 2, 7, 40, 1000):
        for successes in {0, 1, trials // 3, trials - 1, trials}:
            told = binomtest(successes, trials).proportion_ci(percent / 100, method="wilson")
            assert compute_wilson_interval(successes, trials, percent) == pytest.approx((told.low, told.high), abs=1e-9)


def test_nothing_observed_says_nothing() -> None:
    assert compute_wilson_interval(0, 0) == Interval(0.0, 1.0)


def make_observations(seed: int, entering: bool) -> list[Observation]:
    chance = random.Random(seed)
    entries = [float(chance.randrange(0, 30)) if entering else 0.0 for _ in range(60)]
    return [Observation(entry, entry + chance.randrange(1, 40), chance.random() < 0.6) for entry in entries]


@pytest.mark.parametrize("entering", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_curve_is_that_of_lifelines(seed: int, entering: bool) -> None:
    lifelines = pytest.importorskip("lifelines")
    observed = make_observations(seed, entering)
    steps = estimate_survival(observed)
    fitted = lifelines.KaplanMeierFitter().fit(
        [one.exit for one in observed],
        [one.happened for one in observed],
        entry=[one.entry for one in observed] if entering else None,
    )
    curve, ends = fitted.survival_function_.iloc[:, 0], fitted.confidence_interval_
    for step in steps:
        assert step.without == pytest.approx(curve.loc[step.time], abs=1e-9)
        if 0 < step.without < 1:
            assert step.interval == pytest.approx(tuple(sorted(ends.loc[step.time])), abs=1e-9)


def test_the_median_is_where_half_are_left() -> None:
    steps = estimate_survival([Observation(0, day, True) for day in (1, 2, 3, 4)])
    assert [step.without for step in steps] == [0.75, 0.5, 0.25, 0.0]
    assert find_median_time(steps) == 2
    assert find_median_time(estimate_survival([Observation(0, 9, False)])) is None


def test_who_is_censored_at_a_time_is_at_risk_at_it() -> None:
    (step,) = estimate_survival([Observation(0, 5, True), Observation(0, 5, False), Observation(5, 9, False)])
    assert (step.at_risk, step.events, step.without) == (2, 1, 0.5)
