"""The services behind a socket: discovery, cards, feedback as counts, other origins, and for any input an answer or 4xx."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from concordant.cli.web import serve
from concordant.listening import listen
from concordant.web.cds.settings import CdsSettings
from concordant.web.limits import Limits
from tests.shipped import case
from tests.web.cds.calls import BASE, PLACE, SEARCHES, Json, call, draft_orders, encode, order, prefetch_of
from tests.web.cds.double import doubling, serve_bundle
from tests.web.cds.specification import check_discovery, check_response
from tests.web.cds.test_cards import bundle
from tests.web.cds.test_tokens import EC, ISSUER, SET, sign
from tests.web.serving import ask, running

WHOLE = bundle(case("A03"))
PREFETCH = prefetch_of(WHOLE)
VIEW, SELECT, SIGN = (f"/cds-services/concordant-{hook}" for hook in ("patient-view", "order-select", "order-sign"))
OPEN = CdsSettings(BASE, origins=("https://ehr.example",), private=True, is_open=True)
CLOSED = CdsSettings(BASE, {ISSUER: "keys"}, {"keys": json.dumps(SET).encode()}, origins=("https://ehr.example",))
TDXD = draft_orders([{"drug": "trastuzumab deruxtecan", "amount": 500.0, "every": 3}])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running(cds=OPEN) as one:
        yield one


@pytest.fixture(scope="module")
def closed() -> Iterator[int]:
    with running(cds=CLOSED) as one:
        yield one


def loads(content: bytes) -> Any:
    return json.loads(content)


def signing(**context: Any) -> Json:
    return call("order-sign", PREFETCH, context={"draftOrders": TDXD, **context})


def test_discovery_lists_a_service_for_each_hook(port: int) -> None:
    status, headers, content = ask(port, "/cds-services")
    told = loads(content)
    check_discovery(told)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert [one["hook"] for one in told["services"]] == ["patient-view", "order-select", "order-sign"]
    assert len({one["id"] for one in told["services"]}) == 3
    assert all(one["prefetch"] == SEARCHES and PLACE in one["prefetch"]["patient"] for one in told["services"])


def test_cards_of_each_hook(port: int) -> None:
    for path, body in (
        (VIEW, call("patient-view", PREFETCH)),
        (SELECT, call("order-select", PREFETCH, context={"draftOrders": TDXD, "selections": ["MedicationRequest/order-1"]})),
        (SIGN, signing()),
    ):
        status, _, content = ask(port, path, body)
        assert status == 200, content
        check_response(loads(content))
        assert len(loads(content)["cards"]) == 1
    none = call("order-sign", PREFETCH, context={"draftOrders": draft_orders([{"drug": "amoxicillin"}])})
    assert loads(ask(port, SIGN, none)[2]) == {"cards": []}


def test_the_same_call_has_the_same_cards_and_another_one_other_numbers(port: int) -> None:
    first, again = (ask(port, VIEW, call("patient-view", PREFETCH))[2] for _ in range(2))
    other = ask(port, VIEW, {**call("patient-view", PREFETCH), "hookInstance": "another"})[2]
    assert first == again
    assert loads(first)["cards"][0]["uuid"] != loads(other)["cards"][0]["uuid"]
    assert loads(first)["cards"][0]["summary"] == loads(other)["cards"][0]["summary"]


def test_a_foreign_server_feeds_it() -> None:
    with doubling(serve_bundle(WHOLE, 2)) as server:
        settings = CdsSettings(BASE, servers=(server.base,), private=True, is_open=True)
        with running(cds=settings) as port:
            fetched = ask(port, VIEW, call("patient-view", None, fhirServer=server.base))[2]
            handed = ask(port, VIEW, call("patient-view", PREFETCH))[2]
    assert loads(fetched)["cards"][0]["summary"] == loads(handed)["cards"][0]["summary"]


WRONG: dict[str, tuple[str, Any, int, str]] = {
    "no JSON": (VIEW, b"{", 400, "This is not JSON"),
    "not UTF-8": (VIEW, b'{"hook": "\xff"}', 400, "This is not JSON"),
    "nothing": (VIEW, b"", 400, "This is not JSON"),
    "not UTF-8 in what was handed over": (
        VIEW,
        encode(call("patient-view", PREFETCH)).replace(b"http", b"htt\xff"),
        400,
        "This is not JSON",
    ),
    "too deep": (VIEW, b'{"prefetch":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}", 400, "This is not JSON"),
    "a key twice": (VIEW, encode(call("patient-view", PREFETCH))[:-1] + b',"hook":"patient-view"}', 400, "This is not JSON"),
    "a list": (VIEW, [], 400, "This is no call of a hook"),
    "another hook": (VIEW, call("order-sign", PREFETCH), 400, "This service answers another hook"),
    "no hook": (VIEW, {}, 400, "This is no call of a hook"),
    "no patient": (VIEW, {**call("patient-view", PREFETCH), "context": {}}, 400, "This is no call of a hook"),
    "a patient that is an address": (VIEW, call("patient-view", PREFETCH, "../Practitioner"), 400, "This is no call of a hook"),
    "a patient that is a search": (VIEW, call("patient-view", PREFETCH, "p1&_include=*"), 400, "This is no call of a hook"),
    "a token of two lines": (
        VIEW,
        call("patient-view", PREFETCH, fhirAuthorization={"access_token": "a\r\nX: y"}),
        400,
        "This is no call of a hook",
    ),
    "no orders": (SIGN, call("order-sign", PREFETCH), 400, "This is no call of a hook"),
    "orders that are a text": (
        SIGN,
        call("order-sign", PREFETCH, context={"draftOrders": "x"}),
        400,
        "This is no call of a hook",
    ),
    "orders that are no bundle": (SIGN, signing(draftOrders={"entry": 5}), 400, "This cannot be read"),
    "nothing handed over": (VIEW, call("patient-view", None), 412, "The record is missing"),
    "another patient": (VIEW, call("patient-view", PREFETCH, "p2"), 422, "This says something that cannot be"),
    "no such service": ("/cds-services/other", call("patient-view", PREFETCH), 404, "There is no such service"),
    "no feedback": (f"{VIEW}/feedback", {}, 400, "This is no call of a hook"),
    "another outcome": (f"{VIEW}/feedback", {"feedback": [{"card": "x", "outcome": "eaten"}]}, 400, "This is no call of a hook"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_words(port: int, name: str) -> None:
    path, body, status, title = WRONG[name]
    got, headers, content = ask(port, path, body)
    assert (got, loads(content)["title"]) == (status, title), content[:300]
    assert headers["content-type"] == "application/problem+json"
    assert loads(content)["detail"]


def test_other_methods_are_refused(port: int) -> None:
    assert ask(port, VIEW)[0] == 405
    assert ask(port, "/cds-services", b"{}")[0] == 405


def test_what_is_too_large_is_refused() -> None:
    with running(Limits(most_bytes=1000, rate=1e9, burst=10**9), OPEN) as port:
        assert ask(port, VIEW, call("patient-view", PREFETCH))[0] == 413


def test_no_input_makes_it_fail(port: int) -> None:
    """Bytes of a call that are turned, cut out or doubled: an answer or a refusal, never a mistake of the program."""
    bodies = [encode(call("patient-view", PREFETCH)), encode(signing())]
    chance = random.Random(19)
    for _ in range(300):
        kind = chance.randrange(2)
        data = bytearray(bodies[kind])
        for _ in range(chance.randint(1, 4)):
            at, size = chance.randrange(len(data)), chance.randint(1, 30)
            change = chance.randrange(4)
            if change == 0:
                data[at] = chance.randrange(256)
            elif change == 1:
                del data[at : at + size]
            elif change == 2:
                data[at:at] = data[at : at + size]
            else:
                data[at : at + size] = chance.choice([b"null", b"[]", b"{}", b'"x"', b"1e999", b"-1", b'"\\ud800"', b"true"])
        status, _, content = ask(port, (VIEW, SIGN)[kind], bytes(data))
        assert status < 500, (bytes(data), content)


SHAPES = (None, [], {}, "x", 5, True, 1e300, "\ud800", [[]], {"resourceType": "Bundle", "entry": [None, 5, {}]})


def test_no_shape_makes_it_fail(port: int) -> None:
    """Each part of a call replaced by something of another shape."""

    def changed(value: Any, path: tuple[Any, ...], by: Any) -> Any:
        if not path:
            return by
        copy = list(value) if isinstance(value, list) else dict(value)
        copy[path[0]] = changed(value[path[0]], path[1:], by)
        return copy

    def paths(value: Any, depth: int = 0) -> Iterator[tuple[Any, ...]]:
        items = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
        for key, inner in items:
            yield (key,)
            if depth < 7:
                yield from ((key, *rest) for rest in paths(inner, depth + 1))

    whole = {"hook": "order-sign", "hookInstance": "x", "context": {"patientId": "p1", "draftOrders": TDXD, "selections": ["a"]}}
    for path in paths(whole):
        for shape in SHAPES:
            body = {**changed(whole, path, shape), "prefetch": PREFETCH}
            status, _, content = ask(port, SIGN, json.dumps(body).encode())
            assert status < 500, (path, shape, content)


# -- feedback --------------------------------------------------------------------------------------


def test_feedback_is_kept_as_counts_and_nothing_of_a_patient() -> None:
    secret = "Erika Mustermann said no"
    with running(cds=OPEN) as port:
        card = loads(ask(port, SIGN, signing())[2])["cards"][0]
        path, when = f"{SIGN}/feedback", "2026-11-30T10:00:00Z"
        ours = card["overrideReasons"][0]
        told = [
            {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": "x"}]},
            {"card": card["uuid"], "outcome": "overridden"},
            {"card": card["uuid"], "outcome": "overridden", "overrideReason": {"reason": ours, "userComment": secret}},
            {"card": secret, "outcome": "overridden", "overrideReason": {"reason": {"code": secret, "system": "x"}}},
        ]
        feedback = {"feedback": [{**one, "outcomeTimestamp": when} for one in told]}
        assert ask(port, path, feedback)[0] == ask(port, path, feedback)[0] == 200
        counts = ask(port, path)[2]
        assert loads(ask(port, f"{VIEW}/feedback")[2]) == {"counts": []}
        assert ask(port, path, {"feedback": told * 300})[0] == 400
    assert secret.encode() not in counts
    rows = [(one["card"], one["outcome"], one["reason"], one["count"]) for one in loads(counts)["counts"]]
    assert rows == [
        ("order", "accepted", "", 2),
        ("order", "overridden", "", 2),
        ("order", "overridden", ours["code"], 2),
        ("other", "overridden", "other", 2),
    ]


# -- who may ask -----------------------------------------------------------------------------------


def test_a_call_without_a_token_is_refused_and_one_with_a_token_is_answered_once(closed: int) -> None:
    now = time.time()
    body = call("patient-view", PREFETCH)
    for path, sent in ((VIEW, body), ("/cds-services", None), (f"{VIEW}/feedback", {"feedback": []})):
        status, headers, content = ask(closed, path, sent)
        assert (status, headers["www-authenticate"], loads(content)["title"]) == (401, "Bearer", "This token is not taken")
        token = sign(EC, aud=f"{BASE}{path}", iat=now, exp=now + 60, jti=path)
        assert ask(closed, path, sent, authorization=f"Bearer {token}")[0] == 200
        assert ask(closed, path, sent, authorization=f"Bearer {token}")[0] == 401
    other = sign(EC, aud=f"{BASE}/cds-services", iat=now, exp=now + 60, jti="x")
    assert ask(closed, VIEW, body, authorization=f"Bearer {other}")[0] == 401


def test_pages_of_allowed_origins_may_ask_and_no_others(closed: int, port: int) -> None:
    preflight = {"origin": "https://ehr.example", "access-control-request-method": "POST"}
    status, headers, _ = ask(closed, VIEW, method="OPTIONS", **preflight)
    assert (status, headers["access-control-allow-origin"]) == (204, "https://ehr.example")
    assert "authorization" in headers["access-control-allow-headers"]
    for path in (VIEW, "/cds-services"):
        headers = ask(closed, path, method="OPTIONS", **{**preflight, "origin": "https://evil.example"})[1]
        assert "access-control-allow-origin" not in headers
        assert headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in ask(closed, "/answer", {}, origin="https://ehr.example")[1]
    assert ask(port, "/cds-services", origin="https://any.example")[1]["access-control-allow-origin"] == "https://any.example"


def test_without_a_client_nobody_is_let_in_and_without_settings_there_is_nothing() -> None:
    with running(cds=CdsSettings(BASE)) as port:
        status, _, content = ask(port, "/cds-services")
        assert (status, "--cds-client" in loads(content)["detail"]) == (401, True)
    with running() as port:
        assert ask(port, "/cds-services")[0] == 404


def test_the_log_tells_of_no_patient(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    secret = "Erika-Mustermann-1966"
    ask(port, f"/cds-services/{secret}", {})
    ask(port, f"{VIEW}?patient={secret}", call("patient-view", PREFETCH, secret))
    ask(port, f"{VIEW}/feedback", {"feedback": [{"card": secret, "outcome": "overridden"}]}, authorization=f"Bearer {secret}")
    time.sleep(0.2)
    written = capfd.readouterr()
    assert "/cds-services/{id}" in written.err
    assert secret not in written.err + written.out


# -- how it is started -----------------------------------------------------------------------------


def test_a_server_that_is_open_says_so_when_it_starts() -> None:
    with listen("127.0.0.1", 0) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "concordant", "serve", "--port", str(port), "--cds-open"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        events = [json.loads(server.stderr.readline()) for _ in range(2)]
        for _ in range(600):
            try:
                status = ask(port, "/cds-services")[0]
                break
            except OSError:
                time.sleep(0.1)
    finally:
        server.terminate()
        server.wait(60)
    assert [event["event"] for event in events] == ["started", "cds_open"]
    assert "for development, never with real patients" in events[1]["says"]
    assert status == 200


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--cds-client", "https://ehr.example"], "names no client"),
        (["--cds-client", "https://ehr.example=https://ehr.example/jwks"], "--cds-url"),
        (["--cds-url", BASE, "--cds-client", "https://ehr.example=/nowhere/keys.json"], "no such file"),
        (["--cds-url", "http://cds.example.org"], "not encrypted"),
        (["--cds-url", "cds.example.org"], "is no address"),
        (["--fhir-server", "http://fhir.example/r4"], "not encrypted"),
        (["--fhir-server", "https://user@fhir.example/r4"], "is no address"),
        (["--cds-url", BASE, "--cds-client", "i=http://ehr.example/jwks"], "not encrypted"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_it_starts(options: list[str], says: str) -> None:
    done = CliRunner().invoke(serve, options)
    assert says in str(done.exception)


def test_an_order_of_another_version_is_read(port: int) -> None:
    told = {**order(1, "trastuzumab deruxtecan"), "resourceType": "MedicationOrder"}
    orders = {
        "resourceType": "Bundle",
        "entry": [{"resource": told}, {"resource": {"resourceType": "ServiceRequest", "id": "s"}}],
    }
    (card,) = loads(ask(port, SIGN, signing(draftOrders=orders))[2])["cards"]
    assert card["summary"].startswith("Trastuzumab deruxtecan: ")
