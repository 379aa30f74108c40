"""Evidence by data cut: only what was published by the date of the question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from concordant.answer.parts import Estimate, EvidenceRow
from concordant.answer.references import References
from concordant.compiled import Knowledge
from concordant.trials import Analysis, Trial


def evidence_of(names: Iterable[str], knowledge: Knowledge, as_of: dt.date, references: References) -> list[EvidenceRow]:
    """The analyses of the named trials, one row a data cut, in order of publication."""
    trials = {trial.id: trial for trial in knowledge.trials}
    rows = []
    for name in names:
        known = [a for a in trials[name].analyses if a.known_from <= as_of]
        rows += [_row(trials[name], a, references) for a in sorted(known, key=lambda a: a.known_from)]
    return rows


def _row(trial: Trial, analysis: Analysis, references: References) -> EvidenceRow:
    estimates = [
        Estimate(
            endpoint=e.endpoint,
            values=list(e.values),
            unit=e.unit,
            assessed_by=e.assessed_by,
            effect=e.effect,
            p=e.p,
            note=e.note,
            checked=e.checked,
        )
        for e in analysis.estimates
    ]
    worst = max((e.checked for e in analysis.estimates), key=["primary", "secondary", "choice", "recalled"].index)
    return EvidenceRow(
        trial=trial.name,
        arms=list(trial.arms),
        n=trial.n,
        population=trial.population,
        analysis=analysis.name,
        cut=analysis.cut,
        estimates=estimates,
        refs=references.of(analysis.source, worst),
        caveat=trial.caveat,
    )
