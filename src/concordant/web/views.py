"""Pages as HTML: the templates, filled. Every text is escaped by Jinja, or comes escaped from the renderers of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from msgspec.structs import replace

from concordant.answer.schema import Answer, Reference
from concordant.present.figures.figures import render_timeline_svg
from concordant.present.html.markup import escape_html
from concordant.present.html.page import render_first_screen, render_footer, render_rest
from concordant.present.language import LANGUAGES, Language
from concordant.present.language.quoting import show_quotations
from concordant.present.note import render_note
from concordant.present.page.document import Document, Timeline, abbreviate_citations, split_citations
from concordant.present.sentences import Sentences
from concordant.web.pages import Page

DOWNLOADS = ("docx", "pdf", "case", "json")
EXAMPLES = 3
# Where more is said about a line of the first screen; only what stands on the page is linked.
MORE_ABOUT = {
    "first.why": "basis",
    "first.known": "basis",
    "first.sure": "basis",
    "first.missing": "checks",
    "first.done": "checks",
    "first.assumed": "assumptions",
    "first.boundary": "sides",
    "first.flip": "changes",
    "first.if_not": "instead",
    "first.watch": "monitoring",
    "first.off_label": "disagreements",
    "first.newer": "newer",
    "first.dose": "dose",
    "first.do": "actions",
    "first.instead_of": "avoid",
}
OWN_TARGETS = ("basis", "assumptions")
TOLD_HERE = ("why", "assumed")  # sections of the answer that the page tells in its own way
TEXTS = ("first_screen", "sections", "pinned_screen", "note", "timeline")


@dataclass(frozen=True, slots=True)
class Branches:
    """The question that decides, and a button for each of its branches: how it is stated, its name, what follows."""

    feature: str
    question: str
    cards: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """A sentence of the reasons, and what it rests on."""

    text: str
    rows: tuple[tuple[str, str], ...]


def make_environment() -> Environment:
    """The templates. A name that is not there is a mistake of the program, not an empty text."""
    environment = Environment(
        loader=PackageLoader("concordant.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["address"] = _write_address
    environment.filters["marked"] = lambda text: Markup(escape_html(text))  # words of another language say so
    return environment


def _write_address(language: Language) -> str:
    """What of a link keeps the language; the address holds nothing else."""
    return "" if language.code == LANGUAGES[0] else f"?lang={language.code}"


def render_page(
    page: Page,
    environment: Environment,
    *,
    whole: bool,
    examples: list[tuple[str, str]],
    local: bool = True,
    launches: bool = False,
    recorded: bool = False,
) -> str:
    """The whole page, or its form and answer alone for a page that is there already; `local`: for this machine alone.

    `launches`: a record may be loaded from a server. `recorded`: answers are kept, and the page tells so.
    """
    template = environment.get_template("page.html" if whole else "main.html")
    return template.render(
        page=page,
        say=page.language.say,
        marked_note=Markup(page.marked_note),
        examples=examples[:EXAMPLES],
        local=local,
        launches=launches,
        recorded=recorded,
        **_collect_parts(page),
    )


def _collect_parts(page: Page) -> dict[str, object]:
    document, answer = page.document, page.answer
    if document is None or answer is None or page.is_empty:
        empty: dict[str, object] = dict.fromkeys(("first_screen", "sections", "pinned_screen", "note", "timeline"), "")
        return {**empty, "branches": None, "basis": (), "assumed": (), "out": (), "bar": "", "in_danger": False}
    told = page.language.tell_answer_plainly(answer.answer)
    sentences = Sentences(told, page.language)
    timeline, rest = _split_timeline(document)
    branches = _make_branches(answer.answer, sentences)
    return {
        "first_screen": Markup(_render_top(document, has_cards=branches is not None)),
        "sections": Markup(render_rest(rest) + render_footer(document, "aside")),
        "timeline": Markup(render_timeline_svg(timeline)) if timeline else "",
        "pinned_screen": Markup(render_first_screen(_without_links(page.pinned))) if page.pinned else "",
        "branches": branches,
        "bar": show_quotations("".join(part for part in split_citations(document.verdict) if isinstance(part, str))),
        "in_danger": any(line.tone == "danger" for line in document.first),
        "basis": tuple(_iter_basis(page.language.tell_answer(answer.answer), page.language)),
        "assumed": tuple(_iter_assumed(told)),
        "note": render_note(document),
        "out": tuple((kind, page.language.say(f"page.out.{kind}")) for kind in DOWNLOADS),
    }


def _render_top(document: Document, *, has_cards: bool) -> str:
    """The first screen. Branches that stand below as buttons are not told twice."""
    there = {section.id for section in document.sections} | set(OWN_TARGETS)
    targets = {key: target for key, target in MORE_ABOUT.items() if target in there}
    lines = tuple(line for line in document.first if not (has_cards and line.key == "first.branch"))
    return render_first_screen(replace(document, first=lines), targets)


def _split_timeline(document: Document) -> tuple[Timeline | None, Document]:
    """The record in time stands beside the form; a record without a date stays where it is told. Reasons and assumptions
    stand in parts of the page of their own.
    """
    sections = tuple(section for section in document.sections if section.id not in TOLD_HERE)
    drawn = [(s, b) for s in sections for b in s.blocks if isinstance(b, Timeline) and (b.spans or b.moments)]
    if not drawn:
        return None, replace(document, sections=sections)
    section, timeline = drawn[0]
    return timeline, replace(document, sections=tuple(s for s in sections if s is not section))


def _without_links(document: Document) -> Document:
    """The pinned answer names its sources in short: the numbers below are those of the other answer."""
    names = {source.n: source.short for source in document.references}
    lines = tuple(replace(line, text=abbreviate_citations(line.text, names)) for line in document.first)
    return replace(document, first=lines, verdict=abbreviate_citations(document.verdict, names))


def _make_branches(answer: Answer, sentences: Sentences) -> Branches | None:
    """What each reply comes to: sent as the case file writes it, told in the language of the page."""
    asks = [ask for ask in answer.ask if ask.blocking and len(ask.changes) > 1]
    if answer.answer != "needs_data" or not asks:
        return None
    language = sentences.language
    told = next(ask for ask in sentences.answer.ask if ask.feature == asks[0].feature)
    pairs = zip(asks[0].changes, told.changes, strict=True)
    cards = tuple((c.if_, language.describe_cell(c.cell, t.if_), sentences.describe_change(t)) for c, t in pairs)
    return Branches(told.feature, told.question, cards)


def _iter_assumed(answer: Answer) -> Iterator[tuple[str, str]]:
    """What silence was taken to mean and a person can be asked."""
    for why in answer.why:
        if why.origin == "assumed" and why.asked:
            yield why.feature, why.says


def _iter_basis(answer: Answer, language: Language) -> Iterator[Basis]:
    references = {source.n: source for source in answer.references}
    for why in answer.why:
        rows = [(language.say("page.entry"), entry) for entry in why.entries]
        rows += [(language.say("page.statement"), why.statement)] if why.statement else []
        rows += [(language.say("page.source"), _cite(references[at.n], at.at, language)) for at in why.refs]
        yield Basis(why.says, tuple(rows) or ((language.say("page.entry"), language.say("page.follows")),))


def _cite(reference: Reference, place: str, language: Language) -> str:
    """The source with its place, and how far it was checked."""
    return f"{reference.citation} {place} ({language.say(f'checked.{reference.checked}')})"
