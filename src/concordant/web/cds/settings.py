"""How a server answers CDS Hooks: under which address, to whom, and which FHIR servers it may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from concordant.errors import Complaint, Unreadable, quote_word
from concordant.texts import read_file_bytes
from concordant.web.smart.settings import SmartSettings

SECURE = "https://"


@dataclass(frozen=True, slots=True)
class CdsSettings:
    """`base` is the address of the service as clients call it; `clients` where the keys of each issuer are, an address or a file.

    `servers` are the FHIR servers that may be asked, `origins` the pages that may ask through a browser. `private` allows
    servers with addresses of a private network. `is_open` asks nobody for a token and allows http: for development alone.
    `smart` is by which names this service is known at FHIR servers.
    """

    base: str
    clients: Mapping[str, str] = field(default_factory=dict)
    key_files: Mapping[str, bytes] = field(default_factory=dict)
    servers: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    private: bool = False
    is_open: bool = False
    smart: SmartSettings = field(default_factory=SmartSettings)


def make_settings(
    base: str,
    clients: Sequence[str] = (),
    servers: Sequence[str] = (),
    origins: Sequence[str] = (),
    *,
    private: bool = False,
    is_open: bool = False,
) -> CdsSettings:
    """The settings as somebody wrote them. Raises Unreadable for an address that cannot be one, or keys that cannot be read."""
    known = dict(_split_client(text) for text in clients)
    for address in (base, *servers, *origins, *(where for where in known.values() if _is_address(where))):
        _check_address(address, is_open)
    files = {where: read_file_bytes(Path(where), where) for where in known.values() if not _is_address(where)}
    if known and not base:
        way_out = "Say with --cds-url under which address clients call this service"
        raise Unreadable(Complaint("a token is made out to the address of the service", "--cds-client", way_out=way_out))
    return CdsSettings(
        base.rstrip("/"), known, files, tuple(one.rstrip("/") for one in servers), tuple(origins), private, is_open
    )


def _split_client(text: str) -> tuple[str, str]:
    issuer, sign, where = text.rpartition("=")
    if not sign or not issuer or not where:
        way_out = "Write ISSUER=KEYS: the `iss` of its tokens, and the address or the file of its JWK Set"
        raise Unreadable(Complaint(f"{quote_word(text)} names no client", "--cds-client", way_out=way_out))
    return issuer, where if _is_address(where) else str(Path(where))


def _is_address(text: str) -> bool:
    return "://" in text


def _check_address(address: str, is_open: bool) -> None:
    """Raises Unreadable for what is no address, and for one without TLS where the service is not open for development."""
    if not address:
        return
    try:
        parts = urlsplit(address)
        whole = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        whole = False
    if not whole or parts.scheme not in ("http", "https"):
        raise Unreadable(Complaint(f"{quote_word(address)} is no address", "serve", way_out="Write it as https://HOST/PATH"))
    if not is_open and not address.startswith(SECURE):
        way_out = "Use https; http is for --cds-open, in development"
        raise Unreadable(Complaint(f"{quote_word(address)} is not encrypted", "serve", way_out=way_out))
