"""The answer as the JSON of contract 4."""

from __future__ import annotations

import msgspec

from concordant.answer.model import Answer


def as_json(answer: Answer) -> str:
    """One JSON object, indented."""
    return msgspec.json.format(msgspec.json.encode(answer), indent=1).decode()
