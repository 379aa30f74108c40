"""What a text of JSON cannot hold, told by its shape: a key that stands twice, and marks of a source that is not whole.

A record repeats some hundred shapes, so each is looked at once. The shape of a text is what is left of it without blanks,
digits, small letters of hexadecimal numbers, points and hyphens: nearly all that differs between two results of a laboratory.
Texts of one shape have the same objects, and keys that differ in the shape differ in the text. So where no key stands twice by
the shapes of the keys of one text, none stands twice in any text of its shape; and what is not in the shape of a mark is not in
a text.

A bundle is cut at the resources of its entries. A piece goes from within one entry to within the next one, so that of each the
keys before and behind the resource have to be known ones: then none of a piece can be one of the piece beside it.

What is remembered of a shape is its hash alone, for letters of a patient's name may stand in it: nothing of a record outlives
its reading. Two shapes of one hash are not to be expected (64 bits, keyed anew in each process).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from concordant.record.fhir.pages import HINTS

BLANKS = b" \t\r\n"
LOST = BLANKS + b"0123456789abcdef.-" + bytes(range(0x80, 0x100))
# Escapes that are left out as well, for what they stand for is written in no other way that stays. A text with any other has no
# shape: it could write one key in two ways.
ESCAPES = re.compile(rb'\\(?:["bfnrt]|u(?!00[0-7])[0-9a-fA-F]{4})')
CUT = b'"resource":{'
SHAPED_CUT = CUT.translate(None, LOST)
BEFORE, BEHIND = frozenset({"fullUrl"}), frozenset({"search", "request", "response", "link"})
MOST = 200_000  # shapes that are remembered


@dataclass(slots=True)
class KnownShapes:
    """The hashes of shapes of what was seen to hold no key twice: of pieces, of what stands around them, of whole texts."""

    marks: tuple[bytes, ...]
    single: set[int] = field(default_factory=set)
    unmarked: set[int] = field(default_factory=set)

    def look_through(self, data: bytes) -> tuple[bool, bool]:
        """Whether it is certain that no key stands twice in an object, and whether it is that no mark stands in it."""
        plain = ESCAPES.sub(b"", data) if b"\\" in data else data
        if b"\\" in plain:
            return False, False
        shapes = plain.translate(None, LOST).split(SHAPED_CUT)
        ends = SHAPED_CUT.join((shapes[0], shapes[-1])) if len(shapes) > 1 else shapes[0]
        pieces = {hash(shape): shape for shape in (*shapes[1:-1], ends)}
        is_single = pieces.keys() <= self.single or self._learn(plain, shapes, ends)
        return is_single, is_single and (pieces.keys() <= self.unmarked or self._learn_unmarked(pieces))

    def _learn(self, plain: bytes, shapes: list[bytes], ends: bytes) -> bool:
        """Whether no key stands twice, by what has not been seen so far."""
        texts = plain.translate(None, BLANKS).split(CUT)
        if len(texts) != len(shapes):
            return False
        around = CUT.join((texts[0], texts[-1])) if len(texts) > 1 else texts[0]
        if hash(ends) not in self.single and not (_has_single_keys(around) and (len(texts) == 1 or _is_cut_at_entry(around))):
            return False
        self._remember(self.single, ends)
        for text, shape in zip(texts[1:-1], shapes[1:-1], strict=True):
            if hash(shape) not in self.single:
                if not _is_between_entries(text):
                    return False
                self._remember(self.single, shape)
        return True

    def _learn_unmarked(self, pieces: Mapping[int, bytes]) -> bool:
        for hashed, piece in pieces.items():
            if hashed not in self.unmarked:
                if any(mark.translate(None, LOST) in piece for mark in self.marks):
                    return False
                self._remember(self.unmarked, piece)
        return True

    def _remember(self, known: set[int], shape: bytes) -> None:
        if len(self.single) + len(self.unmarked) < MOST:
            known.add(hash(shape))


def _has_single_keys(text: bytes) -> bool:
    return _parse(text) is not None


def _is_cut_at_entry(around: bytes) -> bool:
    """Whether what stands around all pieces is a bundle, cut within its only entry, whose other keys are known ones."""
    top = _parse(around)
    entries = top.get("entry") if isinstance(top, dict) else None
    if not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], dict):
        return False
    keys = list(entries[0])
    at = keys.index("resource") if isinstance(entries[0].get("resource"), dict) else -1
    return at >= 0 and BEFORE.issuperset(keys[:at]) and BEHIND.issuperset(keys[at + 1 :])


def _is_between_entries(text: bytes) -> bool:
    """Whether a piece goes from a resource to what stands before the next one, and no key stands twice in it."""
    pair = _parse(b"[{" + CUT + text + b'"next":0}]')
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], dict):
        return False
    first, *behind = pair[0]
    *before, last = pair[1]
    return (first, last) == ("resource", "next") and BEHIND.issuperset(behind) and BEFORE.issuperset(before)


def _parse(text: bytes) -> object:
    """What the text says; None where it cannot be read, or two keys of an object have one shape."""
    try:
        return json.loads(text.decode(), object_pairs_hook=_refuse_one_shape, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _refuse_one_shape(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object. Raises ValueError where two of its keys cannot be told apart by their shapes."""
    if len({key.encode().translate(None, LOST) for key, _ in pairs}) < len(pairs):
        raise ValueError(pairs)
    return dict(pairs)


SHAPES = KnownShapes(HINTS)
