"""What the tests of the proofs share: a knowledge as it is in force on one day, and its prover."""

from __future__ import annotations

import datetime as dt
import functools

from concordant.decide.ruleset import make_ruleset
from concordant.model.knowledge import Knowledge
from concordant.verify.decided import Proving
from concordant.verify.run import Prover
from concordant.verify.solver import Z3Finder
from tests.shipped import shipped_knowledge

DAY = dt.date(2026, 11, 29)


def begin(knowledge: Knowledge, wanted: str = "") -> Prover:
    return Prover(Proving(knowledge, make_ruleset(knowledge, DAY, wanted), DAY), Z3Finder)


@functools.cache
def shipped() -> Prover:
    """The prover of the shipped knowledge, which keeps what was asked."""
    return begin(shipped_knowledge())
