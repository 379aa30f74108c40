"""What a danger holds back, written once with the danger, is written out here as a bar of each drug that waits for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from concordant.drugs import Drug
from concordant.guideline import Danger, about
from concordant.records import Bar

EVERY = "any_drug"


def with_dangers(drug: Drug, dangers: Iterable[Danger], given: Collection[str]) -> Drug:
    """The drug with a bar for each danger that its first dose waits for; a drug of no regimen needs none."""
    if drug.id not in given:
        return drug
    names = {EVERY, drug.id, *drug.classes}
    held = tuple(_bar(one, drug) for one in dangers if not names.isdisjoint(one.holds))
    return replace(drug, unless=(*drug.unless, *held))


def _bar(danger: Danger, drug: Drug) -> Bar:
    return Bar(
        if_=danger.if_,
        kind="precaution",
        effect="holds",
        says=danger.says,
        source=danger.source,
        earlier=danger.earlier,
        drug=drug.id,
        actions=(about(danger),),
    )
