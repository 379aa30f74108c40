"""Doses for one patient: mg by a named formula, whole vials and tablets, the label's lower doses, and why none is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from concordant.answer.adjusted import Asked, Lowered, asked, lowered
from concordant.answer.basis import Basis, basis_of
from concordant.answer.checks import check_label, check_words, unmet
from concordant.answer.packs import Packed, left_words, off_words, pieces_words, tablets_for, vials_for
from concordant.answer.parts import AdjustedDose, Dose, Piece, Said
from concordant.answer.phrases import sentence_case
from concordant.answer.references import References
from concordant.drugs import Component, DoseUnit, Drug, Regimen
from concordant.facts import Facts
from concordant.features import Feature
from concordant.formulas import Rounding

TIMES_A_DAY = {"twice daily": 2, "three times daily": 3}


@dataclass(frozen=True, slots=True)
class Dosing:
    """One patient and what is known of drugs: everything that a dose is made of."""

    drugs: Mapping[str, Drug]
    facts: Facts
    by_name: Mapping[str, Feature]
    rounding: Rounding | None
    references: References

    def doses(self, regimen: Regimen) -> list[Dose]:
        """Every component of the regimen, with mg where the patient's measure is known and current."""
        return [self._dose(part, self.drugs[part.drug], regimen) for part in regimen.components]

    def _dose(self, part: Component, drug: Drug, regimen: Regimen) -> Dose:
        basis = basis_of(part.unit, self.facts, self.by_name)
        holding = lowered(drug, regimen, self.facts, self.by_name)
        adjusted = [self._adjusted(one, part, drug) for one in holding]
        return Dose(
            drug=drug.name,
            phase=part.phase,
            schedule=part.schedule,
            route=part.route,
            days=part.days,
            basis=basis.words,
            basis_amount=basis.amount,
            basis_refs=self.references.at(basis.sources),
            why_not_calculated=basis.why_not,
            note=part.note,
            **self._held(drug, holding),
            adjusted=sorted(adjusted, key=_lowest_first),
            asks=self._asks(asked(drug, regimen, self.facts, self.by_name)),
            loaded_again=self._loaded_again(part, drug),
            refs=self.references.at([part.source]),
            **self._amount(part.amount, part.unit, basis, part, drug),
        )

    # -- amounts -----------------------------------------------------------------------------------

    def _amount(self, amount: float, unit: DoseUnit, basis: Basis, part: Component, drug: Drug) -> dict[str, Any]:
        """An amount, its mg for this patient up to the maximum of one dose, and the vials or tablets that make it."""
        made: dict[str, Any] = {"amount": amount, "unit": unit, "calculated_mg": None}
        if basis.value is None:
            return made
        wanted = amount * basis.value
        if part.maximum is not None and wanted > part.maximum:
            wanted = part.maximum
            made["capped"] = f"limited to {part.maximum:g} mg, the most for one dose"
        milligrams = round(wanted, 1)
        return made | {"calculated_mg": milligrams} | self._packs(milligrams, part, drug)

    def _packs(self, milligrams: float, part: Component, drug: Drug) -> dict[str, Any]:
        if part.route == "IV" and (vials := vials_for(milligrams, drug.vials)):
            words = f"{pieces_words(vials, 'vial')}, {left_words(vials)}"
            return {"vials": words, "left_over_mg": vials.over, **self._pieces(vials)}
        if part.route == "PO" and self.rounding and (tablets := tablets_for(milligrams, drug.tablets)):
            packs = self._pieces(tablets)
            if tablets.over:
                packs["pack_refs"] += self.references.at([self.rounding.source])
            return {"tablets": _tablet_words(tablets, part), "rounded_mg": tablets.total, **packs}
        return {}

    def _pieces(self, packed: Packed) -> dict[str, Any]:
        pieces = [Piece(count=count, mg=mg) for count, mg in packed.pieces]
        return {"pieces": pieces, "pack_refs": self.references.at(packed.sources)}

    # -- what lowers or holds it -------------------------------------------------------------------

    def _adjusted(self, one: Lowered, part: Component, drug: Drug) -> AdjustedDose:
        unit = one.adjustment.unit or part.unit
        amount = one.adjustment.of(part.amount)
        made: dict[str, Any] = {"amount": None, "unit": unit, "calculated_mg": None}
        if amount is not None:
            made = self._amount(amount, unit, basis_of(unit, self.facts, self.by_name), part, drug)
        refs = self.references.at(one.sources)
        return AdjustedDose(percent=one.adjustment.percent, says=one.adjustment.says, because=one.because, refs=refs, **made)

    def _held(self, drug: Drug, holding: Sequence[Lowered]) -> dict[str, Any]:
        """A check of the drug that is not met, or a dose that its label lowers: no mg may stand beside it as if nothing were."""
        checks = unmet(drug, self.facts)
        told = [f"{check_label(one, self.by_name)}: {check_words(one, self.facts, self.by_name)}" for one in checks]
        said = [*(f"{sentence_case(text)}." for text in told), *(f"{one.adjustment.says}{_no_amount(one)}" for one in holding)]
        sources = [*(one.source for one in checks), *(one.adjustment.source for one in holding)]
        return {"held": " ".join(said), "held_refs": self.references.at(sources)}

    def _asks(self, asking: Iterable[Asked]) -> list[Said]:
        return [Said(says=one.says, refs=self.references.at(one.sources)) for one in asking]

    def _loaded_again(self, part: Component, drug: Drug) -> list[Said]:
        """When a new loading dose is due, for a drug that may have been given before; whether it is due is not judged."""
        received = self.facts.get(f"received_{drug.id}")
        if part.phase != "loading" or drug.loaded_again is None or (received and received.value == "no"):
            return []
        return [Said(says=drug.loaded_again.says, refs=self.references.at([drug.loaded_again.source]))]


def _lowest_first(one: AdjustedDose) -> tuple[bool, float]:
    """The lowest amount first; one that names no amount before all."""
    return one.amount is not None, one.amount or 0


def _no_amount(one: Lowered) -> str:
    return f" No amount is named: {one.adjustment.no_amount}." if one.adjustment.no_amount else ""


def _tablet_words(packed: Packed, part: Component) -> str:
    """`3 tablets of 500 mg and 2 of 150 mg twice daily: 1800 mg a dose, 1.9 % more than calculated; 3600 mg a day`."""
    times = TIMES_A_DAY.get(part.schedule)
    off = f": {packed.total:g} mg a dose, {off_words(packed)}" if packed.over else ""
    daily = f"; {times * packed.total:g} mg a day" if times else ""
    return f"{pieces_words(packed, 'tablet')} {part.schedule}{off}{daily}"
