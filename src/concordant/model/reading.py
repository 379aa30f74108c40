"""How records are read: codes by their beginnings and their tissue, words that speak of a tumour, choices of the project."""

from typing import Literal

from concordant.model.naming import ConditionName, Culprit, FeatureName, SiteName, TestName
from concordant.model.sources import Checked, Cite, Record


class CodeFamily(Record, frozen=True):
    """Codes of a hierarchical system by their beginnings (`I50`, `I60-I62`): what every code of them stands for.

    Without a `term` only the name is known. `whole` says that the family is all of the term, so that its absence is that of the
    term. `grade` and `status` are what the code says beside the condition, `about` what it
    names; `site` is that of a metastasis, and `cancer` which primary tumour it is.
    """

    codes: tuple[str, ...]
    name: str
    term: ConditionName = ""
    about: tuple[Culprit, ...] = ()
    grade: int | None = None
    status: Literal["", "active", "resolved", "absent"] = ""
    site: SiteName | None = None
    cancer: str = ""
    whole: bool = False
    checked: Checked = "recalled"


class Morphology(Record, frozen=True):
    """A system of codes for the tissue of a tumour: what each behaviour means, and the places of primaries and metastases."""

    system: str
    behaviours: tuple[CodeFamily, ...]
    primaries: tuple[CodeFamily, ...]
    metastases: tuple[CodeFamily, ...]
    tissues: tuple[CodeFamily, ...] = ()


class TumourWords(Record, frozen=True):
    """Parts of words by which a text speaks of a spread, of a tumour, of the cancer of the knowledge; and those that deny it."""

    spread: tuple[str, ...] = ()
    spread_denied: tuple[str, ...] = ()
    tumour: tuple[str, ...] = ()
    tumour_denied: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    own_sites: tuple[str, ...] = ()
    own_denied: tuple[str, ...] = ()


class Side(Record, frozen=True):
    """One side of a paired organ: the words and the codes of diagnoses that tell it."""

    id: str
    words: tuple[str, ...]
    source: Cite
    codes: tuple[str, ...] = ()


class Umbrella(Record, frozen=True):
    """A result of several tests together (`observation` names its value set): it tells the feature where none of them is told."""

    observation: str
    feature: FeatureName
    of: tuple[TestName, ...]


class ReadingChoices(Record, frozen=True):
    """Choices of the project about reading a record, with their source: see `vocabulary/reading.yaml`."""

    de_novo_months: float
    source: Cite
    subjects: tuple[str, ...] = ()
    subject_sites: dict[SiteName, str] = {}
    sides: tuple[Side, ...] = ()
    specimen_words: tuple[str, ...] = ()
    umbrellas: tuple[Umbrella, ...] = ()
    undated_sites: dict[SiteName, FeatureName] = {}
