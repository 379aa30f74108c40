"""Doses worked out a second time: from the YAML files as they stand, in fractions and decimals, by other ways than the program.

Nothing of the program is used here. The formulas are typed in from the publications, amounts come from regimens/, sizes and
lower doses from drugs/, and the sentences of the knowledge are read by a few lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, getcontext
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

getcontext().prec = 40
AS_OF = "2026-06-15"
OPS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


@dataclass(frozen=True)
class Patient:
    """What is told of somebody; None is not told. Limits of normal are 1, so that a value is its own multiple."""

    weight: str | None = None
    height: str | None = None
    sex: str | None = None
    age: int | None = None
    creatinine: str | None = None
    clearance: str | None = None
    bilirubin: str | None = None
    ast: str | None = None
    neutrophils: str | None = None
    liver_failure: bool = False
    medication: str = ""

    def case(self) -> str:
        """The patient as a case file."""
        person = {"sex": self.sex, "weight": self.weight and f"{self.weight} kg", "height": self.height and f"{self.height} cm"}
        if self.age is not None:
            person["birth_date"] = f"{2026 - self.age}-01-01"
        labs = [
            ("creatinine", self.creatinine, "mg/dL", ""),
            ("creatinine_clearance", self.clearance, "mL/min", ""),
            ("total_bilirubin", self.bilirubin, "mg/dL", "1 mg/dL"),
            ("ast", self.ast, "U/L", "1 U/L"),
            ("alt", self.ast, "U/L", "1 U/L"),
            ("neutrophils", self.neutrophils, "10*9/L", ""),
        ]
        told = [
            {"name": name, "value": f"{value} {unit}", "date": AS_OF} | ({"upper_limit": limit} if limit else {})
            for name, value, unit, limit in labs
            if value is not None
        ]
        case: dict[str, Any] = {"as_of": AS_OF, "patient": {k: v for k, v in person.items() if v}, "measurements": told}
        if self.liver_failure:
            case["conditions"] = [{"name": "liver failure", "status": "active"}]
        if self.medication:
            case["medications"] = [{"name": self.medication}]
        return yaml.safe_dump(case)

    @property
    def facts(self) -> dict[str, Fraction | str | None]:
        """What the sentences of labels and checks ask about."""
        return {
            "weight": self.weight and Fraction(self.weight),
            "body_surface_area": self.surface and Fraction(self.surface),
            "creatinine_clearance": cockcroft_gault(self) if self.clearance is None else Fraction(self.clearance),
            "total_bilirubin": self.bilirubin and Fraction(self.bilirubin),
            "total_bilirubin_xuln": self.bilirubin and Fraction(self.bilirubin),
            "ast_xuln": self.ast and Fraction(self.ast),
            "alt_xuln": self.ast and Fraction(self.ast),
            "neutrophils": self.neutrophils and Fraction(self.neutrophils),
            "severe_hepatic_impairment": "yes" if self.liver_failure else "no",
            "failing_liver": "yes" if self.liver_failure else "no",
            "takes_strong_cyp3a4_inhibitor": "yes" if self.medication == "ketoconazole" else "no",
        }

    @property
    def surface(self) -> Decimal | None:
        """Mosteller 1987: the square root of height (cm) times weight (kg) over 3600."""
        if self.height is None or self.weight is None:
            return None
        return (Decimal(self.height) * Decimal(self.weight) / Decimal(3600)).sqrt()


def cockcroft_gault(patient: Patient) -> Fraction | None:
    """Cockcroft and Gault 1976: (140 - age) x weight / (72 x creatinine), for a woman 15 % less."""
    if None in (patient.age, patient.weight, patient.creatinine, patient.sex) or patient.creatinine == "0":
        return None
    assert patient.age is not None and patient.weight and patient.creatinine
    man = (140 - patient.age) * Fraction(patient.weight) / (72 * Fraction(patient.creatinine))
    return man - man * Fraction(15, 100) if patient.sex == "female" else man


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same reading, ten times as fast where the library is there

# -- the knowledge files as they stand ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Files:
    """Regimens, drugs and classes of a folder, as YAML reads them."""

    regimens: dict[str, Any]
    drugs: dict[str, Any]
    classes: dict[str, Any]

    def checks(self, drug: str) -> list[dict[str, Any]]:
        """The checks of a drug and of its classes."""
        own = self.drugs[drug]
        return [*own.get("checks", []), *(c for name in own["classes"] for c in self.classes[name].get("checks", []))]


def files(folder: Path) -> Files:
    return Files(*({raw["id"]: raw for raw in _all(folder / name)} for name in ("regimens", "drugs", "classes")))


def _all(folder: Path) -> Iterable[dict[str, Any]]:
    return (yaml.load(path.read_text(encoding="utf-8"), LOADER) for path in sorted(folder.glob("*.yaml")))


def holds(condition: Any, facts: Mapping[str, Fraction | str | None]) -> bool | None:
    """A sentence, or `all` or `any` of some; None while what it asks about is not told."""
    if isinstance(condition, dict):
        ((key, parts),) = condition.items()
        told = [holds(part, facts) for part in parts]
        decisive = key == "any"
        if decisive in told:
            return decisive
        return None if None in told else not decisive
    if found := re.fullmatch(r"(\w+) (<=|>=|<|>) (\S+)(?: .+)?", condition):
        value = facts.get(found[1])
        return None if value is None else OPS[found[2]](Fraction(value), Fraction(found[3]))
    name, _, words = condition.partition(" is ")
    value = facts.get(name)
    return None if value is None else value in words.removeprefix("one of ").split(", ")


# -- doses -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What a dose must say."""

    mg: Decimal | None
    lowered: tuple[tuple[Decimal | None, Decimal | None], ...]
    asks: bool
    held: bool


def wanted(part: Mapping[str, Any], regimen: str, patient: Patient, known: Files) -> Wanted:
    """mg, the lower doses (amount and mg) from the lowest up, whether a fact is wanting, whether it must wait."""
    drug, facts = known.drugs[part["drug"]], patient.facts
    meant = [one for one in drug.get("adjustments", []) if regimen in one.get("regimens", [regimen])]
    holding = [one for one in meant if holds(one["if"], facts) is True]
    unmet = [c for c in known.checks(part["drug"]) if not c.get("advisory") and holds(c["met_if"], facts) is False]
    return Wanted(
        mg=milligrams(Decimal(str(part["amount"])), part, patient),
        lowered=tuple(
            sorted((_lower(one, part, patient) for one in holding), key=lambda pair: (pair[0] is not None, pair[0] or 0))
        ),
        asks=any(holds(one["if"], facts) is None for one in meant),
        held=bool(holding or unmet),
    )


def milligrams(amount: Decimal, part: Mapping[str, Any], patient: Patient) -> Decimal | None:
    """An amount in the unit of the component for this patient, no more than the maximum."""
    weight = Decimal(patient.weight) if patient.weight else None
    measure = {"mg": Decimal(1), "mg/kg": weight, "mg/m2": patient.surface}[part["unit"]]
    if measure is None:
        return None
    return min(amount * measure, Decimal(str(part.get("maximum", "Infinity"))))


def _lower(one: Mapping[str, Any], part: Mapping[str, Any], patient: Patient) -> tuple[Decimal | None, Decimal | None]:
    if "percent" in one:
        amount = Decimal(str(part["amount"])) * Decimal(str(one["percent"])) / 100
    elif "amount" in one:
        amount = Decimal(str(one["amount"]))
    else:
        return None, None
    return amount, milligrams(amount, part, patient)


def least_over(mg: float, vials: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """How little is left over of whole vials of one product: by counting up through everything that they can hold."""
    target = round(Decimal(str(mg)) * 10)
    found = []
    for label in {vial["source"]["ref"] for vial in vials}:
        sizes = tuple(int(Decimal(str(vial["mg"])) * 10) for vial in vials if vial["source"]["ref"] == label)
        found.append(min(amount for amount in _held_by(sizes) if amount >= target) - target)
    return Decimal(min(found)) / 10 if found else None


@cache
def _held_by(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Every amount up to 5000 mg, in tenths, that whole vials of these sizes hold."""
    reachable = {0}
    for amount in range(1, 50_000):
        if any(amount - size in reachable for size in sizes):
            reachable.add(amount)
    return tuple(sorted(reachable))


def nearest_tablets(mg: float, tablets: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """The nearest amount of whole tablets, the lower of two; of a smaller size never enough to make up the next larger."""
    sizes = sorted((int(tablet["mg"]) for tablet in tablets), reverse=True)
    if not sizes:
        return None
    sums = {sizes[0] * n for n in range(int(mg // sizes[0]) + 2)}
    for larger, size in pairwise(sizes):
        sums = {total + size * n for total in sums for n in range(10) if size * n < larger}
    return Decimal(min(sums - {0}, key=lambda total: (abs(Decimal(total) - Decimal(str(mg))), total)))
