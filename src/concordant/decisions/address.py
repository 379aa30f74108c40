"""Where a decision record is: a file of SQLite, or a database of PostgreSQL, and the file in which its head is kept apart."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

from concordant.errors import Complaint, Unreadable

SQLITE, POSTGRESQL = "sqlite", "postgresql"
SCHEMES = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "postgres": POSTGRESQL}
HEAD = "head"
HEAD_NEEDED = "Add ?head=FILE: a file beside the database, in which the last entry is named"


class RecordAddress(msgspec.Struct, frozen=True):
    """`place` is the file, or the address that PostgreSQL is connected to; `name` is what messages call it: no password."""

    kind: str
    place: str
    head: str
    name: str


def parse_address(text: str | os.PathLike[str]) -> RecordAddress:
    """The address as somebody wrote it: `sqlite:///FILE`, a plain path, or `postgresql://...?head=FILE`. Raises Unreadable."""
    written = os.fspath(text)
    scheme, sign, _ = written.partition("://")
    if not sign:
        return _make_file_address(written, "")
    if scheme not in SCHEMES:
        known = "Name a file, sqlite:///FILE, or postgresql://HOST/DATABASE?head=FILE"
        raise Unreadable(Complaint("no decision record is kept there", f"{scheme}://", way_out=known))
    try:
        parts = urlsplit(written)
        head = dict(parse_qsl(parts.query)).get(HEAD, "")
    except ValueError as error:
        raise Unreadable(Complaint(f"this is no address ({error})", f"{scheme}://", way_out="Write it anew")) from None
    if SCHEMES[scheme] == SQLITE:
        return _make_file_address(_find_sqlite_path(parts), head)
    return _make_server_address(parts, head)


def _find_sqlite_path(parts: SplitResult) -> str:
    """`sqlite:///x.db` is a file of this folder, `sqlite:////x.db` one from the root, as elsewhere."""
    if parts.netloc:
        way_out = f"Write sqlite:///{parts.netloc}{parts.path}"
        raise Unreadable(Complaint("three slashes come before the name of a file", "sqlite://", way_out=way_out))
    return unquote(parts.path.removeprefix("/"))


def _make_file_address(path: str, head: str) -> RecordAddress:
    if not path or "\0" in path:
        raise Unreadable(Complaint("no file is named", "decision record", way_out="Name one, such as decisions.db"))
    return RecordAddress(SQLITE, path, head or f"{path}.head", path)


def _make_server_address(parts: SplitResult, head: str) -> RecordAddress:
    name = f"{parts.hostname or 'localhost'}{parts.path}"
    if not head:
        raise Unreadable(Complaint("it is not said where its head is kept", name, way_out=HEAD_NEEDED))
    pairs = [(key, value) for key, value in parse_qsl(parts.query) if key != HEAD]
    query = urlencode(pairs, quote_via=quote)  # to libpq a plus is a plus
    place = f"postgresql://{parts.netloc}{parts.path}"  # urlunsplit would leave out an empty host with its slashes
    return RecordAddress(POSTGRESQL, f"{place}?{query}" if query else place, head, name)


def is_file_there(address: RecordAddress) -> bool:
    """Whether there is anything at all under the name of a file."""
    return Path(address.place).exists()
