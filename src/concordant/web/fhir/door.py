"""The routes of FHIR: what the service can do, definitions read and searched, `$apply`; behind the tokens of CDS Hooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from concordant.api import Engine
from concordant.api.fhir import ApplyQuestion, Definitions, apply_plan, list_definitions
from concordant.present.fhir.frame import Resource
from concordant.web.cds.door import CdsDoor, Handler
from concordant.web.fhir.capability import PLAN, make_capability
from concordant.web.fhir.formats import check_formats, is_strict, tell_problem, write_fhir
from concordant.web.fhir.parameters import ApplyCall, read_call
from concordant.web.fhir.searching import search_definitions
from concordant.web.limits import read_body
from concordant.web.problems import Problem

PATH = "/fhir"
APPLY = "/$apply"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Guard = Callable[[Handler, Callable[[Problem], Response]], Handler]
Call = Callable[[Request], Awaitable[Response]]


@dataclass
class FhirDoor:
    """Answers FHIR with the engine, the limits and the tokens of CDS Hooks."""

    cds: CdsDoor
    _kept: dict[dt.date, Definitions] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """What answers."""
        return self.cds.engine

    @property
    def base(self) -> str:
        """The address of the service."""
        return f"{self.cds.settings.base}{PATH}"

    def list_routes(self, guard: Guard) -> list[Route]:
        """The routes; all but the statement of what the service can do want a token."""

        def route(path: str, methods: list[str], handler: Call, *, is_open: bool = False) -> Route:
            checked = handler if is_open else self.cds.check(handler)
            shared = self.cds.share(guard(self._check_first(checked), tell_problem))
            return Route(f"{PATH}{path}", shared, methods=[*methods, "OPTIONS"])

        return [
            route("/metadata", ["GET"], self.show_capability, is_open=True),
            route(f"/{PLAN}{APPLY}", ["POST"], self.apply),
            route(f"/{PLAN}/{{id}}{APPLY}", ["POST"], self.apply),
            route("/{kind}", ["GET"], self.search),
            route("/{kind}/{id}", ["GET"], self.read),
            route("/{rest:path}", METHODS, self.refuse, is_open=True),
        ]

    def _check_first(self, handler: Handler) -> Handler:
        """The handler for a request that can be answered in its format."""

        async def checked(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204)
            check_formats(request)
            return await handler(request)

        return checked

    # -- definitions -------------------------------------------------------------------------------

    async def show_capability(self, request: Request) -> Response:
        """What the service can do."""
        today = self.cds.get_today()
        return write_fhir(request, make_capability(self.base, today, await self._get_definitions()))

    async def read(self, request: Request) -> Response:
        """One definition."""
        found = await self._get_kind(request)
        one = next((one for one in found if one["id"] == request.path_params["id"]), None)
        if one is None:
            raise Problem(404, "There is no such resource", f"{PATH}/{request.path_params['kind']} lists those that there are.")
        return write_fhir(request, one)

    async def search(self, request: Request) -> Response:
        """The definitions of a kind, or those of them that are asked for."""
        found = await self._get_kind(request)
        query = list(request.query_params.multi_items())
        address = f"{self.base}/{request.path_params['kind']}"
        return write_fhir(request, search_definitions(found, query, address, strict=is_strict(request)))

    async def _get_kind(self, request: Request) -> list[Resource]:
        found = (await self._get_definitions()).get(request.path_params["kind"])
        if found is None:
            raise Problem(404, "There are no such resources", f"{PATH}/metadata lists the kinds that there are.")
        return found

    async def _get_definitions(self) -> Definitions:
        """The definitions of today, made once a day."""
        today = self.cds.get_today()
        if today not in self._kept:
            made = await self.cds.work(list_definitions, self.engine, self.base, today)
            self._kept.clear()
            self._kept[today] = made
        return self._kept[today]

    # -- $apply ------------------------------------------------------------------------------------

    async def apply(self, request: Request) -> Response:
        """The plan of care of a patient."""
        call = read_call(await read_body(request, self.cds.limits), request.query_params)
        plan = _find_plan((await self._get_definitions()).get(PLAN, []), request.path_params.get("id", ""), call)
        question = ApplyQuestion(plan["id"], call.patient, call.data, self.base, call.as_of, call.missing)
        keep = partial(self.cds.keeper.keep_plan, path=f"{PATH}/{PLAN}{APPLY}")
        made: Resource = await self.cds.work(apply_plan, self.engine, question, self.cds.get_today(), keep)
        return write_fhir(request, made)

    async def refuse(self, request: Request) -> Response:
        """What is said where there is nothing, or nothing of this kind."""
        applied = request.url.path.endswith(APPLY)
        if applied or request.method != "GET":
            allowed = "POST" if applied else "GET"
            raise Problem(405, "Not in this way", f"Ask with {allowed}.", headers={"Allow": allowed})
        raise Problem(404, "There is nothing here", f"{PATH}/metadata tells what there is.")


def _find_plan(plans: list[Resource], id_: str, call: ApplyCall) -> dict[str, Any]:
    """The plan that is asked for, by its place or by its name. Raises Problem where there is none."""
    if bool(id_) == bool(call.url):
        detail = (
            "The address names the plan: leave `url` out." if id_ else "Name the plan by its `url`, or apply PlanDefinition/ID."
        )
        raise Problem(400, "Which plan is meant", detail)
    found = next((one for one in plans if one["id"] == id_ or one["url"] == call.url), None)
    if found is None:
        raise Problem(404, "There is no such plan", f"{PATH}/{PLAN} lists those that there are.")
    if call.version not in ("", found["version"]):
        raise Problem(404, "There is no such version of this plan", f"Its version is {found['version']}.")
    return found
