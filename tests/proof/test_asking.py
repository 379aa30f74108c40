"""The asking held to its claims on some 40 drawn patients; `python tools/prove_asking.py` does so on many more.

`MENDED` holds the smallest patients of whom a claim once failed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Value
from tests.conftest import ReadCase
from tests.proof.claims import CLAIMS, Claim, Patient, printed_is_what_holds, shipped
from tests.proof.orders import ORDERS, compare_orders
from tests.proof.patients import PATIENTS, TWISTS
from tests.proof.states import State, draw, samples
from tests.shares import share_of

pytestmark = pytest.mark.long

SEED, STATES, CHUNKS, EFFORT = 2022, 40, 5, 40
DRAWN = share_of("patients of the proof", range(STATES))
CHECKED: dict[str, Claim] = {**CLAIMS, "9 printed": lambda patient: printed_is_what_holds(patient, most=1)}


@dataclass(frozen=True, slots=True)
class Mended:
    """A patient of whom a claim once failed, and what was wrong."""

    claim: str
    was: str
    as_of: str
    stated: dict[str, Value]


MENDED = (
    Mended(
        "2 complete",
        "a feature was not asked when every reply led to the same, but other, outcome; a group was asked in its place",
        "2024-12-01",
        {
            "disease_extent": "locally_advanced_unresectable",
            "her2_reported": "positive",
            "presentation": "recurrent",
            "estrogen_receptor": "positive",
            "extracranial_progression": "yes",
            "her2_therapy_started": "no",
            "months_from_adjuvant_her2_therapy_to_recurrence": Interval(low=11.0),
            "lvef": Interval(39.0, 39.0),
        },
    ),
    Mended(
        "2 complete",
        "nothing was asked behind an assumed fact; and a stated brain metastasis did not count as one on record",
        "2023-06-01",
        {
            "disease_status": "progressing",
            "brain_metastases": "active",
            "on_her2_therapy_now": "yes",
            "her2_lines_progressed": Interval(3.0, 3.0),
            "progressed_on_capecitabine": "yes",
            "progressed_on_tucatinib": "yes",
            "received_trastuzumab_emtansine": "yes",
            **{
                f"received_{drug}": "no"
                for drug in ("abemaciclib", "exemestane", "lapatinib", "letrozole", "margetuximab", "neratinib", "vinorelbine")
            },
            "received_trastuzumab_deruxtecan": "no",
            "progressed_on_fulvestrant": "no",
        },
    ),
    Mended(
        "4 other sides",
        "a feature that listens to what is stated still heard the old line when the line is overridden",
        "2023-06-01",
        {
            "disease_extent": "metastatic",
            "her2_reported": "positive",
            "line_of_therapy": "second",
            "received_trastuzumab_deruxtecan": "no",
        },
    ),
    Mended(
        "5 next",
        "a step that set an active brain metastasis contradicted a stated `has_brain_metastases: no`",
        "2023-06-01",
        {
            "disease_extent": "metastatic",
            "her2_reported": "positive",
            "has_brain_metastases": "no",
            "line_of_therapy": "second",
            "received_trastuzumab_deruxtecan": "no",
        },
    ),
    Mended(
        "4 other sides",
        "the other side of a fact was not heard by the features that listen to what is stated",
        "2023-06-01",
        {
            "brain_metastases": "none",
            "disease_extent": "metastatic",
            "disease_status": "progressing",
            "her2_lines_progressed": Interval(1.0, 1.0),
            "her2_reported": "positive",
            "months_from_adjuvant_her2_therapy_to_recurrence": Interval(9.0, 9.0),
            "on_her2_therapy_now": "yes",
        },
    ),
    Mended(
        "4 other sides",
        "fewer regimens than lines that ended in progression were told as another side",
        "2023-06-01",
        {
            "disease_extent": "metastatic",
            "her2_ish": "positive",
            "her2_lines_progressed": Interval(1.0, 1.0),
            "her2_regimens_received_advanced": Interval(1.0, 1.0),
            "presentation": "de_novo",
            "received_trastuzumab_deruxtecan": "yes",
            "received_trastuzumab_emtansine": "yes",
        },
    ),
)


def failures(patient: Patient) -> list[str]:
    return [f"{name}: {says}" for name, claim in CHECKED.items() for says in claim(patient)]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_claim_holds_for_drawn_patients(chunk: int, knowledge: Knowledge) -> None:
    found: list[str] = []
    for number in DRAWN[chunk::CHUNKS]:
        patient = Patient(draw(knowledge, SEED, number), knowledge, shipped(knowledge), EFFORT)
        found += [f"patient {number}, {says}" for says in failures(patient)]
    assert found == []


@pytest.mark.parametrize("name", share_of("facts that decide together", TWISTS))
def test_every_claim_holds_where_facts_decide_together(name: str, knowledge: Knowledge) -> None:
    told = TWISTS[name](knowledge)
    patient = Patient(PATIENTS[name], told, shipped(told), EFFORT)
    assert failures(patient) == []


@pytest.mark.parametrize("mended", MENDED, ids=lambda mended: mended.was)
def test_a_claim_that_once_failed(mended: Mended, knowledge: Knowledge) -> None:
    state = State(mended.was, dt.date.fromisoformat(mended.as_of), mended.stated)
    assert list(CLAIMS[mended.claim](Patient(state, knowledge, shipped(knowledge), EFFORT))) == []


def test_the_given_order_is_not_beaten(knowledge: Knowledge) -> None:
    """In the mean over all the drawn patients that are asked anything, no simple order needs fewer questions."""
    spent = dict.fromkeys(ORDERS, 0)
    for number in share_of("patients of the orders", range(0, STATES, 3)):
        for run in compare_orders(Patient(draw(knowledge, SEED, number), knowledge, shipped(knowledge)), truths=1):
            for name, asked in run.items():
                spent[name] += asked.to_answer
    assert sum(spent.values()) > 0
    assert min(spent.values()) == next(iter(spent.values())), spent


def test_the_drawn_patients_are_of_every_kind(knowledge: Knowledge) -> None:
    patients = [Patient(draw(knowledge, SEED, n), knowledge, shipped(knowledge)) for n in range(STATES)]
    assert {p.outcome()[0] for p in patients} == {"recommends", "needs_data", "out_of_scope"}
    assert {p.fresh().facts["line_of_therapy"].value for p in patients} >= {None, "first", "second", "third_or_later"}
    assert not any(fact.conflict for p in patients for fact in p.fresh().facts.values())
    assert max(len(p.state.hidden) for p in patients) in (7, 8)


def test_a_drawn_patient_is_a_case_file(knowledge: Knowledge, read: ReadCase) -> None:
    features = {feature.name: feature for feature in knowledge.features}
    for number in range(STATES):
        state = draw(knowledge, SEED, number)
        record = read(state.case_file(features))
        assert record.stated == dict(state.stated)
        assert [(c.name, c.term, c.status) for c in record.conditions] == [
            (c.name, c.term, c.status) for c in state.record().conditions
        ]


def test_samples_meet_every_edge(knowledge: Knowledge) -> None:
    by_name = {feature.name: feature for feature in knowledge.features}
    numbers = [v.low for v in samples(by_name["lvef"], knowledge) if isinstance(v, Interval)]
    assert {0.0, 39.99999999999999, 40.0, 40.00000000000001, 50.0, 100.0} <= set(numbers)
    assert sum(40 < n < 50 for n in numbers) >= 4
