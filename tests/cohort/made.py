"""Finished cohorts made up on disk, in the shape that `concordant cohort` writes: as a test says, or many at random."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from concordant.cohorts.deciding import SCHEMA
from concordant.cohorts.parts import ACCOUNT_SCHEMA, REFUSED_SCHEMA, Part, count_flow, make_table, write_part
from concordant.cohorts.rules import load_concordance_rules
from concordant.cohorts.run import CohortDefinition, CohortSummary, write_summary
from tests.shipped import shipped_knowledge

Row = dict[str, Any]
BLANK: Row = {
    "point": "line_start",
    "number": 1,
    "answer": "recommends",
    "preferred": [],
    "offered": [],
    "given_other": [],
    "missing": [],
    "assumed": [],
}


def row(patient: str, verdict: str, **told: Any) -> Row:
    """One point; what is not told is blank."""
    return BLANK | {"patient": patient, "verdict": verdict, "knowledge": shipped_knowledge().digest} | told


def write_cohort(
    folder: Path,
    rows: Sequence[Row],
    facts: Sequence[Mapping[str, Any]] | None = None,
    parts: int = 1,
    complete: bool = True,
    flow: Mapping[str, int] | None = None,
    left_out: Mapping[str, int] | None = None,
    **defined: Any,
) -> Path:
    """A cohort of these points; the facts of each are told in the same order."""
    told = facts or [{} for _ in rows]
    folder.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    for number in range(parts):
        chosen = [i for i in range(len(rows)) if i * parts // max(len(rows), 1) == number]
        points = pa.Table.from_pylist([rows[i] for i in chosen], SCHEMA)
        seen = pa.Table.from_pylist([_make_facts(rows[i], told[i]) for i in chosen], _make_schema(told))
        counted = count_flow(len(set(points["patient"].to_pylist())), 0, points)
        empty = make_table([], ACCOUNT_SCHEMA), make_table([], REFUSED_SCHEMA)
        write_part(folder, number, Part(seen, *empty, points, counted))
        total.update(counted)
    summary = _make_summary(defined, {**total, **(flow or {})}, dict(left_out or {}), parts, complete)
    write_summary(folder, summary)
    return folder


def _make_facts(point: Row, told: Mapping[str, Any]) -> Row:
    return {"patient": point["patient"], "point": point["point"], "date": point.get("date"), "number": point["number"], **told}


def _make_schema(facts: Sequence[Mapping[str, Any]]) -> pa.Schema:
    columns = [("patient", pa.string()), ("point", pa.string()), ("date", pa.date32()), ("number", pa.int32())]
    named = dict.fromkeys(name for one in facts for name in one)
    return pa.schema([*columns, *((name, pa.float64() if name.endswith(("_low", "_high")) else pa.string()) for name in named)])


def _make_summary(
    defined: Mapping[str, Any], flow: dict[str, int], left_out: dict[str, int], parts: int, complete: bool
) -> CohortSummary:
    usual = {
        "source": "registry.duckdb",
        "as_of": "2026-01-31",
        "points": ("advanced_diagnosis", "line_start", "progression"),
        "patients_a_part": 1000,
        "knowledge": shipped_knowledge().digest,
        "version": "0.2.0",
    }
    windows = msgspec.to_builtins(load_concordance_rules(shipped_knowledge()).grace_days)
    definition = CohortDefinition(**{**usual, **defined})
    return CohortSummary(definition=definition, windows=windows, flow=flow, left_out=left_out, parts=parts, complete=complete)


# Many at random. The shares are made up: they show what a page looks like, and say nothing of care.
DOUBLE = ["trastuzumab", "pertuzumab", "docetaxel"], ["trastuzumab", "pertuzumab", "paclitaxel"]
SINGLE, CONJUGATE, NEWER = ["trastuzumab", "vinorelbine"], ["trastuzumab_emtansine"], ["trastuzumab_deruxtecan"]
LATER = ["tucatinib", "trastuzumab", "capecitabine"], ["lapatinib", "capecitabine"], ["margetuximab", "capecitabine"]
FIRST_OFFER = ["trastuzumab-pertuzumab-docetaxel-q3w", "trastuzumab-pertuzumab-paclitaxel"]
CHANGE, APPROVAL = dt.date(2022, 5, 31), dt.date(2019, 12, 20)
SITES = "Northgate", "St Anne", "Riverside", "County General", "University", "Hillcrest", "Lakeside", "Mercy"


def make_many(folder: Path, patients: int, seed: int = 1, assume: Mapping[str, str] | None = None) -> Path:
    """A cohort of so many patients with up to three lines each, from 2018 to 2025, at eight sites."""
    chance = random.Random(seed)
    rows: list[Row] = []
    facts: list[Row] = []
    for number in range(patients):
        patient, site = f"p{number:06}", chance.randrange(len(SITES))
        day = dt.date(2018, 1, 1) + dt.timedelta(days=chance.randrange(2700))
        receptor = chance.choice(["positive", "positive", "negative", None])
        for place, line in enumerate(("first", "second", "third_or_later")):
            rows.append(_make_random_point(chance, patient, site, place, line, day, bool(assume)))
            facts.append({"hormone_receptor": receptor, "age_low": 50.0, "age_high": 50.0})
            day += dt.timedelta(days=chance.randrange(120, 700))
            if day > dt.date(2025, 12, 1) or chance.random() < 0.45:
                break
    left_out = {"no breast cancer code": patients * 9, "no code of advanced disease": patients * 2}
    counted = {"patients": patients + 90, "refused": 12, "without_point": 78, "with_points": patients}
    return write_cohort(
        folder, rows, facts, parts=3, flow=counted, left_out=left_out, supposed=dict(assume or {}), points=("line_start",)
    )


def _make_random_point(chance: random.Random, patient: str, site: int, place: int, line: str, day: dt.date, assumed: bool) -> Row:
    given, preferred, offered = _treat(chance, site, place, day)
    told: Row = {
        "number": place + 1,
        "line": line,
        "date": day,
        "site": SITES[site],
        "guideline": f"asco-her2-abc/{2022 if day >= CHANGE else 2018}",
        "given": given,
        "given_date": day + dt.timedelta(days=1),
        "preferred": preferred,
        "offered": offered,
    }
    verdict, reason, missing = _judge(chance, given, preferred, offered, assumed)
    if reason == "nothing_on_record":
        told |= {"given": None, "given_date": None}
    if verdict == "undecidable" and reason == "needs_data":
        told |= {"answer": "needs_data", "preferred": [], "offered": []}
    resting = ["her2_status"] if assumed and chance.random() < 0.16 else []
    return row(patient, verdict, reason=reason, missing=missing, assumed=resting, **told)


def _treat(chance: random.Random, site: int, place: int, day: dt.date) -> tuple[list[str], list[str], list[str]]:
    since = (day - APPROVAL).days / 365
    newer = chance.random() < max(0.0, min(0.85, 0.28 * (since - site * 0.3)))
    if place == 0:
        given = chance.choice([*DOUBLE, DOUBLE[0], DOUBLE[1], SINGLE, ["trastuzumab", "capecitabine"]])
        return given, FIRST_OFFER[:], [*FIRST_OFFER, "trastuzumab-pertuzumab-vinorelbine"]
    own = ["trastuzumab-deruxtecan-5.4-q3w"] if day >= CHANGE else ["trastuzumab-emtansine-3.6-q3w"]
    if place == 1:
        return (NEWER if newer else chance.choice([CONJUGATE, CONJUGATE, LATER[1]])), own, own
    offered = ["tucatinib-trastuzumab-capecitabine", "margetuximab-capecitabine", "lapatinib-capecitabine"]
    return (NEWER if newer else chance.choice([*LATER, CONJUGATE])), [], offered


def _judge(
    chance: random.Random, given: list[str], preferred: list[str], offered: list[str], assumed: bool
) -> tuple[str, str | None, list[str]]:
    luck = chance.random()
    if luck < 0.05:
        return "out_of_scope", chance.choice(["her2_negative", "other_cancer"]), []
    if luck < (0.12 if assumed else 0.18):
        wanted = ["her2_status", "line_of_therapy", "brain_metastases", "months_from_adjuvant_her2_therapy_to_recurrence"]
        missing = chance.sample(wanted, k=chance.choice([1, 1, 2]), counts=[9, 3, 1, 2])
        return "undecidable", "needs_data", list(dict.fromkeys(missing))
    if luck < 0.22:
        return "undecidable", chance.choice(["nothing_on_record", "drugs_not_named"]), []
    drugs = {one.id: set(one.drugs) for one in shipped_knowledge().regimens}
    for verdict, regimens in (("preferred", preferred), ("offered", offered)):
        if any(drugs[one] == set(given) for one in regimens):
            return verdict, None, []
    if luck > 0.92:
        return "justified", chance.choice(["contraindication", "contraindication", "choice", "trial", "unavailable"]), []
    if luck > 0.86:
        return "against", chance.choice(["already_failed", "contraindication", "precaution", "against"]), []
    return "not_offered", None, []
