"""A condition that is told and denied: the later governs; of one time, or of no known order, the two contradict each other.

What comes of a status is taken from the knowledge: every feature that reads a status is tried, with each term.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.logic.dates import PartialDate, parse_partial_date
from concordant.model.features import Feature
from concordant.model.selectors.entries import ConditionGrade, ConditionStatus
from concordant.patient.events import Comorbidity, EntryLocation, PatientRecord, Status
from concordant.patient.facts import Fact
from tests.conftest import ReadCase
from tests.record.fhir.builders import SCT, coded, resource, woman
from tests.record.fhir.builders import read as read_bundle

AS_OF = dt.date(2023, 5, 28)
EARLIER, LATER = parse_partial_date("2023-05-20"), parse_partial_date("2023-05-28")
MONTH = parse_partial_date("2023-05")
ONE_TIME = [(None, None), (EARLIER, EARLIER), (MONTH, MONTH)]
NO_ORDER = [(None, LATER), (LATER, None), (MONTH, LATER), (EARLIER, MONTH)]


def entry(term: str, status: Status | None, date: PartialDate | None, about: str | None = None, n: int = 1) -> Comorbidity:
    return Comorbidity(EntryLocation(f"conditions[{n}]"), term, f"{term}", status, date, (about,) if about else ())


def fact(name: str, plan: DerivationPlan, *conditions: Comorbidity) -> Fact:
    return derive_facts(PatientRecord(AS_OF, conditions=conditions), plan)[name]


def each_term(plan: DerivationPlan) -> Iterator[tuple[Feature, Any, str]]:
    for feature in plan.features:
        if isinstance(feature.derive, ConditionStatus):
            for term in feature.derive.terms:
                yield feature, feature.derive, term


def test_there_are_many(plan: DerivationPlan) -> None:
    assert len(list(each_term(plan))) > 50


@pytest.mark.parametrize(("told", "denied"), [*ONE_TIME, *NO_ORDER])
@pytest.mark.parametrize("status", ["active", None])
def test_without_a_known_order_it_is_a_conflict(
    told: PartialDate | None, denied: PartialDate | None, status: Status | None, plan: DerivationPlan
) -> None:
    for feature, by, term in each_term(plan):
        of_one_meaning = by.event or by.map_status(status) == by.map_status("absent")
        pair = (entry(term, status, told, by.about), entry(term, "absent", denied, n=2))
        for order in (pair, pair[::-1]):
            found = fact(feature.name, plan, *order)
            if not of_one_meaning:
                assert (found.value, "contradict each other" in found.conflict) == (None, True), (feature.name, term, found)
                assert set(found.entries) == {"conditions[1]", "conditions[2]"}


def test_the_later_governs(plan: DerivationPlan) -> None:
    for feature, by, term in each_term(plan):
        denied_later = fact(
            feature.name, plan, entry(term, "active", EARLIER, by.about), entry(term, "absent", LATER, by.about, 2)
        )
        told_later = fact(feature.name, plan, entry(term, "absent", EARLIER, by.about), entry(term, "active", LATER, by.about, 2))
        assert denied_later.value == by.map_status("active" if by.event else "resolved"), (feature.name, term, denied_later)
        assert told_later.value == by.map_status("active"), (feature.name, term, told_later)
        assert denied_later.conflict == told_later.conflict == ""


@pytest.mark.parametrize(("told", "denied"), [(None, None), (EARLIER, LATER), (LATER, EARLIER), (EARLIER, EARLIER)])
def test_what_is_over_is_not_contradicted(told: PartialDate | None, denied: PartialDate | None, plan: DerivationPlan) -> None:
    """Resolved and absent can both be: it was there, and is no longer."""
    for feature, by, term in each_term(plan):
        if by.event:
            continue
        found = fact(feature.name, plan, entry(term, "resolved", told, by.about), entry(term, "absent", denied, by.about, 2))
        assert (found.value, found.conflict) == (by.map_status("resolved"), ""), (feature.name, term, found)


def test_a_denial_of_another_condition_says_nothing(plan: DerivationPlan) -> None:
    """What stands beside it decides: a stroke is no less on record because a heart attack is denied."""
    for feature, by, term in each_term(plan):
        others = [other for other in by.terms if other != term]
        for other in others:
            found = fact(feature.name, plan, entry(term, "active", None, by.about), entry(other, "absent", None, by.about, 2))
            assert found.conflict == ""
            assert found.value == by.map_status("active") or not by.worst_first, (feature.name, found)


def test_a_narrower_denial_leaves_the_rest(plan: DerivationPlan) -> None:
    for feature, by, term in each_term(plan):
        if by.about is None:
            found = fact(feature.name, plan, entry(term, "active", None), entry(term, "absent", None, "ketoconazole", 2))
            assert found.conflict == ""


def test_a_denial_that_is_too_old_is_none(plan: DerivationPlan) -> None:
    april = parse_partial_date("2023-04")
    found = fact("pregnant", plan, entry("pregnancy", "active", april), entry("pregnancy", "absent", april, n=2))
    assert (found.value, found.conflict) == ("yes", "")


GRADES = [
    ((None, None), (0, 3), True),
    ((EARLIER, EARLIER), (0, 3), True),
    ((EARLIER, LATER), (0, 0), False),
    ((LATER, EARLIER), (3, 3), False),
]


@pytest.mark.parametrize(("dates", "grade", "conflict"), GRADES)
def test_a_grade(
    dates: tuple[PartialDate | None, PartialDate | None], grade: tuple[int, int], conflict: bool, plan: DerivationPlan
) -> None:
    """Between none and the grade where both are told; of all there was (`ever`) a later denial takes nothing back."""
    tried = 0
    for feature in plan.features:
        if not isinstance(by := feature.derive, ConditionGrade):
            continue
        for term in by.terms:
            about = by.about
            pair = (replace(entry(term, "active", dates[0], about), grade=3), entry(term, "absent", dates[1], about, 2))
            found = fact(feature.name, plan, *pair)
            expected = (3, 3) if by.ever and not conflict else grade
            assert (found.value.low, found.value.high, bool(found.conflict)) == (*expected, conflict), (feature.name, found)  # type: ignore[union-attr]
            tried += 1
    assert tried > 10


NAMES = [
    [{"name": "interstitial lung disease", "status": "active"}, {"name": "interstitial lung disease", "status": "absent"}],
    [{"name": "ILD", "status": "active"}, {"name": "pneumonitis", "status": "absent"}],
    [{"name": "active ILD"}, {"name": "no ILD"}],
    [{"name": "pulmonary fibrosis", "status": "active"}, {"name": "pulmonary fibrosis", "status": "absent"}],
    [{"name": "pulmonary fibrosis"}, {"name": "no pulmonary fibrosis"}],
    [{"icd10": "J84.9", "status": "active"}, {"name": "interstitial lung disease", "status": "absent"}],
]


@pytest.mark.parametrize("conditions", NAMES)
def test_by_whatever_name(conditions: list[dict[str, str]], read: ReadCase, plan: DerivationPlan) -> None:
    for told in (conditions, conditions[::-1]):
        found = derive_facts(read({"conditions": told}), plan)["interstitial_lung_disease"]
        assert found.value is None
        assert found.conflict


SPREAD = [("leptomeningeal disease", "leptomeningeal_disease"), ("liver metastases", "disease_extent")]


@pytest.mark.parametrize(("name", "feature"), SPREAD)
@pytest.mark.parametrize("when", [{}, {"date": "2023-05-20"}])
def test_metastases(name: str, feature: str, when: dict[str, str], read: ReadCase, plan: DerivationPlan) -> None:
    told: list[dict[str, str]] = [{"name": name, "status": "active", **when}, {"name": name, "status": "absent", **when}]
    found = derive_facts(read({"conditions": told}), plan)[feature]
    assert (found.value, bool(found.conflict)) == (None, True)
    later = [{**told[0], "date": "2023-05-20"}, {**told[1], "date": "2023-05-28"}]
    assert derive_facts(read({"conditions": later}), plan)[feature].value in ("yes", "metastatic")


BRAIN = [("none", "active"), ("none", "stable"), ("stable", "active")]


@pytest.mark.parametrize("pair", BRAIN)
@pytest.mark.parametrize("when", [{}, {"date": "2023-05-20"}, {"date": "2023-05"}])
def test_the_brain(pair: tuple[str, str], when: dict[str, str], read: ReadCase, plan: DerivationPlan) -> None:
    told = [{"event": kind, "brain_metastases": word, **when} for kind, word in zip(("stable", "progression"), pair, strict=True)]
    found = derive_facts(read({"disease": told}), plan)["brain_metastases"]
    assert (found.value, "contradict each other" in found.conflict) == (None, True)
    later = [{**one, "date": date} for one, date in zip(told, ("2023-05-20", "2023-05-28"), strict=True)]
    found = derive_facts(read({"disease": later}), plan)["brain_metastases"]
    assert (found.value, found.conflict) == (pair[1], "")


HOSPITAL = [
    ("2019-05-01", "2021-02-01", None),  # active since 2019 and still so by its status: a refuted entry of 2021 does not end it
    ("2019-05-01", "2019-05-01", None),
    ("2022-05-01", "2021-02-01", "active"),
]


@pytest.mark.parametrize(("onset", "refuted", "word"), HOSPITAL)
def test_in_fhir_a_condition_is_dated_by_its_onset(onset: str, refuted: str, word: str | None, plan: DerivationPlan) -> None:
    def condition(id_: str, date: str, verified: str) -> dict[str, Any]:
        told = {"verificationStatus": {"coding": [{"code": verified}]}, "onsetDateTime": date}
        active = {"clinicalStatus": {"coding": [{"code": "active"}]}} if verified == "confirmed" else {}
        return resource("Condition", id_, code=coded(SCT, "233703007"), **told, **active)

    record = read_bundle(woman(), condition("a", onset, "confirmed"), condition("b", refuted, "refuted")).record
    found = derive_facts(record, plan)["interstitial_lung_disease"]
    assert (found.value, bool(found.conflict)) == (word, word is None)
