"""A named default, off unless it is chosen: what it settles, what it leaves open, and that every answer which used it says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concordant.api import Engine, Unreadable
from concordant.cli.main import main
from concordant.logic.intervals import Interval
from concordant.model.knowledge import Knowledge
from concordant.present.formats import FORMATS

ASSUME = {"regimens_are_lines": "yes"}
SAYS = "assumed as asked for (regimens_are_lines)"
REGIMENS = [["docetaxel", "trastuzumab", "pertuzumab"], ["trastuzumab emtansine"], ["tucatinib", "trastuzumab", "capecitabine"]]
YEARS = ("2020", "2021", "2022", "2023")


def case(count: int, *, dated: bool = True, numbered: bool = False, stopped: str = "", running: bool = False) -> dict[str, Any]:
    """So many HER2-targeted regimens for metastatic disease, of which nobody wrote why they ended."""
    treatments: list[dict[str, Any]] = []
    for number, drugs in enumerate(REGIMENS[:count]):
        course: dict[str, Any] = {"drugs": drugs, "setting": "advanced"}
        course |= {"start": f"{YEARS[number]}-02-01", "end": f"{YEARS[number + 1]}-01-10"} if dated else {}
        course |= {"line": number + 1} if numbered else {}
        course |= {"stopped": stopped} if stopped else {}
        treatments.append(course)
    if running:
        treatments[-1] |= {"stopped": "ongoing"}
        treatments[-1].pop("end", None)
    return {
        "as_of": "2024-06-01",
        "tumor_markers": [{"test": "her2_ihc", "value": "3+"}],
        "disease": [{"event": "diagnosis", "date": "2020-01-10", "stage": "IV"}],
        "treatments": treatments,
    }


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


def count_lines(engine: Engine, told: dict[str, Any], assume: dict[str, str] | None) -> tuple[float, float]:
    answer = engine.recommend(told, assume=assume)
    value = engine.situation(answer.record).facts["her2_lines_progressed"].value
    assert isinstance(value, Interval)
    return value.low, value.high


@pytest.mark.parametrize(("count", "line"), [(1, None), (2, None), (3, "third_or_later")])
def test_each_regimen_but_the_last_is_a_line(count: int, line: str | None, engine: Engine) -> None:
    """Whether the last one ended in progression nobody wrote down; that stays open."""
    told = case(count)
    assert count_lines(engine, told, None) == (0, count)
    assert count_lines(engine, told, ASSUME) == (count - 1, count)
    assert engine.recommend(told, assume=ASSUME).line == line


@pytest.mark.parametrize("count", [2, 3])
def test_the_last_one_that_runs_is_the_line(count: int, engine: Engine) -> None:
    assert count_lines(engine, case(count, running=True) | {"stated": {"disease_status": "stable"}}, ASSUME) == (
        count - 1,
        count - 1,
    )


@pytest.mark.parametrize("off", [None, {}, {"regimens_are_lines": "no"}])
def test_it_is_off_unless_it_is_chosen(off: dict[str, str] | None, engine: Engine) -> None:
    answer = engine.recommend(case(3), assume=off)
    assert answer.outcome == "needs_data"
    assert answer.questions[0].feature == "her2_lines_progressed"
    assert SAYS not in json.dumps(answer.to_dict()).lower()


UNTOUCHED: dict[str, dict[str, Any]] = {
    "told reasons": case(3, stopped="toxicity"),
    "told progressions": case(3, stopped="progression"),
    "no order": case(3, dated=False),
    "stated": case(3) | {"stated": {"her2_lines_progressed": "2"}},
    "one regimen": case(1),
}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_is_told_holds_and_without_an_order_nothing_is_taken(name: str, engine: Engine) -> None:
    with_it, without = (engine.recommend(UNTOUCHED[name], assume=assume) for assume in (ASSUME, None))
    assert with_it.to_dict() == without.to_dict()


def test_numbers_of_lines_are_an_order(engine: Engine) -> None:
    assert count_lines(engine, case(3, dated=False, numbered=True), ASSUME) == (2, 3)


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_says_so(format_: str, engine: Engine) -> None:
    answer = engine.recommend(case(3), assume=ASSUME)
    assert any(SAYS in line.lower() for line in answer.answer.first_screen)
    assert any(SAYS in text.lower() for text in answer.assumed)
    if format_ in ("pdf", "docx"):  # packed; what they print is the same first screen
        assert answer.render(format_)
        return
    text = answer.render(format_)
    assert isinstance(text, str)
    assert SAYS in " ".join(text.replace("│", " ").replace("\\", "").split()).lower()


def test_what_if_keeps_it_and_a_question_that_it_settles_is_not_asked(engine: Engine) -> None:
    answer = engine.recommend(case(3), assume=ASSUME)
    assert answer.what_if(lvef="60 %").line == "third_or_later"
    assert not any(q.blocking and q.feature == "her2_lines_progressed" for q in answer.questions)
    assert engine.decide(case(3), assume=ASSUME).answer == answer.outcome


@pytest.mark.parametrize(
    ("assume", "says"),
    [
        ({"regimen_are_lines": "yes"}, "Did you mean 'regimens_are_lines'?"),
        ({"regimens_are_lines": "perhaps"}, "Write regimens_are_lines=yes or regimens_are_lines=no"),
    ],
)
def test_what_there_is_not_cannot_be_assumed(assume: dict[str, str], says: str, engine: Engine) -> None:
    with pytest.raises(Unreadable, match="assume") as found:
        engine.recommend(case(3), assume=assume)
    assert says in str(found.value)


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case(3)), encoding="utf-8")
    for more in ((), ("--all",)):
        assert main(["recommend", str(path), "--format", "json", "--assume", "regimens_are_lines=yes", *more]) == 0
        assert json.loads(capsys.readouterr().out)["line_of_therapy"] == "third_or_later"
    for wrong in ("regimens_are_lines", "=yes", "no_such=yes"):
        for more in ((), ("--all",)):
            assert main(["recommend", str(path), "--assume", wrong, *more]) == 2
            assert capsys.readouterr().out == ""
