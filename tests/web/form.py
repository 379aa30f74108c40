"""The page as a browser without scripts has it: the fields of its form, and the same form sent again."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser

from concordant.api import Engine
from concordant.web.fields import Fields
from concordant.web.pages import Page, PageBuilder, Upload
from concordant.web.views import make_environment, render_page
from tests.shipped import shipped_knowledge

TODAY = dt.date(2023, 6, 1)
BUILDER = PageBuilder(Engine(shipped_knowledge()))
ENVIRONMENT = make_environment()
Form = dict[str, list[str]]


class FieldsOf(HTMLParser):
    """What the browser would send if its button were pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Form = {}
        self.options: list[tuple[str, bool]] | None = None
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        name, kind = has.get("name", ""), has.get("type", "")
        if tag == "input" and kind in ("hidden", "text"):
            self.fields.setdefault(name, []).append(has.get("value", ""))
        elif tag == "input" and kind in ("radio", "checkbox") and "checked" in has:
            self.fields.setdefault(name, []).append(has["value"])
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.options is not None:
            self.options.append((has.get("value", ""), "selected" in has))
        elif tag == "textarea" and name:
            self.fields.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.options is not None:
            chosen = [value for value, selected in self.options if selected] or [value for value, _ in self.options[:1]]
            self.fields.setdefault(self.select, []).append(chosen[0])
            self.options = None


def build(fields: Fields | None = None, upload: str | bytes | None = None) -> Page:
    data = upload.encode() if isinstance(upload, str) else upload
    return BUILDER.build_page(fields or {}, TODAY, Upload(data, "record") if data is not None else None)


def html_of(page: Page, *, whole: bool = True) -> str:
    return render_page(page, ENVIRONMENT, whole=whole, examples=[("A03", "a story")])


def fields_of(page: Page) -> Form:
    parser = FieldsOf()
    parser.feed(html_of(page))
    return parser.fields


def tap(page: Page, **changes: str | list[str]) -> Page:
    """The page after these fields were set and the form was sent; a double underscore stands for a dot."""
    fields = fields_of(page)
    for name, value in changes.items():
        fields[name.replace("__", ".").replace("_DASH_", "-")] = [value] if isinstance(value, str) else value
    return build(fields)
