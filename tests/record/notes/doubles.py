"""Doubles of a language model: small servers on this machine that answer as they are told to."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Proposed = Sequence[tuple[str, str, str]]
Answer = Callable[[socket.socket], None]


def write_proposals(proposed: Proposed) -> str:
    """What a model writes."""
    entries = [{"fact": fact, "value": value, "quote": quote} for fact, value, quote in proposed]
    return json.dumps({"proposals": entries})


def write_completion(content: object) -> bytes:
    """What its server answers."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def write_response(body: bytes, *, status: str = "200 OK", type_: str = "application/json", more: str = "") -> bytes:
    """The same as HTTP."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {type_}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def proposing(proposed: Proposed) -> Answer:
    """A double that proposes these."""
    return sending(write_response(write_completion(write_proposals(proposed))))


def sending(data: bytes) -> Answer:
    """A double that sends these bytes, and ends."""
    return lambda connection: connection.sendall(data)


@dataclass
class Double:
    """Where a double listens, and the requests that it got."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        """As it is given on the command line."""
        return f"http://127.0.0.1:{self.port}/v1"


@contextmanager
def serve(answer: Answer) -> Iterator[Double]:
    """A double that gives this answer to every request, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        double = Double(listening.getsockname()[1])
        thread = threading.Thread(target=_run, args=(listening, answer, double), daemon=True)
        thread.start()
        yield double
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _run(listening: socket.socket, answer: Answer, double: Double) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                double.requests.append(_read_request(connection))
                answer(connection)


def _read_request(connection: socket.socket) -> bytes:
    """A request with all of its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
