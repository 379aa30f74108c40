"""A few patients in stated facts, each with something that a careless asking would get wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec

from concordant.logic.conditions import All, Any, Condition, OneOf
from concordant.logic.intervals import Interval, make_exact_interval
from concordant.model.knowledge import Knowledge
from concordant.patient.facts import Value
from tests.proof.states import State

AS_OF = dt.date(2023, 6, 1)
MONTHS = "months_from_adjuvant_her2_therapy_to_recurrence"

CORE: dict[str, Value] = {
    "her2_reported": "positive",
    "disease_extent": "metastatic",
    "presentation": "recurrent",
    "disease_status": "progressing",
    "extracranial_progression": "yes",
    "brain_metastases": "none",
    "on_her2_therapy_now": "no",
    "leptomeningeal_disease": "no",
    "taxane_contraindicated": "no",
    "adjuvant_her2_therapy": "yes",
    "hormone_receptor": "negative",
    "visceral_crisis": "no",
    "low_disease_burden": "no",
    "interstitial_lung_disease": "none",
    "lvef": make_exact_interval(60.0),
    "symptomatic_heart_failure": "no",
    "pregnant": "no",
    "received_trastuzumab": "yes",
    "received_trastuzumab_deruxtecan": "no",
    "received_trastuzumab_emtansine": "no",
    "received_pertuzumab": "no",
    "ecog": make_exact_interval(1.0),
    "declines_chemotherapy": "no",
    "long_disease_free_interval": "no",
    "her2_therapy_started": "no",
    "her2_lines_progressed": make_exact_interval(0.0),
    "her2_regimens_received_advanced": make_exact_interval(0.0),
}


def told(name: str, *without: str, **facts: Value) -> State:
    """The common patient with these facts, and without those."""
    return State(name, AS_OF, {n: v for n, v in {**CORE, **facts}.items() if n not in without})


THREE = ("visceral_crisis", "low_disease_burden", "taxane_contraindicated")
LATER: dict[str, Value] = {
    "her2_therapy_started": "yes",
    "her2_regimens_received_advanced": make_exact_interval(3.0),
    MONTHS: make_exact_interval(30.0),
}

PATIENTS: dict[str, State] = {
    one.number: one
    for one in (
        told("interval unknown"),
        told("interval straddles", **{MONTHS: Interval(8.0, 14.0)}),
        told("interval at the bound", **{MONTHS: make_exact_interval(12.0)}),
        told("interval inside the bound", **{MONTHS: make_exact_interval(11.5)}),
        told("interval far off", **{MONTHS: make_exact_interval(40.0)}, hormone_receptor="positive"),
        told("tumour and extent unknown", "her2_reported", "disease_extent", "lvef"),
        told("ratio unknown", "her2_reported", her2_ihc="2+", her2_copies=make_exact_interval(5.0)),
        told("ratio and copies unknown", "her2_reported", her2_ihc="2+"),
        told("receptors unknown", "hormone_receptor", **LATER, her2_lines_progressed=make_exact_interval(2.0)),
        told("lines unknown", "her2_lines_progressed", **LATER),
        told("guard unknown", "adjuvant_her2_therapy", "presentation"),
        told("interval within one range", **{MONTHS: Interval(7.0, 11.0)}, received_trastuzumab_deruxtecan="yes"),
        told("interval one month off", **{MONTHS: make_exact_interval(13.0)}),
        told("heart known in part", **LATER, her2_lines_progressed=make_exact_interval(1.0), lvef=Interval(35.0, 45.0)),
        told("heart known within one range", **LATER, her2_lines_progressed=make_exact_interval(1.0), lvef=Interval(41.0, 49.0)),
        told(
            "brain by the companion",
            "brain_metastases",
            **LATER,
            her2_lines_progressed=make_exact_interval(1.0),
            has_brain_metastases="yes",
        ),
        *(
            told(
                name,
                *THREE,
                **LATER,
                her2_lines_progressed=make_exact_interval(1.0),
                total_bilirubin_xuln=make_exact_interval(1.0),
            )
            for name in ("pair", "triple", "pair stands", "triple stands")
        ),
        told("second line", **LATER, her2_lines_progressed=make_exact_interval(1.0)),
        told("second line stated", "her2_lines_progressed", "adjuvant_her2_therapy", **LATER, line_of_therapy="second"),
        told(
            "second line stated, interval unknown",
            "her2_lines_progressed",
            line_of_therapy="second",
            her2_therapy_started="yes",
            her2_regimens_received_advanced=make_exact_interval(1.0),
        ),
        told("interval unknown, line not counted", "her2_lines_progressed", her2_therapy_started="yes"),
        State(
            "fewer regimens than lines would lead elsewhere",
            AS_OF,
            {
                "adjuvant_her2_therapy": "no",
                "disease_extent": "metastatic",
                "her2_lines_progressed": make_exact_interval(1.0),
                "her2_regimens_received_advanced": make_exact_interval(1.0),
                "her2_reported": "positive",
                "received_trastuzumab_deruxtecan": "yes",
                "received_trastuzumab_emtansine": "yes",
                "stopped_trastuzumab_emtansine_for_toxicity": "yes",
            },
        ),
        State(
            "second line, drugs and lungs unknown",
            AS_OF,
            {
                "her2_reported": "positive",
                "disease_extent": "metastatic",
                "presentation": "recurrent",
                MONTHS: make_exact_interval(8.0),
            },
        ),
        State(
            "de novo, first line stated",
            AS_OF,
            {"her2_reported": "positive", "disease_extent": "metastatic", "presentation": "de_novo", "line_of_therapy": "first"},
        ),
        State("nothing told of the past", AS_OF, {"her2_reported": "positive", "disease_extent": "metastatic"}),
        told("third line", **LATER, her2_lines_progressed=make_exact_interval(2.0), lvef=make_exact_interval(45.0)),
        told(
            "third line with failing heart",
            **LATER,
            her2_lines_progressed=make_exact_interval(3.0),
            lvef=make_exact_interval(50.0),
            hormone_receptor="positive",
        ),
        told(
            "first line, burden unknown",
            "low_disease_burden",
            "lvef",
            "taxane_contraindicated",
            hormone_receptor="positive",
            **{MONTHS: make_exact_interval(30.0)},
        ),
        told(
            "brain unknown",
            "brain_metastases",
            "extracranial_progression",
            **LATER,
            her2_lines_progressed=make_exact_interval(2.0),
            on_her2_therapy_now="yes",
        ),
        State(
            "two lines with one outcome, each by its own rule",
            AS_OF,
            {"presentation": "de_novo", "her2_therapy_started": "yes", "symptomatic_heart_failure": "yes"},
        ),
        State(
            "every reply leads to one",
            AS_OF,
            {
                "disease_extent": "locally_advanced_unresectable",
                "her2_reported": "positive",
                "presentation": "recurrent",
                "estrogen_receptor": "positive",
                "extracranial_progression": "yes",
                "her2_therapy_started": "no",
                MONTHS: Interval(low=11.0),
                "lvef": make_exact_interval(39.0),
            },
        ),
        told("status unknown", "disease_status", "on_her2_therapy_now", **LATER, her2_lines_progressed=make_exact_interval(1.0)),
        told("presentation unknown", "presentation", "adjuvant_her2_therapy", "long_disease_free_interval"),
        told(
            "drugs unknown",
            "received_trastuzumab_deruxtecan",
            "received_trastuzumab_emtansine",
            **LATER,
            her2_lines_progressed=make_exact_interval(1.0),
        ),
    )
}


# In the shipped knowledge hardly any patient is asked for two facts together, so some patients have a twisted one.


def _odd(names: tuple[str, ...]) -> Condition:
    """True when an odd number of the facts hold: open until all of them are known."""
    yes, no = OneOf(names[0], ("yes",)), OneOf(names[0], ("no",))
    if len(names) == 1:
        return yes
    return Any((All((yes, _even(names[1:]))), All((no, _odd(names[1:])))))


def _even(names: tuple[str, ...]) -> Condition:
    yes, no = OneOf(names[0], ("yes",)), OneOf(names[0], ("no",))
    if len(names) == 1:
        return no
    return Any((All((yes, _odd(names[1:]))), All((no, _even(names[1:])))))


def _asking_for(knowledge: Knowledge, condition: Condition) -> Knowledge:
    """Every statement that prefers a regimen holds only if the condition does as well."""
    preferring = {s.id for s in knowledge.statements if s.recommend and s.recommend.role == "preferred"}
    twisted = tuple(
        msgspec.structs.replace(s, applies_if=All((s.applies_if, condition))) if s.id in preferring else s
        for s in knowledge.statements
    )
    return msgspec.structs.replace(knowledge, statements=twisted)


def _barred_by(knowledge: Knowledge, condition: Condition) -> Knowledge:
    """Every statement that prefers a regimen is barred if the condition holds."""
    bars = [bar for s in knowledge.statements for bar in s.unless]
    twisted = tuple(
        msgspec.structs.replace(s, unless=(*s.unless, msgspec.structs.replace(bars[0], if_=condition, effect="precludes")))
        if s.recommend and s.recommend.role == "preferred"
        else s
        for s in knowledge.statements
    )
    return msgspec.structs.replace(knowledge, statements=twisted)


def _all_of(names: tuple[str, ...]) -> Condition:
    return All(tuple(OneOf(name, ("yes",)) for name in names))


TWISTS: dict[str, Callable[[Knowledge], Knowledge]] = {
    "pair": lambda knowledge: _asking_for(knowledge, _odd(THREE[:2])),
    "triple": lambda knowledge: _asking_for(knowledge, _odd(THREE)),
    "pair stands": lambda knowledge: _barred_by(knowledge, _all_of(THREE[:2])),
    "triple stands": lambda knowledge: _barred_by(knowledge, _all_of(THREE)),
}
