"""One of several things is chosen, each with a weight that changes with the calendar and with the patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concordant.cohorts.simulate.draws import Frame
from concordant.cohorts.simulate.streams import Days, Numbers
from concordant.logic.dates import parse_partial_date
from concordant.model.simulation import Factor, Weight

EPOCH = dt.date(1970, 1, 1)
NOTHING = -1


def count_days(day: dt.date) -> int:
    """Days since 1970: how all days of a history are kept."""
    return (day - EPOCH).days


def weigh(weights: Sequence[Weight], factors: Sequence[Factor], frame: Frame, days: Days) -> Numbers:
    """The weight for each patient on their day: that of the first case that holds, times the factors that hold."""
    total, open_ = np.zeros(frame.rows), np.ones(frame.rows, bool)
    for weight in weights:
        here = open_ & frame.match(weight.where)
        total[here] = _read_curve(weight, days[here])
        open_ &= ~here
    for factor in factors:
        total[frame.match(factor.where)] *= factor.by
    return total


def _read_curve(weight: Weight, days: Days) -> Numbers:
    known = sorted((count_days(parse_partial_date(day).first), value) for day, value in weight.by_date.items())
    return np.interp(days, [day for day, _ in known], [value for _, value in known])


def choose(weights: NDArray[np.float64], drawn: Numbers) -> NDArray[np.intp]:
    """Which column of the weights each row chooses; NOTHING where all of them are 0."""
    ends = np.cumsum(weights, axis=1)
    total = ends[:, -1]
    chosen = (ends <= (drawn * total)[:, None]).sum(axis=1)
    return np.where(total > 0, np.minimum(chosen, weights.shape[1] - 1), NOTHING)
