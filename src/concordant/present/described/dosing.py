"""The doses of a regimen in one line: each drug once, a loading dose before the dose that follows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from concordant.model.drugs import Component, Regimen
from concordant.present.described.parts import PartBuilder
from concordant.present.described.phrases import THEN


def tell_doses(parts: PartBuilder, regimen: Regimen) -> str:
    """`A 75 mg/m² IV every 3 weeks; B 8 mg/kg, then 6 mg/kg IV every 3 weeks`, with its sources."""
    told = "; ".join(_iter_drugs(parts, regimen))
    return parts.cite(told, *dict.fromkeys(part.source for part in regimen.components))


def _iter_drugs(parts: PartBuilder, regimen: Regimen) -> Iterator[str]:
    for drug, group in groupby(regimen.components, key=lambda part: part.drug):
        name = "" if parts.names[drug] == regimen.name else f"{parts.names[drug]} "
        yield f"{name}{_tell_phases(parts, list(group))}"


def _tell_phases(parts: PartBuilder, phases: Sequence[Component]) -> str:
    """The first dose alone where all that follows differs in nothing but the amount."""
    if len({(part.schedule, part.route, part.days) for part in phases}) == 1:
        first = [parts.format_amount(part) for part in phases[:-1]]
        return THEN.join((*first, parts.describe_dose(phases[-1])))
    return THEN.join(map(parts.describe_dose, phases))
