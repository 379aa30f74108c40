"""Trials by data cut: a figure belongs to exactly one analysis; and whom a trial took."""

import datetime as dt

import msgspec

from concordant.logic.conditions import Condition
from concordant.model.naming import FeatureName, SourceName
from concordant.model.sources import Checked, Cite, Record


class HazardRatio(Record, frozen=True):
    """A hazard ratio with its confidence interval as numbers, read once from `effect` when the knowledge is compiled.

    `of` is what it compares: a hazard ratio has no point in time. An interval that was not seen is None on both sides.
    """

    of: str
    estimate: float
    low: float | None = None
    high: float | None = None
    level: float | None = None


class Estimate(Record, frozen=True):
    """One figure of one analysis: an endpoint, the arms' values, the comparison.

    `ratio_of` names what a hazard ratio compares where the endpoint itself names a point in time, or counts patients.
    """

    endpoint: str
    values: tuple[str, ...]
    checked: Checked
    unit: str = ""
    assessed_by: str = ""
    effect: str = ""
    ratio_of: str = ""
    hr: HazardRatio | None = None
    p: str = ""
    note: str = ""


class Analysis(Record, frozen=True):
    """All figures of one data cut, from one publication."""

    id: str
    name: str
    cut: str
    known_from: dt.date
    source: SourceName
    estimates: tuple[Estimate, ...]
    follow_up: str = ""


class EligibilityCriterion(Record, frozen=True):
    """One thing that a trial asked of its patients, in words that follow "the trial asked for".

    `here` are the facts that are told of a patient who does not meet it; without them, those that decide.
    """

    if_: Condition = msgspec.field(name="if")
    says: str
    source: Cite
    here: tuple[FeatureName, ...] = ()


class Trial(Record, frozen=True):
    """A trial: who was in it, what was compared, and its analyses by data cut."""

    id: str
    name: str
    nct: str
    population: str
    arms: tuple[str, ...]
    n: str
    analyses: tuple[Analysis, ...]
    excluded: str = ""
    caveat: str = ""
    eligible_if: tuple[EligibilityCriterion, ...] = ()
