"""The tools over MCP, by the official SDK: lists them, calls them within the limits, and tells errors in words."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import anyio
import msgspec
from anyio import to_thread
from mcp.server.lowlevel.server import Server
from mcp.types import CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations

from concordant.api import Engine
from concordant.assistant.tools import TOOLS, ToolFailure, make_input_schema, make_schema, run_tool
from concordant.assistant.words import DESCRIPTIONS, INSTRUCTIONS, TITLES
from concordant.version import __version__

NAME = "concordant"
AT_ONCE, MOST_WAITING = 8, 200
SECONDS = 60.0
TOO_SLOW = "This took too long and was left. Send a shorter record: the part about the cancer, its treatment and its tests."
TOO_MANY = "Too many questions at once. Ask again in a few seconds."
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


@dataclass
class AssistantServer:
    """Answers assistants with one engine. It keeps nothing of what it was asked."""

    engine: Engine
    get_today: Callable[[], dt.date]
    seconds: float = SECONDS
    most_waiting: int = MOST_WAITING
    _waiting: int = field(default=0, init=False)

    @cached_property
    def limiter(self) -> anyio.CapacityLimiter:
        """How many questions are worked on at once."""
        return anyio.CapacityLimiter(AT_ONCE)

    @cached_property
    def tools(self) -> list[Tool]:
        """The tools as they are listed."""
        return [
            Tool(
                name=name,
                title=TITLES[name],
                description=DESCRIPTIONS[name],
                input_schema=make_input_schema(name, self.engine.knowledge),
                output_schema=make_schema(tool.answer),
                annotations=READ_ONLY,
            )
            for name, tool in TOOLS.items()
        ]

    def make_server(self) -> Server[Any]:
        """The server of the SDK, which speaks the protocol."""
        logging.getLogger("mcp").setLevel(logging.CRITICAL)  # its warnings may hold what was sent
        return Server(
            NAME,
            title="Concordant",
            version=__version__,
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
        )

    async def _list_tools(self, _context: Any, _params: Any) -> ListToolsResult:
        return ListToolsResult(tools=self.tools)

    async def _call_tool(self, _context: Any, params: Any) -> CallToolResult:
        try:
            told = await self._work(params.name, params.arguments or {})
        except ToolFailure as failure:
            return CallToolResult(content=[TextContent(type="text", text=str(failure))], is_error=True)
        return CallToolResult(content=[TextContent(type="text", text=told)], structured_content=json.loads(told))

    async def _work(self, name: str, sent: dict[str, Any]) -> str:
        """The answer as JSON. Raises ToolFailure, also for what waits or works too long."""
        if self._waiting >= self.most_waiting:
            raise ToolFailure(TOO_MANY)
        self._waiting += 1
        try:
            with anyio.fail_after(self.seconds):
                return await to_thread.run_sync(self._answer, name, sent, abandon_on_cancel=True, limiter=self.limiter)
        except TimeoutError:
            raise ToolFailure(TOO_SLOW) from None
        finally:
            self._waiting -= 1

    def _answer(self, name: str, sent: dict[str, Any]) -> str:
        return msgspec.json.encode(run_tool(self.engine, name, sent, self.get_today())).decode()
