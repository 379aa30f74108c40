"""Runs the server: on standard input and output for the program that started it, or over HTTP on this machine."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence

import anyio
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette

from concordant.api import Engine
from concordant.assistant.patients import MOST_BYTES
from concordant.assistant.server import AssistantServer
from concordant.listening import listen, make_config, run_server, write_host

PATH = "/mcp"
HERE = ("127.0.0.1", "localhost", "[::1]")
MOST_OF_BODY = MOST_BYTES + 100_000  # the record, and what is asked of it


def serve_stdio(engine: Engine, get_today: Callable[[], dt.date]) -> None:
    """Answer the program that started this one, until it closes standard input."""
    anyio.run(_run_stdio, AssistantServer(engine, get_today))


async def _run_stdio(assistant: AssistantServer) -> None:
    server = assistant.make_server()
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def serve_http(engine: Engine, get_today: Callable[[], dt.date], host: str, port: int, names: Sequence[str] = ()) -> None:
    """Answer over HTTP until the process is told to stop. Raises Unreadable for an address that cannot be had."""
    listening = listen(host, port)
    app = make_http_app(AssistantServer(engine, get_today), [write_host(host), *names])
    address = f"http://{write_host(host)}:{listening.getsockname()[1]}{PATH}"
    print(f"Concordant answers assistants at {address}\nCtrl-C ends it. Nothing is stored.", file=sys.stderr, flush=True)  # noqa: T201
    run_server(make_config(app), listening)


def make_http_app(assistant: AssistantServer, names: Sequence[str] = ()) -> Starlette:
    """The application. It answers only under names of its own, so that no page from elsewhere reaches it under another."""
    hosts = list(dict.fromkeys([*HERE, *names]))
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[form for host in hosts for form in (host, f"{host}:*")],
        allowed_origins=[f"{scheme}://{host}{port}" for scheme in ("http", "https") for host in hosts for port in ("", ":*")],
    )
    return assistant.make_server().streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=MOST_OF_BODY,
        transport_security=security,
    )
