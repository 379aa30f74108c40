"""One question to an address that hands out tokens, and what of its answer is believed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from concordant.web.cds.outbound import Outbound, Unreachable
from concordant.web.cds.requests import BEARER
from concordant.web.smart.discovery import NoToken

SHORT, LONGEST = 300.0, 3_600.0  # seconds: where no life is told; for which a token is used at most
MOST_SECONDS = 1e9


class TokenAnswer(msgspec.Struct, frozen=True):
    """Of the answer what is used."""

    access_token: str
    token_type: str
    expires_in: float | None = None
    patient: str = ""
    id_token: str = ""

    @property
    def life(self) -> float:
        """The seconds for which it is used."""
        return SHORT if self.expires_in is None else min(self.expires_in, LONGEST)


def request_token(outbound: Outbound, endpoint: str, fields: Mapping[str, str], until: float) -> TokenAnswer:
    """The answer of the address. Raises NoToken for anything but a token that can be sent in a header."""
    try:
        told = outbound.post_form(endpoint, fields, until)
        found = msgspec.json.decode(told, type=TokenAnswer, strict=False)
    except Unreachable as why:
        raise NoToken(f"the address that hands out tokens was asked, and {why}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NoToken("the address that hands out tokens was asked, and its answer is none") from None
    if found.token_type.lower() != "bearer" or BEARER.fullmatch(found.access_token) is None:
        raise NoToken("the address that hands out tokens was asked, and its token cannot be used")
    if found.expires_in is not None and not 0 < found.expires_in < MOST_SECONDS:
        raise NoToken("the address that hands out tokens was asked, and its token is over already")
    return found
