"""A small authorization server beside the small FHIR server: it hands out codes and tokens, and lies where it is told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwk, jwt

from tests.web.cds.calls import Json
from tests.web.cds.double import Answer, Double, Handler, doubling

CLIENT, APP = "concordant-backend", "concordant-page"
SIGNER = jwk.RSAKey.generate_key(2048, {"kid": "server", "alg": "RS256", "use": "sig"})
CAPABILITIES = ("launch-ehr", "launch-standalone", "client-public", "sso-openid-connect", "permission-v1")


@dataclass
class Authorization:
    """What the server remembers and how it lies: `changed` are answers of the address that hands out tokens."""

    patient: str = "p1"
    keys: Any = None  # of backend clients
    changed: Json = field(default_factory=dict)
    identity: Json = field(default_factory=dict)
    configured: Json = field(default_factory=dict)
    lie: Answer | None = None
    life: int = 300
    codes: dict[str, Json] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    asked: list[Json] = field(default_factory=list)
    refuses_reads: bool = False

    def configure(self, server: Double) -> Json:
        root = server.base.removesuffix("/fhir")
        told = {
            "issuer": root,
            "jwks_uri": f"{root}/jwks",
            "authorization_endpoint": f"{root}/authorize",
            "token_endpoint": f"{root}/token",
            "capabilities": list(CAPABILITIES),
            "code_challenge_methods_supported": ["S256"],
        }
        return {name: value for name, value in {**told, **self.configured}.items() if value is not None}

    def authorize(self, address: str, **changed: str) -> str:
        """What somebody who signs in brings back: the address of the page, with a code."""
        asked = {**dict(parse_qsl(urlsplit(address).query)), **changed}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def hand_out(self, server: Double, form: dict[str, str]) -> Json:
        """The token for a form. Raises ValueError for a form that is not to be believed."""
        self.asked.append(form)
        if form["grant_type"] == "client_credentials":
            return self._hand_to_backend(server, form)
        asked = self.codes.pop(form["code"], None)
        if asked is None:
            raise ValueError("this code was taken before")
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (digest, form["redirect_uri"], form["client_id"]) != (asked["code_challenge"], asked["redirect_uri"], APP):
            raise ValueError("this code belongs to another")
        return {**self._make_token(), "patient": self.patient, "id_token": self._make_identity(server, asked.get("nonce", ""))}

    def _hand_to_backend(self, server: Double, form: dict[str, str]) -> Json:
        key = jwk.KeySet.import_key_set(self.keys)
        claims = jwt.decode(form["client_assertion"], key, algorithms=["ES384", "RS384"]).claims
        if (claims["iss"], claims["sub"], claims["aud"]) != (CLIENT, CLIENT, self.configure(server)["token_endpoint"]):
            raise ValueError("this statement is made by or out to another")
        if not 0 < claims["exp"] - time.time() <= 300:
            raise ValueError("this statement lives too long")
        return self._make_token()

    def _make_token(self) -> Json:
        self.tokens.append(f"token-{len(self.tokens)}")
        return {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": self.life}

    def _make_identity(self, server: Double, nonce: str) -> str:
        now = time.time()
        claims = {"iss": self.configure(server)["issuer"], "aud": APP, "sub": "u", "exp": now + 60, "iat": now, "nonce": nonce}
        key = self.identity.get("key", SIGNER)
        head = {"alg": self.identity.get("alg", "RS256"), "kid": key.kid, **self.identity.get("head", {})}
        told = {**claims, **{name: value for name, value in self.identity.items() if name not in ("key", "alg", "head")}}
        return confuse(told) if head["alg"] == "HS256" else jwt.encode(head, told, key, algorithms=[head["alg"]])


def confuse(claims: Json) -> str:
    """Signed with HMAC by the text of the server's public key, as if that were a secret."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", "kid": "server"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    made = hmac.digest(SIGNER.as_pem(private=False), signed, "sha256")
    return f"{signed.decode()}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


class SmartHandler(Handler):
    """Codes and tokens beside what the FHIR server does, which asks for a token."""

    def do_POST(self) -> None:  # noqa: N802
        authorization = self.server.authorization  # type: ignore[attr-defined]
        form = {key: one[0] for key, one in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        if authorization.lie is not None:
            authorization.asked.append(form)
            authorization.lie(self)
            return
        try:
            told = authorization.hand_out(self.server, form)
        except Exception:
            self.send({"error": "invalid_grant"}, "application/json", 400)
            return
        told = {**told, **authorization.changed}
        self.send({name: value for name, value in told.items() if value is not None}, "application/json")


def serve_smart(authorization: Authorization, answer: Answer) -> Answer:
    """The FHIR server behind its tokens."""

    def told(handler: Handler) -> None:
        if handler.path == "/fhir/.well-known/smart-configuration":
            handler.send(authorization.configure(handler.server), "application/json")
        elif handler.path.startswith("/authorize?"):  # somebody signs in, and lets the page in
            handler.send(b"", status=302, Location=authorization.authorize(handler.path))
        elif handler.path == "/jwks":
            handler.send({"keys": [SIGNER.as_dict(private=False)]}, "application/json")
        elif authorization.refuses_reads or handler.headers.get("Authorization", "")[7:] not in authorization.tokens:
            handler.send({"resourceType": "OperationOutcome"}, status=401)
        else:
            answer(handler)

    return told


@contextmanager
def authorizing(answer: Answer, **told: Any) -> Iterator[tuple[Double, Authorization]]:
    authorization = Authorization(**told)
    with doubling(serve_smart(authorization, answer)) as server:
        server.RequestHandlerClass = SmartHandler
        server.authorization = authorization  # type: ignore[attr-defined]
        yield server, authorization
