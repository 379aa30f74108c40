"""Who signed in (OpenID Connect): the signed token is checked, for our own number in it, and then forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from concordant.web.cds.outbound import Outbound, Unreachable
from concordant.web.cds.tokens import LEEWAY, LONGEST_TOKEN, parse_keys
from concordant.web.smart.discovery import NoToken, SmartConfiguration

ALGORITHMS = {"RS256": "RSA", "RS384": "RSA", "ES256": "EC", "ES384": "EC"}
FAULT = "who signed in cannot be checked: the identity that came with the token"


def check_identity(
    token: str, configuration: SmartConfiguration, client: str, nonce: str, outbound: Outbound, until: float, now: float
) -> None:
    """Raises NoToken for an identity that was not made by that server, for this client and for this launch."""
    if not token or len(token) > LONGEST_TOKEN:
        raise NoToken(f"{FAULT} is missing, or too long")
    claims = _verify(token, _fetch_keys(configuration, outbound, until))
    audience = claims.get("aud")
    if claims.get("iss") != configuration.issuer or client not in (audience if isinstance(audience, list) else [audience]):
        raise NoToken(f"{FAULT} is made by another, or out to another")
    end = claims.get("exp")
    if not isinstance(end, int | float) or isinstance(end, bool) or end + LEEWAY <= now:
        raise NoToken(f"{FAULT} is over")
    if claims.get("nonce") != nonce:
        raise NoToken(f"{FAULT} belongs to another launch")


def _fetch_keys(configuration: SmartConfiguration, outbound: Outbound, until: float) -> list[Any]:
    try:
        found = parse_keys(outbound.get_json(configuration.jwks_uri, {"Accept": "application/json"}, until))
    except Unreachable as why:
        raise NoToken(f"who signed in cannot be checked: the keys of the server were asked for, and {why}") from None
    if found is None:
        raise NoToken("who signed in cannot be checked: the keys of the server are no JWK Set")
    return found


def _verify(token: str, keys: list[Any]) -> Mapping[str, Any]:
    """The claims, whose signature holds by a key of the kind that its algorithm needs."""
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    try:
        head = jws.extract_compact(token.encode("ascii")).headers()
        algorithm = head.get("alg")
        kind = ALGORITHMS.get(algorithm) if isinstance(algorithm, str) else None
        fitting = [key for key in keys if key.key_type == kind and head.get("kid") in (None, key.kid)]
        if len(fitting) != 1 or "crit" in head or not isinstance(algorithm, str):
            raise NoToken(f"{FAULT} is not signed by a key of that server")
        claims = jwt.decode(token, fitting[0], algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError, json.JSONDecodeError):
        raise NoToken(f"{FAULT} is not signed by a key of that server") from None
    return dict(claims)
