"""The `note` block of a case file: what a note said that is no entry, in words, so that no answer leaves it out."""

from __future__ import annotations

from typing import Any, NamedTuple

from concordant.record.casefile.scalars import LONGEST_NOTE, ScalarReader

NOTE = "note"
NOTE_KEYS = ("not_understood", "to_confirm", "by_convention")


class NoteTold(NamedTuple):
    """Words that nobody understood, readings that are to be confirmed, conventions that were followed."""

    not_understood: tuple[str, ...]
    to_confirm: tuple[str, ...]
    by_convention: tuple[str, ...]


def read_note_block(raw: Any, reader: ScalarReader) -> NoteTold:
    """The texts of the block, each cut where it is long, because it is only printed."""
    block = reader.read_block(raw, (NOTE,), NOTE_KEYS)
    texts = {key: reader.read_texts(block.get(key), (NOTE, key)) for key in NOTE_KEYS}
    return NoteTold(*(tuple(text.strip()[:LONGEST_NOTE] for text in texts[key]) for key in NOTE_KEYS))
