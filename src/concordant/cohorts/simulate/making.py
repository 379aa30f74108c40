"""A part of a cohort: some patients by their numbers, each with the history that the seed and the number give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from concordant.cohorts.simulate.choices import count_days
from concordant.cohorts.simulate.draws import Frame
from concordant.cohorts.simulate.early import treat_early_disease
from concordant.cohorts.simulate.history import NEVER, History
from concordant.cohorts.simulate.lines import treat_in_lines
from concordant.cohorts.simulate.plan import SimulationPlan
from concordant.cohorts.simulate.streams import Stream, make_stream

YEAR, MONTH = 365.25, 365.25 / 12  # days


def make_history(plan: SimulationPlan, seed: int, patients: NDArray[np.int64]) -> History:
    """The histories of these patients."""
    stream = make_stream(seed, patients)
    history = _begin_history(plan, patients, stream)
    treat_in_lines(plan, history, treat_early_disease(plan, history))
    return history


def _begin_history(plan: SimulationPlan, patients: NDArray[np.int64], stream: Stream) -> History:
    """What is drawn of the patients themselves, and their days."""
    simulation, rows = plan.simulation, len(patients)
    frame = Frame(rows)
    for draw in simulation.draws:
        frame.draw(draw, stream)
    first, last = count_days(simulation.first), count_days(simulation.last)
    advanced = first + np.floor((last - first + 1) * stream.draw_uniform("advanced"))
    years, interval = frame.columns["years_at_advanced"].values, frame.columns["months_to_recurrence"].values
    births = advanced - np.floor(years * YEAR) - np.floor(YEAR * stream.draw_uniform("birthday"))
    begun = advanced - np.round(interval * MONTH)
    never = np.full(rows, NEVER, np.int32)
    return History(
        patients,
        stream,
        frame,
        births.astype(np.int32),
        begun.astype(np.int32),
        advanced.astype(np.int32),
        never.copy(),
        never.copy(),
        count_days(simulation.until),
    )
