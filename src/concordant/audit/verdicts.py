"""What comes of a claim: its kind, its verdict, what is right, and where that stands."""

from __future__ import annotations

from dataclasses import dataclass

from concordant.model.audit import ClaimKind, ClaimVerdict
from concordant.model.sources import Cite

# The worst first: a sentence with several claims is as good as its worst one.
ORDER: tuple[ClaimVerdict, ...] = ("mixed_cuts", "contradicted", "outdated", "overstated", "supported", "not_in_knowledge")
WRONG = frozenset({"mixed_cuts", "contradicted", "outdated", "overstated"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on one claim, at its place in the text as given. `facts` are the rows that `right` tells, one by one."""

    kind: ClaimKind
    verdict: ClaimVerdict
    start: int
    end: int
    right: str = ""
    sources: tuple[Cite, ...] = ()
    weight: int = 0
    rule: str = ""
    facts: tuple[str, ...] = ()
