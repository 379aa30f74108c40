"""Signs that steer a screen, made visible once, where a record is read: controls, ANSI, and what turns the direction of writing;
the four signs by which a page of this program marks words of another language, and the two with which an answer to an assistant
marks where words of a record stood.

A line end or a tab within a value becomes a blank; any other such sign is written out as `\\u001b`, so that two ids that differ
by one stay two.
"""

from __future__ import annotations

import re

STEERING = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f\ue000-\ue005"
BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x85\u2028\u2029"
_IN_TEXT = re.compile(f"[{STEERING}]")
# The same within the bytes of JSON. A pair of backslashes is taken as it is, so that what follows it is no escape; so is a pair
# of surrogates that make up one character.
_IN_ESCAPES = re.compile(
    rb"\\(?:\\|[bfnrt]|u(?:[eE]00[0-5]|00[0189][0-9a-fA-F]|007[fF]|061[cC]|200[eEfF]|202[89a-eA-E]|206[6-9]"
    rb"|[dD][89a-bA-B][0-9a-fA-F]{2}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|[dD][c-fC-F][0-9a-fA-F]{2}))"
)
_IN_BYTES = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2(?:\x80[\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])|\xee\x80[\x80-\x85]|\xf3\xa0[\x80\x81][\x80-\xbf]"
)
_SHORT = {b"\\b": "\b", b"\\f": "\f", b"\\n": "\n", b"\\r": "\r", b"\\t": "\t"}


def make_visible(text: str) -> str:
    """A text of a record, with nothing in it that steers a screen."""
    return text if text.isprintable() else _IN_TEXT.sub(lambda met: _write_out(met[0]), text)


def make_json_visible(data: bytes) -> bytes:
    """JSON, in the values of which nothing steers a screen; the other bytes are as they were."""
    if b"\\" in data:
        data = _IN_ESCAPES.sub(_replace_escape, data)
    if not data.isascii() or b"\x7f" in data:
        data = _IN_BYTES.sub(_replace_sign, data)
    return data


def _write_out(sign: str) -> str:
    return " " if sign in BLANKS else f"\\u{ord(sign):04x}"


def _replace_escape(met: re.Match[bytes]) -> bytes:
    escape = met[0]
    if escape == b"\\\\":
        return escape
    sign = _SHORT.get(escape) or _decode_escape(escape)
    return _write_for_json(sign) if _IN_TEXT.fullmatch(sign) else escape


def _decode_escape(escape: bytes) -> str:
    """One character; of two halves of one, the whole."""
    units = [int(part, 16) for part in escape.decode().split("\\u")[1:]]
    if len(units) == 2:
        return chr(0x10000 + ((units[0] - 0xD800) << 10) + (units[1] - 0xDC00))
    return chr(units[0])


def _replace_sign(met: re.Match[bytes]) -> bytes:
    return _write_for_json(met[0].decode())


def _write_for_json(sign: str) -> bytes:
    return _write_out(sign).encode().replace(b"\\", b"\\\\")
