"""The application: the page at `/`, what is taken along from `/out/…`, the JSON API beside it. It has no state but its limits."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from anyio import to_thread
from jinja2 import Environment
from python_multipart.exceptions import MultipartParseError
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from concordant.api import Engine
from concordant.errors import ConcordantError
from concordant.library import FOLDER
from concordant.texts import read_file
from concordant.version import __version__
from concordant.web.auditing import render_audit_page
from concordant.web.cds.settings import CdsSettings
from concordant.web.fields import Fields
from concordant.web.limits import Gate, Limits, read_body
from concordant.web.log import log_failure, log_request
from concordant.web.openapi import build_openapi
from concordant.web.outputs import make_output
from concordant.web.pages import PageBuilder, Upload
from concordant.web.problems import Problem, make_problem
from concordant.web.recording import WebKeeper, asked_by
from concordant.web.requests import Health
from concordant.web.service import SERVICES, Desk, decode_question
from concordant.web.static_files import send_answer_css, send_audit_css
from concordant.web.views import make_environment, render_page
from concordant.web.watch import Watch

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LOCAL = ("127.0.0.1", "localhost", "[::1]")
MOST_FIELDS, MOST_FILES = 20_000, 2
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Application:
    """What every request needs: an engine, the templates, the limits, and who says which day it is.

    With `cds` it answers CDS Hooks and FHIR; `watch` is who counts and traces.
    """

    engine: Engine
    limits: Limits
    get_today: Callable[[], dt.date]
    local: bool = False
    cds: CdsSettings | None = None
    watch: Watch = field(default_factory=Watch)
    keeper: WebKeeper = field(default_factory=WebKeeper)
    environment: Environment = field(default_factory=make_environment)

    @property
    def launches(self) -> bool:
        """Whether a record may be loaded from a server."""
        return self.cds is not None and bool(self.cds.smart.apps)

    @cached_property
    def gate(self) -> Gate:
        """Who may come in."""
        return Gate(self.limits)

    @cached_property
    def builder(self) -> PageBuilder:
        """What makes the pages."""
        return PageBuilder(self.engine)

    @cached_property
    def examples(self) -> list[tuple[str, str]]:
        """The stories that are shown to begin with, by name."""
        files = sorted((FOLDER / "stories").glob("*.yaml"))
        return [(path.stem, str(read_file(path).value.get("name", path.stem))) for path in files]

    # -- the page --------------------------------------------------------------------------------------

    async def show_page(self, request: Request) -> Response:
        """The empty page, or after a form was sent what it answers."""
        if request.method != "POST":
            return await self._render(_read_address(request), None, whole=True)
        fields, upload = await self._read_form(request)
        return await self._render(fields, upload, whole="hx-request" not in request.headers)

    async def show_audit(self, request: Request) -> Response:
        """The page for a written answer, empty or with its verdicts."""
        sent = request.method == "POST"
        fields, upload = await self._read_form(request) if sent else (_read_address(request), None)
        return HTMLResponse(await self._work(self._make_audit, fields, upload))

    def _make_audit(self, fields: Fields, upload: Upload | None) -> str:
        return render_audit_page(self.engine, fields, upload, self.get_today(), self.environment, local=self.local)

    async def send_output(self, request: Request) -> Response:
        """The answer of the form as a file."""
        fields, _ = await self._read_form(request)
        made: Response = await self._work(
            make_output, self.builder, request.path_params["kind"], fields, self.get_today(), self.keeper
        )
        return made

    async def show_record(self, upload: Upload) -> Response:
        """The page with a record that was launched."""
        return HTMLResponse(await self._work(self._make_page, {}, upload, True))

    async def _render(self, fields: Fields, upload: Upload | None, *, whole: bool) -> Response:
        html = await self._work(self._make_page, fields, upload, whole)
        return HTMLResponse(html)

    def _make_page(self, fields: Fields, upload: Upload | None, whole: bool) -> str:
        today = self.get_today()
        page = self.builder.build_page(fields, today, upload)
        self.keeper.keep_page(page, today)
        told = {"local": self.local, "launches": self.launches, "recorded": self.keeper.record is not None}
        return render_page(page, self.environment, whole=whole, examples=self.examples, **told)

    async def _read_form(self, request: Request) -> tuple[Fields, Upload | None]:
        """The fields of the form, and the record that came with it."""
        body = await read_body(request, self.limits)
        request._body = body  # what was read under the limits is what is parsed
        try:
            form = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=self.limits.most_bytes)
        except (MultiPartException, MultipartParseError, HTTPException):
            raise Problem(400, "This is no form", "Open the page anew and send it again.") from None
        fields: dict[str, list[str]] = {}
        upload = None
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                fields.setdefault(name, []).append(value)
            elif value.filename:
                upload = Upload(await value.read(), value.filename)
        return fields, upload or self._find_upload(fields)

    def _find_upload(self, fields: dict[str, list[str]]) -> Upload | None:
        """A text that was pasted, or an example that was asked for."""
        pasted = "".join(fields.pop("paste", ()))
        if pasted.strip():
            return Upload(pasted.encode(errors="replace"), "the pasted text", is_file=False)
        wanted = fields.pop("example", [""])[-1]
        if any(name == wanted for name, _ in self.examples):
            return Upload((FOLDER / "stories" / f"{wanted}.yaml").read_bytes(), wanted)
        return None

    # -- the JSON API ----------------------------------------------------------------------------------

    def serve_question(self, path: str) -> Handler:
        """The handler of one path of the JSON API."""
        kind, service, _ = SERVICES[path]

        async def handle(request: Request) -> Response:
            question = decode_question(await read_body(request, self.limits), kind)
            found = await self._work(service, Desk(self.engine, self.get_today(), self.keeper), question)
            return make_json(found)

        return handle

    async def describe_health(self, _: Request) -> Response:
        """Whether the server runs; it is ready when it answers, because the knowledge is loaded before."""
        return make_json(Health("ok", __version__, self.engine.knowledge.digest))

    async def describe_api(self, _: Request) -> Response:
        """The OpenAPI description."""
        return make_json(self.openapi)

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """The description of the API, with the first story as its example."""
        case = read_file(FOLDER / "stories" / f"{self.examples[0][0]}.yaml").value
        told = {key: value for key, value in case.items() if key != "because"}
        return build_openapi(told, hooks=self.cds is not None)

    async def _work(self, function: Callable[..., Any], *args: Any) -> Any:
        """Work that takes its time, beside other requests and never more at once than is allowed."""
        async with self.gate:
            return await to_thread.run_sync(function, *args)

    # -- around every request --------------------------------------------------------------------------

    def guard(self, handler: Handler, tell: Callable[[Problem], Response] = Problem.to_response) -> Handler:
        """Counts the request, turns errors into words (`tell` writes them), adds the headers, and writes one line of log that
        tells of no patient.
        """

        async def guarded(request: Request) -> Response:
            started, route = time.perf_counter(), getattr(request.scope.get("route"), "path", "-")
            asked_by.set(self.keeper.read_name(request.headers.get(self.keeper.header, "")) if self.keeper.header else "")
            with self.watch.tracer.trace_request(request.method, route, request.headers.get("traceparent", "")) as end_span:
                response = await self._answer(handler, request, tell)
                end_span(response.status_code)
            response.headers.update(HEADERS)
            seconds = time.perf_counter() - started
            self.watch.meter.count_request(request.method, route, response.status_code, seconds)
            if not self.local:
                log_request(request.method, route, response.status_code, seconds)
            return response

        return guarded

    async def _answer(self, handler: Handler, request: Request, tell: Callable[[Problem], Response]) -> Response:
        try:
            self.gate.count_request(request.client.host if request.client else "")
            return await handler(request)
        except Problem as problem:
            return tell(problem)
        except ConcordantError as error:
            return tell(make_problem(error))
        except Exception as error:
            log_failure(error)
            return tell(Problem(500, "A mistake of the program", "It was written to the log, without anything of the patient."))


def make_json(value: object) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def make_app(
    engine: Engine,
    *,
    limits: Limits | None = None,
    get_today: Callable[[], dt.date] = dt.date.today,
    hosts: Sequence[str] = LOCAL,
    local: bool = False,
    cds: CdsSettings | None = None,
    watch: Watch | None = None,
    keeper: WebKeeper | None = None,
) -> Starlette:
    """The application for one engine; `local` is that of one person at this machine, who needs no log. With `cds` it answers CDS
    Hooks and FHIR. `keeper` keeps every answer before it is sent.

    It answers only under the names of `hosts`: a page from elsewhere cannot reach it under another.
    """
    app = Application(engine, limits or Limits(), get_today, local, cds, watch or Watch(), keeper or WebKeeper())
    routes = [
        Route("/", app.guard(app.show_page), methods=["GET", "POST"]),
        Route("/audit", app.guard(app.show_audit), methods=["GET", "POST"]),
        Route("/out/{kind}", app.guard(app.send_output), methods=["POST"]),
        *(Route(path, app.guard(app.serve_question(path)), methods=["POST"]) for path in SERVICES),
        *(make_cds_routes(app, cds) if cds is not None else ()),
        Route("/openapi.json", app.guard(app.describe_api)),
        Route("/healthz", app.guard(app.describe_health)),
        Route("/readyz", app.guard(app.describe_health)),
        Route("/static/answer.css", app.guard(send_answer_css)),
        Route("/static/audit.css", app.guard(send_audit_css)),
        Mount("/static", StaticFiles(packages=[("concordant.web", "static")])),
    ]
    middleware = [Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))]
    return Starlette(routes=routes, middleware=middleware, exception_handlers={404: _tell_missing, 405: _tell_missing})


def make_cds_routes(app: Application, cds: CdsSettings) -> list[Route]:
    """The routes of CDS Hooks and FHIR, and of SMART where it is configured."""
    from concordant.web.cds.door import CdsDoor
    from concordant.web.fhir.door import FhirDoor
    from concordant.web.smart.door import SmartDoor

    door = CdsDoor(app.engine, cds, app.limits, app._work, app.get_today, app.watch.meter, keeper=app.keeper)
    smart = SmartDoor(cds, door.outbound, door.fetcher.tokens.kinds, door.gather, app.show_record, app.environment)
    return [*door.list_routes(app.guard), *FhirDoor(door).list_routes(app.guard), *smart.list_routes(app.guard)]


def _read_address(request: Request) -> Fields:
    """The language, which is all that an address may hold."""
    return {"lang": [request.query_params["lang"]]} if "lang" in request.query_params else {}


async def _tell_missing(request: Request, error: Exception) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", "") and getattr(error, "status_code", 0) == 405:
        return RedirectResponse("/")  # a page that was left by its address comes back empty
    status = getattr(error, "status_code", 404)
    title = "There is nothing here" if status == 404 else "Not in this way"
    response = Problem(status, title, "The page is at /, the description of the JSON API at /openapi.json.").to_response()
    response.headers.update({**(getattr(error, "headers", None) or {}), **HEADERS})  # which methods there are, where it knows
    return response
