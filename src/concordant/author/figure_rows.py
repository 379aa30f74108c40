"""Estimates of trials as rows of numbers, read once from their words when the knowledge is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from concordant.model.audit import FigureRow, FigureStatus, FigureValue
from concordant.model.trials import Analysis, Estimate, Trial

_NUMBER = r"\d+(?:\.\d+)?"
_VALUE = re.compile(rf"({_NUMBER}|not reached|not given)(?: \((.*)\))?")
_RANGE = re.compile(rf"({_NUMBER})-({_NUMBER}|\D+)")
_SHARE = re.compile(rf"({_NUMBER}) %")
_TIME = re.compile(r" at (\d+) (month|year)s?")
_UNSEEN = "not seen"


def make_rows(trials: Iterable[Trial]) -> Iterator[FigureRow]:
    """The rows of all trials, in their order."""
    for trial in trials:
        for analysis in trial.analyses:
            yield from (_make_row(trial, analysis, estimate) for estimate in analysis.estimates)


def _make_row(trial: Trial, analysis: Analysis, estimate: Estimate) -> FigureRow:
    named, _, population = estimate.endpoint.partition(", ")
    time = _TIME.search(named)
    base = _TIME.sub("", named)
    return FigureRow(
        trial=trial.id,
        cut=_name_cut(analysis),
        cut_told=_tell_cut(analysis),
        known_from=analysis.known_from,
        source=analysis.source,
        analysis=analysis.id,
        follow_up=tuple(float(number) for number in re.findall(_NUMBER, analysis.follow_up)),
        endpoint=base.removeprefix("mean "),
        told=estimate.endpoint,
        checked=estimate.checked,
        values=tuple(_parse_value(value) for value in estimate.values),
        population="" if population.startswith("any grade") else population,
        mean=base.startswith("mean "),
        months=float(time[1]) * (12 if time[2] == "year" else 1) if time else None,
        unit=estimate.unit,
        assessor=estimate.assessed_by,
        hr=estimate.hr,
        p=estimate.p,
        status=_find_status(estimate.note),
        primary="primary" in analysis.name,
    )


def _name_cut(analysis: Analysis) -> str:
    """One name for the analyses of the same data: those of one day, and a meeting's report of what was published later."""
    cut = analysis.cut.removesuffix(" (recalled)")
    return cut if cut != _UNSEEN else analysis.name.partition(", conference")[0]


def _tell_cut(analysis: Analysis) -> str:
    return f"{analysis.name}, cut {analysis.cut}" if analysis.cut != _UNSEEN else f"{analysis.name}, cut not seen"


def _parse_value(text: str) -> FigureValue:
    """`28.8 (22.4-37.9)`, `72 (28 %)`, `not reached (18.5-NE)`."""
    if not (met := _VALUE.fullmatch(text)):
        return FigureValue()
    value = float(met[1]) if met[1][0].isdigit() else None
    low, high = _parse_ends(met[2] or "")
    share = _SHARE.fullmatch(met[2] or "")
    return FigureValue(value=value, low=low, high=high, share=float(share[1]) if share else None, reached=met[1] != "not reached")


def _parse_ends(text: str) -> tuple[float | None, float | None]:
    if not (met := _RANGE.fullmatch(text)):
        return None, None
    return float(met[1]), float(met[2]) if met[2][0].isdigit() else None


def _find_status(note: str) -> FigureStatus:
    if "boundary" in note and "not crossed" in note:
        return "not crossed"
    return "exploratory" if re.search(r"exploratory|descriptive|not tested", note) else ""
