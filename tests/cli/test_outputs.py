"""Files: the old one or the whole new one, whatever fails; never over their own source; no answer lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concordant import outputs
from concordant.api import Engine
from concordant.cli.keeping import CaseTarget
from concordant.cli.main import main
from concordant.cli.opening import open_for_answers
from concordant.errors import Unreadable
from concordant.outputs import replace_file, write_file
from concordant.present.formats import FORMATS
from tests.shipped import shipped_knowledge

CASE = "as_of: 2022-09-20\npatient: {sex: female}\nconditions:\n  - {name: interstitial lung disease, status: active}\n"
OLD = "the old file\n"
MOST = 40  # system calls of one run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a case and an older result."""
    monkeypatch.chdir(tmp_path)
    Path("case.yaml").write_text(CASE, encoding="utf-8")
    Path("old.txt").write_text(OLD, encoding="utf-8")
    return tmp_path


class Faults:
    """Counts the calls that write, and lets one of them fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
        self.met, self.failing = 0, failing
        fdopen = os.fdopen
        monkeypatch.setattr(outputs.os, "fdopen", lambda *a: _Faulty(fdopen(*a), self))
        monkeypatch.setattr(outputs.os, "open", self.counted(os.open))
        monkeypatch.setattr(outputs.os, "fsync", self.counted(os.fsync))
        monkeypatch.setattr(Path, "replace", self.counted(Path.replace))

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any) -> Any:
            self.count()
            return call(*arguments)

        return counting

    def count(self) -> None:
        self.met += 1
        if self.met == self.failing:
            raise OSError(28, "No space left on device")


class _Faulty:
    """A file whose writes are counted."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self.file, self.faults = file, faults

    def __enter__(self) -> _Faulty:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> None:
        self.file.write(data[: len(data) // 2])  # a disk may fill up in the middle
        self.faults.count()
        self.file.write(data[len(data) // 2 :])

    def flush(self) -> None:
        self.faults.count()
        self.file.flush()

    def fileno(self) -> int:
        return int(self.file.fileno())

    def close(self) -> None:
        self.file.close()


RUNS = {
    "one answer": ("recommend", "case.yaml", "--format", "json", "-o", "old.txt"),
    "all answers": ("recommend", "case.yaml", "--all", "-o", "old.txt"),
    "a case": ("read", "case.yaml", "-o", "old.txt"),
    "an account": ("read", "case.yaml", "--report", "-o", "old.txt"),
    "what was set aside": ("read", "case.yaml", "--refused", "old.txt"),
    "answers": ("ask", "case.yaml", "--write", "old.txt", "--force"),
}


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)


@pytest.mark.long
@pytest.mark.usefixtures("nobody_answers")
@pytest.mark.parametrize("arguments", RUNS.values(), ids=RUNS.keys())
def test_whatever_call_fails_the_file_is_old_or_new(
    arguments: tuple[str, ...], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    new = Path("old.txt").read_text(encoding="utf-8")
    assert new != OLD
    for failing in range(1, MOST):
        Path("old.txt").write_text(OLD, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            faults = Faults(patch, failing)
            code = main(arguments)
        now = Path("old.txt").read_text(encoding="utf-8")
        assert now == (new if code == 0 else OLD)
        assert code in (0, 2)
        if code == 2:
            assert "old.txt: cannot be written (No space left on device)" in capsys.readouterr().err
        assert not list(here.glob(".concordant-*"))
        if faults.met < failing:
            break
    assert faults.met >= (4 if "--refused" in arguments else 5)  # open, write, flush, sync, replace


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_goes_through_the_one_door(format_: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concordant.cli.commands.render_answer", lambda *_: b"new" if format_ in ("pdf", "docx") else "new")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", Faults(patch, 1).counted(Path.replace))
        assert main(["recommend", "case.yaml", "--format", format_, "-o", "old.txt"]) == 2
    assert Path("old.txt").read_text(encoding="utf-8") == OLD
    assert main(["recommend", "case.yaml", "--format", format_, "-o", "old.txt"]) == 0
    assert Path("old.txt").read_text(encoding="utf-8").strip() == "new"


def test_a_run_that_is_refused_leaves_the_old_file(here: Path) -> None:
    Path("bad.yaml").write_text("as_of: 2022-09-20\npatient: {sex: unicorn}\n", encoding="utf-8")
    for arguments in (("recommend", "bad.yaml", "--all"), ("read", "bad.yaml"), ("read", "bad.yaml", "--report")):
        assert main([*arguments, "-o", "old.txt"]) == 3
        assert Path("old.txt").read_text(encoding="utf-8") == OLD


KILLED = """
import os, signal, sys
from pathlib import Path
from concordant import outputs
met = 0
def dying(call):
    def counting(*arguments):
        global met
        met += 1
        if met == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments)
    return counting
outputs.os.open, outputs.os.fsync, Path.replace = dying(os.open), dying(os.fsync), dying(Path.replace)
with outputs.replace_file("old.txt") as making:
    for _ in range(3):
        dying(making.write)("x" * 100_000)
"""


def test_a_killed_run_leaves_the_old_file_or_the_new(here: Path) -> None:
    met = set()
    for point in range(1, MOST):
        Path("old.txt").write_text(OLD, encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", KILLED, str(point)], timeout=60, check=False)
        met.add(Path("old.txt").read_text(encoding="utf-8"))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert met == {OLD, "x" * 300_000}
    assert point > 7


# -- never over their own source ----------------------------------------------------------------------


def _same(_: Path) -> str:
    return "./case.yaml"


def _link(here: Path) -> str:
    (here / "link.yaml").symlink_to("case.yaml")
    return "link.yaml"


def _hard_link(here: Path) -> str:
    os.link(here / "case.yaml", here / "other.yaml")
    return "other.yaml"


OVER = {
    "recommend": ("recommend", "case.yaml", "-o"),
    "all": ("recommend", "case.yaml", "--all", "-o"),
    "html": ("recommend", "case.yaml", "--format", "html", "-o"),
    "read": ("read", "case.yaml", "-o"),
    "report": ("read", "case.yaml", "--report", "-o"),
    "refused": ("read", "case.yaml", "--refused"),
}


@pytest.mark.parametrize("name", [_same, _link, _hard_link], ids=lambda f: f.__name__.strip("_"))
@pytest.mark.parametrize("arguments", OVER.values(), ids=OVER.keys())
def test_nothing_is_written_over_its_source(
    arguments: tuple[str, ...], name: Callable[[Path], str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = name(here)
    assert main([*arguments, target]) == 2
    assert capsys.readouterr().err == f"{target}: this would be written over its own source (case.yaml). Name another file\n"
    assert Path("case.yaml").read_text(encoding="utf-8") == CASE


def test_nothing_is_written_over_a_file_of_a_source_folder(here: Path) -> None:
    Path("records").mkdir()
    Path("records/one.ndjson").write_text('{"resourceType": "Patient", "id": "a"}\n', encoding="utf-8")
    os.link("records/one.ndjson", "elsewhere.ndjson")
    for target in ("records/one.ndjson", "elsewhere.ndjson", "records"):
        assert main(["recommend", "records", "--all", "-o", target]) == 2
    assert main(["read", "records", "--all", "-o", "records"]) == 2
    assert [path.name for path in Path("records").iterdir()] == ["one.ndjson"]


def test_nothing_is_written_over_the_table_of_a_mapping(here: Path) -> None:
    Path("map.yaml").write_text("table: one\nfiles:\n  people: {path: people.csv}\n", encoding="utf-8")
    Path("people.csv").write_text("id\n1\n", encoding="utf-8")
    assert main(["recommend", "map.yaml", "--all", "-o", "people.csv"]) == 2
    assert Path("people.csv").read_text(encoding="utf-8") == "id\n1\n"


def test_standard_input_is_a_source_as_well(here: Path) -> None:
    command = [sys.executable, "-c", "from concordant.cli import run; run()", "read", "-", "-o", "case.yaml"]
    with Path("case.yaml").open("rb") as file:
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "its own source (standard input)" in done.stderr
    assert Path("case.yaml").read_text(encoding="utf-8") == CASE


# -- what a file is -----------------------------------------------------------------------------------


def test_a_link_stays_a_link(here: Path) -> None:
    Path("link.txt").symlink_to("old.txt")
    write_file(b"new", "link.txt")
    assert Path("link.txt").is_symlink()
    assert Path("old.txt").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_rights(mode: int, here: Path) -> None:
    Path("old.txt").chmod(mode)
    write_file(b"new", "old.txt")
    assert Path("old.txt").stat().st_mode & 0o777 == mode


def test_a_new_file_has_the_rights_of_any_new_file(here: Path) -> None:
    Path("plain.txt").write_text("", encoding="utf-8")
    write_file(b"new", "new.txt")
    assert Path("new.txt").stat().st_mode == Path("plain.txt").stat().st_mode


def test_a_device_and_a_pipe_are_written_to_as_they_are(here: Path) -> None:
    write_file(b"new", "/dev/null")
    os.mkfifo("pipe")
    with subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE) as reader:
        write_file(b"new", "pipe")
        assert reader.communicate(timeout=60)[0] == b"new"
    assert Path("pipe").is_fifo()


@pytest.mark.parametrize("target", ["records", "no-such-folder/x"])
def test_what_is_no_file_is_refused(target: str, here: Path) -> None:
    Path("records").mkdir()
    with pytest.raises(Unreadable, match="cannot be written"):
        write_file(b"new", target)


def test_an_error_that_is_not_of_the_file_keeps_its_own_words(here: Path) -> None:
    with pytest.raises(FileNotFoundError), replace_file("old.txt") as making:
        making.write("half")
        Path("no-such-source").read_text(encoding="utf-8")
    assert Path("old.txt").read_text(encoding="utf-8") == OLD


# -- the answers of an interview ----------------------------------------------------------------------


def target_for(path: str, source: str = "case.yaml", *, force: bool = False) -> CaseTarget:
    return CaseTarget(path, open_for_answers(source, None, Engine(shipped_knowledge())), source, force)


def test_a_case_is_completed_in_place(here: Path) -> None:
    target = target_for("case.yaml")
    target.check_writable()
    target.keep_case("completed")
    assert Path("case.yaml").read_text(encoding="utf-8") == "completed"


def test_an_edit_made_meanwhile_is_kept_and_so_are_the_answers(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = target_for("case.yaml")
    Path("case.yaml").write_text(f"{CASE}# edited\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="was changed while the questions were answered"):
        target.keep_case("completed")
    assert Path("case.yaml").read_text(encoding="utf-8") == f"{CASE}# edited\n"
    assert Path("case.answers.yaml").read_text(encoding="utf-8") == "completed"
    assert capsys.readouterr().err == "The case with the answers is in case.answers.yaml instead.\n"


def test_answers_kept_beside_replace_none_that_are_there(here: Path) -> None:
    for text in ("first", "second"):
        target = target_for("case.yaml")
        Path("case.yaml").write_text(f"{CASE}# edited for the {text}\n", encoding="utf-8")
        with pytest.raises(Unreadable):
            target.keep_case(text)
    assert Path("case.answers.yaml").read_text(encoding="utf-8") == "first"
    assert Path("case.answers2.yaml").read_text(encoding="utf-8") == "second"


def test_a_file_that_came_meanwhile_is_not_replaced(here: Path) -> None:
    target = target_for("new.yaml")
    target.check_writable()
    Path("new.yaml").write_text("of somebody else", encoding="utf-8")
    with pytest.raises(Unreadable, match="there already"):
        target.keep_case("completed")
    assert Path("new.yaml").read_text(encoding="utf-8") == "of somebody else"
    assert Path("new.answers.yaml").read_text(encoding="utf-8") == "completed"


def test_answers_that_no_file_takes_are_printed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = target_for("new.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outputs.os, "open", _no_space)
        with pytest.raises(Unreadable, match="No space left"):
            target.keep_case("the completed case\n")
    out, told = capsys.readouterr()
    assert out.endswith("the completed case\n")
    assert "printed below the answer instead" in told


def _no_space(*_: object) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("force", [False, True])
def test_answers_never_replace_another_source_or_another_name_of_the_case(force: bool, here: Path) -> None:
    Path("bundle.json").write_text('{"resourceType": "Patient", "id": "a"}', encoding="utf-8")
    os.link("case.yaml", "other.yaml")
    for path, source in (("bundle.json", "bundle.json"), ("other.yaml", "case.yaml")):
        with pytest.raises(Unreadable, match="over its own source"):
            target_for(path, source, force=force).check_writable()
