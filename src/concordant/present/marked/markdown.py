"""A marked text as Markdown: bold what was read, with the number of its row behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from concordant.errors import make_printable
from concordant.present.language.quoting import show_quotations_of
from concordant.present.markdown import escape_markdown, render_text
from concordant.present.marked.model import Kind, MarkedText, RowGroup, Segment, iter_segments

AROUND: dict[Kind, str] = {"said": "**", "convention": "**", "offer": "*", "other": "~~", "unread": ""}


def render_markdown(marked: MarkedText) -> str:
    """The text as a quotation, and the tables below it."""
    return "\n\n".join(_iter_parts(show_quotations_of(marked))) + "\n"


def _iter_parts(marked: MarkedText) -> Iterator[str]:
    yield f"# {render_text(marked.title)}"
    yield render_text(marked.over or marked.summary)
    yield "\n".join(_iter_text_lines(marked))
    yield marked.words["marked.legend.md"]
    for group in marked.groups:
        yield f"## {group.title}"
        if group.lead:
            yield group.lead
        yield "\n".join(_iter_rows(group, marked.words))


def _iter_text_lines(marked: MarkedText) -> Iterator[str]:
    """Each line of the text one of the quotation; a hard break ends it."""
    written = "".join(_render_segment(segment, marked.text) for segment in iter_segments(marked.text, marked.marks))
    for line in written.rstrip("\n").split("\n"):
        yield f"> {line}\\" if line.strip() else ">"


def _render_segment(segment: Segment, text: str) -> str:
    """A stretch with its marks: they close before the end of a line, and hold no blank at their ends."""
    lines = text[segment.start : segment.end].replace("\r", "").split("\n")
    last = max((i for i, line in enumerate(lines) if line.strip()), default=0)
    signs = " ".join(segment.ends) or ("~" if segment.kind == "unread" else "")
    return "\n".join(_mark_line(line, segment.kind, signs if i == last else "") for i, line in enumerate(lines))


def _mark_line(line: str, kind: Kind | None, signs: str) -> str:
    bare = line.strip()
    if kind is None or not bare:
        return _escape(line)
    before, behind = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    sign = f"<sup>{signs}</sup>" if signs else ""
    return f"{before}{AROUND[kind]}{_escape(bare)}{AROUND[kind]}{sign}{behind}"


def _escape(text: str) -> str:
    """As it stands, with the blanks at its ends."""
    bare = text.strip()
    at = text.find(bare) if bare else 0
    return text[:at] + escape_markdown(make_printable(bare)) + text[at + len(bare) :] if bare else text


def _iter_rows(group: RowGroup, words: Mapping[str, str]) -> Iterator[str]:
    yield f"| | {words['marked.words']} | |"
    yield "|---|---|---|"
    for row in group.rows:
        yield f"| {row.sign} | {_cell(row.words)} | {_cell(row.told)} |"


def _cell(text: str) -> str:
    return render_text(make_printable(text)).replace("|", "\\|")
