"""Evidence by data cut: only what was published by the date of the question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from concordant.answer.eligibility import judge_eligibility
from concordant.answer.parts import Eligibility, Estimate, EvidenceRow, HazardRatioShown
from concordant.answer.references import References
from concordant.decide.situation import Situation
from concordant.model.knowledge import Knowledge
from concordant.model.trials import Analysis, HazardRatio, Trial
from concordant.model.trials import Estimate as Figure

SILENT = Eligibility(verdict="unknown", because="", refs=[])


def build_evidence(
    names: Iterable[str], knowledge: Knowledge, situation: Situation, references: References, *, compared: bool
) -> list[EvidenceRow]:
    """The analyses of the named trials, one row a data cut, in order of publication; `compared` with this patient, or not.

    A patient of whom something must be settled first is compared with nobody.
    """
    trials = {trial.id: trial for trial in knowledge.trials}
    rows = []
    for trial in (trials[name] for name in names):
        if known := sorted(_find_published_analyses(trial, situation.record.as_of), key=lambda a: a.known_from):
            fits = judge_eligibility(trial, situation.facts, situation.plan.by_name, references) if compared else SILENT
            rows += [_build_row(trial, analysis, fits, references) for analysis in known]
    return rows


def _find_published_analyses(trial: Trial, as_of: dt.date) -> list[Analysis]:
    return [analysis for analysis in trial.analyses if analysis.known_from <= as_of]


def _build_row(trial: Trial, analysis: Analysis, fits: Eligibility, references: References) -> EvidenceRow:
    worst = max((e.checked for e in analysis.estimates), key=["primary", "secondary", "choice", "recalled"].index)
    return EvidenceRow(
        trial=trial.name,
        arms=list(trial.arms),
        n=trial.n,
        population=trial.population,
        analysis=analysis.name,
        cut=analysis.cut,
        estimates=[_build_estimate(estimate) for estimate in analysis.estimates],
        refs=references.cite_source(analysis.source, worst),
        eligibility=fits,
        caveat=trial.caveat,
    )


def _build_estimate(estimate: Figure) -> Estimate:
    return Estimate(
        endpoint=estimate.endpoint,
        values=list(estimate.values),
        unit=estimate.unit,
        assessed_by=estimate.assessed_by,
        effect=estimate.effect,
        hr=_build_hazard_ratio(estimate.hr) if estimate.hr else None,
        p=estimate.p,
        note=estimate.note,
        checked=estimate.checked,
    )


def _build_hazard_ratio(ratio: HazardRatio) -> HazardRatioShown:
    return HazardRatioShown(of=ratio.of, estimate=ratio.estimate, low=ratio.low, high=ratio.high, level=ratio.level)
