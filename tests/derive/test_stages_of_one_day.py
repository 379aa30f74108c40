"""Two extents of one day are a conflict, unless another entry settles it; what came later governs as before."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from concordant.derive.engine import derive_facts
from concordant.derive.plan import DerivationPlan
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Fact
from concordant.record.table.read import iter_patients
from concordant.terminology.names import Words
from tests.conftest import AS_OF, ReadCase
from tests.record.fhir.builders import SCT, coded, diagnosis, observation, woman
from tests.record.fhir.builders import read as read_bundle

EARLY = [{"stage": stage} for stage in ("I", "IA", "IIA", "stage IIB", "cIIA", "IIIA")] + [{"extent": "early"}]
SPREAD = [{"stage": "IV"}, {"stage": "pIV"}, {"stage": "M1"}, {"extent": "metastatic"}, {"sites": ["liver"]}]
LOCAL = [{"extent": "locally_advanced_unresectable"}]
WHEN = [{"date": "2021-01-20"}, {"date": "2021-01"}, {"date": "2021"}, {}]


def event(when: dict[str, str], kind: str = "diagnosis", **more: Any) -> dict[str, Any]:
    return {"event": kind, **when, **more}


def facts(read: ReadCase, plan: DerivationPlan, *events: dict[str, Any]) -> tuple[Fact, Fact]:
    found = derive_facts(read({"disease": list(events)}), plan)
    return found["disease_extent"], found["presentation"]


def is_conflict(fact: Fact) -> bool:
    return fact.value is None and "contradict each other" in fact.conflict


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("spread", SPREAD)
def test_early_and_metastatic_of_one_time(
    spread: dict[str, Any], when: dict[str, str], read: ReadCase, plan: DerivationPlan
) -> None:
    for early in EARLY:
        pair = (event(when, **early), event(when, **spread))
        for order in (pair, pair[::-1]):
            extent, presentation = facts(read, plan, *order)
            assert is_conflict(extent), (order, extent)
            assert is_conflict(presentation), (order, presentation)
            assert set(extent.entries) == {"disease[1]", "disease[2]"}


@pytest.mark.parametrize(("one", "other"), [*itertools.product(LOCAL, EARLY[:3]), *itertools.product(LOCAL, SPREAD[:2])])
def test_locally_advanced_is_an_extent_of_its_own(
    one: dict[str, Any], other: dict[str, Any], read: ReadCase, plan: DerivationPlan
) -> None:
    assert is_conflict(facts(read, plan, event(WHEN[0], **one), event(WHEN[0], **other))[0])


@pytest.mark.parametrize("early", EARLY)
@pytest.mark.parametrize("kind", ["diagnosis", "recurrence"])
def test_an_early_stage_with_a_distant_site(early: dict[str, Any], kind: str, read: ReadCase, plan: DerivationPlan) -> None:
    if kind == "diagnosis" or "extent" in early:
        assert is_conflict(facts(read, plan, event(WHEN[0], kind, **early, sites=["liver"]))[0])


def test_what_is_no_contradiction(read: ReadCase, plan: DerivationPlan) -> None:
    day = WHEN[0]
    same = [
        ((event(day, stage="IIA"), event(day, stage="IIB")), "early", None),
        ((event(day, stage="IIA"), event(day, sites=["axilla"])), "early", None),
        ((event(day, stage="IIA"), event(day, "surgery", procedure="mastectomy")), "early", None),
        ((event(day, stage="IV"), event(day, sites=["liver"])), "metastatic", "de_novo"),
        ((event(day, stage="IIIB"), event(day, stage="IV")), "metastatic", "de_novo"),
        ((event(day, stage="IIA"), event({"date": "2022-09-12"}, "recurrence", sites=["liver"])), "metastatic", "recurrent"),
        ((event({}, stage="IIA"), event({}, "recurrence", sites=["liver"])), "metastatic", "recurrent"),
        ((event({}, stage="IIA"), event({}, "progression", extent="metastatic")), "metastatic", None),
    ]
    for events, extent, presentation in same:
        found = facts(read, plan, *events)
        assert [fact.value for fact in found][:1] == [extent], events
        assert found[0].conflict == found[1].conflict == ""
        assert presentation is None or found[1].value == presentation


def test_a_later_metastasis_settles_the_extent_and_not_how_it_began(read: ReadCase, plan: DerivationPlan) -> None:
    later = event({"date": "2022-09-12"}, "progression", sites=["liver"])
    extent, presentation = facts(read, plan, event(WHEN[0], stage="IIA"), event(WHEN[0], stage="IV"), later)
    assert (extent.value, extent.conflict) == ("metastatic", "")
    assert is_conflict(presentation)


def test_in_a_table(knowledge: Knowledge, words: Words, tmp_path: Path, plan: DerivationPlan) -> None:
    (tmp_path / "a.csv").write_text("id,day,stage\n1,2021-01-20,IIA\n1,2021-01-20,IV\n", encoding="utf-8")
    rule = "{block: disease, event: {is: diagnosis}, date: day, stage: stage}"
    mapping = f"table: t\nfiles:\n  a: {{path: a.csv, patient: id, entries: [{rule}]}}\n"
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    [patient] = iter_patients(tmp_path / "map.yaml", knowledge, words, AS_OF, given=False)
    assert is_conflict(derive_facts(patient.record, plan)["disease_extent"])


def test_in_fhir_the_stages_are_set_aside_by_name(plan: DerivationPlan) -> None:
    stages = [
        observation(f"s{i}", code, effectiveDateTime="2022-12-01", valueCodeableConcept={"text": text})
        for i, (code, text) in enumerate((("21908-9", "IIA"), ("21902-2", "IV")))
    ]
    record = read_bundle(woman(), diagnosis(code=coded(SCT, "254837009")), *stages).record
    assert derive_facts(record, plan)["disease_extent"].value is None
    assert any("contradict each other" in said for said in record.set_aside)
