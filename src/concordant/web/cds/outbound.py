"""One request to another server: to an address that was looked at before, within a time and a size, and never on to elsewhere."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
FORM = "application/x-www-form-urlencoded"
JSON_TYPES = ("application/json", "application/fhir+json", "application/jwk-set+json", "text/json")
WRAPPED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))  # others in the clothes of IPv6
PIECE = 65_536
TOO_LATE = "it did not answer in time"
PORTS = {"https": 443, "http": 80}
Resolve = Callable[..., list[Any]]


class Unreachable(Exception):
    """Why nothing came back, in words that hold nothing of what came, and the status that came instead."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Outbound:
    """Asks other servers. `private` allows addresses of a private network, `insecure` http."""

    private: bool = False
    insecure: bool = False
    most_bytes: int = 10_000_000
    resolve: Resolve = socket.getaddrinfo
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def get_json(self, url: str, headers: Mapping[str, str], until: float) -> bytes:
        """What stands at an address, as the bytes of JSON, before a moment of the monotonic clock. Raises Unreachable."""
        return self._ask(url, headers, None, until)

    def post_form(self, url: str, fields: Mapping[str, str], until: float) -> bytes:
        """What an address answers to a form, as the bytes of JSON, within the same bounds. Raises Unreachable."""
        return self._ask(url, {"Content-Type": FORM, "Accept": "application/json"}, urlencode(fields).encode(), until)

    def _ask(self, url: str, headers: Mapping[str, str], body: bytes | None, until: float) -> bytes:
        try:
            return self._get_json(url, headers, body, until)
        except TimeoutError:
            raise Unreachable(TOO_LATE) from None
        except Unreachable as why:  # a connection that was cut looks like an answer that ended
            raise Unreachable(TOO_LATE if time.monotonic() >= until else str(why), why.status) from None
        except ssl.SSLError:
            raise Unreachable("its certificate is not trusted, or it does not speak TLS") from None
        except (OSError, http.client.HTTPException, ValueError, UnicodeError) as error:
            raise Unreachable(TOO_LATE if time.monotonic() >= until else f"no answer came ({type(error).__name__})") from None

    def _get_json(self, url: str, headers: Mapping[str, str], body: bytes | None, until: float) -> bytes:
        parts = urlsplit(url)
        self._check_scheme(parts)
        address = self._choose_address(parts)
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        with self._connect(parts, address, until) as connection:
            told = {"Accept-Encoding": "identity", "Connection": "close", **headers}
            connection.request("GET" if body is None else "POST", target, body, told)
            response = connection.getresponse()
            _check_response(response)
            return self._read(response, until)

    def _check_scheme(self, parts: SplitResult) -> None:
        if parts.scheme != "https" and not (self.insecure and parts.scheme == "http"):
            raise Unreachable("its address does not begin with https")
        if not parts.hostname or parts.username or parts.password:
            raise Unreachable("its address is none that is asked")

    def _choose_address(self, parts: SplitResult) -> str:
        """The address that is connected to: the name is looked up once, so that it cannot mean another one a moment later."""
        found = self.resolve(parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not addresses or not all(is_allowed(address, private=self.private) for address in addresses):
            raise Unreachable("its name stands for an address that is not asked")
        return addresses[0]

    @contextmanager
    def _connect(self, parts: SplitResult, address: str, until: float) -> Iterator[http.client.HTTPConnection]:
        """A connection that is cut when its time is over, whatever it is doing."""
        port = parts.port or PORTS[parts.scheme]
        told = socket.create_connection((address, port), timeout=_find_rest(until))
        if parts.scheme == "https":
            told = self.context.wrap_socket(told, server_hostname=parts.hostname, do_handshake_on_connect=False)
        cutting = threading.Timer(_find_rest(until), _cut, (told,))
        cutting.start()
        try:
            if isinstance(told, ssl.SSLSocket):
                told.do_handshake()
            connection = http.client.HTTPConnection(parts.hostname or "", port)
            connection.sock = told
            yield connection
        finally:
            cutting.cancel()
            told.close()

    def _read(self, response: http.client.HTTPResponse, until: float) -> bytes:
        parts, size = [], 0
        while piece := response.read1(PIECE):
            size += len(piece)
            if size > self.most_bytes:
                raise Unreachable(f"it answered with more than {self.most_bytes // 1_000_000} MB")
            _find_rest(until)
            parts.append(piece)
        _find_rest(until)
        if response.length:
            raise Unreachable("its answer ended in the middle")
        return b"".join(parts)


def _find_rest(until: float) -> float:
    """The seconds that are left. Raises TimeoutError where none are."""
    rest = until - time.monotonic()
    if rest <= 0:
        raise TimeoutError
    return rest


def _cut(told: socket.socket) -> None:
    """End it under whoever waits for it; what TLS keeps of it is left to that one."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(told, socket.SHUT_RDWR)


def _check_response(response: http.client.HTTPResponse) -> None:
    """Raises Unreachable for anything but JSON under the address that was asked."""
    if 300 <= response.status < 400:
        raise Unreachable("it sends on to another address, which is not followed")
    if response.status != http.client.OK:
        raise Unreachable(f"it answered with status {response.status}", response.status)
    kind = response.headers.get_content_type()
    if kind not in JSON_TYPES:
        raise Unreachable("it answered with HTML" if kind == "text/html" else "it answered with something else than JSON")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreachable("it answered packed, though that was not asked for")


def is_allowed(text: str, *, private: bool) -> bool:
    """Whether an address may be connected to: one of the public network; of a private one where that is allowed.

    Never one of this link (where clouds keep their secrets), of many machines, or of none.
    """
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in WRAPPED) or address.teredo is not None:
            return False
        address = address.ipv4_mapped or address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if address.is_loopback:
        return private
    return address.is_global or (private and not address.is_reserved)
