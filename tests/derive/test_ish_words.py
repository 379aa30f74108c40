"""The word of an in situ hybridisation that contradicts its own numbers is a conflict, whatever the staining shows."""

from __future__ import annotations

from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from tests.conftest import ReadCase

AMPLIFIED = [{"ratio": "2.6", "copies": "6.4"}, {"ratio": "2.0", "copies": "4.0"}, {"copies": "6.0"}]
NOT_AMPLIFIED = [{"ratio": "1.2", "copies": "2.4"}, {"copies": "3.0"}]
STAINING: list[list[dict[str, str]]] = [[], [{"test": "her2_ihc", "value": "2+"}], [{"test": "her2_ihc", "value": "3+"}]]


def status(read: ReadCase, plan: DerivationPlan, staining: list[dict[str, str]], **ish: Any) -> tuple[Any, bool]:
    fact = derive_facts(read({"tumor_markers": [*staining, {"test": "her2_ish", **ish}]}), plan)["her2_status"]
    return fact.value, bool(fact.conflict)


@pytest.mark.parametrize("staining", STAINING)
@pytest.mark.parametrize("numbers", AMPLIFIED)
def test_amplified_numbers(numbers: dict[str, str], staining: list[dict[str, str]], read: ReadCase, plan: DerivationPlan) -> None:
    assert status(read, plan, staining, **numbers) == ("positive", False)
    assert status(read, plan, staining, value="positive", **numbers) == ("positive", False)
    assert status(read, plan, staining, value="negative", **numbers) == (None, True)


@pytest.mark.parametrize("staining", STAINING[:2])
@pytest.mark.parametrize("numbers", NOT_AMPLIFIED)
def test_numbers_without_amplification(
    numbers: dict[str, str], staining: list[dict[str, str]], read: ReadCase, plan: DerivationPlan
) -> None:
    assert status(read, plan, staining, **numbers) == ("negative", False)
    assert status(read, plan, staining, value="negative", **numbers) == ("negative", False)
    assert status(read, plan, staining, value="positive", **numbers) == (None, True)
