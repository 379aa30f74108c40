"""Mutated case files end in an answer or in a complaint: a short run of `tools/fuzz.py`."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import fuzz

from tests.shares import share_of

pytestmark = pytest.mark.long

RUNS = len(share_of("mutated files", range(300)))
MUTATIONS = list(dict.fromkeys((*fuzz.WHOLE, *fuzz.INSIDE, *fuzz.BREAKING)))


def test_mutated_cases_are_answered_or_refused() -> None:
    tally = fuzz.fuzz(fuzz.fuzzer(seed=20221), range(RUNS))
    assert not tally.failures, "\n".join(tally.failures)
    assert tally.count_in == RUNS == tally.answered.total() + tally.refused.total()
    assert tally.answered.total() > RUNS // 4, "too few mutated cases reach the decision"
    assert set(tally.refused) == {2, 3}


def test_a_run_is_repeatable() -> None:
    assert fuzz.fuzzer(7).text(3) == fuzz.fuzzer(7).text(3) != fuzz.fuzzer(8).text(3)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_every_mutation_bears_every_text(mutation: Any) -> None:
    for text in ("", "\n", "a", "patient: {sex: female}\ndisease:\n  - {event: diagnosis, date: 2021-01}\n"):
        for seed in range(20):
            assert isinstance(mutation(random.Random(seed), text, text), str)


def test_a_failure_is_told_with_its_seed_and_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise KeyError("broken on purpose")

    monkeypatch.setattr(fuzz, "read_bytes", break_down)
    tally = fuzz.Tally()
    fuzz.fuzzer(seed=4242).run(1, tally)
    assert tally.count_in == len(tally.failures) == 1
    assert "run 1 of seed 4242: KeyError" in tally.failures[0]
    path = Path(tally.failures[0].rsplit(" ", 1)[1])
    assert path.read_bytes() == fuzz.fuzzer(seed=4242).text(1)
    path.unlink()


def test_a_failure_fails_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(fuzz.Fuzzer, "_answer", lambda self, data: str(1 / 0))
    monkeypatch.setattr(fuzz.Fuzzer, "_failure", lambda self, number, data, what: f"{number} {what}")
    assert fuzz.main(["--runs", "2", "--seed", "1"]) == 1
    assert capsys.readouterr().out.endswith("2 in = 0 answered () + 0 refused () + 2 failed\n")
