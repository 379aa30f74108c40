"""The routes of CDS Hooks: discovery, a service for each hook, feedback, and who may ask through a browser."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from concordant.api import Engine
from concordant.api.cards import CardQuestion, list_override_codes, list_prefetch, make_cards
from concordant.present.cards.card import Card, CardList
from concordant.web.cds.feedback import FeedbackBook
from concordant.web.cds.fetching import GatheredRecord, RecordFetcher
from concordant.web.cds.hooks import HOOKS, PATH, SERVICE_HOOKS, name_service
from concordant.web.cds.outbound import Outbound
from concordant.web.cds.requests import PATIENT_VIEW, FeedbackList, HookRequest, decode_body, decode_hook
from concordant.web.cds.settings import CdsSettings
from concordant.web.cds.tokens import TokenGate
from concordant.web.limits import Limits, read_body
from concordant.web.problems import Problem
from concordant.web.recording import WebKeeper, asked_by
from concordant.web.watch import Meter

FETCHING_AT_ONCE = 16
Handler = Callable[[Request], Awaitable[Response]]
Work = Callable[..., Awaitable[Any]]
REQUIREMENTS = (
    "FHIR R4. The prefetch suffices. What is missing of it is fetched from `fhirServer`, where this service may ask that; "
    "what is missing then leaves the answer open, and the card says so. Results are asked for by their codes, so that one under "
    "another code is not seen."
)


@dataclass
class CdsDoor:
    """Answers CDS Hooks with one engine. `work` runs what takes its time beside other requests."""

    engine: Engine
    settings: CdsSettings
    limits: Limits
    work: Work
    get_today: Callable[[], dt.date]
    meter: Meter = field(default_factory=Meter)
    get_now: Callable[[], float] = time.time
    keeper: WebKeeper = field(default_factory=WebKeeper)
    _fetching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FETCHING_AT_ONCE))

    @cached_property
    def outbound(self) -> Outbound:
        """What asks other servers."""
        return Outbound(private=self.settings.private, insecure=self.settings.is_open)

    @cached_property
    def tokens(self) -> TokenGate:
        """Who may ask."""
        return TokenGate(self.settings, self.outbound, self.get_now)

    @cached_property
    def fetcher(self) -> RecordFetcher:
        """What completes a record."""
        return RecordFetcher(self.settings, self.outbound, list_prefetch(self.engine))

    @cached_property
    def book(self) -> FeedbackBook:
        """What became of cards."""
        return FeedbackBook(list_override_codes(self.engine), self.meter)

    def list_routes(self, guard: Callable[[Handler], Handler]) -> list[Route]:
        """The routes, each guarded and open to the pages that are allowed."""

        def route(path: str, methods: list[str], handler: Handler) -> Route:
            return Route(path, self.share(guard(self.check(handler))), methods=[*methods, "OPTIONS"])

        return [
            route(PATH, ["GET"], self.discover),
            route(f"{PATH}/{{id}}", ["POST"], self.answer),
            route(f"{PATH}/{{id}}/feedback", ["GET", "POST"], self.take_feedback),
        ]

    # -- what is answered --------------------------------------------------------------------------

    async def discover(self, _: Request) -> Response:
        """Which services there are, and what each wants to know."""
        return _make_json({"services": self.services})

    @cached_property
    def services(self) -> list[dict[str, object]]:
        """The services as discovery lists them."""
        return [
            {
                "hook": hook,
                "id": name_service(hook),
                "title": "Concordant",
                "description": says,
                "prefetch": dict(self.fetcher.searches),
                "usageRequirements": REQUIREMENTS,
            }
            for hook, says in HOOKS.items()
        ]

    async def answer(self, request: Request) -> Response:
        """The cards for one call."""
        hook = _find_hook(request)
        asked = decode_hook(await read_body(request, self.limits), hook)
        record = await self.gather(asked)
        question = CardQuestion(
            asked.context.patientId,
            record.resources,
            self.settings.base,
            asked.hookInstance,
            record.missing,
            b"" if hook == PATIENT_VIEW else bytes(asked.context.draftOrders),
            _list_selected(asked),
        )
        if asked.context.userId:
            asked_by.set(self.keeper.read_name(asked.context.userId))
        today = self.get_today()
        keep = partial(self.keeper.keep_hook, question, hook, today)
        cards: tuple[Card, ...] = await self.work(make_cards, self.engine, question, today, keep)
        self.book.remember_cards(cards)
        return _make_json(CardList(cards=cards))

    async def gather(self, asked: HookRequest) -> GatheredRecord:
        """The record of a call, as far as it can be had."""
        async with self._fetching:
            return await to_thread.run_sync(self.fetcher.gather_record, asked)

    async def take_feedback(self, request: Request) -> Response:
        """Count what became of cards; asked with GET, the counts."""
        _find_hook(request)
        service = request.path_params["id"]
        if request.method == "GET":
            return _make_json(self.book.list_counts(service))
        told = decode_body(await read_body(request, self.limits), FeedbackList)
        self.book.count_items(service, told.feedback)
        return _make_json({})

    # -- who may ask -------------------------------------------------------------------------------

    def check(self, handler: Handler) -> Handler:
        """The handler behind the token of the client."""

        async def checked(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204)
            header, path = request.headers.get("authorization", ""), request.url.path
            await to_thread.run_sync(partial(self.tokens.check_token, header, path))
            return await handler(request)

        return checked

    def share(self, handler: Handler) -> Handler:
        """The handler with the headers by which a browser lets the pages of allowed origins ask."""

        async def shared(request: Request) -> Response:
            response = await handler(request)
            response.headers["Vary"] = "Origin"
            origin = request.headers.get("origin", "")
            if origin and (origin in self.settings.origins or self.settings.is_open):
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Allow-Methods"] = "GET, POST"
                response.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
                response.headers["Access-Control-Max-Age"] = "600"
                response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return response

        return shared


def _find_hook(request: Request) -> str:
    hook = SERVICE_HOOKS.get(request.path_params["id"])
    if hook is None:
        raise Problem(404, "There is no such service", f"{PATH} lists them.")
    return hook


def _list_selected(asked: HookRequest) -> tuple[str, ...]:
    return tuple(asked.context.selections)


def _make_json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
