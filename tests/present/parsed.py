"""An HTML page as a browser would read it: its elements in order, and the text that can be seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input"}
UNSEEN = {"style", "script", "head"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    inside: tuple[str, ...]  # the names of the elements around it
    text: str = ""


@dataclass
class Parsed:
    elements: list[Element] = field(default_factory=list)
    text: str = ""
    unclosed: list[str] = field(default_factory=list)

    def named(self, *names: str) -> list[Element]:
        return [e for e in self.elements if e.name in names]

    def values(self, attribute: str) -> list[str]:
        return [e.attributes[attribute] for e in self.elements if attribute in e.attributes]


def words(text: str) -> str:
    """A text without the differences in blanks that only typography makes."""
    return re.sub(r"\s+", " ", text).strip()


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.open = Parsed(), list[Element]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs}, tuple(e.name for e in self.open))
        self.page.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].name != tag:
            self.page.unclosed.append(tag)
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data
        if not any(e.name in UNSEEN for e in self.open):
            self.page.text += data


def parsed(html: str) -> Parsed:
    reader = Reader()
    reader.feed(html)
    reader.close()
    reader.page.unclosed += [e.name for e in reader.open]
    reader.page.text = words(reader.page.text)
    return reader.page
