"""Doses for one patient: mg by a named formula, whole vials and tablets, the label's lower doses, and why none is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import asdict, replace

from concordant.answer.adjusted import Asked, Lowered, asked, lowered
from concordant.answer.basis import Basis, basis_of
from concordant.answer.checks import check_label, check_words, unmet
from concordant.answer.packs import Packed, left_words, off_words, pieces_words, tablets_for, vials_for
from concordant.answer.parts import AdjustedDose, Amount, Dose, Piece, RefAt, Said
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
        basis_refs = self.references.at(basis.sources)
        held, held_refs = self._held(drug, holding)
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
            adjusted=sorted(adjusted, key=_lowest_first),
            asks=self._asks(asked(drug, regimen, self.facts, self.by_name)),
            loaded_again=self._loaded_again(part, drug),
            refs=self.references.at([part.source]),
            **asdict(self._amount(part.amount, part.unit, basis, part, drug)),
        )

    # -- amounts -----------------------------------------------------------------------------------

    def _amount(self, amount: float, unit: DoseUnit, basis: Basis, part: Component, drug: Drug) -> Amount:
        """An amount, its mg for this patient up to the maximum of one dose, and the vials or tablets that make it."""
        if basis.value is None:
            return Amount(amount=amount, unit=unit, calculated_mg=None)
        wanted, capped = amount * basis.value, ""
        if part.maximum is not None and wanted > part.maximum:
            wanted, capped = part.maximum, f"limited to {part.maximum:g} mg, the most for one dose"
        milligrams = round(wanted, 1)
        return self._packed(Amount(amount=amount, unit=unit, calculated_mg=milligrams, capped=capped), milligrams, part, drug)

    def _packed(self, made: Amount, milligrams: float, part: Component, drug: Drug) -> Amount:
        """The amount with the vials or tablets that make it, where it is known which there are."""
        if part.route == "IV" and (vials := vials_for(milligrams, drug.vials)):
            words = f"{pieces_words(vials, 'vial')}, {left_words(vials)}"
            return replace(made, vials=words, left_over_mg=vials.over, pieces=_pieces(vials), pack_refs=self._of(vials))
        if part.route == "PO" and self.rounding and (tablets := tablets_for(milligrams, drug.tablets)):
            refs = self._of(tablets) + (self.references.at([self.rounding.source]) if tablets.over else [])
            words = _tablet_words(tablets, part)
            return replace(made, tablets=words, rounded_mg=tablets.total, pieces=_pieces(tablets), pack_refs=refs)
        return made

    def _of(self, packed: Packed) -> list[RefAt]:
        """Where it stands which vials or tablets there are."""
        return self.references.at(packed.sources)

    # -- what lowers or holds it -------------------------------------------------------------------

    def _adjusted(self, one: Lowered, part: Component, drug: Drug) -> AdjustedDose:
        unit = one.adjustment.unit or part.unit
        amount = one.adjustment.of(part.amount)
        made = Amount(amount=None, unit=unit, calculated_mg=None)
        if amount is not None:
            made = self._amount(amount, unit, basis_of(unit, self.facts, self.by_name), part, drug)
        refs, says, percent = self.references.at(one.sources), one.adjustment.says, one.adjustment.percent
        return AdjustedDose(percent=percent, says=says, because=one.because, refs=refs, **asdict(made))

    def _held(self, drug: Drug, holding: Sequence[Lowered]) -> tuple[str, list[RefAt]]:
        """A check of the drug that is not met, or a dose that its label lowers: no mg may stand beside it as if nothing were."""
        checks = unmet(drug, self.facts)
        told = [f"{check_label(one, self.by_name)}: {check_words(one, self.facts, self.by_name)}" for one in checks]
        said = [*(f"{sentence_case(text)}." for text in told), *(f"{one.adjustment.says}{_no_amount(one)}" for one in holding)]
        sources = [*(one.source for one in checks), *(one.adjustment.source for one in holding)]
        return " ".join(said), self.references.at(sources)

    def _asks(self, asking: Iterable[Asked]) -> list[Said]:
        return [Said(says=one.says, refs=self.references.at(one.sources)) for one in asking]

    def _loaded_again(self, part: Component, drug: Drug) -> list[Said]:
        """When a new loading dose is due, for a drug that may have been given before; whether it is due is not judged."""
        received = self.facts.get(f"received_{drug.id}")
        if part.phase != "loading" or drug.loaded_again is None or (received and received.value == "no"):
            return []
        return [Said(says=drug.loaded_again.says, refs=self.references.at([drug.loaded_again.source]))]


def _pieces(packed: Packed) -> list[Piece]:
    return [Piece(count=count, mg=mg) for count, mg in packed.pieces]


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
