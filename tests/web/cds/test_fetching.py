"""What is missing from the prefetch: fetched from a listed server, in pages; a server that lies, loops or stalls is told so."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import pytest

from concordant.api.cards import CardQuestion, make_cards
from concordant.web.cds import fetching
from concordant.web.cds.fetching import GatheredRecord, RecordFetcher
from concordant.web.cds.outbound import Outbound, is_allowed
from concordant.web.cds.requests import PATIENT_VIEW, decode_hook
from concordant.web.cds.settings import CdsSettings
from concordant.web.problems import Problem
from tests.shipped import case
from tests.web.cds.calls import BASE, ENGINE, INSTANCE, SEARCHES, Json, call, encode, prefetch_of, searchset
from tests.web.cds.double import Answer, Handler, doubling, serve_bundle
from tests.web.cds.test_cards import bundle
from tests.web.form import TODAY

WHOLE = bundle(case("A03"))
PREFETCH = prefetch_of(WHOLE)
Gathered = tuple[GatheredRecord, list[tuple[str, str]]]  # and what was asked for, each with its token
FAILURE = {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal"}]}
LOCAL = Outbound(private=True, insecure=True)


def gather(answer: Answer, prefetch: Json | None, outbound: Outbound = LOCAL, **more: Any) -> Gathered:
    with doubling(answer) as server:
        settings = CdsSettings(BASE, servers=(server.base,))
        told = call(PATIENT_VIEW, prefetch, **{"fhirServer": server.base, **more})
        found = RecordFetcher(settings, outbound, SEARCHES).gather_record(decode_hook(encode(told), PATIENT_VIEW))
        return found, server.asked


def without(*keys: str, **changed: Any) -> Json:
    return {key: value for key, value in {**PREFETCH, **changed}.items() if key not in keys}


def verdict_of(record: GatheredRecord) -> tuple[str, str]:
    cards = make_cards(ENGINE, CardQuestion("p1", record.resources, BASE, INSTANCE, record.missing), TODAY)
    return (cards[0].summary, cards[0].detail.replace("\\", "")) if cards else ("", "")


def outcome(handler: Handler) -> None:
    handler.send({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]})


def refuse(handler: Handler) -> None:
    raise AssertionError(f"nothing is to be asked, and {handler.path} was")


def test_what_was_handed_over_is_not_asked_for() -> None:
    record, asked = gather(refuse, PREFETCH)
    assert (record.missing, asked) == ((), [])


@pytest.mark.parametrize("size", [0, 1, 2])
def test_all_is_fetched_where_nothing_was_handed_over(size: int) -> None:
    token = {"access_token": "abc.def", "token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "y"}
    record, asked = gather(serve_bundle(WHOLE, size), None, fhirAuthorization=token)
    handed, _ = gather(refuse, PREFETCH)
    assert record.missing == ()
    assert verdict_of(record) == verdict_of(handed)
    assert {told for _, told in asked} == {"Bearer abc.def"}
    assert len(asked) >= len(SEARCHES)


@pytest.mark.parametrize(
    "missing",
    [without("tests"), without(tests=FAILURE), without(tests="123"), without("patient", tests=5)],
    ids=["no key", "a failure", "no resource", "no patient"],
)  # fmt: skip
def test_a_part_that_was_not_handed_over_is_fetched(missing: Json) -> None:
    record, asked = gather(serve_bundle(WHOLE), missing)
    handed, _ = gather(refuse, PREFETCH)
    assert record.missing == ()
    assert verdict_of(record)[0] == verdict_of(handed)[0]
    assert 1 <= len(asked) <= 2


def test_null_means_that_there_is_nothing() -> None:
    record, asked = gather(refuse, without(procedure=None, allergyIntolerance=None))
    assert (record.missing, asked) == ((), [])


def test_a_page_that_follows_what_was_handed_over_is_fetched() -> None:
    entries = PREFETCH["tests"]["entry"]
    with doubling(lambda handler: handler.send({**searchset([]), "entry": entries[1:], "total": len(entries)})) as server:
        first = {**PREFETCH["tests"], "entry": entries[:1], "link": [{"relation": "next", "url": f"{server.base}/next?x=1"}]}
        told = call(PATIENT_VIEW, without(tests=first), fhirServer=server.base)
        fetcher = RecordFetcher(CdsSettings(BASE, servers=(server.base,)), LOCAL, SEARCHES)
        record = fetcher.gather_record(decode_hook(encode(told), PATIENT_VIEW))
    assert record.missing == ()
    assert verdict_of(record)[0] == verdict_of(gather(refuse, PREFETCH)[0])[0]


def referring() -> tuple[Json, list[Json]]:
    """The prefetch with medications that are only referred to, and these."""
    told, kept = [], []
    for number, entry in enumerate(PREFETCH["medicationStatement"]["entry"]):
        one = dict(entry["resource"])
        kept.append({"resourceType": "Medication", "id": f"m{number}", "code": one.pop("medicationCodeableConcept")})
        told.append({**one, "medicationReference": {"reference": f"Medication/m{number}"}})
    return without(medicationStatement=searchset(told)), kept


def test_a_medication_that_is_only_referred_to_is_fetched() -> None:
    prefetch, kept = referring()
    record, asked = gather(serve_bundle({"entry": [{"resource": one} for one in kept]}), prefetch)
    assert (record.missing, len(asked)) == ((), len(kept))
    assert verdict_of(record) == verdict_of(gather(refuse, PREFETCH)[0])


def test_a_medication_that_cannot_be_had_leaves_the_answer_open() -> None:
    record, _ = gather(unauthorized, referring()[0])
    assert record.missing == ("Referred: the FHIR server was asked, and it answered with status 401.",)
    assert "mg IV" not in verdict_of(record)[0]


@pytest.mark.parametrize(
    "address", ["https://evil.example/Medication/1", "Medication/../Patient/p2", "Practitioner/1", "Medication/1?x=1"]
)
def test_other_addresses_are_not_followed(address: str) -> None:
    prefetch, _ = referring()
    for entry in prefetch["medicationStatement"]["entry"]:
        entry["resource"]["medicationReference"]["reference"] = address
    assert gather(refuse, prefetch)[1] == []


def test_references_are_not_followed_without_bound() -> None:
    one = referring()[0]["medicationStatement"]["entry"][0]["resource"]
    many = [{**one, "id": f"s{n}", "medicationReference": {"reference": f"Medication/x{n}"}} for n in range(200)]
    record, asked = gather(another_kind, without(medicationStatement=searchset(many)))
    assert len(asked) == 40
    assert record.missing


def html(handler: Handler) -> None:
    handler.send(b"<html>log in</html>", "text/html")


def redirect(handler: Handler) -> None:
    handler.send(b"", status=302, Location="http://169.254.169.254/latest/meta-data/")


def unauthorized(handler: Handler) -> None:
    handler.send({"resourceType": "OperationOutcome"}, status=401)


def not_json(handler: Handler) -> None:
    handler.send(b"{")


def not_text(handler: Handler) -> None:
    handler.send(encode({**searchset([]), "link": [{"relation": "next", "url": "x"}]}).replace(b'"x"', b'"\xff"'))


def deep(handler: Handler) -> None:
    handler.send(b'{"resourceType":"Bundle","entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def another_kind(handler: Handler) -> None:
    handler.send({"resourceType": "Basic", "id": "x"})


def circle(handler: Handler) -> None:
    handler.send({**searchset([]), "link": [{"relation": "next", "url": f"{handler.server.base}/Observation?again"}]})


def endless(handler: Handler) -> None:
    number = len(handler.server.asked)
    handler.send({**searchset([]), "link": [{"relation": "next", "url": f"{handler.server.base}/Observation?page={number}"}]})


def elsewhere(handler: Handler) -> None:
    handler.send({**searchset([]), "link": [{"relation": "next", "url": "http://10.0.0.1/fhir/Observation?page=2"}]})


def beside(handler: Handler) -> None:
    handler.send({**searchset([]), "link": [{"relation": "next", "url": handler.server.base.replace("/fhir", "/fhirs/x")}]})


def no_address(handler: Handler) -> None:
    handler.send({**searchset([]), "link": [{"relation": "next", "url": "http://[::1"}]})


def too_few(handler: Handler) -> None:
    handler.send({**searchset([]), "total": 7})


def packed(handler: Handler) -> None:
    handler.send(b"\x1f\x8b", **{"Content-Encoding": "gzip"})


def cut_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"resourceType"')
    handler.close_connection = True


def large(handler: Handler) -> None:
    handler.send(b'"' + b"x" * 2_000_000 + b'"')


LIES: dict[str, tuple[Answer, str]] = {
    "HTML": (html, "it answered with HTML"),
    "a redirect into this network": (redirect, "sends on to another address, which is not followed"),
    "no permission": (unauthorized, "status 401"),
    "no JSON": (not_json, "its answer is no resource"),
    "no text": (not_text, "its answer is no resource"),
    "nested without end": (deep, "its answer is no resource"),
    "another kind": (another_kind, "answered with something else"),
    "a failure": (outcome, "answered with something else"),
    "pages in a circle": (circle, "go round in a circle"),
    "pages without end": (endless, "more than 40 pages"),
    "a page on another server": (elsewhere, "on another server, which is not asked"),
    "a page beside the server": (beside, "on another server, which is not asked"),
    "a page without an address": (no_address, "the address of its next page is none"),
    "fewer than it found": (too_few, "found 7 entries, and its pages hold 0"),
    "packed": (packed, "it answered packed"),
    "cut off": (cut_off, "no answer came|ended in the middle"),
    "too large": (large, "more than 1 MB"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_server_that_lies_leaves_the_answer_open(name: str) -> None:
    answer, says = LIES[name]
    record, _ = gather(answer, without("tests"), Outbound(private=True, insecure=True, most_bytes=1_000_000))
    assert len(record.missing) == 1
    assert record.missing[0].startswith("Tests: ")
    assert any(one in record.missing[0] for one in says.split("|")), record.missing
    summary, detail = verdict_of(record)
    assert record.missing[0] in detail
    assert "mg IV" not in summary


def stall(handler: Handler) -> None:
    time.sleep(5)


def drip(handler: Handler) -> None:
    """A byte at a time, so that no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def drip_head(handler: Handler) -> None:
    for sign in "HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 50:
        handler.wfile.write(sign.encode())
        time.sleep(0.02)


@pytest.mark.parametrize("answer", [stall, drip, drip_head])
def test_a_slow_server_is_left_in_time(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.6)
    begun = time.monotonic()
    record, _ = gather(answer, without("tests"))
    assert time.monotonic() - begun < 3
    assert record.missing == ("Tests: the FHIR server was asked, and it did not answer in time.",)


def test_pages_are_not_read_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 3000)
    record, asked = gather(lambda handler: endless_bytes(handler), without("tests"))
    assert "too large together" in record.missing[0]
    assert len(asked) < 10


def endless_bytes(handler: Handler) -> None:
    number = len(handler.server.asked)
    link = [{"relation": "next", "url": f"{handler.server.base}/Observation?page={number}"}]
    handler.send({**searchset([]), "link": link, "padding": "x" * 1000})


# -- whom it asks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (None, "no FHIR server was named"),
        ("https://evil.example/fhir", "none that this service may ask"),
        ("http://169.254.169.254", "none that this service may ask"),
        ("https://ehr.example@evil.example/fhir", "none that this service may ask"),
    ],
)
def test_only_listed_servers_are_asked(server: str | None, says: str) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise AssertionError("no name is to be looked up")

    told = call(PATIENT_VIEW, without("tests"), **({"fhirServer": server} if server else {}))
    fetcher = RecordFetcher(CdsSettings(BASE, servers=("https://ehr.example/fhir",)), Outbound(resolve=resolve), SEARCHES)
    record = fetcher.gather_record(decode_hook(encode(told), PATIENT_VIEW))
    assert says in record.missing[0]


def resolving(*addresses: str) -> Any:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


PRIVATE = ("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1")
NEVER = (
    "169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:a00:1::1", "nonsense", "fe80::1%eth0",
)  # fmt: skip


@pytest.mark.parametrize("address", [*PRIVATE, *NEVER])
def test_a_listed_name_that_stands_for_this_network_is_not_asked(address: str) -> None:
    outbound = Outbound(resolve=resolving("93.184.216.34", address))
    told = call(PATIENT_VIEW, without("tests"), fhirServer="https://ehr.example/fhir")
    fetcher = RecordFetcher(CdsSettings(BASE, servers=("https://ehr.example/fhir",)), outbound, SEARCHES)
    record = fetcher.gather_record(decode_hook(encode(told), PATIENT_VIEW))
    assert record.missing == ("Tests: the FHIR server was asked, and its name stands for an address that is not asked.",)


def test_which_addresses_are_allowed() -> None:
    assert [one for one in PRIVATE if not is_allowed(one, private=True)] == []
    assert [one for one in (*NEVER, *PRIVATE) if is_allowed(one, private=False)] == []
    assert [one for one in NEVER if is_allowed(one, private=True)] == []
    assert all(is_allowed(one, private=False) for one in ("93.184.216.34", "2606:2800:220:1::1"))


def test_a_name_is_looked_up_once_and_what_was_looked_at_is_what_is_connected_to() -> None:
    """DNS rebinding: the second look-up would say another address, and there is none."""
    asked = []
    with doubling(serve_bundle(WHOLE)) as server:

        def resolve(host: str, port: int, **_: Any) -> list[Any]:
            asked.append(host)
            return resolving("127.0.0.1")(host, port)

        outbound = Outbound(private=True, insecure=True, resolve=resolve)
        url = server.base.replace("127.0.0.1", "ehr.example") + "/Patient/p1"
        told = json.loads(outbound.get_json(url, {}, time.monotonic() + 5))
    assert (told["id"], asked) == ("p1", ["ehr.example"])


def test_a_certificate_that_nobody_vouches_for_is_not_trusted() -> None:
    with doubling(serve_bundle(WHOLE)) as server, pytest.raises(Exception, match=r"certificate|TLS|no answer"):
        Outbound(private=True).get_json(server.base.replace("http:", "https:"), {}, time.monotonic() + 5)


def test_http_is_asked_only_in_development() -> None:
    with pytest.raises(Exception, match="does not begin with https"):
        Outbound(private=True).get_json("http://127.0.0.1:1/", {}, time.monotonic() + 5)


# -- what nothing can be said without --------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefetch", "status"),
    [
        (None, 412),
        ({}, 412),
        ({"patient": PREFETCH["patient"]}, 412),
        (without("patient"), 412),
        (without(patient=None), 412),
        (without(patient={**PREFETCH["patient"], "id": "p2"}), 422),
        (without(patient=searchset([PREFETCH["patient"]])), 422),
    ],
    ids=["nothing", "an empty prefetch", "the patient alone", "no patient", "null as the patient", "another patient", "a search"],
)
def test_what_nothing_can_be_said_without(prefetch: Json | None, status: int) -> None:
    fetcher = RecordFetcher(CdsSettings(BASE), Outbound(), SEARCHES)
    with pytest.raises(Problem) as refused:
        fetcher.gather_record(decode_hook(encode(call(PATIENT_VIEW, prefetch)), PATIENT_VIEW))
    assert refused.value.status == status


def test_entries_of_another_patient_count_for_nobody() -> None:
    stranger = [
        {**entry["resource"], "subject": {"reference": "Patient/p2"}} for entry in PREFETCH["medicationStatement"]["entry"]
    ]
    record, _ = gather(refuse, without(medicationStatement=searchset(stranger)))
    assert "names no patient of this file" in verdict_of(record)[1] or "name no patient of this file" in verdict_of(record)[1]
