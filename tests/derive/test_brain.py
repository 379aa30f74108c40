"""`none` about the brain beside an entry that has the brain as a site: never `none`, unless what found none is later."""

from __future__ import annotations

from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from tests.conftest import ReadCase

DATES = ({"date": "2022-05-14"}, {"date": "2022-05"}, {"date": "2022"}, {})
KINDS = ("recurrence", "progression")
CONDITION = {"conditions": [{"name": "brain metastases", "date": "2022-09-14"}]}


def _event(kind: str, when: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"event": kind, **when, **more}


NONE, SITE = {"brain_metastases": "none"}, {"sites": ["lung", "brain"]}
SAME = [[_event(kind, when, **NONE, **SITE)] for kind in KINDS for when in DATES]
SAME += [[_event("recurrence", when, **NONE), _event("progression", when, **SITE)] for when in DATES]
GREW = [[_event("recurrence", {"date": "2021-05-14"}, **NONE), _event("progression", when, **SITE)] for when in DATES]
EITHER = [[_event("recurrence", {"date": "2022-05-14"}, **SITE), _event("progression", when, **NONE)] for when in DATES[1:]]


@pytest.mark.parametrize("events", [*SAME, *GREW, *EITHER])
def test_none_does_not_hold_against_a_site(events: list[dict[str, Any]], read: ReadCase, plan: DerivationPlan) -> None:
    for told in (events, events[::-1]):
        facts = derive_facts(read({"disease": told}), plan)
        assert facts["brain_metastases"].value is None
        assert facts["has_brain_metastases"].value == "yes"


@pytest.mark.parametrize("events", SAME)
def test_of_the_same_time_it_is_a_conflict(events: list[dict[str, Any]], read: ReadCase, plan: DerivationPlan) -> None:
    assert "the brain is a site" in derive_facts(read({"disease": events}), plan)["brain_metastases"].conflict


@pytest.mark.parametrize("events", GREW)
def test_a_later_site_is_no_conflict(events: list[dict[str, Any]], read: ReadCase, plan: DerivationPlan) -> None:
    assert derive_facts(read({"disease": events}), plan)["brain_metastases"].conflict == ""


def test_a_later_condition_counts_as_well(read: ReadCase, plan: DerivationPlan) -> None:
    told = {"disease": [_event("recurrence", {"date": "2021-05-14"}, **NONE)], **CONDITION}
    assert derive_facts(read(told), plan)["brain_metastases"].value is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_later_none_holds(kind: str, read: ReadCase, plan: DerivationPlan) -> None:
    events = [_event("recurrence", {"date": "2021"}, **SITE), _event(kind, {"date": "2022-05-14"}, **NONE)]
    assert derive_facts(read({"disease": events}), plan)["brain_metastases"].value == "none"


def test_none_alone_holds(read: ReadCase, plan: DerivationPlan) -> None:
    events = [_event("recurrence", {"date": "2021"}, sites=["liver"], **NONE)]
    assert derive_facts(read({"disease": events}), plan)["brain_metastases"].value == "none"


@pytest.mark.parametrize("word", ["stable", "active"])
@pytest.mark.parametrize("kind", ["diagnosis", "recurrence", "progression", "stable"])
def test_what_is_told_of_the_brain_is_a_distant_metastasis(kind: str, word: str, read: ReadCase, plan: DerivationPlan) -> None:
    """As it is when the brain stands among the sites; `none` says nothing of the rest."""
    for date in DATES:
        facts = derive_facts(read({"disease": [_event(kind, date, brain_metastases=word)]}), plan)
        assert facts["disease_extent"].value == "metastatic"
        none = derive_facts(read({"disease": [_event(kind, date, brain_metastases="none")]}), plan)
        assert none["disease_extent"].value is None
