"""Standard streams, pipes and signals as a shell makes them: what was asked for, or one line and its code."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from concordant.cli.main import NO_MEMORY, main
from concordant.cli.streams import CLOSED
from tests.record.fhir.builders import woman
from tests.record.sources.test_doors import encoded

CASE = "as_of: 2022-09-20\npatient: {sex: female}\ntumor_markers: [{test: her2, value: positive}]\n"
RUN = "from concordant.cli import run; run()"
POSIX = pytest.mark.skipif(os.name != "posix", reason="a shell of this system makes no such streams")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("case.yaml").write_text(CASE, encoding="utf-8")
    return tmp_path


def start(redirect: str, *arguments: str, code: str = RUN) -> subprocess.CompletedProcess[bytes]:
    """The command in a shell, with its streams redirected."""
    line = f'exec "$0" -c "$1" {" ".join(arguments)} {redirect}'
    return subprocess.run(["bash", "-c", line, sys.executable, code], capture_output=True, timeout=120, check=False)


# -- streams that are closed, full, or left ------------------------------------------------------------

CLOSED_STREAMS = {
    "input": ("<&-", ("recommend", "-"), 2, "standard input: the file is empty"),
    "output": (">&-", ("recommend", "case.yaml"), 2, CLOSED),
    "output, of bytes": (">&-", ("recommend", "case.yaml", "--format", "docx"), 2, CLOSED),
    "output, of a file": (">&-", ("recommend", "case.yaml", "-o", "answer.txt"), 0, ""),
    "messages": ("2>&-", ("recommend", "nothing.yaml"), 2, ""),
    "all": ("<&- >&- 2>&-", ("recommend", "case.yaml", "-o", "answer.txt"), 0, ""),
    "a full disk": (">/dev/full", ("recommend", "case.yaml"), 2, "cannot read or write: No space left on device"),
}


@POSIX
@pytest.mark.parametrize("name", CLOSED_STREAMS)
def test_a_closed_stream_is_told_in_one_line(name: str, here: Path) -> None:
    redirect, arguments, code, says = CLOSED_STREAMS[name]
    if "/dev/full" in redirect and not Path("/dev/full").exists():
        pytest.skip("no disk that is always full here")
    done = start(redirect, *arguments)
    assert done.returncode == code, done.stderr
    message = done.stderr.decode()
    assert says in message
    assert len(message.splitlines()) == bool(says)
    if "-o" in arguments:
        assert "positive" in (here / "answer.txt").read_text(encoding="utf-8")


@POSIX
@pytest.mark.usefixtures("here")
def test_whoever_reads_may_leave() -> None:
    Path("many.ndjson").write_bytes(b"\n".join(encoded(woman(f"p{i}")) for i in range(60)))
    done = start("| head -c 100; exit ${PIPESTATUS[0]}", "recommend", "many.ndjson", "--all")
    assert (done.returncode, len(done.stdout)) == (0, 100)
    assert b"Traceback" not in done.stderr
    done = start("2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}", "recommend", "nothing.yaml")
    assert done.returncode in (0, 2)


# -- sources that can be read once ---------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("verb", ["recommend", "read", "explain"])
def test_a_pipe_is_read_once_and_whole(verb: str, packed: bool, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("pipe.yaml")
    content = gzip.compress(CASE.encode()) if packed else CASE.encode()
    writer = threading.Thread(target=(here / "pipe.yaml").write_bytes, args=(content,), daemon=True)
    writer.start()
    assert main([verb, "pipe.yaml"]) == 0
    writer.join(10)
    from_pipe = capsys.readouterr().out
    assert main([verb, "case.yaml"]) == 0
    assert from_pipe.replace("standard input ·", "case.yaml ·") == capsys.readouterr().out


@POSIX
@pytest.mark.usefixtures("here")
def test_a_pipe_of_the_shell_and_standard_input_by_its_name() -> None:
    plain = start("", "recommend", "-", "<", "case.yaml").stdout
    assert b"HER2: positive" in plain
    assert start("", "recommend", "<(cat case.yaml)").stdout == plain
    assert start("", "recommend", "/dev/stdin", "< <(cat case.yaml)").stdout == plain


@POSIX
@pytest.mark.usefixtures("here")
def test_a_case_from_a_pipe_is_completed_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    for name, content in (("packed.yaml", gzip.compress(CASE.encode())),):
        Path(name).write_bytes(content)
        assert main(["ask", name, "--write", name, "--force"]) == 2  # never over what is no case file as it stands
        assert Path(name).read_bytes() == content
        assert main(["ask", name, "--write", "new.yaml"]) == 0
        assert "her2" in Path("new.yaml").read_text(encoding="utf-8")


# -- what ends a run from outside ----------------------------------------------------------------------

ENDS: dict[str, tuple[Sequence[BaseException], int, str]] = {
    "no memory": ([MemoryError()], 2, NO_MEMORY),
    "a key": ([KeyboardInterrupt()], 2, ""),
    "a disk": ([OSError(28, "No space left on device")], 2, "cannot read or write: No space left on device"),
    "a disk without words": ([OSError("lost")], 2, "cannot read or write: lost"),
    "a reader who left": ([BrokenPipeError()], 0, ""),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_end_from_outside_is_one_line(name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (error,), code, says = ENDS[name]

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("concordant.api.Engine.recommend", fail)
    monkeypatch.setattr("concordant.cli.main.discard_output", lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        heard: list[str] = []
        patch.setattr("concordant.cli.main._print_message", heard.append)
        assert main(["recommend", str(here / "case.yaml")]) == code
    assert heard == ([says] if says else [])


@POSIX
@pytest.mark.usefixtures("here")
def test_a_key_pressed_before_anything_has_begun_is_no_traceback() -> None:
    early = "import builtins, os, signal, sys\nreal = builtins.__import__\n"
    early += "def late(name, *rest):\n    if name == 'click': os.kill(os.getpid(), signal.SIGINT)\n    return real(name, *rest)\n"
    done = start("", "recommend", "case.yaml", code=f"{early}builtins.__import__ = late\n{RUN}")
    assert (done.returncode, done.stderr) == (2, b"")


# -- two at once ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_two_runs_into_one_file_leave_one_of_the_two_answers() -> None:
    command = [sys.executable, "-c", RUN, "recommend", "case.yaml", "-o", "answer.txt", "--format"]
    assert main(["recommend", "case.yaml", "-o", "note.txt", "--format", "note"]) == 0
    assert main(["recommend", "case.yaml", "-o", "md.txt", "--format", "md"]) == 0
    both = [subprocess.Popen([*command, format_]) for format_ in ("note", "md")]
    assert [run.wait(120) for run in both] == [0, 0]
    answer = Path("answer.txt").read_bytes()
    assert answer in (Path("note.txt").read_bytes(), Path("md.txt").read_bytes())
    assert not list(Path().glob(".concordant-*"))
