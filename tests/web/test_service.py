"""The JSON API and what surrounds every request: the command's answer, errors in words, limits, and a log without patients."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from concordant import listening
from concordant.listening import listen
from concordant.web.limits import Limits
from tests.shipped import SHIPPED
from tests.web.form import BUILDER, TODAY
from tests.web.serving import ask, running

CASE = {"tumor_markers": [{"test": "her2", "value": "positive"}], "disease": [{"event": "recurrence", "extent": "metastatic"}]}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as one:
        yield one


def problem(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content)
    return found


@pytest.mark.parametrize("path", SHIPPED[::60], ids=lambda path: path.stem)
def test_the_answer_is_that_of_the_command(port: int, path: Any) -> None:
    status, headers, content = ask(port, "/answer", {"record": path.read_text(encoding="utf-8")})
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert json.loads(content) == BUILDER.engine.recommend(path, today=TODAY).to_dict()


def test_questions_reasons_and_what_was_read(port: int) -> None:
    asked = json.loads(ask(port, "/questions", {"record": CASE})[2])
    assert asked[0]["feature"] == json.loads(ask(port, "/answer", {"record": CASE})[2])["ask"][0]["feature"]
    assert "tumor_markers[1]" in json.loads(ask(port, "/explain", {"record": CASE, "statement": "2.1"})[2])["text"]
    read = json.loads(ask(port, "/read", {"record": {"resourceType": "Patient", "id": "p", "gender": "female"}})[2])
    assert read["counts"] == {"used": 1}
    assert "sex: female" in read["case"]


WRONG: dict[str, tuple[str, bytes | dict[str, Any], int, str]] = {
    "no JSON": ("/answer", b"{", 400, "This is not JSON"),
    "not UTF-8": ("/answer", b'{"record": "\xff"}', 400, "This is not JSON"),
    "nothing": ("/answer", b"", 400, "This is not JSON"),
    "too deep": ("/answer", b'{"record":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, 400, "This is not JSON"),
    "no record": ("/answer", {}, 422, "This is no question"),
    "another key": ("/answer", {"record": {}, "who": 1}, 422, "This is no question"),
    "a list": ("/answer", {"record": []}, 422, "This is no question"),
    "an unknown key of a case": ("/answer", {"record": {"tumour": 1}}, 422, "This says something that cannot be"),
    "a day that is none": ("/answer", {"record": CASE, "as_of": "soon"}, 400, "This cannot be read"),
    "a guideline that is none": ("/answer", {"record": CASE, "guideline": "mine/1"}, 400, "This cannot be read"),
    "a statement that is none": ("/explain", {"record": CASE, "statement": "99.9"}, 400, "This cannot be read"),
    "an assumption that is none": ("/answer", {"record": CASE, "assume": {"all_is_well": "yes"}}, 400, "This cannot be read"),
    "no source": ("/read", {"record": ""}, 400, "This cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_words(port: int, name: str) -> None:
    path, body, status, title = WRONG[name]
    got, headers, content = ask(port, path, body)
    assert (got, problem(content)["title"]) == (status, title), content[:300]
    assert headers["content-type"] == "application/problem+json"
    assert "Traceback" not in content.decode()


def test_what_is_not_there(port: int) -> None:
    assert ask(port, "/nothing")[0] == 404
    status, headers, _ = ask(port, "/answer")
    assert (status, headers["allow"]) == (405, "POST")
    assert ask(port, "/out/exe", b"", **{"content-type": "application/x-www-form-urlencoded"})[0] == 404


def test_every_response_is_guarded(port: int) -> None:
    for path in ("/", "/openapi.json", "/healthz", "/nothing"):
        headers = ask(port, path)[1]
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_only_its_own_names_are_answered(port: int) -> None:
    assert ask(port, "/", host="evil.example")[0] == 400
    assert ask(port, "/", host="localhost")[0] == 200


def test_the_examples_of_the_description_run_and_fit(port: int) -> None:
    described = json.loads(ask(port, "/openapi.json")[2])
    assert described["openapi"] == "3.1.0"
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            example = next(iter(content.get("examples", {}).values()), {}).get("value")
            status, _, answer = ask(port, path, example, method=method.upper())
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            assert status == 200, path
            jsonschema.validate(json.loads(answer), {**schema, "components": described["components"]})


def test_health_tells_the_knowledge(port: int) -> None:
    for path in ("/healthz", "/readyz"):
        assert json.loads(ask(port, path)[2])["knowledge"] == BUILDER.engine.knowledge.digest


def test_the_log_tells_of_no_patient(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    secret = "Erika-Mustermann-1966"
    ask(port, f"/answer?patient={secret}", {"record": {"name": secret, **CASE}})
    ask(port, f"/{secret}", {"record": {secret: secret}})
    ask(port, "/answer", {"record": {secret: secret}})
    time.sleep(0.2)
    written = capfd.readouterr()
    lines = [json.loads(line) for line in written.err.splitlines()]
    assert {line["route"] for line in lines if line["event"] == "request"} >= {"/answer"}
    assert secret not in written.err + written.out


def test_what_is_too_large_is_refused() -> None:
    with running(Limits(most_bytes=1000, rate=1e9, burst=10**9)) as port:
        status, _, content = ask(port, "/answer", b"x" * 1001)
        assert (status, problem(content)["title"]) == (413, "This is too large")
        assert ask(port, "/", b"x" * 1001, **{"content-type": "application/x-www-form-urlencoded"})[0] == 413
        assert ask(port, "/answer", {"record": {}})[0] == 200


def test_a_slow_request_ends() -> None:
    with (
        running(Limits(seconds_to_send=0.3, rate=1e9, burst=10**9)) as port,
        socket.create_connection(("127.0.0.1", port)) as half,
    ):
        half.sendall(b"POST /answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        half.settimeout(20)
        assert b" 408 " in half.recv(100)
        assert ask(port, "/healthz")[0] == 200


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"], ids=["first", "after another"])
@pytest.mark.parametrize("drips", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100], ids=["silent", "dripping"])
def test_a_connection_on_which_no_request_comes_ends(before: bytes, drips: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    if before and not drips:
        monkeypatch.setattr("concordant.listening.KEEP_ALIVE", 1)
    monkeypatch.setattr(listening, "HEAD_SECONDS", 0.4)
    with running() as port, socket.create_connection(("127.0.0.1", port)) as half:
        half.settimeout(10)
        half.sendall(before)
        if before:
            assert b"200 OK" in half.recv(4000)
        begun = time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for sign in drips:
                half.sendall(bytes([sign]))
                time.sleep(0.02)
            while half.recv(4000):
                pass
        assert time.monotonic() - begun < 3
        assert ask(port, "/healthz")[0] == 200


def test_an_answer_that_takes_long_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEAD_SECONDS", 0.001)
    with running() as port:
        assert ask(port, "/answer", {"record": CASE})[0] == 200


def test_too_often_is_too_often() -> None:
    with running(Limits(rate=0.001, burst=3)) as port:
        statuses = [ask(port, "/healthz")[0] for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]


def test_a_hundred_at_once_are_all_answered(port: int) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(ask(port, "/questions", {"record": CASE})[0])) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert found == [200] * 100


def test_too_many_at_once_are_refused_in_words() -> None:
    with running(Limits(at_once=1, waiting=2, rate=1e9, burst=10**9)) as port:
        found: list[int] = []
        threads = [threading.Thread(target=lambda: found.append(ask(port, "/answer", {"record": CASE})[0])) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert set(found) == {200, 503}


def test_a_server_that_is_told_to_stop_answers_first(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with listen("127.0.0.1", 0) as free:
        port = int(free.getsockname()[1])
    with log.open("w") as written:
        server = subprocess.Popen([sys.executable, "-m", "concordant", "serve", "--port", str(port)], stderr=written)
    found: list[int] = []
    _wait_for(port)
    asking = [threading.Thread(target=lambda: found.append(ask(port, "/answer", {"record": CASE})[0])) for _ in range(4)]
    for thread in asking:
        thread.start()
    time.sleep(0.3)
    server.terminate()
    for thread in asking:
        thread.join(60)
    server.wait(60)
    assert found == [200] * 4
    events = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert (events[0], events[-1]) == ("started", "stopped")


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            ask(port, "/healthz")
            return
        except OSError:
            time.sleep(0.1)
