"""FHIR behind a socket: reads, searches, `$apply`; every error an OperationOutcome, with nothing of the patient in it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from concordant.web.limits import Limits
from tests.shipped import case, record_of
from tests.web.cds.calls import BASE, encode
from tests.web.cds.test_service import CLOSED, OPEN, SHAPES
from tests.web.cds.test_tokens import EC, sign
from tests.web.fhir.calls import APPLY, FHIR, PLAN, SENT, Json, applied, contained, parameters, response_of, told_as_fhir
from tests.web.serving import ask, running

NAME = "Mustermann"
PATH = case("A03")
DAY: Json = {"valueDate": "2022-10-24"}


def named(bundle: Json) -> Json:
    """The patient with a name, which no error may repeat."""
    told = json.loads(json.dumps(bundle))
    told["entry"][0]["resource"]["name"] = [{"family": NAME}]
    return told


WHOLE = named(told_as_fhir(PATH))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running(cds=OPEN) as one:
        yield one


@pytest.fixture(scope="module")
def closed() -> Iterator[int]:
    with running(cds=CLOSED) as one:
        yield one


def send(port: int, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Json]:
    sent = SENT if body is not None else {}
    status, got, content = ask(port, path, body, **{**sent, **headers})
    return status, got, json.loads(content)


# -- what there is ---------------------------------------------------------------------------------


def test_the_statement_of_what_it_can_do_names_what_it_does(port: int) -> None:
    status, headers, told = send(port, "/fhir/metadata")
    assert (status, headers["content-type"], told["fhirVersion"]) == (200, "application/fhir+json", "4.0.1")
    assert told["implementation"]["url"] == FHIR
    for resource in told["rest"][0]["resource"]:
        found = send(port, f"/fhir/{resource['type']}")[2]
        assert found["total"] == len(found["entry"]) > 0
        for entry in found["entry"][:3]:
            path = entry["fullUrl"].removeprefix(BASE)
            assert send(port, path)[2] == entry["resource"]
        for parameter in resource["searchParam"]:
            assert send(port, f"/fhir/{resource['type']}?{parameter['name']}=x", prefer="handling=strict")[0] == 200


def test_the_description_of_the_service_lists_its_routes(port: int) -> None:
    described = json.loads(ask(port, "/openapi.json")[2])["paths"]
    names = {"kind": "Questionnaire", "id": PLAN}
    fhir = {path: operations for path, operations in described.items() if path.startswith("/fhir")}
    assert len(fhir) == 5
    for path, operations in fhir.items():
        for method, operation in operations.items():
            assert [one["name"] for one in operation["parameters"]] == [name for name in names if f"{{{name}}}" in path]
            status, _, told = send(port, path.format(**names), parameters(WHOLE) if method == "post" else None)
            assert status == 200 or told["issue"][0]["diagnostics"].startswith("Which plan is meant")
    with running() as other:
        assert not [path for path in json.loads(ask(other, "/openapi.json")[2])["paths"] if path.startswith("/fhir")]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"url={FHIR}/PlanDefinition/{PLAN}", 1),
        (f"url={FHIR}/PlanDefinition/{PLAN}|0", 0),
        (f"identifier={PLAN}/2022", 1),
        (f"identifier={FHIR}/guidelines|{PLAN}/2022", 1),
        (f"identifier=https://other.example|{PLAN}/2022", 0),
        (f"_id={PLAN}", 1),
        (f"_id=other,{PLAN}", 1),
        ("title=systemic", 1),
        ("title=surgery", 0),
        ("colour=red", 1),
        ("_format=json&_pretty=true", 1),
    ],
)
def test_a_plan_is_found_by_its_names(port: int, query: str, count: int) -> None:
    status, _, found = send(port, f"/fhir/PlanDefinition?{query}")
    assert (status, found["type"], found["total"]) == (200, "searchset", count)
    assert ("entry" in found) == (count > 0)


def test_what_cannot_be_searched_for_is_refused_where_that_is_wanted(port: int) -> None:
    status, _, told = send(port, "/fhir/PlanDefinition?colour=red", prefer="handling=strict")
    assert (status, told["issue"][0]["diagnostics"]) == (
        400,
        "This cannot be searched for. There are _id, url, identifier, name, title.",
    )


# -- $apply ----------------------------------------------------------------------------------------


def test_every_way_to_ask_is_answered_alike(port: int) -> None:
    record = record_of(PATH)
    assert record is not None
    day, url = {"valueDate": record.as_of.isoformat()}, f"{FHIR}/PlanDefinition/{PLAN}"
    whole = {"resourceType": "PlanDefinition", "url": url}
    ways = [
        (APPLY, parameters(WHOLE, asOf=day)),
        (APPLY, parameters(WHOLE, subject="p1", asOf=day, encounter={"valueString": "Encounter/1"})),
        (APPLY, parameters(None, asOf=day, prefetchData={"part": [{"name": "data", "resource": WHOLE}]})),
        (f"{APPLY}?subject=Patient/p1&asOf={record.as_of}", WHOLE),
        ("/fhir/PlanDefinition/$apply", parameters(WHOLE, asOf=day, url={"valueUri": url})),
        ("/fhir/PlanDefinition/$apply", parameters(WHOLE, asOf=day, canonical={"valueCanonical": url})),
        ("/fhir/PlanDefinition/$apply", parameters(WHOLE, asOf=day, planDefinition={"resource": whole})),
        (f"/fhir/PlanDefinition/$apply?url={url}", parameters(WHOLE, asOf=day)),
    ]
    wanted = applied(PATH, WHOLE)
    for path, body in ways:
        status, headers, told = send(port, path, body)
        assert (status, headers["content-type"]) == (200, "application/fhir+json"), told
        assert told == wanted


def test_the_version_of_the_plan_is_the_one_that_is_read(port: int) -> None:
    plan = send(port, f"/fhir/PlanDefinition/{PLAN}")[2]
    told = send(port, APPLY, parameters(WHOLE, asOf=DAY, version={"valueString": plan["version"]}))[2]
    assert told["instantiatesCanonical"] == [f"{plan['url']}|{plan['version']}"]


def test_one_page_of_several_is_half_a_record(port: int) -> None:
    more = [{"relation": "next", "url": "https://fhir.example/next"}]
    page = {**WHOLE, "type": "searchset", "link": more}
    for body in (
        parameters(page, asOf=DAY),
        parameters({**page, "entry": [*page["entry"], {"resource": response_of({})}]}, asOf=DAY),
    ):
        told = send(port, APPLY, body)[2]
        assert contained(told, "MedicationRequest") == []
        messages = [one["diagnostics"] for one in contained(told, "OperationOutcome")[0]["issue"] if one["code"] == "incomplete"]
        assert "The data are one page of several, and no other page was handed over." in messages


def test_a_response_in_the_data_is_told(port: int) -> None:
    told = send(port, APPLY, parameters(WHOLE, asOf=DAY))[2]
    option = {"valueString": "> 3 x upper limit"}
    asked = next(one for one in contained(told, "Questionnaire")[0]["item"] if option in one.get("answerOption", ()))
    response = response_of({asked["linkId"]: option}, f"{FHIR}/Questionnaire/{PLAN}-missing")
    body = parameters(WHOLE, asOf=DAY)
    body["parameter"].append({"name": "data", "resource": response})
    assert send(port, APPLY, body)[2]["description"] != told["description"]


# -- what is wrong ---------------------------------------------------------------------------------

NO_DAY = "This is no day. Write `asOf` as 2022-09-20."
PARAMETERS = "canonical, url, planDefinition, version, subject, data, prefetchData, asOf"
NO_RECORD = "nothing in `data` is a record of the `subject`. Hand over the Patient and the resources about them as FHIR R4"
NOTHING = "There is nothing to apply it to. Hand over the patient's resources as a Bundle in `data`."
NO_RESOURCE = "There is no such resource. /fhir/Questionnaire lists those that there are."
NO_KIND = "There are no such resources. /fhir/metadata lists the kinds that there are."
NO_PLAN = "Which plan is meant. Name the plan by its `url`, or apply PlanDefinition/ID."
NO_CALL, NO_JSON = "This is no call of $apply. ", "This is not JSON. "
ONE_PATIENT = "It is applied to one patient. "
TYPE = "/fhir/PlanDefinition/$apply"
OTHER_PERSON = parameters(WHOLE, subject=f"Patient/{NAME}")
WRONG: dict[str, tuple[str, Any, int, str, str]] = {
    "nothing": (APPLY, b"", 422, "processing", NOTHING),
    "no JSON": (APPLY, b"{", 400, "invalid", NO_JSON + "Input data was truncated."),
    "a key twice": (APPLY, encode(parameters(WHOLE))[:-1] + b',"parameter":[]}', 400, "invalid", NO_JSON),
    "too deep": (APPLY, b'{"resourceType":"Parameters","parameter":[{"resource":' + b"[" * 100_000, 400, "invalid", NO_JSON),
    "a list": (APPLY, [], 400, "invalid", NO_CALL + "Expected `object`, got `array`."),
    "another resource": (
        APPLY,
        {"resourceType": "Patient", "name": [{"family": NAME}]},
        400,
        "invalid",
        NO_CALL + "Send Parameters, or a Bundle of the patient's resources.",
    ),
    "no resource at all": (APPLY, {"name": NAME}, 400, "invalid", NO_CALL + "Object missing required field `resourceType`."),
    "an unknown parameter": (
        APPLY,
        parameters(WHOLE, **{NAME: {}}),
        400,
        "invalid",
        NO_CALL + f"Parameter 1 is none of it; there are {PARAMETERS}.",
    ),
    "another server": (
        APPLY,
        parameters(WHOLE, dataEndpoint={"valueString": f"https://{NAME}.example"}),
        422,
        "processing",
        "No other server is asked. Hand over what `dataEndpoint` would be asked for in `data`.",
    ),
    "data that are none": (APPLY, parameters({"entry": NAME}), 400, "invalid", NO_CALL + "`data` holds no resource of FHIR."),
    "a bundle of texts": (
        APPLY,
        parameters({"resourceType": "Bundle", "entry": [{"resource": NAME}]}),
        422,
        "processing",
        NO_RECORD,
    ),
    "no subject": (APPLY, parameters(WHOLE, subject=None), 422, "processing", ONE_PATIENT + "Send one `subject`: Patient/ID."),
    "a group": (APPLY, parameters(WHOLE, subject="Group/1"), 422, "processing", ONE_PATIENT + "`subject` is no Patient/ID."),
    "a subject that is a path": (
        APPLY,
        parameters(WHOLE, subject="Patient/../x"),
        422,
        "processing",
        ONE_PATIENT + "`subject` is no Patient/ID.",
    ),
    "two subjects": (
        f"{APPLY}?subject=Patient/p2",
        parameters(WHOLE),
        422,
        "processing",
        ONE_PATIENT + "Send one `subject`: Patient/ID.",
    ),
    "another patient": (
        APPLY,
        OTHER_PERSON,
        422,
        "processing",
        NO_RECORD,
    ),
    "no day": (APPLY, parameters(WHOLE, asOf={"valueDate": NAME}), 422, "processing", NO_DAY),
    "two days": (
        f"{APPLY}?asOf=2022-10-01",
        parameters(WHOLE, asOf=DAY),
        400,
        "invalid",
        NO_CALL + "`asOf` is told more than once.",
    ),
    "no plan": (TYPE, parameters(WHOLE), 400, "invalid", NO_PLAN),
    "a plan twice": (
        APPLY,
        parameters(WHOLE, url={"valueUri": f"{FHIR}/PlanDefinition/{PLAN}"}),
        400,
        "invalid",
        "Which plan is meant. The address names the plan: leave `url` out.",
    ),
    "another plan": (
        TYPE,
        parameters(WHOLE, url={"valueUri": f"https://{NAME}.example/PlanDefinition/x"}),
        404,
        "not-found",
        "There is no such plan. /fhir/PlanDefinition lists those that there are.",
    ),
    "no such plan": (
        f"/fhir/PlanDefinition/{NAME}/$apply",
        parameters(WHOLE),
        404,
        "not-found",
        "There is no such plan. /fhir/PlanDefinition lists those that there are.",
    ),
    "an answer that is none": (
        APPLY,
        parameters({**WHOLE, "entry": [*WHOLE["entry"], {"resource": response_of({"lvef": {"valueString": NAME}})}]}, asOf=DAY),
        422,
        "processing",
        "lvef: its answer is no value of it. Tell a number in %",
    ),
    "a response of another shape": (
        APPLY,
        parameters({**WHOLE, "entry": [{"resource": response_of({"lvef": NAME})}]}, asOf=DAY),  # type: ignore[dict-item]
        400,
        "invalid",
        "this is no response: Expected `object`, got `str` - at `$.item[0].answer[0]`. Send it as FHIR R4 has it",
    ),
    "no such resource": (f"/fhir/Questionnaire/{NAME}", None, 404, "not-found", NO_RESOURCE),
    "a patient": ("/fhir/Patient/p1", None, 404, "not-found", NO_KIND),
    "nothing there": ("/fhir/a/b/c", None, 404, "not-found", "There is nothing here. /fhir/metadata tells what there is."),
    "applied by GET": (APPLY, None, 405, "not-supported", "Not in this way. Ask with POST."),
    "a plan that is sent": (
        f"/fhir/PlanDefinition/{PLAN}",
        {"resourceType": "PlanDefinition"},
        405,
        "not-supported",
        "Not in this way. Ask with GET.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_words(port: int, name: str) -> None:
    path, body, status, code, says = WRONG[name]
    got, headers, told = send(port, path, body)
    (issue,) = told["issue"]
    assert (got, told["resourceType"], headers["content-type"]) == (status, "OperationOutcome", "application/fhir+json"), told
    assert (issue["severity"], issue["code"]) == ("error", code)
    assert issue["diagnostics"] == says or (says == NO_JSON and issue["diagnostics"].startswith(says))
    assert NAME not in json.dumps(told)


def test_a_version_that_there_is_not(port: int) -> None:
    status, _, told = send(port, APPLY, parameters(WHOLE, version={"valueString": "1"}))
    assert status == 404
    assert told["issue"][0]["diagnostics"].startswith("There is no such version of this plan. Its version is 2022-")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/fhir/metadata", {"accept": "application/fhir+xml"}, 406),
        ("/fhir/metadata?_format=xml", {}, 406),
        ("/fhir/metadata?_format=xml", {"accept": "application/json"}, 406),
        ("/fhir/metadata?_format=application/fhir%2Bjson", {"accept": "text/html"}, 200),
        ("/fhir/metadata?_format=application/fhir+json", {}, 200),
        ("/fhir/metadata", {"accept": "application/fhir+xml, application/fhir+json; fhirVersion=4.0"}, 200),
        ("/fhir/metadata", {"accept": "application/fhir+json; fhirVersion=3.0"}, 406),
        ("/fhir/metadata", {"accept": "text/html, */*;q=0.1"}, 200),
        (APPLY, {"content-type": "application/xml"}, 415),
        (APPLY, {"content-type": "text/plain"}, 415),
        (APPLY, {"content-type": "application/fhir+json; charset=utf-8"}, 422),
        (APPLY, {"content-type": "application/json"}, 422),
    ],
)
def test_the_format_is_the_one_that_is_asked_for(port: int, path: str, headers: dict[str, str], status: int) -> None:
    got, answered, content = ask(port, path, b"" if path == APPLY else None, method="POST" if path == APPLY else "GET", **headers)
    assert got == status
    assert answered["content-type"] == "application/fhir+json"
    assert json.loads(content)["resourceType"] in ("OperationOutcome", "CapabilityStatement")


def test_it_is_written_on_lines_where_that_is_asked_for(port: int) -> None:
    assert b"\n" not in ask(port, "/fhir/metadata")[2]
    assert ask(port, "/fhir/metadata?_pretty=true")[2].count(b"\n") > 50


def test_what_is_too_large_or_too_often_is_refused_as_fhir_refuses() -> None:
    with running(Limits(most_bytes=1000, rate=0.001, burst=1), OPEN) as port:
        status, _, told = send(port, APPLY, parameters(WHOLE))
        assert (status, told["issue"][0]["code"]) == (413, "too-long")
        status, headers, told = send(port, "/fhir/metadata")
        assert (status, told["issue"][0]["code"], headers["retry-after"]) == (429, "throttled", "1")


def test_only_the_statement_of_what_it_can_do_is_open(closed: int) -> None:
    """The tokens are those of CDS Hooks: made out to the address that is called, and taken once."""
    now = time.time()
    assert send(closed, "/fhir/metadata")[0] == 200
    for path, body in (
        ("/fhir/PlanDefinition", None),
        (f"/fhir/Questionnaire/{PLAN}", None),
        (APPLY, parameters(WHOLE, asOf=DAY)),
    ):
        status, headers, told = send(closed, path, body)
        assert (status, headers["www-authenticate"], told["issue"][0]["code"]) == (401, "Bearer", "login")
        token = sign(EC, aud=f"{BASE}{path}", iat=now, exp=now + 60, jti=path)
        assert send(closed, path, body, authorization=f"Bearer {token}")[0] == 200
        assert send(closed, path, body, authorization=f"Bearer {token}")[0] == 401
    hooks = sign(EC, aud=f"{BASE}/cds-services", iat=now, exp=now + 60, jti="of a hook")
    assert send(closed, "/fhir/PlanDefinition", authorization=f"Bearer {hooks}")[0] == 401


def test_pages_of_allowed_origins_may_ask_and_no_others(closed: int) -> None:
    ours = ask(closed, APPLY, method="OPTIONS", origin="https://ehr.example")
    assert (ours[0], ours[1]["access-control-allow-origin"]) == (204, "https://ehr.example")
    assert "access-control-allow-origin" not in ask(closed, APPLY, method="OPTIONS", origin="https://evil.example")[1]


def test_no_input_makes_it_fail(port: int) -> None:
    """Bytes of a call that are turned, cut out or doubled: an answer or a refusal, never a mistake of the program."""
    whole = parameters({**WHOLE, "entry": [*WHOLE["entry"], {"resource": response_of({"lvef": {"valueDecimal": 60}})}]}, asOf=DAY)
    body, chance = encode(whole), random.Random(19)
    for _ in range(200):
        data = bytearray(body)
        for _ in range(chance.randint(1, 4)):
            at, size = chance.randrange(len(data)), chance.randint(1, 30)
            wrong = chance.choice(
                [b"null", b"[]", b"{}", b'"x"', b"1e999", b"-1", b'"\\ud800"', b"true", b"", bytes([chance.randrange(256)])]
            )
            data[at : at + size] = wrong
        status, _, content = ask(port, APPLY, bytes(data), **SENT)
        assert status < 500, (bytes(data), content)


def test_no_shape_makes_it_fail(port: int) -> None:
    response = response_of(
        {"lvef": {"valueQuantity": {"value": 60, "unit": "%"}}}, subject={"reference": "Patient/p1"}, authored="2022-10-20"
    )
    for shape in SHAPES:
        for body in _reshaped(parameters(WHOLE, asOf=DAY), response, shape):
            status, _, content = ask(port, APPLY, json.dumps(body).encode(), **SENT)
            assert status < 500, (shape, content)


def _reshaped(whole: Json, response: Json, shape: Any) -> Iterator[Json]:
    """Each part of the call, and of a response in its data, replaced by something of another shape."""
    for key in whole:
        yield {**whole, key: shape}
    for number, one in enumerate(whole["parameter"]):
        others = [*whole["parameter"][:number], *whole["parameter"][number + 1 :]]
        yield from ({**whole, "parameter": [*others, {**one, key: shape}]} for key in one)
    for key in response:
        yield parameters({"resourceType": "Bundle", "entry": [*WHOLE["entry"], {"resource": {**response, key: shape}}]}, asOf=DAY)
    yield parameters(
        {"resourceType": "Bundle", "entry": [*WHOLE["entry"], {"resource": shape}, {"resource": response}]}, asOf=DAY
    )


def test_the_log_tells_of_no_patient(capfd: pytest.CaptureFixture[str]) -> None:
    with running(cds=OPEN) as port:
        ask(port, f"/fhir/Questionnaire/{NAME}")
        ask(port, f"{APPLY}?subject=Patient/{NAME}", WHOLE, **SENT)
    told = "".join(capfd.readouterr())
    assert '"route": "/fhir/PlanDefinition/{id}/$apply"' in told
    assert NAME not in told
