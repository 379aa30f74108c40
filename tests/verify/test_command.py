"""`concordant prove`: the first screen, the details, JSON, the exit codes, and the case files that it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from concordant.cli.main import main
from concordant.model.accepted import Obligation


def prove(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["prove", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_what_is_proved_leaves_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = prove(capsys, "unguarded", "axioms")
    assert code == 0 and "2 of 2 obligations proved" in out


def test_what_is_found_leaves_with_1_and_its_patient(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = prove(capsys, "disagreement", "--witnesses", str(tmp_path))
    assert code == 1 and "12/6" in out and "stated:" in out and "case files written" in err
    for case in tmp_path.iterdir():
        assert main(["recommend", str(case), "--format", "json"]) == 0
        disagreements = json.loads(capsys.readouterr().out)["disagreements"]
        assert any("label" in one for one in disagreements)


@pytest.mark.long
def test_the_first_screen_has_a_line_an_obligation(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = prove(capsys)
    lines = out.splitlines()
    assert len(lines) <= 18 and max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[2:14]] == list(get_args(Obligation))


def test_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = prove(capsys, "gap", "--format", "json", "--as-of", "2023-01-01")
    told = json.loads(out)
    assert code == 1 and told["as_of"] == "2023-01-01" and told["guidelines"] == ["asco-her2-abc/2022", "asco-her2-brain/2022"]
    assert {"about", "state", "says"} <= told["obligations"][0]["findings"][0].keys()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gapp"], "gapp"),
        (["gap", "--guideline", "asco-her2-abc/2023"], "no guideline"),
        (["gap", "--as-of", "soon"], "--as-of"),
        (["gap", "--knowledge", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_leaves_with_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = prove(capsys, *arguments)
    assert code == 2 and says in err
