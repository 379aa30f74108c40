"""How courses of treatment are made of single administrations: the numbers and groups that decide it."""

from __future__ import annotations

from concordant.model.naming import ClassName, DrugName
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


class TreatmentCodes(Record, frozen=True):
    """Beginnings of codes of one system of which every code is a cancer drug, so that one that is not listed may be any."""

    system: str
    begins: tuple[str, ...]
    source: Cite
