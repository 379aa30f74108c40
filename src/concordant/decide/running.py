"""What a patient takes now, as a regimen that may be kept."""

from __future__ import annotations

from collections.abc import Mapping

from concordant.decide.ruleset import CURRENT
from concordant.model.drugs import Component, Regimen
from concordant.model.sources import Cite
from concordant.patient.events import EARLY_SETTINGS, ONGOING, PatientRecord


def find_running_drugs(record: PatientRecord) -> tuple[str, ...]:
    """What runs now for advanced disease, each drug once."""
    running = [c for c in record.courses if c.stopped == ONGOING and c.setting not in EARLY_SETTINGS]
    return tuple(dict.fromkeys(drug for course in running for drug in course.drugs))


def make_current_regimen(drugs: tuple[str, ...], names: Mapping[str, str]) -> Regimen:
    """What runs now as a regimen without doses."""
    nowhere = Cite(ref="record", checked="primary")
    parts = tuple(Component(drug=d, amount=0, unit="mg", schedule="as now", route="", source=nowhere) for d in drugs)
    return Regimen(id=CURRENT, name=" + ".join(names[d] for d in drugs), components=parts)
