"""The styles of the answer: those of the page that `recommend` writes, kept inside the part of the page that is the answer."""

from __future__ import annotations

from concordant.present.html.page import read_stylesheet

ANSWER_CSS = read_stylesheet()
