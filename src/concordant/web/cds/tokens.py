"""Who asks: the signed token of a client (JWT), its signature, its audience, its time, and that it comes once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from concordant.web.cds.outbound import Outbound, Unreachable
from concordant.web.cds.settings import CdsSettings
from concordant.web.problems import Problem

ALGORITHMS: Mapping[str, tuple[str, str]] = {"ES384": ("EC", "P-384"), "RS384": ("RSA", "")}
LONGEST_TOKEN, LONGEST_ID = 8_000, 256
LEEWAY = 30.0  # seconds by which clocks may differ
LONGEST_LIFE = 3_600.0  # seconds from issue to end; a token that lives longer could be replayed for longer
LEAST_RSA = 2_048  # bits
KEYS_KEPT, KEYS_ASKED_AGAIN = 600.0, 30.0  # seconds for which keys are kept; after which an unknown one is looked for anew
SECONDS_FOR_KEYS = 5.0
MOST_SEEN = 100_000  # tokens that are remembered until they end
LATEST = 1e12
BEARER = "bearer"


def refuse_token(why: str) -> Problem:
    """What is said of a token that is not taken; nothing of the token stands in it."""
    return Problem(401, "This token is not taken", why, headers={"WWW-Authenticate": "Bearer"})


@dataclass
class TokenGate:
    """Lets clients in whose tokens hold. `get_now` is the time of day in seconds."""

    settings: CdsSettings
    outbound: Outbound
    get_now: Callable[[], float] = time.time
    _keys: dict[str, tuple[float, list[Any]]] = field(default_factory=dict)
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check_token(self, header: str, path: str) -> str:
        """The issuer of the token in an `Authorization` header; empty where none is asked for. Raises Problem."""
        if self.settings.is_open:
            return ""
        if not self.settings.clients:
            raise refuse_token("No client is known here: whoever runs this service names them with --cds-client.")
        kind, _, token = header.partition(" ")
        if kind.lower() != BEARER or not token.strip():
            raise refuse_token("Send `Authorization: Bearer TOKEN`, a JWT signed with ES384 or RS384.")
        if len(token) > LONGEST_TOKEN:
            raise refuse_token("It is too long.")
        return self._check_parts(token.strip(), f"{self.settings.base}{path}")

    def _check_parts(self, token: str, audience: str) -> str:
        head, told = _read_unverified(token)
        algorithm = _check_head(head)
        issuer = told.get("iss")
        if not isinstance(issuer, str) or issuer not in self.settings.clients:
            raise refuse_token("Its issuer (iss) is not known here.")
        key = self._find_key(issuer, head, algorithm)
        claims = _verify_signature(token, key, algorithm)
        end = _check_claims(claims, issuer, audience, self.get_now())
        self._take_once(issuer, str(claims["jti"]), end)
        return issuer

    # -- keys --------------------------------------------------------------------------------------

    def _find_key(self, issuer: str, head: Mapping[str, Any], algorithm: str) -> Any:
        where = self.settings.clients[issuer]
        named = head.get("jku")
        if named is not None and where not in self.settings.key_files and named != where:
            raise refuse_token("Its keys (jku) are not those that are known of this client.")
        for oldest in (KEYS_KEPT, KEYS_ASKED_AGAIN):
            fitting = [key for key in self._get_keys(where, oldest) if key.kid == head["kid"]]
            if fitting:
                return _check_key(fitting, algorithm)
        raise refuse_token("Its key (kid) is not among those of this client.")

    def _get_keys(self, where: str, oldest: float) -> list[Any]:
        with self._lock:
            kept = self._keys.get(where)
        if kept is not None and (where in self.settings.key_files or time.monotonic() - kept[0] < oldest):
            return kept[1]
        keys = parse_keys(self._fetch_keys(where))
        if keys is None:
            raise refuse_token("The keys of this client are no JWK Set.")
        with self._lock:
            self._keys[where] = (time.monotonic(), keys)
        return keys

    def _fetch_keys(self, where: str) -> bytes:
        if where in self.settings.key_files:
            return self.settings.key_files[where]
        try:
            return self.outbound.get_json(where, {"Accept": "application/json"}, time.monotonic() + SECONDS_FOR_KEYS)
        except Unreachable as why:
            raise refuse_token(f"The keys of this client cannot be had: {why}.") from None

    # -- once --------------------------------------------------------------------------------------

    def _take_once(self, issuer: str, name: str, end: float) -> None:
        now = self.get_now()
        with self._lock:
            if len(self._seen) >= MOST_SEEN:
                self._seen = {known: until for known, until in self._seen.items() if until > now}
            if len(self._seen) >= MOST_SEEN:
                raise Problem(429, "Too many tokens at once", "Wait a minute, then ask again.", retry_after=60)
            if self._seen.get((issuer, name), 0.0) > now:
                raise refuse_token("It came before: each token (jti) is taken once.")
            self._seen[issuer, name] = end


def _read_unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and claims before anything is believed of them: they say which key is meant."""
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        parts = jws.extract_compact(token.encode("ascii"))
        head, told = parts.headers(), json.loads(parts.payload)
    except (JoseError, ValueError, RecursionError, AttributeError, TypeError):
        raise refuse_token("It is no JWT.") from None
    if not isinstance(head, dict) or not isinstance(told, dict):
        raise refuse_token("It is no JWT.")
    return head, told


def _check_head(head: Mapping[str, Any]) -> str:
    """The algorithm, which is one that signs with a key that nobody else has."""
    algorithm = head.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise refuse_token("It is not signed with ES384 or RS384.")
    if str(head.get("typ", "")).upper() != "JWT":
        raise refuse_token("Its head does not say that it is a JWT (typ).")
    if "crit" in head:
        raise refuse_token("Its head asks for something that is not understood (crit).")
    if not isinstance(head.get("kid"), str):
        raise refuse_token("Its head does not name its key (kid).")
    return algorithm


def parse_keys(content: bytes) -> list[Any] | None:
    """The keys of a JWK Set that can verify a signature, without those that cannot be read; None for what is no JWK Set."""
    from joserfc import jwk

    try:
        told = json.loads(content)
        listed = told["keys"] if isinstance(told, dict) else None
    except (ValueError, RecursionError, KeyError):
        listed = None
    if not isinstance(listed, list):
        return None
    keys = []
    for one in listed:
        try:
            keys.append(jwk.import_key(one))
        except Exception:  # a key of a kind that is not known, or a faulty one: the others count
            continue
    return keys


def _check_key(fitting: list[Any], algorithm: str) -> Any:
    """The one key, of the kind that the algorithm needs: a public key is never taken for a secret."""
    kind, curve = ALGORITHMS[algorithm]
    key = fitting[0]
    told = key.as_dict(private=False)
    wrong = len(fitting) > 1 or key.key_type != kind or told.get("use", "sig") != "sig" or told.get("alg", algorithm) != algorithm
    if wrong or (curve and told.get("crv") != curve) or (kind == "RSA" and key.public_key.key_size < LEAST_RSA):
        raise refuse_token("Its key does not fit its algorithm.")
    return key


def _verify_signature(token: str, key: Any, algorithm: str) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        return dict(jwt.decode(token, key, algorithms=[algorithm]).claims)
    except (JoseError, ValueError, TypeError):
        raise refuse_token("Its signature does not hold.") from None


def _check_claims(claims: Mapping[str, Any], issuer: str, audience: str, now: float) -> float:
    """When it ends. Raises Problem for one that is made out to somebody else, is over, or lives too long."""
    asked = claims.get("aud")
    if claims.get("iss") != issuer or (audience not in asked if isinstance(asked, list) else asked != audience):
        raise refuse_token("It is made out to another address (aud).")
    end, begun, valid = (_get_time(claims, name) for name in ("exp", "iat", "nbf"))
    if end is None or begun is None:
        raise refuse_token("It does not say when it was issued and when it ends (iat, exp).")
    if end + LEEWAY <= now:
        raise refuse_token("It is over (exp).")
    if max(begun, valid or 0.0) > now + LEEWAY:
        raise refuse_token("It is not valid yet (iat, nbf).")
    if end - begun > LONGEST_LIFE:
        raise refuse_token("It lives for more than an hour.")
    name = claims.get("jti")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        raise refuse_token("It has no number of its own (jti).")
    return end + LEEWAY


def _get_time(claims: Mapping[str, Any], name: str) -> float | None:
    """A claim that is a number of seconds; None where it is not there, or is anything else."""
    value = claims.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if value is not None and is_number and 0 < value < LATEST else None
