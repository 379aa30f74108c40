"""How a notebook shows a thing that stands alone as a line: a page in a frame of its own, or a small table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

FRAME = '<iframe title="{title}" srcdoc="{page}" sandbox style="width: 100%; height: 44em; border: 0"></iframe>'


def show_page(title: str, page: str) -> str:
    """A page in a frame of its own: its styles and those of a notebook leave each other alone."""
    return FRAME.format(title=escape(title), page=escape(page))


def show_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with its caption; every cell is text."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table>"


def name_outcome(answer: str, regimens: Sequence[str]) -> str:
    """The regimens that are advised, or the answer where there are none."""
    return " | ".join(regimens) if regimens else answer.replace("_", " ")
