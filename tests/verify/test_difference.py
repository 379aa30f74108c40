"""Two versions side by side: every change has a patient, who is answered so by both; nothing is said of what is the same."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import concordant as cc
from concordant.api.differing import compare_versions, render_difference
from concordant.api.engine import get_engine
from concordant.errors import Refused, Unreadable
from concordant.library import FOLDER
from concordant.logic.intervals import Interval
from concordant.present.described.difference import Difference
from concordant.present.described.picture import make_difference_picture
from concordant.verify.difference import say_the_same

OLD, NEW = "asco-her2-abc/2018", "asco-her2-abc/2022"
DAY = dt.date(2024, 6, 1)
STATEMENT = "guidelines/asco-her2-abc/2022/2.1-second-line-trastuzumab-deruxtecan.yaml"
pytestmark = pytest.mark.long


def change_nothing(_: Path) -> None:
    """The same knowledge under another name."""


def change_words(folder: Path) -> None:
    path = folder / STATEMENT
    path.write_text(
        path.read_text(encoding="utf-8").replace('says: "Second line after', 'says: "Next line after'), encoding="utf-8"
    )


def narrow(folder: Path) -> None:
    """A hypothetical update: statement 2.1 for the third line instead of the second."""
    path = folder / STATEMENT
    path.write_text(path.read_text(encoding="utf-8").replace("is second\n", "is third_or_later\n"), encoding="utf-8")


def shorten_interval(folder: Path) -> None:
    path = folder / "features" / "treatment.yaml"
    head, rules, rest = re.split(
        r"(?s)(  - name: early_relapse.*?)(?=\n  - name: )", path.read_text(encoding="utf-8"), maxsplit=1
    )
    assert rules.count("12 months\n") == 2
    path.write_text(head + rules.replace("12 months\n", "6 months\n") + rest, encoding="utf-8")


def raise_dose(folder: Path) -> None:
    path = next(
        one for one in (folder / "regimens").glob("*.yaml") if "id: trastuzumab-deruxtecan-5.4-q3w" in one.read_text("utf-8")
    )
    text = path.read_text(encoding="utf-8")
    assert text.count("amount: 5.4") == 1
    path.write_text(text.replace("amount: 5.4", "amount: 6.4"), encoding="utf-8")


def compare_with(tmp_path: Path, change: Callable[[Path], None]) -> Difference:
    folder = tmp_path / "next"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("cases"))
    change(folder)
    return compare_versions(get_engine(None), NEW, str(folder), None)


@pytest.fixture(scope="module")
def between() -> Difference:
    return compare_versions(get_engine(None), OLD, NEW, None)


def test_who_is_left_without_a_regimen_is_told_by_what_rules_it_out(between: Difference) -> None:
    """For all patients told alike it would read as if the new version had nothing for them."""
    lost = [change for change in between.changes if not change.after[1] and change.before[1]]
    told = {name for change in lost for name in change.patient}
    assert len(lost) == 2
    assert {"infusion_reaction_grade_pertuzumab", "lvef"} <= told


def test_each_change_is_answered_so_by_both_versions(between: Difference) -> None:
    assert between.changes
    assert not between.unproved
    for change in between.changes:
        for version, outcome in ((OLD, change.before), (NEW, change.after)):
            decision = get_engine(None).decide(change.case, guideline=version)
            assert decision.outcome == outcome, change.case
        assert change.before != change.after


def test_the_second_line_went_from_one_conjugate_to_the_other(between: Difference) -> None:
    told = render_difference(between, "md")
    assert isinstance(told, str)
    assert re.search(r"Line: second line \| trastuzumab emtansine \| trastuzumab deruxtecan \|", told)
    assert "**Gone:** 18 statements" in told
    shown = json.loads(render_difference(between, "json"))
    assert len(shown["changes"]) == len(between.changes)
    assert all(one["case"].startswith("name:") for one in shown["changes"])


@pytest.mark.parametrize("format_", ["html", "pdf", "docx"])
def test_it_is_a_page(between: Difference, format_: str) -> None:
    assert render_difference(between, format_)


def test_it_is_a_picture_of_the_same_patients(between: Difference) -> None:
    drawn = render_difference(between, "svg")
    assert isinstance(drawn, str)
    picture = make_difference_picture(between)
    assert len(picture.patients) == len(between.changes)
    told = {(row.middle, row.before, row.after) for row in picture.patients}
    assert len(told) == len(between.changes)
    for change, row in zip(between.changes, picture.patients, strict=True):
        came = {line.text for line in row.after if line.sign == "+"}
        new = between.parts[1]
        assert came == {new.name_regimen(turn.regimen) for turn in change.turns if turn.kind == "comes" and turn.regimen}


def test_a_reason_for_deriving_is_part_of_what_a_statement_says(between: Difference) -> None:
    """Compared as a whole: a part that was added to statements is not passed over."""
    statement = next(one.after for one in between.statements if one.after and one.after.derived_because)
    other = msgspec.structs.replace(statement, derived_because="Another reason.")
    renamed = msgspec.structs.replace(statement, version="next", id="another")
    assert not say_the_same(statement, other)
    assert say_the_same(statement, renamed)


def test_nothing_is_said_of_what_is_the_same(tmp_path: Path) -> None:
    found = compare_with(tmp_path, change_nothing)
    assert (list(found.changes), list(found.statements), list(found.unproved)) == ([], [], [])
    assert "No patient is answered differently" in render_difference(found, "md")


def test_other_words_change_nobody(tmp_path: Path) -> None:
    found = compare_with(tmp_path, change_words)
    assert not found.changes
    assert [one.number for one in found.statements] == ["2.1"]
    assert "Next line after" in render_difference(found, "md")


def test_a_hypothetical_update_names_who_gains_and_who_loses(tmp_path: Path) -> None:
    found = compare_with(tmp_path, narrow)
    assert [one.number for one in found.statements] == ["2.1"]
    turns = {(turn.regimen, turn.kind) for change in found.changes for turn in change.turns}
    assert ("trastuzumab-deruxtecan-5.4-q3w", "goes") in turns


def test_another_rule_for_a_fact_changes_who_is_answered_how(tmp_path: Path) -> None:
    """Early relapse within 6 months instead of 12: the solver may not take the old fact for the new one."""
    found = compare_with(tmp_path, shorten_interval)
    assert found.changes
    assert not found.statements
    assert "feature early_relapse" in found.others
    told = [change.patient["months_from_adjuvant_her2_therapy_to_recurrence"] for change in found.changes]
    assert all(isinstance(one, Interval) and 6 < one.low <= one.high <= 12 for one in told)
    old, new = get_engine(None), cc.Engine(cc.load_knowledge(tmp_path / "next"))
    for change in found.changes:
        outcomes = [engine.decide(change.case).outcome for engine in (old, new)]
        assert outcomes == [change.before, change.after], change.case


def test_another_dose_is_no_other_regimen_and_is_told(tmp_path: Path) -> None:
    found = compare_with(tmp_path, raise_dose)
    assert not found.changes
    assert list(found.others) == ["regimen trastuzumab-deruxtecan-5.4-q3w"]
    told = render_difference(found, "md")
    assert isinstance(told, str)
    assert "No patient is answered differently" not in told
    assert "regimen trastuzumab-deruxtecan-5.4-q3w" in told


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        (OLD, "asco-her2-abc/2030", Unreadable, "neither a version of a guideline nor a folder"),
        ("/nowhere", NEW, Unreadable, "neither a version of a guideline nor a folder"),
    ],
)
def test_what_cannot_be_compared_is_refused(old: str, new: str, error: type[cc.ConcordantError], says: str) -> None:
    with pytest.raises(error, match=says):
        compare_versions(get_engine(None), old, new, None)


def test_two_that_ask_different_things_are_refused(tmp_path: Path) -> None:
    def lose(folder: Path) -> None:
        path = folder / "features" / "treatment.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"values: \[([^\]]*)\]", r"values: [\1, another_word]", text, count=1), encoding="utf-8")

    with pytest.raises(Refused, match="ask different things of a patient"):
        compare_with(tmp_path, lose)


def test_a_table_of_facts_says_how_many(tmp_path: Path) -> None:
    from pyarrow import parquet

    engine = get_engine(None)
    stories = [
        engine.read(FOLDER / "cases" / f"{name}.yaml").one()
        for name in ("A03-exactly-twelve-months", "A08-deruxtecan-unavailable")
    ]
    parquet.write_table(engine.facts_table(stories), tmp_path / "facts.parquet")
    counted = compare_versions(engine, OLD, NEW, DAY, str(tmp_path / "facts.parquet"))
    assert counted.patients == 2
    assert sum(count for *_, count in counted.counts) == 2
    assert all(before != after for before, after, _ in counted.counts)
    with pytest.raises(Unreadable, match="no table of Parquet or CSV"):
        compare_versions(engine, OLD, NEW, DAY, str(FOLDER / STATEMENT))
