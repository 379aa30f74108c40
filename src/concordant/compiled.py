"""All knowledge as one compiled record, and the vocabulary that records are read with."""

from __future__ import annotations

from concordant.drugs import Code, Drug, Regimen
from concordant.features import Axiom, Feature
from concordant.formulas import Formula, Rounding
from concordant.guideline import Disagreement, Guideline, LedgerRow, Newer, Statement, Transition
from concordant.records import Record, Source
from concordant.trials import Trial


class Term(Record, frozen=True):
    """A word of an open vocabulary with its synonyms and codes."""

    id: str
    name: str
    synonyms: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    tags: tuple[str, ...] = ()


class Unit(Record, frozen=True):
    """A unit and the other spellings of it, each with the factor that turns it into this one."""

    id: str
    also: dict[str, float] = {}
    bare: bool = False


class Field(Record, frozen=True):
    """A measurement or marker test that a case file may hold: its unit, or its words."""

    name: str
    label: str
    unit: str = ""
    words: tuple[str, ...] = ()
    numbers: dict[str, str] = {}
    also: dict[str, float] = {}
    low: float | None = None
    high: float | None = None


class Vocabulary(Record, frozen=True):
    """The closed and open lists that records are read with."""

    tests: tuple[Field, ...]
    measurements: tuple[Field, ...]
    patient: tuple[Field, ...]
    sites: tuple[Term, ...]
    conditions: tuple[Term, ...]
    medications: tuple[Term, ...]
    stages: dict[str, str]
    genes: tuple[str, ...]
    protocols: dict[str, tuple[str, ...]]
    class_words: dict[str, str]
    drug_suffixes: tuple[str, ...]
    qualifiers: tuple[str, ...]
    units: tuple[Unit, ...]


class Knowledge(Record, frozen=True):
    """All of it, compiled: features in the order in which they can be derived."""

    digest: str
    guidelines: tuple[Guideline, ...]
    statements: tuple[Statement, ...]
    ledgers: dict[str, tuple[LedgerRow, ...]]
    features: tuple[Feature, ...]
    axioms: tuple[Axiom, ...]
    formulas: tuple[Formula, ...]
    rounding: Rounding | None
    drugs: tuple[Drug, ...]
    regimens: tuple[Regimen, ...]
    trials: tuple[Trial, ...]
    disagreements: tuple[Disagreement, ...]
    newer: tuple[Newer, ...]
    transitions: tuple[Transition, ...]
    sources: tuple[Source, ...]
    vocabulary: Vocabulary
    classes: dict[str, str]
