"""What doses are made of: lower doses that a label names, sizes of vials and tablets, formulas with their examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from concordant.author.dictionary import RawFeature
from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint
from concordant.model.drugs import Component, DoseAdjustment, Drug
from concordant.model.features import Feature
from concordant.model.formulas import Formula, is_example_met
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.entries import FromFormula
from concordant.texts import Place


def check_doses(places: PlaceIndex, entries: Mapping[str, RawFeature], knowledge: Knowledge) -> Iterator[Complaint]:
    """Everything that can be wrong with what a dose is calculated from."""
    for drug in knowledge.drugs:
        node = places.find_record("drugs/", drug.id)
        for i, adjustment in enumerate(drug.adjustments):
            yield from _check_adjustment(
                node, ("adjustments", i), adjustment, _find_components(knowledge, drug, adjustment), drug
            )
        yield from _check_pack_sizes(node, drug, knowledge)
    by_name = {feature.name: feature for feature in knowledge.features}
    for formula in knowledge.formulas:
        yield from _check_formula(places.find_record("formulas/", formula.id), formula, by_name)
    yield from _check_formula_units(entries, {formula.id: formula for formula in knowledge.formulas}, by_name)


# -- lower doses -----------------------------------------------------------------------------------


def _find_components(knowledge: Knowledge, drug: Drug, adjustment: DoseAdjustment) -> list[Component]:
    """The parts of regimens that the adjustment is about."""
    meant = [r for r in knowledge.regimens if not adjustment.regimens or r.id in adjustment.regimens]
    return [part for regimen in meant for part in regimen.components if part.drug == drug.id]


def _check_adjustment(
    node: Node, place: Place, adjustment: DoseAdjustment, parts: list[Component], drug: Drug
) -> Iterator[Complaint]:
    ways = [adjustment.percent is not None, adjustment.amount is not None, bool(adjustment.no_amount)]
    if sum(ways) != 1:
        says = f"a lower dose of '{drug.id}' needs one of percent, amount, no_amount"
        yield node.make_complaint(place, says, "Write `no_amount: why` where the source names none")
    if adjustment.percent is not None and not 0 < adjustment.percent < 100:
        yield node.make_complaint(
            (*place, "percent"), f"{adjustment.percent:g} % lowers no dose", "Write how much of the dose is left"
        )
    if adjustment.amount is not None and adjustment.unit is None:
        yield node.make_complaint((*place, "amount"), "an amount without its unit", "Give `unit`")
    if not parts:
        yield node.make_complaint(place, f"no regimen that is meant gives '{drug.id}'", "Take it out, or correct `regimens`")
    for part in parts if adjustment.amount is not None else ():
        if adjustment.unit not in (None, part.unit):
            yield node.make_complaint((*place, "unit"), f"an amount in {adjustment.unit}, where the regimen gives {part.unit}")
        elif adjustment.amount is not None and adjustment.amount >= part.amount:
            says = f"{adjustment.amount:g} {adjustment.unit} is no lower than the {part.amount:g} {part.unit} of a regimen"
            yield node.make_complaint((*place, "amount"), says, "Read the source again, or name `regimens`")


# -- sizes -----------------------------------------------------------------------------------------


def _check_pack_sizes(node: Node, drug: Drug, knowledge: Knowledge) -> Iterator[Complaint]:
    for key, sizes in (("vials", drug.vials), ("tablets", drug.tablets)):
        seen = Counter((size.mg, size.source.ref) for size in sizes)
        for i, size in enumerate(sizes):
            if size.mg <= 0 or seen[size.mg, size.source.ref] > 1:
                yield node.make_complaint((key, i), f"the size {size.mg:g} mg stands twice, or is none", "Give each size once")
    if drug.tablets and knowledge.rounding is None:
        yield node.make_complaint(("tablets",), "no rule rounds a dose to tablets", "Write rounding/tablets.yaml")


# -- formulas --------------------------------------------------------------------------------------


def _check_formula(node: Node, formula: Formula, by_name: Mapping[str, Feature]) -> Iterator[Complaint]:
    for i, term in enumerate(formula.terms):
        feature = by_name.get(term.feature)
        if feature is not None and feature.unit != term.unit:
            says = f"'{term.feature}' is in {feature.unit or 'no unit'}, the formula takes it in {term.unit}"
            yield node.make_complaint(("terms", i, "unit"), says, "A formula takes the unit of the feature")
    for i, factor in enumerate(formula.factors):
        feature = by_name.get(factor.feature)
        if feature is not None and set(factor.values) != set(feature.values):
            says = f"factors for {', '.join(factor.values)}, while '{factor.feature}' has {', '.join(feature.values)}"
            yield node.make_complaint(("factors", i, "values"), says, "Give a factor for each word")
    if not formula.examples:
        yield node.make_complaint((), f"'{formula.id}' has no example", "Work one out by hand, under `examples`")
    for i, example in enumerate(formula.examples):
        if not is_example_met(formula, example):
            says = f"the formula does not give {example.gives} for its own example"
            yield node.make_complaint(("examples", i), says, "One of the two is wrong: read the publication")


def _check_formula_units(
    entries: Mapping[str, RawFeature], formulas: Mapping[str, Formula], by_name: Mapping[str, Feature]
) -> Iterator[Complaint]:
    """Features that are calculated by a formula in another unit."""
    for name, (text, place, *_) in entries.items():
        feature = by_name[name]
        formula = formulas.get(feature.derive.name) if isinstance(feature.derive, FromFormula) else None
        if formula is not None and feature.unit != formula.unit:
            yield text.make_complaint((*place, "unit"), f"the formula gives {formula.unit}, not {feature.unit or 'no unit'}")
