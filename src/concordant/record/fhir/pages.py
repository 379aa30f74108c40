"""Whether a source is whole: pages of a search that are not there, requests of a batch that failed, what a server left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from concordant.errors import quote_word
from concordant.record.fhir.elements import NOTHING, Element, Reference, to_list

T = TypeVar("T")
REDUCED = (b"SUBSETTED", b"REDACTED", b"MASKED")  # marks of a resource of which its server left parts out
# Beginnings of what tells of pages; one that ends in a sign which is seldom in JSON, as a quotation mark is not, is found faster.
HINTS = (b'"link', b'"total', b'"OperationOut', b'"respon', b'"implicitRul', b"SUBSETTED", b"REDACTED", b"MASKED")
FAILED = ("error", "fatal")
LEFT_OUT = ("incomplete", "suppressed", "throttled", "too-costly", "too-long", "timeout", "security", "forbidden")
DEEPEST = 8


class PageLink(Element):
    """Where another page of the same search stands."""

    relation: str | None = None
    url: str | None = None


class Issue(Element):
    """What a server says went wrong."""

    severity: str | None = None
    code: str | None = None


class SearchEntry(Element):
    """Why an entry is in a search: because it was looked for, or because another one refers to it."""

    mode: str | None = None


class ResponseEntry(Element):
    """How a request of a batch ended."""

    status: str | None = None


class ResourceHead(Element):
    """What has to be known of a resource before it is read: what it is, whose, and whether it is a page of several."""

    resourceType: str | None = None  # noqa: N815
    id: str | None = None
    identifier: msgspec.Raw = NOTHING
    subject: Reference | None = None
    patient: Reference | None = None
    meta: msgspec.Raw = NOTHING
    implicitRules: msgspec.Raw = NOTHING  # noqa: N815
    link: msgspec.Raw = NOTHING
    total: msgspec.Raw = NOTHING
    issue: msgspec.Raw = NOTHING
    entry: list[EntryHead] | None = None


class EntryHead(Element):
    """One entry of a bundle."""

    fullUrl: str | None = None  # noqa: N815
    resource: ResourceHead | None = None
    search: SearchEntry | None = None
    response: ResponseEntry | None = None


class Page(msgspec.Struct, frozen=True):
    """One bundle: how many it found, how many of these are in it, and the pages beside it; sentences on what failed."""

    found: int | None
    held: int
    own: str
    following: str
    previous: str
    failed: tuple[str, ...] = ()


HEAD = msgspec.json.Decoder(ResourceHead | list[ResourceHead])
PAGE_LINKS = msgspec.json.Decoder(list[PageLink] | PageLink)
ISSUES = msgspec.json.Decoder(list[Issue] | Issue)
TOTAL = msgspec.json.Decoder(int)
RULES = msgspec.json.Decoder(str)


def read_pages(data: bytes) -> list[Page]:
    """The bundles of a document that say anything about pages; none of one that cannot be read, which is told elsewhere."""
    if not any(hint in data for hint in HINTS):
        return []
    try:
        return list_pages(HEAD.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []


def list_pages(head: ResourceHead | list[ResourceHead]) -> list[Page]:
    """The bundles in it, also within others."""
    return [_make_page(bundle) for top in to_list(head) for bundle in _iter_bundles(top)]


def _iter_bundles(head: ResourceHead, depth: int = 0) -> Iterator[ResourceHead]:
    if head.resourceType != "Bundle" or depth > DEEPEST:
        return
    yield head
    for entry in head.entry or ():
        if entry.resource is not None:
            yield from _iter_bundles(entry.resource, depth + 1)


def _make_page(bundle: ResourceHead) -> Page:
    links = {link.relation: link.url or "" for link in _decode(bundle.link, PAGE_LINKS)}
    totals = _decode(bundle.total, TOTAL)
    entries = bundle.entry or []
    held = sum(entry.search is None or entry.search.mode in (None, "match") for entry in entries)
    failed = dict.fromkeys((*_explain_rules(bundle), *(says for entry in entries if (says := _explain_failure(entry)))))
    previous = links.get("previous") or links.get("prev") or ""
    return Page(totals[0] if totals else None, held, links.get("self", ""), links.get("next", ""), previous, tuple(failed))


def _decode(raw: msgspec.Raw, decoder: msgspec.json.Decoder[list[T] | T] | msgspec.json.Decoder[T]) -> list[T]:
    try:
        return to_list(decoder.decode(raw)) if bytes(raw) else []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []


def _explain_rules(bundle: ResourceHead) -> Iterator[str]:
    """What a bundle says of all that is in it."""
    for rules in map(quote_word, _decode(bundle.implicitRules, RULES)):
        yield f"The bundle follows implicit rules that are not known ({rules}): its entries may mean something else."
    if is_reduced(bundle.meta):
        yield "The server left parts of the bundle out, as its tag says."


def is_reduced(meta: msgspec.Raw) -> bool:
    """Whether the tags or labels of a resource say that parts of it were left out."""
    told = bytes(meta)
    return bool(told) and any(mark in told for mark in REDUCED)


def _explain_failure(entry: EntryHead) -> str:
    """What a server says that it did not hand out."""
    status = (entry.response.status if entry.response else None) or ""
    if status[:1] in ("4", "5"):
        return f"A request to the server failed ({status[:3]}): what it would have given is missing."
    if entry.resource is None or entry.resource.resourceType != "OperationOutcome":
        return ""
    issues = _decode(entry.resource.issue, ISSUES)
    bad = next((issue for issue in issues if issue.severity in FAILED or issue.code in LEFT_OUT), None)
    return f"The server says that its answer is not whole ({bad.code or bad.severity})." if bad is not None else ""


def describe_missing_pages(pages: Sequence[Page], among: Sequence[Page] | None = None) -> list[str]:
    """What is missing, a sentence each: pages that these name and that are not `among` all that were read, entries that were
    found and are not there, what failed.
    """
    known = pages if among is None else among
    own = {page.own for page in known if page.own}
    whole = _find_whole_searches(known)
    sentences = [says for page in pages for says in page.failed]
    for page in pages:
        if page.found is not None and page.found in whole:
            continue
        gap = [word for word, url in (("next", page.following), ("previous", page.previous)) if url and url not in own]
        sentences += [f"It is one page of several, and the {word} page is not among what was read." for word in gap]
        if not gap and not page.following and not page.previous and page.found is not None and page.found > page.held:
            sentences.append(f"The search found {page.found} entries, and {page.held} of them are in the file.")
    return list(dict.fromkeys(sentences))


def _find_whole_searches(pages: Sequence[Page]) -> set[int]:
    """The numbers of found entries that the pages which tell them come to together, a last page for each search."""
    held: dict[int, int] = {}
    for page in pages:
        if page.found is not None:
            held[page.found] = held.get(page.found, 0) + page.held
    last = Counter(page.found for page in pages if not page.following)
    return {found for found, number in held.items() if found and number == found * last[found]}
