"""The one way to a port: a socket at an address, a server that stops without dropping what it is answering, and connections that
end after some seconds when no request is told on them, whatever trickles in.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from concordant.errors import Complaint, Unreadable

GRACE = 20  # seconds in which what is being answered may end
HEAD_SECONDS = 10.0  # from the first byte, or from the opening, until the whole head of a request is there
KEEP_ALIVE = 15  # seconds for which an idle connection is kept


def listen(host: str, port: int) -> socket.socket:
    """A socket at the address; port 0 takes any that is free. Raises Unreadable for one that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or "it is no port"
        way_out = "Choose another port, or 0 for any that is free"
        raise Unreadable(Complaint(f"the address cannot be used: {reason}", f"{host}:{port}", way_out=way_out)) from None
    return listening


def write_host(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def make_config(app: Any) -> uvicorn.Config:
    """How connections are kept, and left."""
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEEP_ALIVE,
    )


def run_server(config: uvicorn.Config, listening: socket.socket) -> None:
    """Answer until a signal comes; what is being answered then may end."""
    _Server(config).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Ends by a signal as by its own will: uvicorn would raise it once more, and die of it without a last word."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that end it, until it has ended."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class ImpatientProtocol(H11Protocol):
    """A connection as uvicorn has it, that does not wait for ever for the head of a request."""

    _leaving: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Opened: the first head has to come."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Something came: if it was the end of a head, there is time again."""
        super().data_received(data)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._leaving is None:
            self._leaving = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
