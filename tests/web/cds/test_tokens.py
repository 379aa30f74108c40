"""The token of a client: which are taken, and every forgery that is not. Rows of the attack table of docs/security.md."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from joserfc import jwk, jwt

from concordant.web.cds.outbound import Outbound, Unreachable
from concordant.web.cds.settings import CdsSettings
from concordant.web.cds.tokens import TokenGate
from concordant.web.problems import Problem
from tests.web.cds.calls import BASE

pytestmark = pytest.mark.filterwarnings("ignore:Key size should be")

ISSUER, KEYS, PATH = "https://ehr.example", "https://ehr.example/jwks", "/cds-services/concordant-patient-view"
NOW = 1_800_000_000.0
EC = jwk.ECKey.generate_key("P-384", {"kid": "ec", "alg": "ES384", "use": "sig"})
RSA = jwk.RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER = jwk.ECKey.generate_key("P-384", {"kid": "ec"})
CURVE = jwk.ECKey.generate_key("P-256", {"kid": "p256"})
SMALL = jwk.RSAKey.generate_key(1024, {"kid": "small"})
SECRET = jwk.OctKey.import_key("k" * 48, {"kid": "secret"})
SET = {"keys": [one.as_dict(private=False) for one in (EC, RSA, CURVE, SMALL)] + [SECRET.as_dict(), {"kty": "?"}, 5]}
CLAIMS = {"iss": ISSUER, "aud": f"{BASE}{PATH}", "iat": NOW - 10, "exp": NOW + 200, "jti": "1"}


@dataclass
class Keys:
    """Stands for the network: what is fetched, and how often."""

    content: Any = field(default_factory=lambda: SET)
    asked: list[str] = field(default_factory=list)

    def get_json(self, url: str, headers: Any, until: float) -> bytes:
        self.asked.append(url)
        if self.content is None:
            raise Unreachable("it did not answer in time")
        return json.dumps(self.content).encode()


def gate(keys: Keys | None = None, now: float = NOW, **settings: Any) -> TokenGate:
    told = {"base": BASE, "clients": {ISSUER: KEYS}, **settings}
    outbound: Any = keys or Keys()
    return TokenGate(CdsSettings(**told), outbound, lambda: now)


def sign(key: Any = EC, alg: str = "ES384", head: dict[str, Any] | None = None, **claims: Any) -> str:
    header = {"alg": alg, "typ": "JWT", "kid": key.kid, "jku": KEYS, **(head or {})}
    told = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    header = {name: value for name, value in header.items() if value is not None}
    return jwt.encode(header, told, key, algorithms=[alg])


def encode(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(**head: Any) -> str:
    return f"{encode({'alg': 'none', 'typ': 'JWT', 'kid': 'ec', **head})}.{encode(CLAIMS)}."


def confused() -> str:
    """Signed with HMAC by the text of our public key, as if that were a secret."""
    signed = f"{encode({'alg': 'HS384', 'typ': 'JWT', 'kid': 'ec'})}.{encode(CLAIMS)}"
    made = hmac.digest(EC.as_pem(private=False), signed.encode(), "sha384")
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def critical() -> str:
    return f"{encode({'alg': 'ES384', 'typ': 'JWT', 'kid': 'ec', 'crit': ['x'], 'x': 1})}.{encode(CLAIMS)}.AAAA"


@pytest.mark.parametrize(
    "token",
    [
        sign(),
        sign(RSA, "RS384"),
        sign(aud=[f"{BASE}{PATH}", "https://other.example"]),
        sign(head={"jku": None}),
        sign(nbf=NOW - 5),
        sign(exp=NOW - 20),  # within what clocks may differ
    ],
    ids=["ES384", "RS384", "a list of audiences", "keys known beforehand", "nbf", "clocks differ"],
)
def test_a_token_that_holds_is_taken(token: str) -> None:
    assert gate().check_token(f"Bearer {token}", PATH) == ISSUER


REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "none": (unsigned, "not signed with ES384 or RS384"),
    "none, spelled otherwise": (lambda: unsigned(alg="nOnE"), "not signed with ES384 or RS384"),
    "HMAC with the public key": (confused, "not signed with ES384 or RS384"),
    "HMAC with a key of the set": (lambda: sign(SECRET, "HS384"), "not signed with ES384 or RS384"),
    "a weaker algorithm": (lambda: sign(CURVE, "ES256"), "not signed with ES384 or RS384"),
    "an algorithm of another key": (lambda: sign(EC, "ES384", {"kid": "rsa"}), "does not fit its algorithm"),
    "a key of another curve": (lambda: sign(EC, "ES384", {"kid": "p256"}), "does not fit its algorithm"),
    "a short key": (lambda: sign(SMALL, "RS384"), "does not fit its algorithm"),
    "a secret as a key": (lambda: sign(EC, "ES384", {"kid": "secret"}), "does not fit its algorithm"),
    "forged: another key of the same name": (lambda: sign(OTHER), "signature does not hold"),
    "forged: claims changed": (lambda: _change(sign()), "signature does not hold"),
    "an unknown key": (lambda: sign(EC, "ES384", {"kid": "new"}), "not among those of this client"),
    "no key named": (lambda: sign(EC, "ES384", {"kid": None}), "does not name its key"),
    "keys from elsewhere (jku)": (lambda: sign(OTHER, "ES384", {"jku": "https://evil.example/jwks"}), "not those that are known"),
    "keys of this network (jku)": (lambda: sign(OTHER, "ES384", {"jku": "http://169.254.169.254/"}), "not those that are known"),
    "keys in its own head (jwk)": (lambda: sign(OTHER, head={"jwk": OTHER.as_dict(private=False)}), "signature does not hold"),
    "critical extensions": (critical, "(crit)"),
    "another type": (lambda: sign(head={"typ": "at+jwt"}), "(typ)"),
    "expired": (lambda: sign(exp=NOW - 31), "over (exp)"),
    "no end": (lambda: sign(exp=None), "(iat, exp)"),
    "an end that is no number": (lambda: sign(exp="2099-01-01"), "(iat, exp)"),
    "an end that is true": (lambda: sign(exp=True), "(iat, exp)"),
    "a far end": (lambda: sign(exp=NOW + 86_400), "more than an hour"),
    "not yet": (lambda: sign(iat=NOW + 60, exp=NOW + 120), "not valid yet"),
    "no issue": (lambda: sign(iat=None), "(iat, exp)"),
    "another audience": (lambda: sign(aud=f"{BASE}/cds-services/other"), "(aud)"),
    "a part of the audience": (lambda: sign(aud=f"{BASE}{PATH}x"), "(aud)"),
    "no audience": (lambda: sign(aud=None), "(aud)"),
    "another issuer": (lambda: sign(iss="https://evil.example"), "(iss)"),
    "an issuer that is no text": (lambda: sign(iss=["https://ehr.example"]), "(iss)"),
    "no number of its own": (lambda: sign(jti=None), "(jti)"),
    "an endless number of its own": (lambda: sign(jti="x" * 1000), "(jti)"),
    "no JWT": (lambda: "abc", "no JWT"),
    "five parts": (lambda: "a.b.c.d.e", "no JWT"),
    "claims that are a list": (lambda: f"{encode({'alg': 'ES384', 'kid': 'ec'})}.{encode([1])}.AAAA", "no JWT"),
    "letters of another script": (lambda: "ü.ü.ü", "no JWT"),
    "too long": (lambda: "a" * 9000, "too long"),
}  # fmt: skip


def _change(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{encode({**CLAIMS, 'jti': 'other'})}.{signature}"


@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_does_not_hold_is_refused(name: str) -> None:
    make, says = REFUSED[name]
    token = make()
    with pytest.raises(Problem) as refused:
        gate().check_token(f"Bearer {token}", PATH)
    assert (refused.value.status, refused.value.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert says in refused.value.detail
    assert token not in refused.value.detail


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "bearer"])
def test_no_token_is_no_token(header: str) -> None:
    with pytest.raises(Problem) as refused:
        gate().check_token(header, PATH)
    assert "Authorization: Bearer" in refused.value.detail


def test_a_token_is_taken_once() -> None:
    one, token = gate(), f"Bearer {sign()}"
    one.check_token(token, PATH)
    with pytest.raises(Problem) as refused:
        one.check_token(token, PATH)
    assert "came before" in refused.value.detail
    one.check_token(f"Bearer {sign(jti='2')}", PATH)


def test_a_token_of_another_service_is_not_used_up() -> None:
    """What is refused for its audience may still be shown where it belongs."""
    one, token = gate(), f"Bearer {sign()}"
    with pytest.raises(Problem):
        one.check_token(token, "/cds-services")
    assert one.check_token(token, PATH) == ISSUER


def test_keys_are_asked_for_once_and_again_for_an_unknown_one() -> None:
    keys = Keys()
    one = gate(keys)
    for number in range(5):
        one.check_token(f"Bearer {sign(jti=str(number))}", PATH)
    assert keys.asked == [KEYS]
    for number in range(5):  # an unknown key has them asked for anew, and not each time
        with pytest.raises(Problem):
            one.check_token(f"Bearer {sign(EC, 'ES384', {'kid': f'new{number}'})}", PATH)
    assert len(keys.asked) <= 2


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "did not answer in time"), ([], "no JWK Set"), ({"keys": 5}, "no JWK Set"), ({"keys": []}, "not among")],
)
def test_keys_that_cannot_be_had(content: Any, says: str) -> None:
    with pytest.raises(Problem) as refused:
        gate(Keys(content)).check_token(f"Bearer {sign()}", PATH)
    assert (refused.value.status, says in refused.value.detail) == (401, True)


def test_keys_may_stand_in_a_file_and_then_no_address_is_asked() -> None:
    keys = Keys()
    one = gate(keys, clients={ISSUER: "keys.json"}, key_files={"keys.json": json.dumps(SET).encode()})
    assert one.check_token(f"Bearer {sign(head={'jku': 'https://evil.example/jwks'})}", PATH) == ISSUER
    assert keys.asked == []


def test_nobody_is_let_in_where_no_client_is_known_and_everybody_where_it_is_open() -> None:
    with pytest.raises(Problem) as refused:
        gate(clients={}).check_token(f"Bearer {sign()}", PATH)
    assert "--cds-client" in refused.value.detail
    assert gate(clients={}, is_open=True).check_token("", PATH) == ""


def test_the_clock_is_that_of_the_day() -> None:
    assert abs(TokenGate(CdsSettings(BASE), Outbound()).get_now() - time.time()) < 5


@pytest.mark.parametrize(
    "told", [{"use": "enc"}, {"alg": "ES256"}, {"crv": "P-521"}], ids=["for encryption", "another algorithm", "no point"]
)
def test_a_key_that_is_for_something_else_verifies_nothing(told: dict[str, str]) -> None:
    keys = Keys({"keys": [{**EC.as_dict(private=False), **told}]})
    with pytest.raises(Problem) as refused:
        gate(keys).check_token(f"Bearer {sign()}", PATH)
    assert "does not fit" in refused.value.detail or "not among those" in refused.value.detail


def test_of_two_keys_of_one_name_none_is_taken() -> None:
    keys = Keys({"keys": [EC.as_dict(private=False), OTHER.as_dict(private=False)]})
    with pytest.raises(Problem) as refused:
        gate(keys).check_token(f"Bearer {sign()}", PATH)
    assert "does not fit" in refused.value.detail
