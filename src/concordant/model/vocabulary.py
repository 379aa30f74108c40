"""Parts of the vocabulary: how courses are made of single administrations, and what the words of a report speak of."""

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
    """Beginnings of codes of one system of which every code is a cancer drug, so that one that is not listed may be any."""

    system: str
    begins: tuple[str, ...]
    source: Cite
