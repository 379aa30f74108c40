"""The application behind a real socket, and the smallest client that asks it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from concordant.listening import listen
from concordant.web.app import make_app
from concordant.web.cds.settings import CdsSettings
from concordant.web.limits import Limits
from concordant.web.recording import WebKeeper
from concordant.web.serving import configure_server
from concordant.web.watch import Watch
from tests.web.form import BUILDER, TODAY

FREE = Limits(rate=1e9, burst=10**9)


@contextmanager
def running(
    limits: Limits = FREE,
    cds: CdsSettings | None = None,
    watch: Watch | None = None,
    port: int = 0,
    keeper: WebKeeper | None = None,
) -> Iterator[int]:
    """The port of a server that answers with the shipped knowledge as of a fixed day."""
    listening = listen("127.0.0.1", port)
    app = make_app(BUILDER.engine, limits=limits, get_today=lambda: TODAY, cds=cds, watch=watch, keeper=keeper)
    server = uvicorn.Server(configure_server(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(20)


def ask(port: int, path: str, body: Any = None, *, method: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request; a body that is no bytes is sent as JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method or ("GET" if body is None else "POST"), path, data, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, content
