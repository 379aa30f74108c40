"""Every bad file is refused with exactly its message; every good one passes without a word."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from concordant.cli.main import main
from concordant.errors import make_printable, suggest_word
from tests.complaints.runs import BAD, CASE, FOREIGN, GOOD, MADE_BAD, MADE_GOOD, USAGE, Run, sources

NAMES = [*sources(BAD), *USAGE, *MADE_BAD]
PASSING = [*sources(GOOD), *MADE_GOOD]


@pytest.mark.parametrize("name", NAMES)
def test_bad_input_is_refused_with_its_message(name: str, tmp_path: Path) -> None:
    run = Run.of(name, tmp_path)
    assert run.told() == run.golden.read_text(encoding="utf-8"), "`python -m tests.complaints.reset`, then review the diff"


@pytest.mark.parametrize("verb", ["explain", "read", "ask"])
@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_case_is_told_by_every_command(name: str, verb: str, tmp_path: Path) -> None:
    run = Run.of(name, tmp_path).by(verb)
    assert run.told() == run.golden.read_text(encoding="utf-8")
    assert run.told().startswith("exit 2\n")


@pytest.mark.parametrize("name", [name for name in FOREIGN if not name.endswith(".d")])
def test_standard_input_is_told_as_well(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run.of(name, tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((tmp_path / name).read_bytes())))
    expected = run.golden.read_text(encoding="utf-8").replace(f"{name}: ", "standard input: ")
    assert replace(run, arguments=("recommend", "-")).told() == expected


@pytest.mark.parametrize("verb", ["recommend", "explain", "read"])
def test_a_day_that_is_not_used_is_said_aloud(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    told = (
        "The case file has its own date, 20 Sep 2022; the date asked for, 1 Jan 2024, was not used: change `as_of` in the file."
    )
    run = Run("as-of", (verb, "case.yaml", "--as-of", "2024-01-01"), tmp_path)
    assert run.outcome() == (0, f"case.yaml: {told}\n")
    if verb == "recommend":
        with contextlib.chdir(tmp_path):
            main([*run.arguments, "--format", "json"])
        assert told in json.loads(capsys.readouterr().out)["notices"]


@pytest.mark.parametrize("name", PASSING)
def test_good_input_passes_without_a_word(name: str, tmp_path: Path) -> None:
    assert Run.of(name, tmp_path).outcome() == (0, "")


def test_every_golden_has_its_run() -> None:
    assert {path.name for path in BAD.glob("*.expected")} == {f"{name}.expected" for name in NAMES}


@pytest.mark.parametrize("name", [*sources(BAD), *MADE_BAD])
def test_every_message_names_the_file(name: str) -> None:
    code, *messages = (BAD / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    assert code in ("exit 2", "exit 3")
    assert messages
    for message in messages:
        assert re.match(rf"{re.escape(name)}(:\d+)?: .", message), message


@pytest.mark.parametrize("name", sources(BAD))
def test_what_can_be_read_is_refused_with_its_line(name: str) -> None:
    code, *messages = (BAD / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    if code == "exit 3":
        assert all(message.startswith(f"{name}:") for message in messages if "more problems" not in message)
        assert all(re.match(rf"{re.escape(name)}:\d+: ", message) for message in messages if "more problems" not in message)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    run = Run.of("200-megabytes.yaml", tmp_path)
    tracemalloc.start()
    began = time.monotonic()
    code, _ = run.outcome()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code == 2
    assert peak < 20_000_000
    assert time.monotonic() - began < 5


def test_messages_go_to_standard_error_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from concordant.cli import run; run()", "recommend", "impossible-dates.yaml"],
        cwd=BAD,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    assert f"exit {done.returncode}\n{done.stderr}" == (BAD / "impossible-dates.yaml.expected").read_text(encoding="utf-8")


def test_standard_input_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from concordant.cli import run; run()", "recommend", "-"],
        input=b"as_of: 2022-09-20\npatient: {sex: unicorn}\n",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.decode() == "standard input:2: 'unicorn' is not a value of 'sex'. Known here: female, male\n"


def test_no_patient_data_beyond_the_offending_word() -> None:
    messages = (BAD / "private.yaml.expected").read_text(encoding="utf-8")
    for secret in ("Erika", "1971", "64 kg", "liver", "hypertension"):
        assert secret not in messages


def test_a_far_word_is_not_suggested() -> None:
    assert suggest_word("relapse", ("response", "stable")) == "Known here: response, stable"
    assert suggest_word("post", ("premenopausal", "postmenopausal")) == "Did you mean 'postmenopausal'?"
    assert suggest_word("x" * 100_000, ("response",) * 20) == "Known here: response"


def test_nothing_in_a_message_steers_the_terminal() -> None:
    assert make_printable("a\x1b[31m\r\nb\u202ec\u00a0d") == "a?[31m  b?c d"
