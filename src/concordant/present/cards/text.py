"""Texts of a card: one line for its summary, Markdown for its detail, in which no word of a record becomes a link or code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from concordant.errors import make_printable
from concordant.present.cards.card import LONGEST_SUMMARY
from concordant.present.markdown import render_text

# Renderers of GitHub's Markdown make links of bare addresses in what is left when all escapes are gone. A sign without width
# ends that: nobody sees it, and it joins what stands around it.
BARE_ADDRESS = re.compile(r"(?<=[a-zA-Z]:)(?=//)|(?<=[wW]{3})(?=\.)|(?=@)")
JOINER = "\u2060"
CUT_OFF = " …"


def make_summary(*candidates: str) -> str:
    """The first text that is short enough for a card; else the last one, cut off at a word."""
    texts = [" ".join(make_printable(text).split()) for text in candidates]
    fitting = (text for text in texts if 0 < len(text) <= LONGEST_SUMMARY)
    return next(fitting, "") or _cut_off(texts[-1])


def _cut_off(text: str) -> str:
    short = text[: LONGEST_SUMMARY - len(CUT_OFF)]
    return f"{short.rpartition(' ')[0] or short}{CUT_OFF}"


def escape_text(text: str) -> str:
    """A text on one line as Markdown that shows it and does nothing."""
    return BARE_ADDRESS.sub(JOINER, render_text(text))


def make_list(items: Iterable[str]) -> str:
    """The texts as a list."""
    return "\n".join(f"- {escape_text(item)}" for item in items)
