"""What a record says of a feature that it does not mention, worked out once by the rules of the knowledge itself."""

from __future__ import annotations

from concordant.derive.engine import FactsOnDemand
from concordant.derive.plan import DerivationPlan
from concordant.patient.events import PatientRecord
from concordant.patient.fact_table import PATIENT, Cell, make_fact_row
from concordant.readers.truth_only import TruthOnly

ASSUMED = "assumed"


def find_silence(record: PatientRecord, plan: DerivationPlan, look: TruthOnly) -> dict[str, Cell]:
    """The cells of the features whose value rests on the silence of this record."""
    facts = FactsOnDemand(record, plan, look)
    assumed = [feature for feature in plan.features if facts[feature.name].origin == ASSUMED]
    return {name: cell for name, cell in make_fact_row("", (), assumed, facts).items() if name != PATIENT}
