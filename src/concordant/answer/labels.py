"""What the labels of a regimen's drugs say: boxed warnings, section 4, dose levels and changes, handling."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.answer.parts import DoseChange, LabelFacts, Said
from concordant.answer.references import References
from concordant.drugs import Adjustment, Drug, Levels, Remark


def label_facts(drugs: Iterable[Drug], references: References) -> list[LabelFacts]:
    """One entry a drug that has any; the frame holds only what was published by the date of the question."""
    told = [_of(drug, references) for drug in drugs]
    return [
        one
        for one in told
        if one.boxed or one.contraindications or one.levels or one.adjustments or one.dose_changes or one.handling
    ]


def _of(drug: Drug, references: References) -> LabelFacts:
    return LabelFacts(
        drug=drug.name,
        boxed=_said(drug.boxed, references),
        contraindications=_said(drug.contraindications, references),
        levels=[Said(says=_steps(one), refs=references.at([one.source])) for one in drug.levels],
        adjustments=_said(drug.adjustments, references),
        dose_changes=[
            DoseChange(toxicity=m.toxicity, finding=m.finding, do=m.do, refs=references.at([m.source]))
            for m in drug.modifications
        ],
        handling=_said((*drug.handling, *filter(None, [drug.loaded_again])), references),
    )


def _said(remarks: Iterable[Remark | Adjustment], references: References) -> list[Said]:
    return [Said(says=one.says, refs=references.at([one.source])) for one in remarks]


def _steps(levels: Levels) -> str:
    """`5.4, 4.4, 3.2 mg/kg every 3 weeks, then stop`."""
    amounts = ", ".join(f"{amount:g}" for amount in levels.amounts)
    says = " ".join(filter(None, (amounts, levels.unit, levels.schedule)))
    return f"{says}, then stop{f' ({levels.note})' if levels.note else ''}"
