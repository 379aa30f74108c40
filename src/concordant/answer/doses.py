"""Doses for one patient: mg by a named formula, whole vials and tablets, the label's lower doses, and why none is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import asdict, replace

from concordant.answer.adjusted import LoweredDose, UndecidedAdjustment, find_lowered_doses, find_undecided_adjustments
from concordant.answer.checks import describe_check, find_unmet_checks, label_check
from concordant.answer.dispensing import (
    PackSelection,
    describe_difference,
    describe_left_over,
    describe_pieces,
    select_tablets,
    select_vials,
)
from concordant.answer.dose_basis import DoseBasis, find_dose_basis
from concordant.answer.parts import AdjustedDose, Amount, Dose, Piece, RefAt, Said
from concordant.answer.phrases import capitalize_first
from concordant.answer.references import References
from concordant.model.drugs import Component, DoseUnit, Drug, Regimen
from concordant.model.features import Feature
from concordant.model.formulas import Rounding
from concordant.patient.facts import Facts

TIMES_A_DAY = {"twice daily": 2, "three times daily": 3}


class DoseCalculator(msgspec.Struct, frozen=True):
    """One patient and what is known of drugs: everything that a dose is made of."""

    drugs: Mapping[str, Drug]
    facts: Facts
    by_name: Mapping[str, Feature]
    rounding: Rounding | None
    references: References

    def build_doses(self, regimen: Regimen) -> list[Dose]:
        """Every component of the regimen, with mg where the patient's measure is known and current."""
        return [self._build_dose(part, self.drugs[part.drug], regimen) for part in regimen.components]

    def _build_dose(self, part: Component, drug: Drug, regimen: Regimen) -> Dose:
        basis = find_dose_basis(part.unit, self.facts, self.by_name)
        holding = find_lowered_doses(drug, regimen, self.facts, self.by_name)
        adjusted = [self._build_adjusted_dose(lowered, part, drug) for lowered in holding]
        basis_refs = self.references.cite_places(basis.sources)
        held, held_refs = self._explain_held_dose(drug, holding)
        return Dose(
            drug=drug.name,
            phase=part.phase,
            schedule=part.schedule,
            route=part.route,
            days=part.days,
            basis=basis.words,
            basis_amount=basis.amount,
            basis_refs=basis_refs,
            why_not_calculated=basis.why_not,
            note=part.note,
            held=held,
            held_refs=held_refs,
            adjusted=sorted(adjusted, key=_rank_adjusted_dose),
            asks=self._build_undecided(find_undecided_adjustments(drug, regimen, self.facts, self.by_name)),
            loaded_again=self._build_reloading_note(part, drug),
            refs=self.references.cite_places([part.source]),
            **asdict(self._calculate_amount(part.amount, part.unit, basis, part, drug)),
        )

    # -- amounts -----------------------------------------------------------------------------------

    def _calculate_amount(self, amount: float, unit: DoseUnit, basis: DoseBasis, part: Component, drug: Drug) -> Amount:
        """An amount, its mg for this patient up to the maximum of one dose, and the vials or tablets that make it."""
        if basis.value is None:
            return Amount(amount=amount, unit=unit, calculated_mg=None)
        wanted, capped = amount * basis.value, ""
        if part.maximum is not None and wanted > part.maximum:
            wanted, capped = part.maximum, f"limited to {part.maximum:g} mg, the most for one dose"
        milligrams = round(wanted, 1)
        return self._add_packs(Amount(amount=amount, unit=unit, calculated_mg=milligrams, capped=capped), milligrams, part, drug)

    def _add_packs(self, made: Amount, milligrams: float, part: Component, drug: Drug) -> Amount:
        """The amount with the vials or tablets that make it, where it is known which there are."""
        if part.route == "IV" and (vials := select_vials(milligrams, drug.vials)):
            words = f"{describe_pieces(vials, 'vial')}, {describe_left_over(vials)}"
            return replace(
                made, vials=words, left_over_mg=vials.over, pieces=_list_pieces(vials), pack_refs=self._cite_packs(vials)
            )
        if part.route == "PO" and self.rounding and (tablets := select_tablets(milligrams, drug.tablets)):
            refs = self._cite_packs(tablets) + (self.references.cite_places([self.rounding.source]) if tablets.over else [])
            words = _describe_tablets(tablets, part)
            return replace(made, tablets=words, rounded_mg=tablets.total, pieces=_list_pieces(tablets), pack_refs=refs)
        return made

    def _cite_packs(self, packed: PackSelection) -> list[RefAt]:
        """Where it stands which vials or tablets there are."""
        return self.references.cite_places(packed.sources)

    # -- what lowers or holds it -------------------------------------------------------------------

    def _build_adjusted_dose(self, lowered: LoweredDose, part: Component, drug: Drug) -> AdjustedDose:
        unit = lowered.adjustment.unit or part.unit
        amount = lowered.adjustment.adjust_amount(part.amount)
        made = Amount(amount=None, unit=unit, calculated_mg=None)
        if amount is not None:
            made = self._calculate_amount(amount, unit, find_dose_basis(unit, self.facts, self.by_name), part, drug)
        refs, says, percent = self.references.cite_places(lowered.sources), lowered.adjustment.says, lowered.adjustment.percent
        return AdjustedDose(percent=percent, says=says, because=lowered.because, refs=refs, **asdict(made))

    def _explain_held_dose(self, drug: Drug, holding: Sequence[LoweredDose]) -> tuple[str, list[RefAt]]:
        """A check of the drug that is not met, or a dose that its label lowers: no mg may stand beside it as if nothing were."""
        checks = find_unmet_checks(drug, self.facts)
        unmet = [f"{label_check(cause, self.by_name)}: {describe_check(cause, self.facts, self.by_name)}" for cause in checks]
        said = [
            *(f"{capitalize_first(text)}." for text in unmet),
            *(f"{cause.adjustment.says}{_explain_missing_amount(cause)}" for cause in holding),
        ]
        sources = [*(cause.source for cause in checks), *(cause.adjustment.source for cause in holding)]
        return " ".join(said), self.references.cite_places(sources)

    def _build_undecided(self, asking: Iterable[UndecidedAdjustment]) -> list[Said]:
        return [Said(says=undecided.says, refs=self.references.cite_places(undecided.sources)) for undecided in asking]

    def _build_reloading_note(self, part: Component, drug: Drug) -> list[Said]:
        """When a new loading dose is due, for a drug that may have been given before; whether it is due is not judged."""
        received = self.facts.get(f"received_{drug.id}")
        if part.phase != "loading" or drug.loaded_again is None or (received and received.value == "no"):
            return []
        return [Said(says=drug.loaded_again.says, refs=self.references.cite_places([drug.loaded_again.source]))]


def _list_pieces(packed: PackSelection) -> list[Piece]:
    return [Piece(count=count, mg=mg) for count, mg in packed.pieces]


def _rank_adjusted_dose(dose: AdjustedDose) -> tuple[bool, float]:
    """The lowest amount first; one that names no amount before all."""
    return dose.amount is not None, dose.amount or 0


def _explain_missing_amount(lowered: LoweredDose) -> str:
    return f" No amount is named: {lowered.adjustment.no_amount}." if lowered.adjustment.no_amount else ""


def _describe_tablets(packed: PackSelection, part: Component) -> str:
    """`3 tablets of 500 mg and 2 of 150 mg twice daily: 1800 mg a dose, 1.9 % more than calculated; 3600 mg a day`."""
    times = TIMES_A_DAY.get(part.schedule)
    off = f": {packed.total:g} mg a dose, {describe_difference(packed)}" if packed.over else ""
    daily = f"; {times * packed.total:g} mg a day" if times else ""
    return f"{describe_pieces(packed, 'tablet')} {part.schedule}{off}{daily}"
