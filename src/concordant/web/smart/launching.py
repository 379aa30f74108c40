"""The authorization code flow with PKCE: where a browser is sent, and what comes of the code that it brings back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from concordant.web.cds.outbound import Outbound
from concordant.web.cds.requests import ID
from concordant.web.smart.discovery import Discovery, NoToken, SmartConfiguration
from concordant.web.smart.identity import check_identity
from concordant.web.smart.memory import Launch, OpenRecord, ShortMemory, make_secret
from concordant.web.smart.settings import SmartSettings
from concordant.web.smart.token_endpoint import request_token

CALLBACK = "/smart/callback"
LAUNCH_LIFE, RECORD_LIFE = 600.0, 600.0  # seconds for which somebody may sign in; for which a record may be read again
SECONDS = 8.0  # for all that is asked in one step
LONGEST = 4_000


class LaunchRefused(Exception):
    """Why a launch ends, in words that hold nothing of what came."""


@dataclass
class Launcher:
    """Begins and ends launches. `base` is the address of this service, `kinds` the resources that are read."""

    settings: SmartSettings
    outbound: Outbound
    base: str
    kinds: Sequence[str]
    get_now: Callable[[], float] = time.time
    launches: ShortMemory[Launch] = field(default_factory=ShortMemory)
    records: ShortMemory[OpenRecord] = field(default_factory=ShortMemory)

    @cached_property
    def discovery(self) -> Discovery:
        """Where browsers are sent, and tokens are had."""
        return Discovery(self.outbound)

    def begin_launch(self, server: str, handle: str, browser: str) -> str:
        """The address to which the browser is sent. `handle` is what the EHR calls its launch. Raises LaunchRefused."""
        server = server.rstrip("/")
        if server not in self.settings.apps:
            raise LaunchRefused("This server is none for which the page may be launched.")
        if len(handle) > LONGEST:
            raise LaunchRefused("The name of this launch is too long.")
        configuration = self._configure(server)
        launch = Launch(server, browser, make_secret(), make_secret())
        state = self.launches.keep_thing(launch, LAUNCH_LIFE)
        asked = self._list_parameters(configuration, launch, state, handle)
        sign = "&" if "?" in configuration.authorization_endpoint else "?"
        return f"{configuration.authorization_endpoint}{sign}{urlencode(asked)}"

    def _configure(self, server: str) -> SmartConfiguration:
        try:
            found = self.discovery.get_configuration(server, time.monotonic() + SECONDS)
        except NoToken as why:
            raise LaunchRefused(f"The launch cannot begin: {why}.") from None
        if not found.authorization_endpoint:
            raise LaunchRefused("The launch cannot begin: this server does not say where somebody signs in.")
        if "S256" not in found.code_challenge_methods_supported:
            raise LaunchRefused("The launch cannot begin: this server does not protect its codes (PKCE, S256).")
        return found

    def _list_parameters(self, told: SmartConfiguration, launch: Launch, state: str, handle: str) -> dict[str, str]:
        digest = hashlib.sha256(launch.verifier.encode()).digest()
        wanted = ["launch" if handle else "launch/patient", *(["openid"] if told.tells_identity else [])]
        return {
            "response_type": "code",
            "client_id": self.settings.apps[launch.server],
            "redirect_uri": f"{self.base}{CALLBACK}",
            "scope": " ".join([*wanted, *(f"patient/{kind}.{told.suffix}" for kind in self.kinds)]),
            "state": state,
            "aud": launch.server,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **({"nonce": launch.nonce} if told.tells_identity else {}),
            **({"launch": handle} if handle else {}),
        }

    def end_launch(self, state: str, code: str, issuer: str, browser: str) -> str:
        """The name of the record that may now be read. Raises LaunchRefused. A state is taken once, whatever comes of it."""
        launch = self.launches.take_thing(state)
        if launch is None:
            raise LaunchRefused("This launch is not known here: it came back before, or took too long.")
        if not hmac.compare_digest(launch.browser.encode(), browser.encode()):
            raise LaunchRefused("This launch was begun in another browser.")
        if not code or len(code) > LONGEST:
            raise LaunchRefused("The server of the record did not let the page in.")
        try:
            record, life = self._redeem_code(launch, code, issuer)
        except NoToken as why:
            raise LaunchRefused(f"The launch cannot end: {why}.") from None
        return self.records.keep_thing(record, min(life, RECORD_LIFE))

    def _redeem_code(self, launch: Launch, code: str, issuer: str) -> tuple[OpenRecord, float]:
        until = time.monotonic() + SECONDS
        told, client = self._configure(launch.server), self.settings.apps[launch.server]
        if issuer and told.issuer and issuer != told.issuer:
            raise LaunchRefused("This launch comes back from another server than it was sent to.")
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.base}{CALLBACK}",
            "client_id": client,
            "code_verifier": launch.verifier,
        }
        found = request_token(self.outbound, told.token_endpoint, fields, until)
        if told.tells_identity:
            check_identity(found.id_token, told, client, launch.nonce, self.outbound, until, self.get_now())
        if ID.fullmatch(found.patient) is None:
            raise NoToken("no patient was chosen there")
        return OpenRecord(launch.server, launch.browser, found.access_token, found.patient), found.life

    def find_record(self, name: str, browser: str) -> OpenRecord:
        """A record that may be read. Raises LaunchRefused for one that is over, or is another browser's."""
        record = self.records.find_thing(name)
        if record is None or not hmac.compare_digest(record.browser.encode(), browser.encode()):
            raise LaunchRefused("This record is not open any more: launch the page again.")
        return record
