"""The mapping of a case file as its text, each entry on its line with a comment beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from concordant.errors import make_printable
from concordant.record.casefile.yaml_text import quote_text
from concordant.texts import Place


def write_mapping(value: Mapping[str, Any], comments: Mapping[Place, str], head: Sequence[str]) -> str:
    """The text of a mapping; `head` are sentences above it."""
    lines = [*(make_printable(f"# {line}") for line in head), *_iter_lines(value, comments)]
    return "".join(f"{line}\n" for line in lines)


def _iter_lines(value: Mapping[str, Any], comments: Mapping[Place, str]) -> Iterator[str]:
    for block, item in value.items():
        if isinstance(item, Mapping):
            yield f"{block}:"
            for key, one in item.items():
                yield from _iter_item_lines((block, key), one, comments)
        elif isinstance(item, list) and item and isinstance(item[0], Mapping):
            yield f"{block}:"
            for i, entry in enumerate(item):
                yield _add_comment(f"  - {_format(entry)}", comments.get((block, i), ""))
        else:
            yield _add_comment(f"{block}: {_format(item)}", comments.get((block,), ""))


def _iter_item_lines(place: Place, one: Any, comments: Mapping[Place, str]) -> Iterator[str]:
    """A key of a block; a list under it has its texts on lines of their own."""
    if isinstance(one, list):
        yield f"  {place[-1]}:"
        yield from (f"    - {quote_text(text)}" for text in one)
    else:
        yield _add_comment(f"  {place[-1]}: {_format(one)}", comments.get(place, ""))


def _add_comment(line: str, comment: str) -> str:
    return f"{line}  {make_printable(f'# {comment}')}" if comment else line


def _format(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_format(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_format, value))}]"
    return quote_text(str(value))
