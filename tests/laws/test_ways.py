"""One patient written in many ways has the same facts: order, files, language, codes, references, shapes, pieces, noise.

The ways stand in `tests/writers/perturbed/perturbations.yaml`, with what may differ and why. `tools/perturb.py` does it for all
cases, and prints a table.
"""

from __future__ import annotations

from functools import cache

import pytest

from concordant.derive.plan import DerivationPlan
from concordant.model.knowledge import Knowledge
from concordant.record.sources.opening import SourceOpener
from tests.laws.same_facts import find_apart
from tests.laws.test_three_ways import in_fhir
from tests.shares import share_of
from tests.shipped import failing, in_chunks
from tests.writers.perturbed import ways

pytestmark = pytest.mark.long  # to know which cases can be told, all are read

FEWEST, KINDS = 20, 9


@cache
def names() -> list[str]:
    """Some of the cases that FHIR can tell."""
    return list(in_fhir())[::20]


@pytest.fixture(scope="session")
def opener(knowledge: Knowledge) -> SourceOpener:
    return SourceOpener(knowledge)


def test_there_are_many_ways_of_every_kind() -> None:
    assert len({way.name for way in ways()}) == len(ways()) >= FEWEST
    assert len({way.kind for way in ways()}) >= KINDS
    assert len(names()) >= 15


@in_chunks
def test_each_way_tells_the_same_facts(chunk: int, opener: SourceOpener, plan: DerivationPlan) -> None:
    def law(name: str) -> None:
        apart = {way.name: found for way in ways() if not way.unmended and (found := list(find_apart(way, name, opener, plan)))}
        assert apart == {}, apart

    assert failing(law, share_of("ways to write", names()), chunk) == {}


def test_what_is_said_to_be_unmended_is_so(opener: SourceOpener, plan: DerivationPlan) -> None:
    listed = [way for way in ways() if way.unmended]
    assert [way.name for way in listed if not any(list(find_apart(way, name, opener, plan)) for name in names()[:4])] == []
