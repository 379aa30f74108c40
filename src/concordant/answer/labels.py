"""What the labels of a regimen's drugs say: boxed warnings, section 4, dose levels and changes, handling."""

from __future__ import annotations

from collections.abc import Iterable

from concordant.answer.parts import DoseChange, LabelFacts, Said
from concordant.answer.references import References
from concordant.model.drugs import DoseAdjustment, DoseLevels, Drug, LabelRemark


def build_label_facts(drugs: Iterable[Drug], references: References) -> list[LabelFacts]:
    """One entry a drug that has any; the ruleset holds only what was published by the date of the question."""
    labels = [_build_drug_label(drug, references) for drug in drugs]
    return [
        label
        for label in labels
        if label.boxed or label.contraindications or label.levels or label.adjustments or label.dose_changes or label.handling
    ]


def _build_drug_label(drug: Drug, references: References) -> LabelFacts:
    return LabelFacts(
        drug=drug.name,
        boxed=_build_remarks(drug.boxed, references),
        contraindications=_build_remarks(drug.contraindications, references),
        levels=[Said(says=_describe_dose_levels(level), refs=references.cite_places([level.source])) for level in drug.levels],
        adjustments=_build_remarks(drug.adjustments, references),
        dose_changes=[
            DoseChange(toxicity=m.toxicity, finding=m.finding, do=m.do, refs=references.cite_places([m.source]))
            for m in drug.modifications
        ],
        handling=_build_remarks((*drug.handling, *filter(None, [drug.loaded_again])), references),
    )


def _build_remarks(remarks: Iterable[LabelRemark | DoseAdjustment], references: References) -> list[Said]:
    return [Said(says=remark.says, refs=references.cite_places([remark.source])) for remark in remarks]


def _describe_dose_levels(levels: DoseLevels) -> str:
    """`5.4, 4.4, 3.2 mg/kg every 3 weeks, then stop`."""
    amounts = ", ".join(f"{amount:g}" for amount in levels.amounts)
    says = " ".join(filter(None, (amounts, levels.unit, levels.schedule)))
    return f"{says}, then stop{f' ({levels.note})' if levels.note else ''}"
