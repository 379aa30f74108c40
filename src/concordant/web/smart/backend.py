"""SMART Backend Services: tokens for what this service reads by itself, where a client hands none over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from concordant.web.cds.outbound import Outbound
from concordant.web.smart.discovery import Discovery, NoToken
from concordant.web.smart.settings import SmartSettings
from concordant.web.smart.token_endpoint import request_token

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MARGIN = 30.0  # seconds before its end at which a token is no longer used; half its life, where that is less
ASKED_AGAIN = 5.0  # seconds after which an address that gave none is asked anew


@dataclass(frozen=True, slots=True)
class _Kept:
    """A token, or why there is none, until a moment of the monotonic clock."""

    until: float
    token: str = field(default="", repr=False)
    why: str = ""


@dataclass
class BackendTokens:
    """Asks for tokens and keeps them until shortly before they end. `kinds` are the resources that are read."""

    settings: SmartSettings
    outbound: Outbound
    kinds: Sequence[str]
    get_now: Callable[[], float] = time.time
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def discovery(self) -> Discovery:
        """Where tokens are had."""
        return Discovery(self.outbound)

    def get_token(self, server: str, until: float) -> str:
        """A token for a server; empty where this service is not known there. Raises NoToken."""
        if server not in self.settings.clients:
            return ""
        if not self._lock.acquire(timeout=max(0.0, until - time.monotonic())):
            raise NoToken("no token came in time")
        try:  # one asks, the others wait for what comes
            kept = self._kept.get(server)
            if kept is None or kept.until <= time.monotonic():
                kept = self._kept[server] = self._ask(server, until)
        finally:
            self._lock.release()
        if kept.why:
            raise NoToken(kept.why)
        return kept.token

    def forget_token(self, server: str, token: str) -> None:
        """A token that the server does not take is not sent again."""
        with self._lock:
            if (kept := self._kept.get(server)) is not None and kept.token == token:
                del self._kept[server]

    def _ask(self, server: str, until: float) -> _Kept:
        key = self.settings.key
        assert key is not None  # settings with clients have one
        try:
            configuration = self.discovery.get_configuration(server, until)
            endpoint = configuration.token_endpoint
            fields = {
                "grant_type": "client_credentials",
                "scope": " ".join(f"system/{kind}.{configuration.suffix}" for kind in self.kinds),
                "client_assertion_type": ASSERTION,
                "client_assertion": key.sign_statement(self.settings.clients[server], endpoint, self.get_now()),
            }
            found = request_token(self.outbound, endpoint, fields, until)
        except NoToken as why:
            return _Kept(time.monotonic() + ASKED_AGAIN, why=str(why))
        return _Kept(time.monotonic() + max(found.life - MARGIN, found.life / 2), found.access_token)
