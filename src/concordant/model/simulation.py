"""How patients are made up: what is drawn from what, and how a made-up history is written down as records are.

All of it is data of one file. A program that makes patients knows only to draw, to weigh and to schedule; it reads no word of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import msgspec

from concordant.model.cohort import PointKind, unpack_cohort_file
from concordant.model.naming import DrugName, FeatureName, RegimenName, TestName
from concordant.model.sources import Cite, Record

SIMULATION = "simulation"  # the name of its file
Range = tuple[float, float]
Anchor = Literal["first", "surgery", "advanced", "line", "end", "progression"]
SimulatedForm = Literal["facts", "events", "omop", "fhir"]


class Bounds(Record, frozen=True, kw_only=True):
    """Numbers from `at_least` on, and below `below`."""

    at_least: float | None = None
    below: float | None = None


When = dict[str, str | tuple[str, ...] | Bounds]


class Case(Record, frozen=True, kw_only=True):
    """One distribution, for those of whom `where` holds: words by their shares, a yes by its chance, or a number.

    Of a number: `uniform` from and to, `normal` mean and deviation, `lognormal` median and deviation of the logarithm, `weibull`
    median and shape; `plus` is added to it, as drawn before. It stays within `low` and `high`.
    """

    where: When = {}
    shares: dict[str, float] = {}
    chance: float | None = None
    uniform: Range | None = None
    normal: Range | None = None
    lognormal: Range | None = None
    weibull: Range | None = None
    plus: str = ""
    low: float | None = None
    high: float | None = None
    source: Cite | None = None


class Draw(Record, frozen=True, kw_only=True):
    """Something that is drawn for each patient, or for each line: the first case that holds says from what."""

    name: str
    says: str
    source: Cite
    cases: tuple[Case, ...]
    digits: int | None = None


class Weight(Record, frozen=True, kw_only=True):
    """How often something is chosen over time, for those of whom `where` holds: between two days in proportion."""

    where: When = {}
    by_date: dict[str, float]
    source: Cite


class Factor(Record, frozen=True, kw_only=True):
    """A weight is multiplied where `where` holds."""

    where: When
    by: float
    source: Cite


class DrugPlan(Record, frozen=True, kw_only=True):
    """How a drug of a regimen is given: every so many days, for so many doses, and after the doses of another.

    With `supply` each row is a supply of tablets for that many days, and not a dose.
    """

    drug: DrugName
    every: int
    doses: tuple[int, int] | None = None
    after: DrugName = ""
    supply: bool = False
    chance: float = 1.0
    where: When = {}


class SimulatedRegimen(Record, frozen=True, kw_only=True):
    """Drugs that are given together; `approved` is the regimen of the knowledge before whose label nobody gets it."""

    id: str
    drugs: tuple[DrugPlan, ...]
    approved: RegimenName = ""
    not_after: tuple[DrugName, ...] = ()
    only_after: tuple[DrugName, ...] = ()
    weights: tuple[Weight, ...] = ()
    factors: tuple[Factor, ...] = ()


class EarlyCourse(Record, frozen=True, kw_only=True):
    """A course of early treatment: days from the first diagnosis to its start, and how long it lasts."""

    setting: Literal["neoadjuvant", "adjuvant"]
    regimen: str
    start: Range
    lasts: Range
    where: When = {}


class EarlyPlan(Record, frozen=True, kw_only=True):
    """What is done for early disease: the operation, and the courses around it."""

    id: str
    weights: tuple[Weight, ...]
    surgery: Range
    courses: tuple[EarlyCourse, ...] = ()


class EarlyTreatment(Record, frozen=True, kw_only=True):
    """The plans, and how often a course ends before its time, after what part of it."""

    says: str
    plans: tuple[EarlyPlan, ...]
    stopped_early: float
    part_given: Range
    missing: str
    source: Cite


class LinePlan(Record, frozen=True, kw_only=True):
    """Line after line: what is drawn before a regimen is chosen, and after. docs/how-to/simulate.md names what has to be drawn.

    `carried` are yes-or-no columns of the patient, each with the draw of a line that makes it a yes for good. `kept` are draws of
    a line that are known until the next one ends, and `watched` numbers that are measured so often that they are known at a
    progression on it. `late` are the days by which a dose may come late. `leading` are the drugs of lines that count,
    `early_clock` those from whose last early dose a relapse is timed.
    """

    most: int
    carried: dict[str, str]
    kept: tuple[str, ...]
    watched: tuple[str, ...]
    before: tuple[Draw, ...]
    after: tuple[Draw, ...]
    words: tuple[str, ...]
    leading: tuple[DrugName, ...]
    early_clock: tuple[DrugName, ...]
    late: Range
    early_relapse_months: int
    source: Cite


class Coding(Record, frozen=True, kw_only=True):
    """One way in which a source writes something down, and how often: a code of a vocabulary, or a text alone.

    With `source_only` no standard concept stands beside it. A text is what the source wrote; without one it is the code.
    """

    share: float = 1.0
    vocabulary: str = ""
    code: str = ""
    display: str = ""
    text: str = ""
    source_only: bool = False


class Kind(Record, frozen=True, kw_only=True):
    """A kind of entry: in which table, resource and block it stands, and how it and its values are written."""

    id: str
    table: str
    resource: str
    case: dict[str, str]
    codes: tuple[Coding, ...]
    values: dict[str, tuple[Coding, ...]] = {}
    unit: str = ""
    digits: int = 0


class Entry(Record, frozen=True, kw_only=True):
    """When an entry is made, of whom, and with which value: a word or number that was drawn, or the same word for all.

    `missing` is what has to be on record for it to be there. With `every` it comes again after so many days, while a line lasts.
    """

    kind: str
    at: Anchor
    where: When = {}
    word: str = ""
    number: str = ""
    is_: str = msgspec.field(name="is", default="")
    days: Range = (0, 0)
    every: int = 0
    missing: str = ""


class Missing(Record, frozen=True, kw_only=True):
    """What is not on record of how many patients."""

    name: str
    says: str
    share: float
    source: Cite


class Mess(Record, frozen=True, kw_only=True):
    """How often something is not as it should be."""

    name: Literal["duplicate", "month_only", "year_only", "never_given", "dose_missing", "stop_unsaid"]
    says: str
    share: float
    source: Cite


class DrugFeatures(Record, frozen=True, kw_only=True):
    """The features of each drug, with `{drug}` in the place of its id."""

    received: str
    progressed: str
    toxicity: str
    running: str


class FactRule(Record, frozen=True, kw_only=True):
    """A feature, and what of a history it is: a word or a number that was drawn, whether drugs were given, or a word alone.

    Of several for one feature the first speaks whose `where` holds, at the kinds of points of `points`; where none does, silence
    speaks. A rule that says nothing leaves the feature open, and so does one of which something of `missing` is not on record.
    """

    feature: FeatureName
    word: str = ""
    number: str = ""
    given: tuple[DrugName, ...] = ()
    among: Literal["any", "early", "advanced", "running"] = "any"
    is_: str = msgspec.field(name="is", default="")
    where: When = {}
    missing: tuple[str, ...] = ()
    points: tuple[PointKind, ...] = ()


class FactPlan(Record, frozen=True, kw_only=True):
    """How facts come of a history: features of drugs, single features, and a record whose silence says the rest."""

    drugs: DrugFeatures
    rules: tuple[FactRule, ...]
    silence: str
    source: Cite


class ScoredWord(Record, frozen=True, kw_only=True):
    """The word of the truth that is held against what a record says of a feature, and the tests that tell it."""

    word: str
    feature: FeatureName
    tests: tuple[TestName, ...]


class CdmPlan(Record, frozen=True, kw_only=True):
    """What the tables of the CDM need beside the entries: ids of concepts, by what they stand for."""

    person: str
    persons: dict[str, int]
    administration: int
    prescription: int
    first_concept: int
    source: Cite


class FhirPlan(Record, frozen=True, kw_only=True):
    """Addresses of code systems, by vocabulary, and words of the patient."""

    systems: dict[str, str]
    genders: dict[str, str]


class Simulation(Record, frozen=True, kw_only=True):
    """All of it. `first` to `last` are the days on which disease becomes advanced, `until` is where all records end."""

    id: str
    says: str
    first: dt.date
    last: dt.date
    until: dt.date
    draws: tuple[Draw, ...]
    early: EarlyTreatment
    lines: LinePlan
    regimens: tuple[SimulatedRegimen, ...]
    missing: tuple[Missing, ...]
    mess: tuple[Mess, ...]
    kinds: tuple[Kind, ...]
    entries: tuple[Entry, ...]
    drugs: dict[DrugName, tuple[Coding, ...]]
    stops: dict[str, tuple[Coding, ...]]
    facts: FactPlan
    scored: ScoredWord
    cdm: CdmPlan
    fhir: FhirPlan


def load_simulation(packed: Mapping[str, bytes]) -> Simulation | None:
    """The simulation among the packed files of `cohort/`; None where there is none."""
    return unpack_cohort_file(packed, SIMULATION, Simulation)
