"""The routes of SMART: our public keys, the launch of the page with a record, and the record itself."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
from anyio import to_thread
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from concordant.present.language import load_language
from concordant.web.cds.fetching import GatheredRecord, MissingRecord
from concordant.web.cds.outbound import Outbound
from concordant.web.cds.requests import PATIENT_VIEW, FhirAuthorization, HookContext, HookRequest
from concordant.web.cds.settings import CdsSettings
from concordant.web.pages import Upload, choose_language
from concordant.web.problems import Problem
from concordant.web.smart.launching import CALLBACK, LAUNCH_LIFE, Launcher, LaunchRefused
from concordant.web.smart.memory import OpenRecord, make_secret
from concordant.web.smart.whose import name_patient

LAUNCH, RECORD, KEYS = "/smart/launch", "/smart/record", "/.well-known/jwks.json"
COOKIE = "__Host-concordant"  # of this host alone, sent over TLS alone: no neighbour can put one there
BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")
Handler = Callable[[Request], Awaitable[Response]]
Gather = Callable[[HookRequest], Awaitable[GatheredRecord]]
ShowRecord = Callable[[Upload], Awaitable[Response]]


@dataclass
class SmartDoor:
    """Launches the page. `gather` reads a record as for CDS Hooks, `show_record` is the page with it."""

    settings: CdsSettings
    outbound: Outbound
    kinds: Sequence[str]
    gather: Gather
    show_record: ShowRecord
    environment: Environment

    @cached_property
    def launcher(self) -> Launcher:
        """What begins and ends launches."""
        return Launcher(self.settings.smart, self.outbound, self.settings.base, self.kinds)

    def list_routes(self, guard: Callable[[Handler], Handler]) -> list[Route]:
        """The routes of what is configured."""
        smart, routes = self.settings.smart, []
        if smart.key is not None:
            routes.append(Route(KEYS, guard(self.list_keys)))
        if smart.apps:
            handlers = {LAUNCH: self.begin, CALLBACK: self.come_back, RECORD: self.open_record}
            routes += [Route(path, guard(self._tell_refusals(handler))) for path, handler in handlers.items()]
        return routes

    async def list_keys(self, _: Request) -> Response:
        """The public half of the key that this service signs with."""
        key = self.settings.smart.key
        return Response(msgspec.json.encode(key.list_public() if key is not None else {}), media_type="application/json")

    async def begin(self, request: Request) -> Response:
        """Send the browser to where somebody signs in; without a server, the choice of one."""
        server, handle = _get_one(request, "iss"), _get_one(request, "launch")
        if not server:
            return self._render(request, 200)
        browser = _find_browser(request) or make_secret()
        where = await to_thread.run_sync(self.launcher.begin_launch, server, handle, browser)
        response = RedirectResponse(where, 303)
        _keep_browser(response, browser)
        return response

    async def come_back(self, request: Request) -> Response:
        """Take the code, and send the browser on to its record: neither code nor patient stays in an address."""
        state, code, issuer = (_get_one(request, name) for name in ("state", "code", "iss"))
        name = await to_thread.run_sync(self.launcher.end_launch, state, code, issuer, _find_browser(request))
        return RedirectResponse(f"{RECORD}?of={name}", 303)

    async def open_record(self, request: Request) -> Response:
        """The page with the record, read anew each time that it is opened."""
        record = self.launcher.find_record(_get_one(request, "of"), _find_browser(request))
        try:
            found = await self.gather(_ask_for(record))
        except MissingRecord as missing:
            raise LaunchRefused(f"Nothing can be said of this patient: {missing.why}.") from None
        except Problem:
            raise LaunchRefused("The server handed out another patient than the one that was chosen.") from None
        upload = Upload(
            found.resources, name_patient(found.resources, record.patient), patient=record.patient, missing=found.missing
        )
        return await self.show_record(upload)

    def _tell_refusals(self, handler: Handler) -> Handler:
        """The handler; what ends a launch is told on a page from which another one can be begun."""

        async def telling(request: Request) -> Response:
            try:
                return await handler(request)
            except LaunchRefused as why:
                return self._render(request, 403, str(why))

        return telling

    def _render(self, request: Request, status: int, problem: str = "") -> Response:
        language = load_language(choose_language(request.query_params.get("lang", "")))
        template = self.environment.get_template("launch.html")
        told = template.render(say=language.say, language=language, servers=list(self.settings.smart.apps), problem=problem)
        return HTMLResponse(told, status)


def _ask_for(record: OpenRecord) -> HookRequest:
    """The record as CDS Hooks would ask for it, with nothing handed over."""
    token = FhirAuthorization(record.token)
    return HookRequest(PATIENT_VIEW, "launch", HookContext(record.patient), record.server, token)


def _get_one(request: Request, name: str) -> str:
    """A parameter that may stand there once. Raises LaunchRefused for one that stands there more often."""
    found = request.query_params.getlist(name)
    if len(found) > 1:
        raise LaunchRefused("The address says two things at once.")
    return found[0] if found else ""


def _find_browser(request: Request) -> str:
    """What we call this browser; empty where it brings no name of ours."""
    told = request.cookies.get(COOKIE, "")
    return told if BROWSER.fullmatch(told) else ""


def _keep_browser(response: Response, browser: str) -> None:
    response.set_cookie(COOKIE, browser, max_age=int(2 * LAUNCH_LIFE), path="/", secure=True, httponly=True, samesite="lax")
