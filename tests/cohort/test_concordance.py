"""Concordance as bounds: by hand on small cohorts, and as laws."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import concordant as cc
from concordant.cohorts.counts import Tally, compute_share, make_measure
from concordant.cohorts.rules import load_concordance_rules
from concordant.cohorts.statistics import Interval
from concordant.model.cohort import POINT_KINDS, VERDICTS, Verdict
from tests.cohort.made import make_many, row, write_cohort
from tests.shipped import shipped_knowledge

RULES = load_concordance_rules(shipped_knowledge())
MEASURE = make_measure(RULES)
COUNTS = st.fixed_dictionaries({verdict: st.integers(0, 40) for verdict in VERDICTS})
DAY = dt.date(2023, 4, 5)
ROWS = [
    row("a", "preferred", date=DAY, line="first", site="North"),
    row("a", "offered", date=DAY, line="second", site="North", number=2),
    row("b", "not_offered", date=dt.date(2024, 1, 1), line="first", site="South"),
    row("c", "undecidable", reason="needs_data", missing=["her2_status", "brain_metastases"], line="first", date=DAY),
    row("d", "undecidable", reason="needs_data", missing=["her2_status"], line="first", date=DAY),
    row("e", "undecidable", reason="nothing_on_record", date=DAY),
    row("f", "justified", reason="trial", date=DAY),
    row("g", "out_of_scope", reason="marker", date=DAY),
]
FACTS = [
    {"hormone_receptor": word} for word in ("positive", "positive", "negative", None, "positive", "positive|negative", None, None)
]


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return write_cohort(tmp_path / "cohort", ROWS, FACTS)


def test_the_bounds_by_hand(cohort: Path) -> None:
    """Two of six concordant, three undecidable: the justified one and the one outside are in neither."""
    found = cc.concordance(cohort)
    assert found.bounds == (2 / 6, 5 / 6)
    assert (found.points, found.patients, found.undecidable) == (8, 7, 3)
    assert found.interval == pytest.approx((0.0968, 0.9700), abs=0.0001)  # Wilson: 2 of 6 below, 5 of 6 above


def test_the_finding_in_words(cohort: Path) -> None:
    assert cc.concordance(cohort).finding == (
        "Between 33 and 83 % of 6 treatment starts were concordant with the guideline (95 % interval 10 to 97 %). "
        "50 % cannot be decided from the record, mostly for want of HER2 status."
    )


def test_a_justified_departure_counts_as_it_is_declared(cohort: Path) -> None:
    assert cc.concordance(cohort, justified="concordant").bounds == (3 / 7, 6 / 7)
    assert cc.concordance(cohort, justified="discordant").bounds == (2 / 7, 5 / 7)


def test_the_strict_measure_counts_what_is_preferred(cohort: Path) -> None:
    assert cc.concordance(cohort, strict=True).bounds == (1 / 6, 4 / 6)


def test_strata_by_year_line_site_and_a_fact(cohort: Path) -> None:
    told = cc.concordance(cohort, by=("year", "line", "site", "hormone_receptor")).to_dict()["strata"]
    assert [(one["year"], one["points"]) for one in told["year"]] == [("2023", 7), ("2024", 1)]
    assert [(one["line"], one["points"], one["patients"]) for one in told["line"]] == [
        ("first", 4, 4),
        ("second", 1, 1),
        (None, 3, 3),
    ]
    assert [(one["site"], one["points"]) for one in told["site"]] == [("North", 2), ("South", 1), (None, 5)]
    assert {one["hormone_receptor"]: one["points"] for one in told["hormone_receptor"]} == {
        "positive": 3,
        "negative": 1,
        "positive|negative": 1,
        None: 3,
    }


def test_facts_follow_their_points_through_parts_and_kinds(tmp_path: Path) -> None:
    rows = [row("p", "preferred", point="progression"), *ROWS]
    folder = write_cohort(tmp_path / "parts", rows, [{"hormone_receptor": "negative"}, *FACTS], parts=4)
    told = cc.concordance(folder, by=("hormone_receptor",)).to_dict()["strata"]["hormone_receptor"]
    assert {one["hormone_receptor"]: one["points"] for one in told}["negative"] == 1


def test_the_missing_facts_by_hand(cohort: Path) -> None:
    told = cc.concordance(cohort).to_dict()["missing"]
    assert told == [
        {"feature": "her2_status", "first": 2, "alone": 1, "named": 2},
        {"feature": "brain_metastases", "first": 0, "alone": 0, "named": 1},
    ]


def test_the_bounds_without_an_assumption(tmp_path: Path) -> None:
    """A point that rests on it is undecidable; what is outside the guideline stays there."""
    rows = [
        row("a", "preferred", assumed=["her2_status"]),
        row("b", "preferred"),
        row("c", "not_offered", assumed=["her2_status", "pregnant"]),
        row("d", "out_of_scope", assumed=["her2_status"]),
    ]
    told = cc.concordance(write_cohort(tmp_path / "assumed", rows)).to_dict()["sensitivity"]
    without = {one["about"]: one["bounds"] for one in told if one["counted"] == "unassumed"}
    assert without == {"her2_status": [1 / 3, 1.0], "pregnant": [2 / 3, 1.0]}


def test_cohorts_under_other_assumptions_stand_beside(tmp_path: Path) -> None:
    one = write_cohort(tmp_path / "one", [row("a", "undecidable", reason="needs_data", missing=["her2_status"])])
    other = write_cohort(tmp_path / "other", [row("a", "preferred")], supposed={"her2_status": "positive"})
    told = cc.concordance(one, beside=[other]).to_dict()["sensitivity"][-1]
    assert (told["counted"], told["assumed"], told["bounds"]) == ("beside", {"her2_status": "positive"}, [1.0, 1.0])


@given(COUNTS, st.sampled_from([verdict for verdict in VERDICTS if verdict not in ("undecidable", "out_of_scope", "justified")]))
def test_the_bounds_widen_when_a_point_becomes_undecidable(counts: dict[Verdict, int], verdict: Verdict) -> None:
    if not counts[verdict]:
        return
    before = compute_share(Tally(counts, 1), MEASURE)
    after = compute_share(Tally(counts | {verdict: counts[verdict] - 1, "undecidable": counts["undecidable"] + 1}, 1), MEASURE)
    assert before.bounds is not None and after.bounds is not None
    assert holds(after.bounds, before.bounds)
    assert after.bounds.high - after.bounds.low > before.bounds.high - before.bounds.low


@given(COUNTS, st.sampled_from(VERDICTS))
def test_whatever_a_point_turns_out_to_be_lies_between_the_bounds(counts: dict[Verdict, int], verdict: Verdict) -> None:
    """Also where it turns out to be outside the guideline, or justified."""
    if not counts["undecidable"]:
        return
    before = compute_share(Tally(counts, 1), MEASURE)
    after = compute_share(Tally(counts | {"undecidable": counts["undecidable"] - 1} | learn(counts, verdict), 1), MEASURE)
    if before.bounds is not None and after.bounds is not None:
        assert holds(before.bounds, after.bounds)


def learn(counts: dict[Verdict, int], verdict: Verdict) -> dict[Verdict, int]:
    return {} if verdict == "undecidable" else {verdict: counts[verdict] + 1}


def holds(outer: Interval, inner: Interval) -> bool:
    return outer.low <= inner.low + 1e-12 and inner.high <= outer.high + 1e-12


@given(COUNTS)
def test_the_interval_holds_the_bounds(counts: dict[Verdict, int]) -> None:
    share = compute_share(Tally(counts, 1), MEASURE)
    if share.bounds is not None and share.interval is not None:
        assert holds(share.interval, share.bounds)


def test_every_stratum_adds_up_to_all(tmp_path: Path) -> None:
    told = cc.concordance(make_many(tmp_path / "many", 300), by=("year", "line", "site", "hormone_receptor")).to_dict()
    for rows in told["strata"].values():
        for verdict in VERDICTS:
            assert sum(one["verdicts"][verdict] for one in rows) == told["overall"]["verdicts"][verdict]


def test_suppression_hides_small_counts_in_everything_that_is_told(tmp_path: Path) -> None:
    told = cc.concordance(make_many(tmp_path / "many", 150), suppress=8).to_dict()
    small = [path for path, number in walk(told) if isinstance(number, int) and 0 < number < 8 and path[-1] not in ALLOWED]
    assert small == []


ALLOWED = {"suppressed", "suppressed_below"}


def walk(value: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
    if isinstance(value, dict):
        return [one for key, item in value.items() for one in walk(item, (*path, str(key)))]
    if isinstance(value, list):
        return [one for i, item in enumerate(value) for one in walk(item, (*path, str(i)))]
    return [] if isinstance(value, bool | str) or value is None else [(path, value)]


def test_each_kind_of_point_has_a_window_with_a_source() -> None:
    for kind in POINT_KINDS:
        window = RULES.grace_days.find_days(kind)
        assert window.days > 0 and window.source.ref


def test_a_part_of_the_knowledge_that_one_patient_does_not_need_stays_packed() -> None:
    assert all(isinstance(content, bytes) for content in shipped_knowledge().cohort.values())
    assert set(shipped_knowledge().cohort) == {"concordance", "checklist", "simulation"}


def test_a_notebook_shows_the_finding_and_the_tables(cohort: Path) -> None:
    found = cc.concordance(cohort)
    assert repr(found).startswith("Concordance: Between 33 and 83 %")
    assert found._repr_html_().startswith("<p><strong>Between 33 and 83 % of 6 treatment starts")
    assert found._repr_html_().count("<table>") == 3
