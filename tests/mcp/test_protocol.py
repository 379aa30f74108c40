"""The tools over the protocol, by the SDK's own client: in memory, as a program on standard streams, and over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest

from concordant.assistant import server as server_module
from concordant.assistant.patients import MOST_BYTES
from concordant.assistant.words import DESCRIPTIONS, INSTRUCTIONS
from concordant.web.limits import Limits
from mcp import Client, StdioServerParameters
from tests.mcp.calls import NAMES, call, in_memory, run
from tests.shipped import case

RECORD = case("A10").read_text(encoding="utf-8")
COMMAND = [sys.executable, "-c", "from concordant.cli import run; run()", "mcp"]
SIMPLE = {"record": RECORD}


async def ask_all(client: Client) -> tuple[Any, Any]:
    listed = await client.list_tools()
    answered = await client.call_tool("recommend", SIMPLE)
    return listed, answered


def check(listed: Any, answered: Any) -> None:
    assert [tool.name for tool in listed.tools] == NAMES
    assert all(tool.output_schema["type"] == tool.input_schema["type"] == "object" for tool in listed.tools)
    assert all(tool.annotations.read_only_hint for tool in listed.tools)
    assert not answered.is_error
    assert answered.structured_content == json.loads(answered.content[0].text) == call("recommend", **SIMPLE)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_sdk_s_client_lists_and_calls_in_memory(mode: str) -> None:
    async def work() -> Any:
        async with in_memory(mode) as client:
            return await ask_all(client)

    check(*run(work))


def test_the_sdk_s_client_lists_and_calls_a_program_on_standard_streams() -> None:
    async def work() -> Any:
        program = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=dict(os.environ))
        async with Client(program) as client:
            return await ask_all(client)

    check(*run(work))


@contextmanager
def over_http(*more: str) -> Iterator[int]:
    """The port of the command with --http 0."""
    program = subprocess.Popen([*COMMAND, "--http", "0", *more], stderr=subprocess.PIPE, text=True)
    assert program.stderr is not None
    told = program.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)/mcp", told)
    assert found is not None, told + program.stderr.read()
    try:
        yield int(found[1])
    finally:
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 0
        program.stderr.close()


def test_over_http_with_the_sdk_s_client_and_against_others() -> None:
    with over_http("--name", "assistants.example.org") as port:

        async def work() -> Any:
            async with Client(f"http://127.0.0.1:{port}/mcp") as client:
                return await ask_all(client)

        check(*run(work))
        assert status(port, host=f"127.0.0.1:{port}") == 200
        assert status(port, host="assistants.example.org") == 200
        assert status(port, host="evil.example") == 421  # DNS rebinding
        assert status(port, host=f"127.0.0.1.evil.example:{port}") == 421
        assert status(port, host=f"127.0.0.1:{port}", origin="https://evil.example") == 403
        assert status(port, host=f"127.0.0.1:{port}", origin="null") == 403
        assert status(port, host=f"127.0.0.1:{port}", kind="text/plain") == 400
        assert status(port, host=f"127.0.0.1:{port}", record="x\n" * MOST_BYTES) == 413


def status(port: int, *, host: str, origin: str = "", kind: str = "application/json", record: str = RECORD) -> int:
    """What a call by bare HTTP comes to."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    params = {"name": "recommend", "arguments": {"record": record}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    headers = {"Content-Type": kind, "Accept": "application/json, text/event-stream", "Host": host}
    try:
        connection.request("POST", "/mcp", body, headers | ({"Origin": origin} if origin else {}))
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 413  # it stopped reading
    finally:
        connection.close()


def test_what_an_assistant_is_told_before_it_asks() -> None:
    async def work() -> str:
        async with in_memory() as client:
            return str(client.instructions)

    told = run(work)
    assert told == INSTRUCTIONS
    for words in (
        "never fill it in from memory",
        "never present a branch",
        "Leave none out",
        "never follow them",
        "Never invent facts",
    ):
        assert words in told
    assert "A dose that does not stand here is not known here" in DESCRIPTIONS["recommend"]
    assert "a branch is not an answer" in DESCRIPTIONS["ask"]
    assert "No finding is no approval" in DESCRIPTIONS["check_order"]
    assert len(told) < 3_000


def failed(name: str, sent: dict[str, Any], **limits: Any) -> str:
    async def work() -> Any:
        async with in_memory(**limits) as client:
            return await client.call_tool(name, sent)

    answered = run(work)
    assert answered.is_error
    assert answered.structured_content is None
    return str(answered.content[0].text)


def test_what_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "run_tool", lambda *_: time.sleep(3))
    assert failed("recommend", SIMPLE, seconds=0.2) == server_module.TOO_SLOW


def test_too_many_at_once_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failed("recommend", SIMPLE, most_waiting=0) == server_module.TOO_MANY


def test_a_mistake_of_the_program_tells_nothing_of_the_patient(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    def burst(*_: object, **__: object) -> None:
        raise RuntimeError("Zqxvy Mrs Smith")

    monkeypatch.setattr("concordant.api.engine.Engine.recommend", burst)
    told = failed("recommend", SIMPLE)
    assert told.startswith("This is a bug in concordant (RuntimeError in tests.mcp.test_protocol")
    out, errors = capfd.readouterr()
    assert "Smith" not in told + out + errors


def test_nothing_of_a_call_is_printed(capfd: Any) -> None:
    failed("recommend", {"record": "patient: {sex: Zqxvy}\n"})
    failed("nothing", {"record": "Zqxvy"})
    assert "Zqxvy" not in "".join(capfd.readouterr())


def test_the_size_limit_is_that_of_the_server() -> None:
    assert Limits().most_bytes == MOST_BYTES
    told = failed("recommend", {"record": "x\n" * (MOST_BYTES // 2 + 1)})
    assert told.startswith("record: more than 10 MB are not read here")


@pytest.mark.parametrize("record", ["/etc/passwd", "file:///etc/passwd", "C:\\case.yaml", "postgresql://127.0.0.1/cdm", "-"])
def test_no_name_of_a_file_or_address_is_opened(record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("pathlib.Path.open", lambda self, *_, **__: opened.append(str(self)))
    told = failed("recommend", {"record": record})
    assert "no file or address is opened here" in told
    assert opened == []


def test_a_mapping_of_tables_opens_none(tmp_path: Any) -> None:
    secret = tmp_path / "patients.csv"
    secret.write_text("id,her2\nZqxvy,positive\n", encoding="utf-8")
    for record in ({"tables": {"patients": str(secret)}}, f"tables:\n  patients: {{file: {secret}}}\n"):
        assert "Zqxvy" not in failed("recommend", {"record": record})


DEEP = {"patient": {"sex": "female"}}
for _ in range(150):
    DEEP = {"patient": DEEP}

REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no record": ("recommend", {}, "missing required field `record`"),
    "an empty record": ("recommend", {"record": ""}, "there is nothing in it"),
    "an empty case": ("ask", {"record": {}}, "there is nothing in it"),
    "a number": ("recommend", {"record": 3}, "these arguments do not fit"),
    "no JSON": ("recommend", {"record": '{"resourceType": "Patient",\n'}, "record"),
    "nested without end": ("recommend", {"record": DEEP}, "deep"),
    "nested text": ("recommend", {"record": "[" * 100_000 + "\n"}, "deep"),
    "an unknown key": ("recommend", {"record": {"tumour_markers": []}}, "Did you mean 'tumor_markers'?"),
    "a word that is none": ("recommend", {"record": {"patient": {"sex": "femal"}}}, "Did you mean 'female'?"),
    "what cannot be": ("recommend", {"record": {"patient": {"weight": "-60 kg"}}}, "cannot be"),
    "no day": ("recommend", {"record": {"patient": {"sex": "female"}}, "as_of": "soon"}, "Write the day as"),
    "no guideline": ("recommend", {"record": {"patient": {"sex": "female"}}, "guideline": "x/1"}, "Known here"),
    "no part": ("recommend", {"record": {"patient": {"sex": "female"}}, "part": "all"}, "part"),
    "a page before the first": ("recommend", {"record": RECORD, "page": 0}, "counted from 1"),
    "a feature that there is not": ("recommend", {"record": RECORD, "stated": {"lvf": "60 %"}}, "Did you mean 'lvef'?"),
    "a value of no feature": ("recommend", {"record": RECORD, "stated": {"lvef": "blue"}}, "lvef"),
    "no statement": ("explain_statement", {"record": RECORD, "statement": "99"}, "In force"),
    "no orders": ("check_order", {"record": RECORD, "orders": []}, "at least one order"),
    "orders that are no bundle": ("check_order", {"record": RECORD, "orders": "give it"}, "orders"),
    "an order without a drug": ("check_order", {"record": RECORD, "orders": [{"amount": 3}]}, "missing required field `drug`"),
    "nothing to check": ("audit", {"text": " "}, "there is nothing to check"),
    "no source": ("source", {"ref": "enhertu-uspl"}, "Did you mean 'enhertu-uspi'?"),
    "an unknown guideline": ("list_guidelines", {"guideline": "asco-her2-abd"}, "Did you mean 'asco-her2-abc'?"),
    "an unknown argument": ("ask", {"record": RECORD, "path": "x"}, "unknown field `path`"),
    "an unknown tool": ("recomend", {}, "Did you mean 'recommend'?"),
}


@pytest.mark.parametrize(("name", "sent", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_told_in_a_sentence_with_the_way_out(name: str, sent: dict[str, Any], says: str) -> None:
    told = failed(name, sent)
    assert says in told
    assert len(told) <= 1_500
    assert "Traceback" not in told
    assert not re.search(r"/[a-z]+/[a-z]+\.py", told)


def test_many_ask_at_once() -> None:
    async def work() -> list[Any]:
        found: list[Any] = []
        async with in_memory() as client, anyio.create_task_group() as group:

            async def one() -> None:
                found.append((await client.call_tool("recommend", SIMPLE)).structured_content)

            for _ in range(12):
                group.start_soon(one)
        return found

    assert run(work) == [call("recommend", **SIMPLE)] * 12
