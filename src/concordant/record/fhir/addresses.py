"""Addresses of resources: with a server or without, of a version or of the resource itself."""

from __future__ import annotations

URN = "urn:uuid:"


def strip_version(reference: str) -> str:
    """A reference without the version it names."""
    return reference.partition("/_history/")[0].strip()


def to_local_reference(reference: str) -> str:
    """`Type/id` of an address, or the address itself."""
    parts = reference.rsplit("/", 2)
    return f"{parts[-2]}/{parts[-1]}" if len(parts) == 3 else reference


def to_patient_address(reference: str) -> str:
    """`Patient/id`, under which the entries of a patient are gathered from several files; empty for what is within an entry."""
    if reference.startswith("#"):
        return ""
    text = to_local_reference(strip_version(reference))
    return text.replace(URN, "Patient/", 1) if text.startswith(URN) else text


def find_server(address: str) -> str:
    """The server of an absolute address; empty for any other."""
    return strip_version(address).rsplit("/", 2)[0] if address.startswith("http") else ""
