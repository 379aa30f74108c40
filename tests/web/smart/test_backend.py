"""SMART Backend Services: a token for what the server reads by itself, asked for once, signed, and never sent elsewhere."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from joserfc import jwk, jwt

from concordant.cli.web import serve
from concordant.errors import Unreadable
from concordant.web.cds.fetching import GatheredRecord, RecordFetcher
from concordant.web.cds.outbound import Outbound, Unreachable
from concordant.web.cds.requests import PATIENT_VIEW, decode_hook
from concordant.web.cds.settings import CdsSettings
from concordant.web.problems import Problem
from concordant.web.smart import backend
from concordant.web.smart.backend import BackendTokens
from concordant.web.smart.discovery import NoToken
from concordant.web.smart.keys import SigningKey, read_key
from concordant.web.smart.settings import SmartSettings
from tests.web.cds.calls import BASE, SEARCHES, call, encode
from tests.web.cds.double import Answer, Handler, serve_bundle
from tests.web.cds.test_fetching import LOCAL, WHOLE, verdict_of
from tests.web.cds.test_tokens import SMALL
from tests.web.serving import ask, running
from tests.web.smart.double import CLIENT, authorizing

pytestmark = pytest.mark.filterwarnings("ignore:Key size should be")

EC = jwk.ECKey.generate_key("P-384")
RSA = jwk.RSAKey.generate_key(2048)
SERVER = "https://fhir.example/r4"


@pytest.fixture(params=["EC as JWK", "EC as PEM", "RSA as PEM"])
def key(request: pytest.FixtureRequest, tmp_path: Path) -> SigningKey:
    made = RSA if request.param.startswith("RSA") else EC
    told = json.dumps(made.as_dict(private=True)).encode() if request.param.endswith("JWK") else made.as_pem(private=True)
    path = tmp_path / "key"
    path.write_bytes(told)
    return read_key(str(path))


def make_key() -> SigningKey:
    return SigningKey(EC, "k", "ES384")


def fetch(server: Any, key: SigningKey | None, outbound: Outbound = LOCAL, **more: Any) -> tuple[GatheredRecord, RecordFetcher]:
    smart = SmartSettings({server.base: CLIENT}, {}, key)
    fetcher = RecordFetcher(CdsSettings(BASE, servers=(server.base,), smart=smart), outbound, SEARCHES)
    told = call(PATIENT_VIEW, None, fhirServer=server.base, **more)
    return fetcher.gather_record(decode_hook(encode(told), PATIENT_VIEW)), fetcher


def test_a_record_is_read_by_our_own_token_which_is_asked_for_once(key: SigningKey) -> None:
    with authorizing(serve_bundle(WHOLE, 2), keys=key.list_public()) as (server, authorization):
        record, fetcher = fetch(server, key)
        told = decode_hook(encode(call(PATIENT_VIEW, None, fhirServer=server.base)), PATIENT_VIEW)
        assert fetcher.gather_record(told) == record
        asked = server.asked
    assert record.missing == ()
    assert "mg" in verdict_of(record)[0]
    assert len(authorization.asked) == 1
    assert {token for path, token in asked if "?" in path} == {"Bearer token-0"}


def test_no_more_is_asked_for_than_is_read() -> None:
    with authorizing(serve_bundle(WHOLE), keys=make_key().list_public()) as (server, authorization):
        fetch(server, make_key())
    scopes = authorization.asked[0]["scope"].split()
    assert all(scope.startswith("system/") and scope.endswith(".read") and "*" not in scope for scope in scopes)
    read = {search.partition("?")[0].partition("/")[0] for search in SEARCHES.values()}
    assert {scope[7:-5] for scope in scopes} == read | {"Medication", "Specimen", "Substance", "BodyStructure"}


def test_a_server_of_the_second_version_is_asked_in_its_words() -> None:
    told = {"capabilities": ["permission-v2"]}
    with authorizing(serve_bundle(WHOLE), keys=make_key().list_public(), configured=told) as (server, authorization):
        fetch(server, make_key())
    assert {scope.partition(".")[2] for scope in authorization.asked[0]["scope"].split()} == {"rs"}


def test_the_token_of_a_client_goes_before_our_own() -> None:
    with authorizing(serve_bundle(WHOLE), keys=make_key().list_public(), tokens=["abc"]) as (server, authorization):
        record, _ = fetch(server, make_key(), fhirAuthorization={"access_token": "abc"})
    assert (record.missing, authorization.asked) == ((), [])


def test_our_token_goes_to_no_server_at_which_we_are_not_known() -> None:
    with authorizing(serve_bundle(WHOLE), keys=make_key().list_public()) as (server, authorization):
        smart = SmartSettings({SERVER: CLIENT}, {}, make_key())
        fetcher = RecordFetcher(CdsSettings(BASE, servers=(server.base,), smart=smart), LOCAL, SEARCHES)
        with pytest.raises(Problem):
            fetcher.gather_record(decode_hook(encode(call(PATIENT_VIEW, None, fhirServer=server.base)), PATIENT_VIEW))
        assert authorization.asked == []
        assert {token for _, token in server.asked} == {""}


def test_a_token_is_asked_for_anew_shortly_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with authorizing(serve_bundle(WHOLE), keys=make_key().list_public(), life=60) as (server, authorization):
        tokens = BackendTokens(SmartSettings({server.base: CLIENT}, {}, make_key()), LOCAL, ("Patient",))
        now = time.monotonic()
        found = []
        for later in (0, 29, 31, 59, 62):
            monkeypatch.setattr(backend.time, "monotonic", lambda later=later: now + later)
            found.append(tokens.get_token(server.base, now + later + 8))
        assert found == ["token-0", "token-0", "token-1", "token-1", "token-2"]
        assert len(authorization.asked) == 3


def test_a_token_that_is_no_longer_taken_is_forgotten() -> None:
    with authorizing(serve_bundle(WHOLE), keys=make_key().list_public()) as (server, authorization):
        _, fetcher = fetch(server, make_key())
        authorization.tokens.clear()
        told = decode_hook(encode(call(PATIENT_VIEW, None, fhirServer=server.base)), PATIENT_VIEW)
        with contextlib.suppress(Problem):  # some parts, or all, were asked for with the old one
            assert fetcher.gather_record(told).missing
        assert fetcher.gather_record(told).missing == ()


# -- an address that lies --------------------------------------------------------------------------


def html(handler: Handler) -> None:
    handler.send(b"<html>", "text/html")


def redirect(handler: Handler) -> None:
    handler.send(b"", status=302, Location="http://169.254.169.254/token")


def telling(**token: Any) -> Answer:
    told = {"access_token": "x", "token_type": "Bearer", "expires_in": 300, **token}
    return lambda handler: handler.send(told, "application/json")


def not_json(handler: Handler) -> None:
    handler.send(b"access_token=x", "application/json")


def stall(handler: Handler) -> None:
    time.sleep(3)


TOKEN_LIES: dict[str, tuple[Answer, str]] = {
    "the address for tokens answers HTML": (html, "it answered with HTML"),
    "the address for tokens sends on to another": (redirect, "sends on to another address"),
    "the address for tokens answers no JSON": (not_json, "its answer is none"),
    "no token": (telling(access_token=None), "its answer is none"),
    "a token of two lines": (telling(access_token="x\r\nX-Other: y"), "its token cannot be used"),
    "an empty token": (telling(access_token=""), "its token cannot be used"),
    "an endless token": (telling(access_token="x" * 9000), "its token cannot be used"),
    "a token of another kind": (telling(token_type="mac"), "its token cannot be used"),
    "a token that is over": (telling(expires_in=0), "is over already"),
    "a token without end": (telling(expires_in=1e300), "is over already"),
    "a token whose end is a text": (telling(expires_in="soon"), "its answer is none"),
    "the address for tokens stalls": (stall, "it did not answer in time"),
}


@pytest.mark.parametrize("name", TOKEN_LIES)
def test_an_address_for_tokens_that_lies_leaves_the_record_unread(name: str) -> None:
    answer, says = TOKEN_LIES[name]
    with authorizing(serve_bundle(WHOLE), keys=make_key().list_public(), lie=answer) as (server, authorization):
        tokens = BackendTokens(SmartSettings({server.base: CLIENT}, {}, make_key()), LOCAL, ("Patient",))
        for _ in range(2):  # and it is not asked again at once
            with pytest.raises(NoToken) as why:
                tokens.get_token(server.base, time.monotonic() + 1)
    assert says in str(why.value)
    assert len(authorization.asked) == 1


WRONG_ADDRESSES = {
    "an address for tokens that is none": ("nowhere", "names an address for tokens that is none"),
    "an address for tokens without TLS": ("http://tokens.example/token", "names an address for tokens that is none"),
    "an address for tokens in this network": ("https://10.0.0.1/token", "stands for an address that is not asked"),
    "an address for tokens for secrets of a cloud": ("https://169.254.169.254/", "stands for an address that is not asked"),
    "an address for tokens with a name in it": ("https://u@tokens.example/", "names an address for tokens that is none"),
    "an address for tokens of two lines": ("https://tokens.example/\r\nX: y", "names an address for tokens that is none"),
}  # fmt: skip


class Configured(Outbound):
    """A server whose configuration is known, and whose network is the real one."""

    def get_json(self, url: str, headers: Any, until: float) -> bytes:
        return encode({"token_endpoint": WRONG_ADDRESSES[url.removeprefix(f"{SERVER}/").partition("/")[0]][0]})


@pytest.mark.parametrize("name", WRONG_ADDRESSES)
def test_tokens_are_asked_for_by_the_rules_of_every_other_request(name: str) -> None:
    server = f"{SERVER}/{name}"
    tokens = BackendTokens(SmartSettings({server: CLIENT}, {}, make_key()), Configured(), ("Patient",))
    with pytest.raises(NoToken, match=WRONG_ADDRESSES[name][1]):
        tokens.get_token(server, time.monotonic() + 2)


def test_a_configuration_that_is_none_leaves_the_record_unread() -> None:
    for told in (b"[]", b"{}", b"\xff", b"[" * 100_000, encode({"token_endpoint": 5})):

        class Odd(Outbound):
            def get_json(self, url: str, headers: Any, until: float, told: bytes = told) -> bytes:
                return told

        tokens = BackendTokens(SmartSettings({SERVER: CLIENT}, {}, make_key()), Odd(), ("Patient",))
        with pytest.raises(NoToken, match="no configuration of SMART"):
            tokens.get_token(SERVER, time.monotonic() + 2)


def test_a_form_is_sent_to_nobody_who_would_be_asked_for_nothing() -> None:
    for url in ("http://tokens.example/", "https://127.0.0.1:1/", "https://[::1]/", "https://169.254.169.254/"):
        with pytest.raises(Unreachable):
            Outbound().post_form(url, {"a": "b"}, time.monotonic() + 2)


# -- the key ---------------------------------------------------------------------------------------


def test_the_public_half_of_the_key_is_handed_out_and_nothing_else(key: SigningKey) -> None:
    settings = CdsSettings(BASE, smart=SmartSettings({SERVER: CLIENT}, {}, key))
    with running(cds=settings) as port:
        status, _, content = ask(port, "/.well-known/jwks.json")
    (told,) = json.loads(content)["keys"]
    assert (status, told["use"], told["kid"], told["alg"]) == (200, "sig", key.kid, key.algorithm)
    assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(told)
    signed = key.sign_statement("c", "https://a", time.time())
    claims = jwt.decode(signed, jwk.import_key(told), algorithms=[key.algorithm]).claims
    assert (claims["iss"], claims["sub"], claims["aud"], len(claims["jti"])) == ("c", "c", "https://a", 32)
    assert claims["exp"] - claims["iat"] <= 300
    assert str(EC.as_dict(private=True)["d"]) not in repr(settings)


def test_without_a_key_there_is_nothing_to_hand_out() -> None:
    with running(cds=CdsSettings(BASE)) as port:
        assert ask(port, "/.well-known/jwks.json")[0] == 404


BAD_KEYS: dict[str, bytes] = {
    "no key": b"nonsense",
    "empty JSON": b"{}",
    "a public key": EC.as_pem(private=False),
    "a public JWK": json.dumps(EC.as_dict(private=False)).encode(),
    "another curve": jwk.ECKey.generate_key("P-256").as_pem(private=True),
    "a short key": SMALL.as_pem(private=True),
    "a secret": json.dumps(jwk.OctKey.generate_key(384).as_dict(private=True)).encode(),
    "a key for another use": json.dumps({**EC.as_dict(private=True), "use": "enc"}).encode(),
    "a key for another algorithm": json.dumps({**RSA.as_dict(private=True), "alg": "RS256"}).encode(),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_that_may_not_sign_is_refused_before_it_starts(name: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(BAD_KEYS[name])
    with pytest.raises(Unreadable, match="P-384 or RSA") as refused:
        read_key(str(path))
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--smart-client", f"{SERVER}=x"], "is no FHIR server that may be asked. Add --fhir-server"),
        (["--fhir-server", SERVER, "--smart-client", "https://fhir.example/r5=x"], "Did you mean 'https://fhir.example/r4'?"),
        (["--fhir-server", SERVER, "--smart-client", SERVER], "names no client"),
        (["--fhir-server", SERVER, "--smart-client", f"{SERVER}=x"], "--smart-key"),
        (["--fhir-server", SERVER, "--smart-app", f"{SERVER}=x"], "--cds-url"),
        (["--smart-key", "/nowhere/key.pem"], "no such file"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_it_starts(options: list[str], says: str) -> None:
    done = CliRunner().invoke(serve, options)
    assert says in str(done.exception)
