"""Parts of the vocabulary: how courses are made of single administrations, and what the words of a report speak of."""

from typing import Literal

from concordant.model.naming import ClassName, ConditionName, DrugName, SiteName
from concordant.model.sources import Cite, Record


class DayLimit(Record, frozen=True):
    """A number of days that decides between two courses and one, and where it comes from."""

    id: str
    days: int
    says: str
    source: Cite
    beside: tuple[Cite, ...] = ()


class DrugGroup(Record, frozen=True):
    """Drugs and classes that are treated alike when courses are made of administrations."""

    says: str
    source: Cite
    id: str = ""
    days: int = 0
    classes: tuple[ClassName, ...] = ()
    drugs: tuple[DrugName, ...] = ()
    beside: tuple[Cite, ...] = ()


class AssemblyRules(Record, frozen=True):
    """How courses are made of administrations; every number with its source.

    A progression at sites of an `ends_no_course` tag alone ends no course: it is treated where it is.
    """

    days: tuple[DayLimit, ...]
    longer_gaps: tuple[DrugGroup, ...]
    groups: tuple[DrugGroup, ...]
    alike: tuple[DrugGroup, ...]
    ends_no_course: tuple[str, ...] = ()  # tags of sites


class ReportTopic(Record, frozen=True):
    """What an answer says that a report speaks of, when one of these words stands in it, or one of these codes.

    A word is found in any spelling of its letters; a star stands for letters before or behind it. `as_written` are words that
    only count in these letters. `classes` add the names of their drugs, `codes` are kinds of codes, `spread` adds the words by
    which a diagnosis speaks of a metastasis.
    """

    id: str
    name: str
    source: Cite
    words: tuple[str, ...] = ()
    as_written: tuple[str, ...] = ()
    classes: tuple[ClassName, ...] = ()
    codes: tuple[str, ...] = ()
    spread: bool = False


class TreatmentCodes(Record, frozen=True):
    """Beginnings of codes of one system of which every code is a cancer drug, so that one that is not listed may be any.

    `names_drug: false` are codes that say only that treatment was given; `past` that it was, before the day on which they stand.
    """

    system: str
    begins: tuple[str, ...]
    source: Cite
    names_drug: bool = True
    past: bool = False


class TreatmentTold(Record, frozen=True):
    """Parts of words by which the name of a procedure says that cancer drugs were given, and those beside which none counts."""

    words: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


class ResultMeaning(Record, frozen=True):
    """What the words and the numbers of a test come to, so that two of them in one result can be held against each other.

    `words`: the plain word for each; `numbers`: for each number, with which of its values a plain word can stand (`>= 2.0`).
    """

    source: Cite
    words: dict[str, str] = {}
    numbers: dict[str, dict[str, str]] = {}


class Certainty(Record, frozen=True):
    """How sure a diagnosis is, as a letter beside its code tells in one country, or as words of a status do: FHIR's verification
    and clinical status.
    """

    systems: tuple[str, ...]
    extensions: tuple[str, ...]
    source: Cite
    letters: dict[str, str]
    words: dict[str, tuple[str, ...]] = {}


class Genotype(Record, frozen=True):
    """How the variants of one gene are written, and the terms that they come to."""

    genes: tuple[str, ...]
    wild: tuple[str, ...]
    lost: tuple[str, ...]
    weak: tuple[str, ...]
    term: ConditionName
    complete: ConditionName
    partial: ConditionName = ""


class ConditionWords(Record, frozen=True):
    """The small words that conditions are told with, by what they do (`marks`), and names that say more than their term."""

    spellings: dict[str, str]
    tags: tuple[str, ...]
    marks: dict[str, tuple[str, ...]]
    severity: dict[str, int]
    scales: dict[str, dict[str, int]]
    scale_words: dict[str, tuple[str, ...]]
    scale_alone: dict[str, ConditionName]
    graded: dict[str, tuple[ConditionName, int]]
    becomes: tuple[tuple[ConditionName, int, ConditionName], ...]
    tests: dict[str, ConditionName]
    said: dict[str, tuple[ConditionName, str]]
    spread: dict[str, SiteName]
    reactions: tuple[ConditionName, ...]
    wishes: dict[str, ConditionName]
    own_cancer: ConditionName
    spread_stage: int
    other_cancer: ConditionName
    another_person: str
    hereditary: tuple[ConditionName, ...]
    lasting: tuple[str, ...] = ()
    kin: tuple[tuple[ConditionName, ...], ...] = ()
    genotypes: tuple[Genotype, ...] = ()
    zygosity: dict[str, int] = {}


class OrderedSchedule(Record, frozen=True):
    """A schedule as regimens name it (`says`), as FHIR times a dose: so often (`times`) in a period. `codes` are what others
    write for it.
    """

    says: str
    times: int
    period: int
    period_unit: Literal["d", "wk"]
    codes: tuple[str, ...] = ()


class OrderReading(Record, frozen=True):
    """How an order is held against a dose: by how much a percentage it may differ, and the schedules."""

    percent: float
    source: Cite
    schedules: tuple[OrderedSchedule, ...] = ()
