"""What a FHIR server says of its authorization: asked for at that server alone, and kept for some minutes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from concordant.web.cds.outbound import Outbound, Unreachable

PATH = "/.well-known/smart-configuration"
KEPT = 600.0  # seconds
LONGEST_ADDRESS = 2_000


class NoToken(Exception):
    """Why there is no token, in words that hold nothing of what came."""


class SmartConfiguration(msgspec.Struct, frozen=True):
    """Of the configuration what is used."""

    token_endpoint: str
    authorization_endpoint: str = ""
    issuer: str = ""
    jwks_uri: str = ""
    capabilities: tuple[str, ...] = ()
    code_challenge_methods_supported: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """How the right to read and search is written: as in the first version of SMART wherever that is understood."""
        return "rs" if "permission-v2" in self.capabilities and "permission-v1" not in self.capabilities else "read"

    @property
    def tells_identity(self) -> bool:
        """Whether it says who signed in, by a signed token in which our own number stands again."""
        return "sso-openid-connect" in self.capabilities


@dataclass
class Discovery:
    """Asks servers for their configuration."""

    outbound: Outbound
    _kept: dict[str, tuple[float, SmartConfiguration]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get_configuration(self, server: str, until: float) -> SmartConfiguration:
        """The configuration of a listed server. Raises NoToken."""
        with self._lock:
            kept = self._kept.get(server)
        if kept is not None and time.monotonic() - kept[0] < KEPT:
            return kept[1]
        found = self._fetch(server, until)
        with self._lock:
            self._kept[server] = (time.monotonic(), found)
        return found

    def _fetch(self, server: str, until: float) -> SmartConfiguration:
        try:
            told = self.outbound.get_json(f"{server}{PATH}", {"Accept": "application/json"}, until)
            found = msgspec.json.decode(told, type=SmartConfiguration)
        except Unreachable as why:
            raise NoToken(f"the FHIR server was asked where tokens are had, and {why}") from None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise NoToken("the FHIR server was asked where tokens are had, and its answer is no configuration of SMART") from None
        for address in (found.token_endpoint, *filter(None, (found.authorization_endpoint, found.jwks_uri))):
            if not is_address(address, insecure=self.outbound.insecure):
                raise NoToken("the FHIR server names an address for tokens that is none")
        return found


def is_address(text: str, *, insecure: bool) -> bool:
    """Whether a browser or this service may be sent there: https, a host, and no sign that breaks out of an address."""
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text or len(text) > LONGEST_ADDRESS:
        return False
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and parts.port != 0 and parts.username is None and not parts.fragment
    except ValueError:
        return False
    return whole and (parts.scheme == "https" or (insecure and parts.scheme == "http"))
