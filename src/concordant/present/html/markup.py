"""HTML as text that is known to be escaped: `escape_html` and `make_element` make it, so mypy finds what was forgotten."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import NewType

from concordant.present.language.quoting import CITED, CLOSE, OPEN, QUOTED

Html = NewType("Html", str)

NOTHING = Html("")
FOREIGN, END = '<span lang="en">', "</span>"
LANGUAGE = str.maketrans({QUOTED[0]: f"{OPEN}{FOREIGN}", QUOTED[1]: f"{END}{CLOSE}", CITED[0]: FOREIGN, CITED[1]: END})
OWN_LINE = {
    "div",
    "dl",
    "ul",
    "ol",
    "li",
    "p",
    "h1",
    "h2",
    "h3",
    "section",
    "details",
    "summary",
    "table",
    "caption",
    "tr",
    "figure",
}


def escape_html(text: str) -> Html:
    """A text of the answer, harmless wherever it stands; what is quoted in another language says so."""
    return Html(html.escape(text).translate(LANGUAGE))


def join_html(parts: Iterable[Html]) -> Html:
    """Several pieces as one."""
    return Html("".join(parts))


def make_element(name: str, *inside: Html, **attributes: str) -> Html:
    """`<name attributes>inside</name>`; `class_` and `data_label` become `class` and `data-label`, an empty one is left out."""
    pairs = "".join(f' {_attribute_name(key)}="{html.escape(value)}"' for key, value in attributes.items() if value)
    end = "\n" if name in OWN_LINE else ""
    return Html(f"<{name}{pairs}>{''.join(inside)}</{name}>{end}")


def quote_css(text: str) -> str:
    """A text as a string of a style sheet: all but plain letters by number, so that nothing can end the string or the sheet."""
    return '"' + "".join(sign if sign.isalnum() and sign.isascii() else f"\\{ord(sign):x} " for sign in text) + '"'


def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
