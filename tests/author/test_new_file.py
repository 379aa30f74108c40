"""A new file to fill in: it stands where it belongs, `lint` refuses it as it is and takes it once it is filled in."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from concordant.author.build import find_knowledge_files
from concordant.author.lint.run import lint_folder
from concordant.author.new_file import make_new_file
from concordant.author.schema import KINDS, build_knowledge_schema
from concordant.cli.main import main
from concordant.errors import Unreadable
from concordant.library import FOLDER

NAMES = {"statement": "asco-her2-abc/2022/9.9.9", "drug": "inventumab", "trial": "inventia"}
PLACES = {
    "statement": "guidelines/asco-her2-abc/2022/9.9.9.yaml",
    "drug": "drugs/inventumab.yaml",
    "trial": "trials/inventia.yaml",
}
WORDS = {  # what somebody fills in, whatever the knowledge is
    "ONE SHORT SENTENCE OF YOUR OWN (140 characters at most), never the publisher's.": "An invented statement.",
    "FEATURE is VALUE": "pregnant is yes",
    "FEATURE <= 5 UNIT": "lvef <= 5 percent",
    "features: [FEATURE]": "features: [lvef]",
    "YEAR-MONTH-DAY": "2024-01-02",
    "ref: SOURCE": "ref: project-choices",
    "checked: recalled}": "checked: choice}",
    "source: SOURCE": "source: phoebe-lancetoncol-2021",
    "[REGIMEN]": "[tucatinib-trastuzumab-capecitabine]",
    "[CLASS]": "[taxane]",
    "SCALE": "asco",
    "nct: NUMBER": "nct: NCT00000000",
    "HR NUMBER (95 % CI NUMBER-NUMBER)": "HR 0.5 (95 % CI 0.3-0.7)",
    "NUMBER v NUMBER": "10 v 12",
    "NAME OF THE TRIAL": "INVENTIA",
    '["VALUE", "VALUE"]': '["9.1", "8.2"]',
    "DAY MONTH YEAR": "2 January 2024",
}


def filled(text: str) -> str:
    """The template with its words in capitals filled in."""
    for word, said in WORDS.items():
        text = text.replace(word, said)
    return text


def taken_in(text: str) -> str:
    """The template with all that is commented out taken in, but for a note behind a value and the parent of what is derived."""
    lines = [line for line in text.splitlines() if not re.match(r"# (parent|derived_because)", line)]
    code = re.compile(r"^( *)# ((?: *- )?[a-z_]+:.*|  .*)$")
    head = [line for line in lines[:4] if line.startswith("#")]
    return "\n".join([*head, *(code.sub(r"\1\2", line) for line in lines[len(head) :])]) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("cases", "stories")
    return Path(shutil.copytree(FOLDER, tmp_path / "mine", ignore=ignored))


@pytest.mark.parametrize("kind", NAMES)
def test_it_stands_where_it_belongs_and_is_not_taken_as_it_is(
    kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", kind, NAMES[kind], "--knowledge", str(folder)]) == 0
    assert f"concordant lint {folder}" in capsys.readouterr().out
    complaints = [str(complaint) for complaint in lint_folder(folder).complaints]
    assert complaints and all(one.startswith(PLACES[kind]) for one in complaints)


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("whole", [False, True])
def test_filled_in_it_is_taken(kind: str, whole: bool, folder: Path) -> None:
    made = make_new_file(kind, NAMES[kind], folder)
    text = filled(taken_in(made.text) if whole else made.text)
    made.path.write_text(text, encoding="utf-8")
    if kind == "statement":
        ledger = folder / "guidelines" / "asco-her2-abc" / "ledger.yaml"
        row = made.further[0].partition(": ")[2]
        ledger.write_text(ledger.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert [str(complaint) for complaint in lint_folder(folder).complaints] == []
    jsonschema.validate(as_an_editor_reads(text), build_knowledge_schema(kind))
    if whole:
        assert not re.search(r"^ *# (?:- )?[a-z_]+:", text, re.M)  # all of it was taken in


REFUSED = {
    "a guideline that is not there": ("statement", "asco-her2-abx/2022/1.2", "no guideline 'asco-her2-abx'.*asco-her2-abc"),
    "a way out of the folder": ("drug", "../x", "no name for a drug"),
    "a hidden file": ("trial", ".x", "no name for a trial"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_name_that_cannot_be_is_refused(what: str) -> None:
    kind, name, says = REFUSED[what]
    with pytest.raises(Unreadable, match=says):
        make_new_file(kind, name, FOLDER)


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "one.yaml"
    target.write_text("mine", encoding="utf-8")
    assert main(["new", "drug", "inventumab", "-o", str(target)]) == 2
    assert "there already" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "mine"


def test_an_editor_finds_the_schema(tmp_path: Path) -> None:
    inside = make_new_file("drug", "inventumab", FOLDER)
    said = re.match(r"# yaml-language-server: \$schema=(.+)", inside.text)
    assert said is not None
    assert json.loads((inside.path.parent / said[1]).read_text(encoding="utf-8"))["title"] == "Concordant knowledge: drug"
    assert "$schema=drug.schema.json\n" in make_new_file("drug", "inventumab", tmp_path).text


# -- the schema ------------------------------------------------------------------------------------


class Loader(yaml.SafeLoader):
    """YAML as editors read it: a date is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith("timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_an_editor_reads(text: str) -> Any:
    return yaml.load(io.StringIO(text), Loader)


def files_of(kind: str) -> Iterator[Path]:
    for path in find_knowledge_files(FOLDER):
        parts = path.relative_to(FOLDER).parts
        if parts[0] == "guidelines":
            if kind == ("guideline" if path.name == "guideline.yaml" else "statement" if len(parts) == 4 else ""):
                yield path
        elif parts[0] in (kind, f"{kind}s"):
            yield path


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_file_fits_the_schema(kind: str) -> None:
    schema = build_knowledge_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    files = list(files_of(kind))
    assert files
    validator = jsonschema.Draft202012Validator(schema)
    faults = {
        path.name: [e.message for e in validator.iter_errors(as_an_editor_reads(path.read_text("utf-8")))] for path in files
    }
    assert {name: found for name, found in faults.items() if found} == {}


Spoil = Callable[[dict[str, Any]], object]
SPOILT: dict[str, Spoil] = {
    "an unknown key": lambda one: one.update(sayz="x"),
    "a missing key": lambda one: one.pop("says"),
    "an unknown word": lambda one: one["recommend"].update(role="prefered"),
    "a mark that there is not": lambda one: one["sources"][0].update(checked="read"),
    "what the folder says": lambda one: one.update(version="2022"),
    "a condition of another kind": lambda one: one.update(applies_if={"some": ["x is yes"]}),
    "a condition with two kinds": lambda one: one.update(applies_if={"all": ["x is yes"], "any": ["x is yes"]}),
    "a text for a list": lambda one: one["recommend"].update(regimens="x"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_slip_is_seen_while_it_is_typed(what: str) -> None:
    path = next(path for path in files_of("statement") if path.name.startswith("2.1-"))
    value = as_an_editor_reads(path.read_text(encoding="utf-8"))
    jsonschema.validate(value, build_knowledge_schema("statement"))
    SPOILT[what](value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, build_knowledge_schema("statement"))


def test_the_schema_is_printed_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "trial"]) == 0
    assert json.loads(capsys.readouterr().out) == build_knowledge_schema("trial")
    assert main(["schema", "trail"]) == 2
    assert "Did you mean 'trial'?" in capsys.readouterr().err


# -- watching --------------------------------------------------------------------------------------


def test_a_change_is_looked_at_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    first = tmp_path / "sources" / "one.yaml"
    first.parent.mkdir()
    first.write_text("id: one\nwrong: x\n", encoding="utf-8")
    code = "from concordant.cli import run; run()"
    command = [sys.executable, "-c", code, "lint", str(tmp_path), "--watch"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as running:
        assert running.stdout is not None and running.stderr is not None
        try:
            assert "problems" in "".join(read_report(running.stdout))
            time.sleep(0.05)
            (tmp_path / "sources" / "two.yaml").write_text("- a list\n", encoding="utf-8")
            assert any(line.startswith("sources/two.yaml:1:") for line in read_report(running.stdout))
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 0
            assert running.stderr.read() == ""
        finally:
            running.kill()


def read_report(lines: Iterator[str]) -> list[str]:
    """The lines of one report, which an empty one ends."""
    found = []
    for line in lines:
        if not line.strip():
            break
        found.append(line)
    return found


def test_watching_and_effects_do_not_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--watch", "--effect"]) == 2
    assert "do not go together" in capsys.readouterr().err
