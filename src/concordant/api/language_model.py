"""A language model behind an address: asked over plain HTTP, on this machine unless another is allowed.

The address that was checked is the one that is connected to. No proxy is used, no redirect followed, no more read than has room,
and no longer waited than is allowed. No message holds a word of what was sent or of what came back.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from concordant.errors import Complaint, Unreadable, make_printable, quote_word

MOST_BYTES = 2_000_000
SECONDS = 120.0
HTTP_PORTS = {"http": 80, "https": 443}
LONGEST_ADDRESS = 2000
BAD_SIGNS = re.compile(r"[^\x21-\x7e]")
SHAPE = "Write it as http://127.0.0.1:8080/v1"
REMOTE = "Allow it (on the command line --propose-remote): the text of the note is then sent there"
Resolved = tuple[socket.AddressFamily, Any]  # as the operating system gives it
# A list of proposals, as the API of language models wants it told.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["proposals"],
    "properties": {
        "proposals": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["fact", "value", "quote"],
                "properties": {name: {"type": "string"} for name in ("fact", "value", "quote")},
            },
        }
    },
}


@dataclass(frozen=True)
class LanguageModel:
    """A language model behind an OpenAI-compatible address (`http://127.0.0.1:8080/v1`), asked for what a note may say.

    `allow_remote` lets it be on another machine. Raises Unreadable for an address that is none, and for one of another machine
    where that is not allowed.
    """

    address: str
    model: str = ""
    allow_remote: bool = False
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        parse_address(self.address)
        try:
            self._resolve()
        except _Away:
            return  # it may be there when it is asked

    @property
    def name(self) -> str:
        """Where it is, without the path."""
        address = parse_address(self.address)
        return f"[{address.host}]:{address.port}" if ":" in address.host else f"{address.host}:{address.port}"

    @property
    def is_remote(self) -> bool:
        """Whether it is on another machine, as far as its name tells now."""
        try:
            return not all(_is_here(one) for one in self._resolve())
        except _Away:
            return self.allow_remote

    def complete(self, instructions: str, text: str) -> str:
        """What it writes about a text. Raises Unreadable, with a sentence without a word of either, where it does not answer."""
        try:
            return _read_content(self._exchange(self._make_request(instructions, text)))
        except _Away as away:
            raise Unreadable(Complaint(str(away), self.name)) from None

    def _make_request(self, instructions: str, text: str) -> bytes:
        request = {
            **({"model": self.model} if self.model else {}),
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
            "temperature": 0,
            "seed": 0,
            "stream": False,
            "response_format": {"type": "json_schema", "json_schema": {"name": "proposals", "strict": True, "schema": SCHEMA}},
        }
        return json.dumps(request).encode()

    def _resolve(self) -> list[Resolved]:
        """The places that the address stands for. Raises Unreadable where one is on another machine and that is not allowed."""
        address = parse_address(self.address)
        try:
            found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise _Away(f"the name {quote_word(address.host)} is not known here") from None
        places: list[Resolved] = [(family, place) for family, _, _, _, place in found]
        if not self.allow_remote and not all(map(_is_here, places)):
            says = "this language model is not on this machine, and only one on this machine is asked"
            raise Unreadable(Complaint(says, self.name, way_out=REMOTE))
        return places

    def _exchange(self, body: bytes) -> bytes:
        """The body of the answer."""
        try:
            places = self._resolve()
        except Unreadable as error:
            raise _Away(error.complaints[0].says) from None
        address = parse_address(self.address)
        connection = http.client.HTTPConnection(address.host, address.port)
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        try:
            with self._connect(places, address) as connection.sock:
                connection.request("POST", f"{address.path}/chat/completions", body, headers)
                return _read_body(connection.getresponse())
        except _Away:
            raise
        except TimeoutError:
            raise _Away(f"it did not answer within {self.seconds:g} seconds") from None
        except (http.client.HTTPException, OSError, ValueError):
            raise _Away("it broke off, or does not speak HTTP") from None

    @contextmanager
    def _connect(self, places: list[Resolved], address: Address) -> Iterator[socket.socket]:
        """A connection to one of the places that were checked, ended when the time is over whatever is still coming."""
        connected = _open_first(places, self.seconds)
        is_over = threading.Event()

        def end() -> None:
            is_over.set()
            _shut(connected)

        clock = threading.Timer(self.seconds, end)
        clock.daemon = True
        clock.start()
        try:
            if address.scheme == "https":
                connected = ssl.create_default_context().wrap_socket(connected, server_hostname=address.host)
            yield connected
        except (http.client.HTTPException, OSError, ValueError, _Away):
            if is_over.is_set():
                raise TimeoutError from None
            raise
        finally:
            clock.cancel()
            connected.close()


class _Away(Exception):
    """Why there is no answer of a language model, without a word of the text."""


@dataclass(frozen=True)
class Address:
    """The parts of an address."""

    scheme: str
    host: str
    port: int
    path: str


def parse_address(text: str) -> Address:
    """Raises Unreadable for what is no address of a language model."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refuse(text, "this is no address of a language model") from None
    if BAD_SIGNS.search(text) or len(text) > LONGEST_ADDRESS or parts.scheme not in HTTP_PORTS or not parts.hostname:
        raise _refuse(text, "this is no address of a language model")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise _refuse("", "the address of a language model has no name, password, question or fragment in it")
    return Address(parts.scheme, parts.hostname, port or HTTP_PORTS[parts.scheme], parts.path.rstrip("/"))


def _refuse(text: str, says: str) -> Unreadable:
    return Unreadable(Complaint(says, make_printable(quote_word(text)) if text else "--propose", way_out=SHAPE))


def _is_here(place: Resolved) -> bool:
    """Whether a place is on this machine."""
    address = ipaddress.ip_address(place[1][0].partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _open_first(places: list[Resolved], seconds: float) -> socket.socket:
    """A connection to the first place that takes one."""
    for family, place in places:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.settimeout(seconds)
        try:
            made.connect(place)
        except OSError:
            made.close()
            continue
        return made
    raise _Away("nothing answers there")


def _shut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _read_body(response: http.client.HTTPResponse) -> bytes:
    """The body of an answer that is one."""
    if response.status != http.client.OK:
        moved = ", and no redirect is followed" if 300 <= response.status < 400 else ""
        raise _Away(f"it answers with status {response.status}{moved}")
    encoding = response.headers.get("Content-Encoding", "identity")
    if response.headers.get_content_type() != "application/json" or encoding != "identity":
        raise _Away("its answer is not JSON")
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise _Away(f"its answer is longer than {MOST_BYTES // 1_000_000} MB")
    if response.length:
        raise _Away("its answer broke off")
    return body


def _read_content(body: bytes) -> str:
    """What the model wrote, out of the answer of its server."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise _Away("its answer is none of a language model") from None
    if not isinstance(content, str):
        raise _Away("its answer is none of a language model")
    return content
