"""Trials by data cut: a figure belongs to exactly one analysis."""

from __future__ import annotations

import datetime as dt

from concordant.records import Checked, Record


class Estimate(Record, frozen=True):
    """One figure of one analysis: an endpoint, the arms' values, the comparison."""

    endpoint: str
    values: tuple[str, ...]
    checked: Checked
    unit: str = ""
    assessed_by: str = ""
    effect: str = ""
    p: str = ""
    note: str = ""


class Analysis(Record, frozen=True):
    """All figures of one data cut, from one publication."""

    id: str
    name: str
    cut: str
    known_from: dt.date
    source: str
    estimates: tuple[Estimate, ...]
    follow_up: str = ""


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
