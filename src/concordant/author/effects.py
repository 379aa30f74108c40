"""Effects of trials as numbers: read once from their words, so that no figure stands in two places."""

from __future__ import annotations

import re

from msgspec.structs import replace

from concordant.model.trials import Analysis, Estimate, HazardRatio, Trial

_NUMBER = r"\d+(?:\.\d+)?"
_RATIO = re.compile(rf"HR ({_NUMBER})(?: \(({_NUMBER}) % CI ({_NUMBER})-({_NUMBER})\))?")
_MENTIONED = re.compile(r"\b(?:HR|hazard ratio)\b", re.IGNORECASE)
_TIMED = re.compile(r" at \d")

WRITTEN_AS = "HR 0.28 (95 % CI 0.22-0.37)"


def add_ratios(trial: Trial) -> Trial:
    """The trial with the numbers of each hazard ratio beside its words."""
    return replace(trial, analyses=tuple(_add_analysis_ratios(analysis) for analysis in trial.analyses))


def _add_analysis_ratios(analysis: Analysis) -> Analysis:
    return replace(analysis, estimates=tuple(replace(estimate, hr=parse_ratio(estimate)) for estimate in analysis.estimates))


def parse_ratio(estimate: Estimate) -> HazardRatio | None:
    """The hazard ratio that the effect tells, or None for another effect or none."""
    if not (match := _RATIO.fullmatch(estimate.effect)):
        return None
    ratio, level, low, high = (float(part) if part else None for part in match.groups())
    assert ratio is not None
    return HazardRatio(of=estimate.ratio_of or estimate.endpoint, estimate=ratio, low=low, high=high, level=level)


def has_ratio_words(text: str) -> bool:
    """Whether the words speak of a hazard ratio at all."""
    return _MENTIONED.search(text) is not None


def has_time_point(estimate: Estimate) -> bool:
    """Whether the endpoint is a share at a point in time, or a count of patients: neither is what a hazard ratio compares."""
    return _TIMED.search(estimate.endpoint) is not None or estimate.unit == "patients"
