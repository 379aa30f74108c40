"""Settings of `serve` in a file and in the environment: who goes first, and every mistake in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from concordant.cli import web
from concordant.cli.configured import PREFIX, list_options, name_variables, read_settings
from concordant.errors import Unreadable

SERVE = web.serve


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the server would be started with."""
    found: dict[str, Any] = {}

    def serve_others(engine: Any, host: str, port: int, names: Any = (), **more: Any) -> None:
        found.update(host=host, port=port, names=names, **more)

    monkeypatch.setattr("concordant.web.serving.serve_others", serve_others)
    return found


def run(tmp_path: Path, text: str, *options: str, **environment: str) -> str:
    """What is said, or nothing."""
    path = tmp_path / "concordant.toml"
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(SERVE, ["--config", str(path), *options], env=environment)
    return str(done.exception).replace(str(tmp_path), "") if done.exception else ""


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(tmp_path: Path, told: dict[str, Any]) -> None:
    text = '[serve]\nport = 1001\nhost = "10.0.0.1"\nname = ["a.example"]\ncds-url = "https://file.example"\n'
    assert run(tmp_path, text, "--port", "1003", CONCORDANT_PORT="1002", CONCORDANT_HOST="10.0.0.2") == ""
    assert (told["port"], told["host"], told["names"]) == (1003, "10.0.0.2", ("a.example",))
    assert told["cds"].base == "https://file.example"


def test_every_kind_of_option_may_stand_in_the_file(tmp_path: Path, told: dict[str, Any]) -> None:
    text = (
        '[serve]\nport = 0\ncds-open = true\ncds-private = false\nfhir-server = ["http://a", "http://b"]\nname = "one.example"\n'
    )
    assert run(tmp_path, text) == ""
    cds = told["cds"]
    assert (told["port"], cds.is_open, cds.private, cds.servers, told["names"]) == (
        0, True, False, ("http://a", "http://b"), ("one.example",),
    )  # fmt: skip


def test_the_environment_alone_is_enough(told: dict[str, Any]) -> None:
    environment = {
        "CONCORDANT_FHIR_SERVERS": "https://a https://b",
        "CONCORDANT_CDS_PRIVATE": "1",
        "CONCORDANT_NAMES": "x.example",
    }
    done = CliRunner().invoke(SERVE, [], env=environment)
    assert done.exception is None
    assert (told["cds"].servers, told["cds"].private, told["names"]) == (("https://a", "https://b"), True, ("x.example",))


def test_the_file_may_be_named_in_the_environment(tmp_path: Path, told: dict[str, Any]) -> None:
    path = tmp_path / "c.toml"
    path.write_text("[serve]\nport = 7", encoding="utf-8")
    assert CliRunner().invoke(SERVE, [], env={"CONCORDANT_CONFIG": str(path)}).exception is None
    assert told["port"] == 7


BAD: dict[str, tuple[str, str]] = {
    "another key": ("[serve]\nprot = 1", "/concordant.toml: [serve]: 'prot' is no setting. Did you mean 'port'?"),
    "an underscore": ("[serve]\ncds_url = 'x'", "/concordant.toml: [serve]: 'cds_url' is no setting. Did you mean 'cds-url'?"),
    "a key far from all": ("[serve]\nxyz = 1", "/concordant.toml: [serve]: 'xyz' is no setting. `--help` lists the options"),
    "the file itself": ("[serve]\nconfig = 'x'", "/concordant.toml: [serve]: 'config' is no setting. `--help` lists the options"),
    "no table": ("port = 1", "/concordant.toml: 'port' stands in no table. Put it below a line [serve]"),
    "another table": ("[server]\nport = 1", "/concordant.toml: there is no table 'server'. Did you mean 'serve'?"),
    "a table that is none": ("serve = 1", "/concordant.toml: there is no table 'serve'. Did you mean 'serve'?"),
    "a number as a text": (
        "[serve]\nport = '1'",
        "/concordant.toml: [serve]: 'port' is not a whole number. Write it without quotation marks",
    ),
    "a number that is true": (
        "[serve]\nport = true",
        "/concordant.toml: [serve]: 'port' is not a whole number. Write it without quotation marks",
    ),
    "a number out of range": (
        "[serve]\nport = 99999",
        "/concordant.toml: [serve]: 'port' cannot be: 99999 is not in the range 0<=x<=65535",
    ),
    "a switch as a text": (
        "[serve]\ncds-open = 'yes'",
        "/concordant.toml: [serve]: 'cds-open' is not a switch. Write true or false",
    ),
    "a text as a number": ("[serve]\nhost = 1", "/concordant.toml: [serve]: 'host' is not a text. Write it in quotation marks"),
    "a list of numbers": (
        "[serve]\nname = [1]",
        '/concordant.toml: [serve]: \'name\' is not a list of texts. Write ["one", "another"]',
    ),
    "no TOML": (
        "[serve\n",
        "/concordant.toml: this is no TOML: Expected ']' at the end of a table declaration (at line 1, column 7). "
        "Write lines such as: port = 8000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_refused_before_it_starts(name: str, tmp_path: Path, told: dict[str, Any]) -> None:
    text, says = BAD[name]
    assert run(tmp_path, text) == says
    assert told == {}


@pytest.mark.parametrize("data", [b"\xff", b"[serve]\nname = " + b"[" * 100_000], ids=["no text", "too deep"])
def test_a_file_that_is_no_text_is_told_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="no TOML"):
        read_settings(str(path), SERVE)


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(SERVE, ["--config", str(tmp_path / "nowhere.toml")])
    assert "no such file" in str(done.exception)


def test_a_variable_that_is_no_setting_is_refused(told: dict[str, Any]) -> None:
    done = CliRunner().invoke(SERVE, [], env={"CONCORDANT_CDS_CLIENT": "x=y"})
    assert str(done.exception) == ("environment: 'CONCORDANT_CDS_CLIENT' is no setting. Did you mean 'CONCORDANT_CDS_CLIENTS'?")
    done = CliRunner().invoke(SERVE, [], env={"CONCORDANT_DEBUG": "1", "CONCORDANT_ALL": "1"})
    assert (done.exception, told["port"]) == (None, 8000)


def test_a_variable_for_a_port_that_is_none_is_refused() -> None:
    done = CliRunner().invoke(SERVE, [], env={"CONCORDANT_PORT": "tcp://10.0.0.1:8000"})
    assert done.exit_code == 2
    assert "not a valid integer range" in done.output


def test_what_may_be_repeated_is_called_by_its_plural_and_nothing_else_is() -> None:
    """`docs/deploy.md` says so."""
    names = dict(zip((option.opts[0].lstrip("-") for option in list_options(SERVE)), name_variables(SERVE), strict=True))
    multiple = {option.opts[0].lstrip("-") for option in list_options(SERVE) if option.multiple}
    assert all(names[key] == f"{PREFIX}_{key.upper().replace('-', '_')}{'S' if key in multiple else ''}" for key in names)
    assert isinstance(SERVE, click.Command)


def test_every_setting_of_the_page_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0]
    path = Path(__file__).parent / "nowhere"
    assert "[serve]" in text
    import tomllib

    keys = set(tomllib.loads(text)["serve"])
    assert keys <= {option.opts[0].lstrip("-") for option in list_options(SERVE)}, path
