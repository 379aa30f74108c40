"""Calls of the tools as an assistant makes them, and its answers with the words of the record put back."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import msgspec

from concordant.assistant.server import AssistantServer
from concordant.assistant.tools import TOOLS, ToolFailure, run_tool
from mcp import Client
from tests.web.form import BUILDER

Json = dict[str, Any]
ENGINE = BUILDER.engine
TODAY = dt.date(2022, 9, 20)  # as `tests.shipped` has it
POINTER = re.compile("‹(\\d+)›")


def call(name: str, **sent: Any) -> Json:
    """The answer of a tool as it goes over the wire. Raises ToolFailure."""
    told: Json = msgspec.json.decode(msgspec.json.encode(run_tool(ENGINE, name, sent, TODAY)))
    return told


def refusal(name: str, **sent: Any) -> str:
    """What is told in place of an answer."""
    try:
        told = call(name, **sent)
    except ToolFailure as failure:
        return str(failure)
    raise AssertionError(f"{name} answered {str(told)[:200]}")


def length(told: Json) -> int:
    return len(json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def texts(value: Any) -> Iterator[str]:
    """Every text of an answer outside of what is quoted."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "quoted_from_record":
                yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def put_back(told: Json) -> Json:
    """The answer with the words of the record where the pointers stand."""
    quoted = {str(one["n"]): one["quoted_from_record"] for one in told.get("record_words", ())}

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return POINTER.sub(lambda met: quoted[met[1]], value)
        if isinstance(value, dict):
            return {key: fill(one) for key, one in value.items()}
        return [fill(one) for one in value] if isinstance(value, list) else value

    return {key: fill(one) for key, one in told.items() if key not in ("record_words", "reminder")}


def run(work: Callable[..., Awaitable[Any]], *given: Any) -> Any:
    return anyio.run(work, *given)


@asynccontextmanager
async def in_memory(mode: str = "legacy", **limits: Any) -> AsyncIterator[Client]:
    """The SDK's client, connected to the server in this process."""
    async with Client(AssistantServer(ENGINE, lambda: TODAY, **limits).make_server(), mode=mode) as client:
        yield client


NAMES = list(TOOLS)
