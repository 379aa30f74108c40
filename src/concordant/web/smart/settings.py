"""At which FHIR servers this service is known: by which name for its own reads, and by which the page is launched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from concordant.errors import Complaint, Unreadable, quote_word, suggest_word
from concordant.web.smart.keys import SigningKey, read_key


@dataclass(frozen=True, slots=True)
class SmartSettings:
    """By the address of a FHIR server: `clients` are the names of this service, `apps` those of the page; `key` signs."""

    clients: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)
    key: SigningKey | None = None


def make_smart_settings(
    clients: Sequence[str], apps: Sequence[str], key_file: str, servers: Sequence[str], base: str, *, is_open: bool = False
) -> SmartSettings:
    """The settings as somebody wrote them. Raises Unreadable for a server that is not listed, or a key that is missing."""
    known = dict(_split_name(text, "--smart-client", servers) for text in clients)
    launched = dict(_split_name(text, "--smart-app", servers) for text in apps)
    if known and not key_file:
        way_out = "Name the file of the private key with --smart-key"
        raise Unreadable(Complaint("this service signs what it asks for", "--smart-client", way_out=way_out))
    if launched and not base and not is_open:
        way_out = "Say with --cds-url under which address this service is reached"
        raise Unreadable(Complaint("a launch comes back to the address of the service", "--smart-app", way_out=way_out))
    return SmartSettings(known, launched, read_key(key_file) if key_file else None)


def _split_name(text: str, option: str, servers: Sequence[str]) -> tuple[str, str]:
    server, sign, name = text.rpartition("=")
    server = server.rstrip("/")
    if not sign or not server or not name:
        way_out = "Write SERVER=ID: the address of the FHIR server, and the id that it knows this service by"
        raise Unreadable(Complaint(f"{quote_word(text)} names no client", option, way_out=way_out))
    if server not in servers:
        near = suggest_word(server, servers, listing=False)
        way_out = near or f"Add --fhir-server {server}"
        raise Unreadable(Complaint(f"{quote_word(server)} is no FHIR server that may be asked", option, way_out=way_out))
    return server, name
