"""Patients told only by stated facts: a whole patient is drawn, then up to eight of its facts are left unknown.

An inferred fact is stated in place of what it is inferred from, never beside it, so that a stated fact can be replaced
without a contradiction. `State.case_file` is the same patient as a case file.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import msgspec

from concordant.logic.conditions import Compare
from concordant.logic.intervals import Interval, is_strict_bound, make_exact_interval, step_above, step_below
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.patient.events import Comorbidity, EntryLocation, PatientRecord
from concordant.patient.facts import Value

DATES = (dt.date(2022, 9, 20), dt.date(2023, 6, 1), dt.date(2024, 12, 1), dt.date(2026, 1, 15))
MOST_HIDDEN = 8
EVERY_UNREAD, UNREAD = 4, ("a condition of which nobody has heard",)  # every fourth patient has one on record
LIMIT = 1e4  # stands for "no end" where a number is drawn

# Facts that most often decide: they are left unknown more often than the others.
CORE = (
    *("her2_status", "her2_reported", "her2_ihc", "her2_ish", "her2_ish_recount", "disease_extent", "advanced_disease"),
    *("presentation", "disease_status", "line_of_therapy", "her2_lines_progressed", "adjuvant_her2_therapy"),
    *("months_from_adjuvant_her2_therapy_to_recurrence", "her2_therapy_started", "on_her2_therapy_now"),
    *("received_trastuzumab_deruxtecan", "received_trastuzumab_emtansine", "received_pertuzumab", "brain_metastases"),
    *("has_brain_metastases", "extracranial_progression", "interstitial_lung_disease", "lvef", "taxane_contraindicated"),
    *("hormone_receptor", "estrogen_receptor", "progesterone_receptor", "symptomatic_heart_failure", "visceral_crisis"),
    *("low_disease_burden", "long_disease_free_interval", "declines_chemotherapy", "cancer_type", "pregnant"),
    *("symptomatic_mass_effect", "her2_regimens_received_advanced"),
)

# Facts that decide together: now and then all of one bundle are left unknown.
BUNDLES = (
    ("line_of_therapy", "her2_lines_progressed", "adjuvant_her2_therapy", "months_from_adjuvant_her2_therapy_to_recurrence"),
    ("line_of_therapy", "her2_lines_progressed", "presentation", "her2_therapy_started", "her2_regimens_received_advanced"),
    ("her2_status", "her2_reported", "her2_ihc", "her2_ish", "her2_ish_ratio", "her2_copies", "her2_ish_recount"),
    ("disease_status", "on_her2_therapy_now", "extracranial_progression", "brain_metastases", "has_brain_metastases"),
    ("low_disease_burden", "symptomatic_heart_failure", "lvef", "long_disease_free_interval", "hormone_receptor"),
    ("estrogen_receptor", "progesterone_receptor", "visceral_crisis", "received_pertuzumab", "symptomatic_mass_effect"),
    ("received_trastuzumab_deruxtecan", "received_trastuzumab_emtansine", "line_of_therapy", "her2_lines_progressed"),
)


@dataclass(frozen=True, slots=True)
class State:
    """One patient: what is stated, and which of the patient's facts were left out."""

    number: str
    as_of: dt.date
    stated: Mapping[str, Value]
    hidden: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()  # conditions of which no rule speaks

    def record(self, changes: Mapping[str, Value] | None = None) -> PatientRecord:
        """The record of this patient, with some facts stated otherwise; None unstates one."""
        told = {**self.stated, **(changes or {})}
        listed = tuple(
            Comorbidity(EntryLocation(f"conditions[{i}]"), None, name, "active", None) for i, name in enumerate(self.unread, 1)
        )
        stated = {name: value for name, value in told.items() if value is not None}
        return PatientRecord(self.as_of, conditions=listed, stated=stated)

    def without(self, *names: str) -> State:
        """The same patient with these facts left unknown."""
        return replace(self, stated={n: v for n, v in self.stated.items() if n not in names})

    def case_file(self, features: Mapping[str, Feature]) -> str:
        """The patient as a case file."""
        told = {name: f"{_written(value)} {features[name].unit}".strip() for name, value in sorted(self.stated.items())}
        lines = [f"  {name}: {text if text[0].isalnum() else repr(text)}" for name, text in told.items()]
        listed = [f"  - {{name: {name}, status: active}}" for name in self.unread]
        return "\n".join([f"as_of: {self.as_of}", *(["conditions:", *listed] if listed else []), "stated:", *lines])


def _written(value: Value) -> str:
    if not isinstance(value, Interval):
        return str(value)
    if value.is_exact:
        return repr(value.low)
    if value.low == -math.inf:
        strict = is_strict_bound(value.high, step_above(value.high))
        return f"< {step_above(value.high)!r}" if strict else f"<= {value.high!r}"
    if value.high == math.inf:
        strict = is_strict_bound(value.low, step_below(value.low))
        return f"> {step_below(value.low)!r}" if strict else f">= {value.low!r}"
    return f"{value.low!r} to {value.high!r}"


# -- numbers ---------------------------------------------------------------------------------------


_thresholds: dict[str, dict[str, tuple[float, ...]]] = {}


def thresholds(knowledge: Knowledge) -> dict[str, tuple[float, ...]]:
    """Every bound with which anything in the knowledge compares a feature, found by walking through all of it."""
    if knowledge.digest not in _thresholds:
        found: dict[str, set[float]] = {}
        for leaf in _compares(knowledge):
            found.setdefault(leaf.feature, set()).add(leaf.bound)
        _thresholds[knowledge.digest] = {name: tuple(sorted(bounds)) for name, bounds in found.items()}
    return _thresholds[knowledge.digest]


def _compares(node: object) -> Iterator[Compare]:
    if isinstance(node, Compare):
        yield node
    elif isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _compares(getattr(node, name))
    elif isinstance(node, tuple | list):
        for item in node:
            yield from _compares(item)
    elif isinstance(node, dict):
        for item in node.values():
            yield from _compares(item)


def ends(feature: Feature) -> tuple[float, float]:
    """The range from which values of a number are drawn."""
    return (
        feature.low if feature.low is not None else -LIMIT,
        feature.high if feature.high is not None else LIMIT,
    )


def samples(feature: Feature, knowledge: Knowledge) -> list[Value]:
    """Values of a feature so dense that each range between thresholds holds at least two, and every edge is met."""
    if not feature.is_numeric:
        return list(feature.values)
    low, high = ends(feature)
    bounds = [b for b in thresholds(knowledge).get(feature.name, ()) if low <= b <= high]
    marks = [low, *bounds, high]
    found = {low, high, *(near for b in bounds for near in (step_below(b), b, step_above(b)))}
    for one, other in pairwise(marks):
        found |= {one + (other - one) / 3, one + (other - one) * 0.7}
    if feature.type == "count":
        found = {float(n) for value in found for n in (math.floor(value), math.ceil(value))}
    return [make_exact_interval(n) for n in sorted(found) if low <= n <= high]


def one_for_each(feature: Feature, knowledge: Knowledge) -> list[Value]:
    """A few values: the words, or one number inside each range between thresholds, and each threshold itself."""
    if not feature.is_numeric:
        return list(feature.values)
    low, high = ends(feature)
    bounds = [b for b in thresholds(knowledge).get(feature.name, ()) if low <= b <= high]
    if feature.type == "count":
        whole = {float(n) for b in bounds for n in (math.ceil(b) - 1, math.floor(b), math.floor(b) + 1)} or {max(low, 0.0)}
        return [make_exact_interval(n) for n in sorted(whole) if low <= n <= high]
    marks = [low, *bounds, high]
    inside = {one + (other - one) / 2 for one, other in pairwise(marks)}
    return [make_exact_interval(n) for n in sorted(inside | set(bounds))]


# -- patients --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Drawer:
    """Draws one patient after the other."""

    knowledge: Knowledge
    rng: random.Random
    by_name: dict[str, Feature]

    def state(self, number: str) -> State:
        """A patient of whom up to eight facts are left unknown, and now and then a number is known in part only."""
        whole = self._whole()
        hideable = [name for name in whole if self.by_name[name].question]
        core = [name for name in hideable if name in CORE]
        many = self.rng.randint(1, MOST_HIDDEN)
        share = self.rng.choice((0.5, 0.8, 1.0))
        hidden = {self.rng.choice(core if self.rng.random() < share else hideable) for _ in range(many)}
        bundle = self.rng.choice(BUNDLES) if self._is(0.4) else ()
        hidden = set(sorted({*bundle, *sorted(hidden)[: MOST_HIDDEN - len(bundle)]} & set(hideable))[:MOST_HIDDEN])
        told = {name: self._blurred(name, value) for name, value in whole.items() if name not in hidden}
        return State(number, self.rng.choice(DATES), told, tuple(sorted(hidden)))

    def _blurred(self, name: str, value: Value) -> Value:
        """Sometimes an interval round the number instead of the number, a threshold inside it."""
        bounds = thresholds(self.knowledge).get(name)
        if not isinstance(value, Interval) or not bounds or self.rng.random() > 0.08:
            return value
        low, high = ends(self.by_name[name])
        bound = self.rng.choice(bounds)
        if self.by_name[name].type == "count":  # counts bound each other, so the true one stays inside
            around = Interval(max(low, math.floor(bound)), min(high, math.floor(bound) + self.rng.randint(1, 2)))
            return around if value.is_within(around) else value
        wide = self.rng.choice((0.5, 1, 5))
        around = Interval(max(low, bound - wide), min(high, bound + wide))
        return self.rng.choice((around, around, Interval(low=around.low), Interval(high=around.high)))

    def _is(self, chance: float) -> bool:
        return self.rng.random() < chance

    def _yes(self, chance: float) -> str:
        return "yes" if self._is(chance) else "no"

    def _pick(self, **weights: float) -> str:
        return self.rng.choices([*weights], [*weights.values()])[0]

    def _number(self, name: str) -> Value:
        bounds = thresholds(self.knowledge).get(name, ())
        low, high = ends(self.by_name[name])
        if not bounds:
            return make_exact_interval(low + round((min(high, 200) - low) * self.rng.uniform(0.2, 0.5), 1))
        bound = self.rng.choice(bounds)
        near = self.rng.choice(
            (bound, bound, step_below(bound), step_above(bound), bound * 0.7, bound * 1.3, bound + 0.5, bound - 0.5)
        )
        return make_exact_interval(min(high, max(low, near)))

    def _whole(self) -> dict[str, Value]:
        told: dict[str, Value] = {}
        for part in (self._tumour, self._disease, self._brain, self._lines, self._drugs, self._heart_and_lung, self._rest):
            told |= part(told)
        return {name: value for name, value in told.items() if name in self.by_name}

    def _tumour(self, _: Mapping[str, Value]) -> dict[str, Value]:
        way = self._pick(status=4, reported=4, ihc=1, ish=2, ratio=3)
        good = self._is(0.93)
        her2: dict[str, dict[str, Value]] = {
            "status": {"her2_status": "positive" if good else self._pick(negative=2, equivocal=1)},
            "reported": {"her2_reported": "positive" if good else self._pick(negative=2, equivocal=1)},
            "ihc": {"her2_ihc": "3+" if good else self.rng.choice(("0", "1+"))},
            "ish": {"her2_ihc": "2+", "her2_ish": "positive" if good else self._pick(negative=2, equivocal=1)},
            "ratio": {
                "her2_ihc": "2+",
                "her2_ish_ratio": make_exact_interval(self.rng.choice((1.4, 2.0, 2.0, 2.6, 5.0))),
                "her2_copies": make_exact_interval(self.rng.choice((3.0, 4.0, 5.0, 6.0, 7.5))),
                "her2_ish_recount": self._pick(same_group=2, other_group=1),
            },
        }
        if self._is(0.6):
            receptors: dict[str, Value] = {"hormone_receptor": self._pick(positive=2, negative=1)}
        else:
            receptors = {name: self._pick(positive=1, negative=1) for name in ("estrogen_receptor", "progesterone_receptor")}
        cancer: dict[str, Value] = {"cancer_type": "breast"} if self._is(0.8) else {}
        return {**cancer, **her2[way], "her2_of_metastasis": self._yes(0.5), **receptors}

    def _disease(self, _: Mapping[str, Value]) -> dict[str, Value]:
        told: dict[str, Value] = {"disease_extent": self._pick(metastatic=8, locally_advanced_unresectable=2, early=0.3)}
        if self._is(0.1):
            told = {"advanced_disease": self._yes(0.95)}
        told["presentation"] = self._pick(de_novo=1, recurrent=2)
        told["disease_status"] = self._pick(untreated=1, responding=1, stable=1, progressing=5)
        told["extracranial_progression"] = self._yes(0.7)
        told["months_disease_free"] = make_exact_interval(float(self.rng.randint(0, 60)))
        if told["presentation"] == "recurrent":
            told["long_disease_free_interval"] = self._yes(0.2)
        judged = {"visceral_crisis": 0.1, "low_disease_burden": 0.2}
        judged |= {"declines_chemotherapy": 0.15, "taxane_contraindicated": 0.2}
        return told | {name: self._yes(chance) for name, chance in judged.items()}

    def _brain(self, _: Mapping[str, Value]) -> dict[str, Value]:
        where = self._pick(none=5, stable=1, active=2)
        told: dict[str, Value] = {"brain_metastases": where, "leptomeningeal_disease": self._yes(0.07)}
        if self._is(0.15):
            told = {"has_brain_metastases": self._yes(0.5), "leptomeningeal_disease": "no"}
        if "yes" in told.values() or where != "none":
            told |= {"symptomatic_mass_effect": self._yes(0.2), "brain_treated_locally": self._yes(0.5)}
        return told

    def _lines(self, told: Mapping[str, Value]) -> dict[str, Value]:
        """The line itself, or what it is counted from."""
        line = self._pick(first=3, second=4, third_or_later=3)
        early = told["presentation"] == "recurrent" and self._is(0.6)
        failed = {"first": 0, "second": 1, "third_or_later": self.rng.randint(2, 4)}[line]
        begun = failed > 0 or told["disease_status"] in ("responding", "stable")
        now: dict[str, Value] = {"her2_therapy_started": "yes" if begun else "no", "on_her2_therapy_now": self._yes(0.6 * begun)}
        now["her2_regimens_received_advanced"] = make_exact_interval(float(failed + (begun and self._is(0.5)) or begun))
        if self._is(0.35):
            return now | {"line_of_therapy": line}
        now |= {"her2_lines_progressed": make_exact_interval(float(failed)), "adjuvant_her2_therapy": "yes" if early else "no"}
        if early:
            name = "months_from_adjuvant_her2_therapy_to_recurrence"
            now[name] = self._number(name)
        return now

    def _drugs(self, told: Mapping[str, Value]) -> dict[str, Value]:
        """What was received, failed, not borne, and can be given; now and then left to silence."""
        found: dict[str, Value] = {}
        chance = 0.05 if told["her2_therapy_started"] == "no" else 0.4
        for name in self.by_name:
            if name.startswith("received_") and self.by_name[name].question:
                found[name] = self._yes(chance)
            elif name.startswith(("progressed_on_", "stopped_")):
                drug = name.removeprefix("progressed_on_").removeprefix("stopped_").removesuffix("_for_toxicity")
                given = found.get(f"received_{drug}") == "yes"
                found |= {name: self._yes(0.25)} if given else {name: "no"} if self._is(0.7) else {}
            elif name.startswith("available_") and self._is(0.5):
                found[name] = self._yes(0.9)
        return found

    def _heart_and_lung(self, _: Mapping[str, Value]) -> dict[str, Value]:
        lung = self._pick(none=5, history=1, active=1)
        told: dict[str, Value] = {"interstitial_lung_disease": lung, "lvef": self._number("lvef")}
        if lung != "none":
            told["ild_needed_steroids"] = self._yes(0.4)
        failing = self._is(0.1)
        told["symptomatic_heart_failure"] = "yes" if failing else "no"
        told["heart_failure_history"] = self._yes(1.0 if failing else 0.1)
        if self._is(0.7):
            told |= {"lvef_lowest": told["lvef"], "lvef_fall": make_exact_interval(self.rng.choice((0.0, 5.0, 10.0, 20.0)))}
        return told

    def _rest(self, _: Mapping[str, Value]) -> dict[str, Value]:
        labs = ("total_bilirubin_xuln", "ast_xuln", "alt_xuln", "platelets", "neutrophils", "creatinine_clearance")
        told: dict[str, Value] = {name: self._number(name) if self._is(0.4) else _normal(name) for name in labs}
        told |= {
            "weight": make_exact_interval(64.0),
            "height": make_exact_interval(168.0),
            "age": make_exact_interval(float(self.rng.randint(28, 88))),
        }
        told |= {"ecog": make_exact_interval(float(self._pick(**{"0": 3, "1": 4, "2": 2, "3": 1, "4": 0.3})))}
        told |= {"sex": self._pick(female=9, male=1)}
        if told["sex"] == "female":
            told["menopausal_status"] = self._pick(premenopausal=1, perimenopausal=1, postmenopausal=3)
            told |= {"pregnant": self._yes(0.05), "breastfeeding": self._yes(0.03)}
        told["hepatitis_b"] = self._pick(none=8, past=1, carrier=1)
        told["dpd_deficiency"] = self._pick(none=8, partial=1, complete=1)
        told |= {"nodular_regenerative_hyperplasia": self._pick(none=9, history=1, active=1)}
        told |= {"severe_hepatic_impairment": self._yes(0.06), "severe_renal_impairment": self._yes(0.06)}
        return told | {name: self._yes(0.1) for name in self.by_name if name.startswith("takes_") and self._is(0.5)}


def _normal(name: str) -> Value:
    return make_exact_interval({"platelets": 210.0, "neutrophils": 4.0, "creatinine_clearance": 90.0}.get(name, 0.7))


def draw(knowledge: Knowledge, seed: int, number: int) -> State:
    """The patient of this seed and number, the same every time."""
    rng = random.Random(f"{seed}:{number}")
    state = Drawer(knowledge, rng, {f.name: f for f in knowledge.features}).state(f"{seed}:{number}")
    return state if number % EVERY_UNREAD else replace(state, unread=UNREAD)
