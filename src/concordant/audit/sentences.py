"""A text cut into lines and sentences, each with its place; a line that was only wrapped goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MARKER = re.compile(r"\s*(?:#{1,6}\s+|>\s*(?=\D)|[-+\u2022\u25aa\u25cf\u2013]\s+|\(?\d{1,2}[.)]\s+)*\s*")
BOUNDARY = re.compile(
    r"(?<=[.!?])[\"')\]]*(?:\s*\[[\d, ]+\])?(?:\s+\d{1,2}(?:, ?\d{1,2})*)?\s+(?=[\"'(]*[A-Z0-9<>~\u2265\u2264])"
)
ENDED = re.compile(r"[.!?:;|][\"')\]\s\d,]*$")
LONGEST_ABBREVIATION = 12
WRAPPED = 66  # signs of a line that may have been broken for its length
MOST = 20_000  # signs of one sentence; what is longer is cut, it is no sentence


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its place in the text, and of which line and block it is. `row`: it is one of a table."""

    start: int
    end: int
    block: int
    row: bool = False


def compile_abbreviations(words: Sequence[str]) -> re.Pattern[str]:
    """What ends in a point and ends no sentence: these words, and single letters."""
    listed = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?:\b(?:{listed})|\b[A-Z])\.$", re.IGNORECASE)


def split_sentences(text: str, abbreviated: re.Pattern[str]) -> Iterator[Sentence]:
    """The sentences of a folded text."""
    for block, (start, end) in enumerate(_iter_lines(text)):
        begun = start + len(MARKER.match(text[start:end])[0])  # type: ignore[index]
        row = text[begun:end].lstrip().startswith("|")
        if row:
            yield from _trim_sentence(text, begun, end, block, row)
            continue
        at = begun
        for met in BOUNDARY.finditer(text, begun, end):
            if not abbreviated.search(text[max(at, met.start() - LONGEST_ABBREVIATION) : met.start()]):
                yield from _trim_sentence(text, at, met.end(), block, row)
                at = met.end()
        yield from _trim_sentence(text, at, end, block, row)


def _iter_lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines; those of a paragraph that was only broken for its length are one."""
    paragraph: list[tuple[int, int]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            paragraph.append((at, at + len(line.rstrip())))
        else:
            yield from _join_wrapped(text, paragraph)
            paragraph = []
        at += len(line)
    yield from _join_wrapped(text, paragraph)


def _join_wrapped(text: str, lines: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """A line goes on in the next one where all but the last are long, it ends in no sign, and the next one begins small."""
    broken = bool(lines) and all(end - start >= WRAPPED for start, end in lines[:-1])
    held: tuple[int, int] | None = None
    for start, end in lines:
        goes_on = broken and held and text[start].islower() and end - held[0] < MOST
        if held and goes_on and not ENDED.search(text, held[0], held[1]):
            held = (held[0], end)
        else:
            if held:
                yield held
            held = (start, end)
    if held:
        yield held


def _trim_sentence(text: str, start: int, end: int, block: int, row: bool) -> Iterator[Sentence]:
    piece = text[start:end]
    inside = piece.strip()
    if inside:
        begun = start + len(piece) - len(piece.lstrip())
        yield Sentence(begun, min(begun + len(inside), begun + MOST), block, row)
