"""What was found by `concordant prove` and is accepted: which finding, and why it is no fault."""

from typing import Literal

from concordant.model.sources import Cite, Record

Obligation = Literal[
    "axioms",
    "gap",
    "overlap",
    "misfit",
    "disagreement",
    "dead",
    "shadowed",
    "idle",
    "unguarded",
    "unused",
    "unasked",
    "law",
]


class AcceptedFinding(Record, frozen=True):
    """Findings of one obligation that one reason accepts; `about` are their names as `concordant prove` prints them."""

    obligation: Obligation
    about: tuple[str, ...]
    because: str
    sources: tuple[Cite, ...] = ()


class AcceptedFindings(Record, frozen=True):
    """A file under `accepted/`."""

    accepted: tuple[AcceptedFinding, ...]
