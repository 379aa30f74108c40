"""Schemathesis, a foreign tester: what the description of the API (CDS Hooks included) allows and forbids never ends in 5xx."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shares import WHOLE
from tests.web.cds.test_service import OPEN
from tests.web.serving import ask, running

CASES = 200 if WHOLE else 6  # of each route and way of making them


@pytest.mark.long
def test_nothing_that_is_described_makes_it_fail(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with running(cds=OPEN) as port:
        described = json.loads(ask(port, "/openapi.json")[2])
        told = ["run", f"http://127.0.0.1:{port}/openapi.json", "--max-examples", str(CASES), "--seed", "1", "--no-color"]
        told += [
            "--checks",
            "not_a_server_error,content_type_conformance,status_code_conformance",
            "--phases",
            "examples,coverage,fuzzing",
        ]
        command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", *told]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=3000, check=False)
    assert {"/answer", "/cds-services", "/cds-services/{id}", "/cds-services/{id}/feedback"} <= set(described["paths"])
    assert done.returncode == 0, done.stdout[-6000:]
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]  # every line of the log is one, whatever was sent
    seen = {(line["route"], line["status"]) for line in lines if line["event"] == "request"}
    assert {(route, 200) for route in ("/answer", "/cds-services/{id}", "/cds-services/{id}/feedback")} <= seen
