"""A dose that a label lowers is a caution too: written once as an adjustment, and written out here as a bar."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from concordant.model.drugs import DoseAdjustment, Drug, Regimen
from concordant.model.sources import Restriction


def make_cautions(drug: Drug, regimen: str = "") -> tuple[Restriction, ...]:
    """The cautions of a drug in every regimen; with `regimen`, those that the drug has in that one only."""
    wanted = [
        adjustment for adjustment in drug.adjustments if (regimen in adjustment.regimens if regimen else not adjustment.regimens)
    ]
    return tuple(_make_caution(adjustment, drug) for adjustment in wanted)


def add_cautions(regimen: Regimen, drugs: Iterable[Drug]) -> Regimen:
    """The regimen with the cautions that its drugs have in this regimen only."""
    own = [bar for drug in drugs if drug.id in regimen.drugs for bar in make_cautions(drug, regimen.id)]
    return replace(regimen, unless=(*regimen.unless, *own))


def _make_caution(adjustment: DoseAdjustment, drug: Drug) -> Restriction:
    return Restriction(
        if_=adjustment.if_, kind="precaution", effect="caution", says=adjustment.says, source=adjustment.source, drug=drug.id
    )
