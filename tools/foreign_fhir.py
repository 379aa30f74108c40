"""A foreign FHIR server feeds ours: python tools/foreign_fhir.py SEKMET

SEKMET is the program `sekmet` of the package sekmet-fhir (0.1), which is installed in an environment of its own (170 MB):

    python -m venv foreign && foreign/bin/pip install sekmet-fhir==0.1.0 && python tools/foreign_fhir.py foreign/bin/sekmet

It takes in the story A03, and asks for tokens of SMART Backend Services. Ours is asked for a card with nothing handed over: it
signs for a token, reads the record, and answers as if all of it had been handed over. Prints what was seen; exits with 1 where
that is not so.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from joserfc import jwk  # noqa: E402
from tests.shipped import case  # noqa: E402
from tests.web.cds.calls import call, prefetch_of  # noqa: E402
from tests.web.cds.test_cards import bundle  # noqa: E402

from concordant.web.serving import listen  # noqa: E402
from concordant.web.smart.keys import read_key  # noqa: E402

LOADING, CLIENT = "token-of-whoever-loads", "concordant"
VIEW = "/cds-services/concordant-patient-view"


def free_port() -> int:
    with listen("127.0.0.1", 0) as one:
        return int(one.getsockname()[1])


@contextmanager
def running(name: str, command: list[str], address: str, folder: Path) -> Iterator[None]:
    """A server of its own, from when it answers until the end; its log stands in the folder."""
    with (folder / f"{name}.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(address)
            yield
        finally:
            server.terminate()
            server.wait(30)


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            ask(address)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


def ask(address: str, body: Any = None, method: str = "", **headers: str) -> tuple[int, Any]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    data = None if body is None else json.dumps(body)
    told = {**headers, **({"Content-Type": "application/fhir+json"} if data else {})}
    connection.request(
        method or ("POST" if data else "GET"), f"{parts.path}{f'?{parts.query}' if parts.query else ''}", data, told
    )
    answer = connection.getresponse()
    content = answer.read()
    try:
        return answer.status, json.loads(content)
    except ValueError:
        return answer.status, content.decode(errors="replace")


def write_settings(folder: Path, base: str, port: int) -> None:
    """The settings of the foreign server; JSON is YAML."""
    key = jwk.ECKey.generate_key("P-384")
    (folder / "key.pem").write_bytes(key.as_pem(private=True))
    public = read_key(str(folder / "key.pem")).list_public()
    clients = [{"client_id": CLIENT, "jwks": public, "scopes": "system/*.read"}]
    told = {
        "base_url": base,
        "host": "127.0.0.1",
        "port": port,
        "data_dir": str(folder / "data"),
        "simulator": {"enabled": False},
        "validation": {"inbound": "off"},
        "server_auth": {"types": ["smart", "bearer"], "tokens": [LOADING], "smart_clients": clients},
    }
    (folder / "settings.yaml").write_text(json.dumps(told))


def load_story(base: str, story: dict[str, Any]) -> int:
    """Every resource of a bundle, under its own id."""
    told = {"Authorization": f"Bearer {LOADING}"}
    resources = [entry["resource"] for entry in story["entry"]]
    for one in sorted(resources, key=lambda one: one["resourceType"] != "Patient"):
        status, content = ask(f"{base}/{one['resourceType']}/{one['id']}", one, "PUT", **told)
        if status not in (200, 201):
            raise SystemExit(f"the foreign server refuses {one['resourceType']}/{one['id']}: {status} {str(content)[:300]}")
    return len(resources)


def main(sekmet: str) -> int:
    """Prints what was seen; 1 where the record that was read is not the one that was handed over."""
    port, ours = free_port(), free_port()
    base, here, story = f"http://127.0.0.1:{port}/fhir", f"http://127.0.0.1:{ours}", bundle(case("A03"))
    serve = [sys.executable, "-m", "concordant", "serve", "--port", str(ours), "--cds-open", "--cds-private"]
    serve += ["--fhir-server", base, "--smart-client", f"{base}={CLIENT}", "--smart-key", "key.pem"]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        write_settings(folder, base, port)
        program = Path(sekmet).resolve() if "/" in sekmet else sekmet
        stack.enter_context(running("foreign", [str(program), "serve", "--config", "settings.yaml"], f"{base}/metadata", folder))
        print(f"foreign server: {load_story(base, story)} resources taken in")
        print(f"without a token it answers {ask(f'{base}/Patient/p1')[0]}")
        stack.enter_context(running("ours", serve, f"{here}/healthz", folder))
        read = ask(f"{here}{VIEW}", call("patient-view", None, fhirServer=base))
        handed = ask(f"{here}{VIEW}", call("patient-view", prefetch_of(story)))
        same = [card["summary"] for card in read[1].get("cards", ())] == [card["summary"] for card in handed[1]["cards"]]
        print(f"nothing handed over: status {read[0]}, {[card['summary'] for card in read[1].get('cards', [])] or read[1]}")
        print("the card is the one of the record handed over" if same else f"ANOTHER CARD: {handed[1]['cards'][0]['summary']}")
        if not same:
            print((folder / "ours.log").read_text()[-2000:], (folder / "foreign.log").read_text()[-2000:])
    return 0 if same else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
