"""A small FHIR server that does what it is told: pages, lies, circles, HTML, redirects, slowness."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.web.cds.calls import Json, find, searchset

Answer = Callable[["Handler"], None]


class Double(ThreadingHTTPServer):
    """`answer` decides what is sent; `asked` are the addresses with their tokens."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/fhir"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Double

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization", "")))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client had enough
            self.server.answer(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    @property
    def search(self) -> str:
        """What is asked for, as a template has it."""
        return unquote(self.path.removeprefix("/fhir/"))

    def send(self, content: Any, kind: str = "application/fhir+json", status: int = 200, **headers: str) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def serve_bundle(bundle: Json, size: int = 0) -> Answer:
    """A server that has these resources, and hands them out in pages of some size."""
    resources = [entry["resource"] for entry in bundle["entry"]]

    def answer(handler: Handler) -> None:
        parts = urlsplit(handler.search)
        found = find(resources, handler.search.partition("&_page")[0])
        if "?" not in handler.search:
            handler.send(found[0] if found else {"resourceType": "OperationOutcome"}, status=200 if found else 404)
            return
        page = int(parse_qs(parts.query).get("_page", ["0"])[0])
        told = searchset(found)
        if size:
            told["entry"] = told["entry"][page * size : (page + 1) * size]
            if (page + 1) * size < len(found):
                address = f"{handler.server.base}/{handler.path.removeprefix('/fhir/').partition('&_page')[0]}&_page={page + 1}"
                told["link"] = [{"relation": "next", "url": address}]
        handler.send(told)

    return answer


@contextmanager
def doubling(answer: Answer) -> Iterator[Double]:
    server = Double(answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)
