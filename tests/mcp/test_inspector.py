"""A client of others: the official inspector of MCP lists and calls the tools, on standard streams and over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.mcp.calls import NAMES, call
from tests.mcp.test_protocol import COMMAND, over_http
from tests.shipped import case

ROOT = Path(__file__).parents[2]
INSPECTOR = ROOT / ".venv" / "inspector" / "node_modules" / ".bin" / "mcp-inspector"
# The inspector keeps its own things at another home; the program finds the knowledge that was compiled before at ours.
SURROUNDINGS = {name: told for name in ("PYTHONPATH", "HOME") if (told := os.environ.get(name))}
PROGRAM = (*COMMAND, *(word for name, value in SURROUNDINGS.items() for word in ("-e", f"{name}={value}")))
RECORD = case("A10").read_text(encoding="utf-8")
CALLS: dict[str, dict[str, Any]] = {
    "recommend": {"record": RECORD},
    "ask": {"record": RECORD},
    "explain_statement": {"record": RECORD, "statement": "2.1"},
    "check_order": {"record": RECORD, "orders": [{"drug": "Enhertu", "amount": 300, "unit": "mg"}]},
    "audit": {"text": "Trastuzumab emtansine is given at 4.6 mg/kg every 3 weeks.", "as_of": "2022-09-20"},
    "list_guidelines": {"as_of": "2022-09-20"},
    "source": {"ref": "enhertu-uspi"},
}

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not INSPECTOR.exists(), reason="./dev check installs it, where npm is"),
]


def inspect(home: Path, *words: str, target: tuple[str, ...] = ()) -> Any:
    """What the inspector prints of one call."""
    done = run_inspector(home, target or PROGRAM, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def run_inspector(home: Path, target: tuple[str, ...], *words: str) -> subprocess.CompletedProcess[str]:
    asked = [str(INSPECTOR), "--cli", *target, *words]
    surroundings = {**os.environ, "HOME": str(home)}
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=120, env=surroundings, cwd=home)


def arguments(sent: dict[str, Any]) -> list[str]:
    return [
        word for key, one in sent.items() for word in ("--tool-arg", f"{key}={one if isinstance(one, str) else json.dumps(one)}")
    ]


def test_it_lists_our_tools(tmp_path: Path) -> None:
    told = inspect(tmp_path, "--method", "tools/list")
    assert [tool["name"] for tool in told["tools"]] == NAMES
    assert all(tool["outputSchema"]["type"] == "object" for tool in told["tools"])


@pytest.mark.parametrize("name", NAMES)
def test_it_calls_our_tools(name: str, tmp_path: Path) -> None:
    told = inspect(tmp_path, "--method", "tools/call", "--tool-name", name, *arguments(CALLS[name]))
    assert not told.get("isError")
    if name != "source":
        assert told["structuredContent"]["as_of" if name != "explain_statement" else "statement"]
    if "record" in CALLS[name]:
        assert told["structuredContent"] == call(name, **CALLS[name])


def test_it_calls_our_tools_over_http(tmp_path: Path) -> None:
    with over_http() as port:
        target = ("--server-url", f"http://127.0.0.1:{port}/mcp", "--transport", "http")
        told = inspect(tmp_path, "--method", "tools/list", target=target)
        assert [tool["name"] for tool in told["tools"]] == NAMES
        words = ("--method", "tools/call", "--tool-name", "recommend", *arguments({"record": RECORD}))
        assert inspect(tmp_path, *words, target=target)["structuredContent"] == call("recommend", record=RECORD)


def test_an_error_is_told_by_it_in_our_words(tmp_path: Path) -> None:
    words = ("--method", "tools/call", "--tool-name", "recommend", "--tool-arg", "record=/etc/passwd")
    done = run_inspector(tmp_path, PROGRAM, *words)
    assert "no file or address is opened here" in done.stdout + done.stderr
    assert "root:" not in done.stdout + done.stderr
