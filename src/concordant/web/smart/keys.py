"""The private key of this service: read from a file, its public half handed out, and statements signed with it."""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concordant.errors import Complaint, Unreadable
from concordant.texts import read_file_bytes

LEAST_RSA = 2_048  # bits
KINDS = {"EC": "ES384", "RSA": "RS384"}
CURVE = "P-384"
LIFE = 240  # seconds; SMART allows five minutes
WAY_OUT = "Give a private key of P-384 or RSA (2048 bits or more), as PEM without a password or as a JWK"


@dataclass(frozen=True)
class SigningKey:
    """A private key with its name and its algorithm; it is never shown."""

    key: Any = field(repr=False)
    kid: str
    algorithm: str

    def list_public(self) -> dict[str, Any]:
        """The JWK Set of the public half."""
        public = {**self.key.as_dict(private=False), "kid": self.kid, "alg": self.algorithm, "use": "sig"}
        return {"keys": [{name: value for name, value in public.items() if name != "key_ops"}]}

    def sign_statement(self, client: str, audience: str, now: float) -> str:
        """A signed statement that this is the client, made out to one address, for once."""
        from joserfc import jwt

        head = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT"}
        claims = {"iss": client, "sub": client, "aud": audience, "iat": int(now), "exp": int(now) + LIFE, "jti": uuid.uuid4().hex}
        return jwt.encode(head, claims, self.key, algorithms=[self.algorithm])


def read_key(name: str) -> SigningKey:
    """The key of a file. Raises Unreadable for what is none that may sign; nothing of the file stands in the message."""
    told = read_file_bytes(Path(name), name)
    key = _parse_key(told)
    if key is None:
        raise Unreadable(Complaint("this is no private key that can be read", name, way_out=WAY_OUT))
    if not _may_sign(key):
        raise Unreadable(Complaint("this key may not sign here", name, way_out=WAY_OUT))
    return SigningKey(key, key.kid or key.thumbprint(), KINDS[key.key_type])


def _parse_key(told: bytes) -> Any:
    from joserfc import jwk

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a short key, which is refused
        readers: tuple[Callable[[bytes], Any], ...] = (_read_jwk, jwk.ECKey.import_key, jwk.RSAKey.import_key)
        for read in readers:
            try:
                return read(told)
            except Exception:  # the libraries below raise of many kinds; whatever it is, it is no key
                continue
    return None


def _read_jwk(told: bytes) -> Any:
    from joserfc import jwk

    return jwk.import_key(json.loads(told))


def _may_sign(key: Any) -> bool:
    if key.key_type not in KINDS or not key.is_private:
        return False
    told: Mapping[str, Any] = key.as_dict(private=False)
    if told.get("use", "sig") != "sig" or told.get("alg", KINDS[key.key_type]) != KINDS[key.key_type]:
        return False
    return told.get("crv") == CURVE if key.key_type == "EC" else key.public_key.key_size >= LEAST_RSA
