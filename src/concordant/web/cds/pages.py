"""Pages of a search of FHIR: their entries as they came, the page that follows, and what a server leaves out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from concordant.record.fhir.pages import FAILED


class Link(msgspec.Struct):
    """Where another page stands."""

    relation: str = ""
    url: str = ""


class Issue(msgspec.Struct):
    """What a server says went wrong."""

    severity: str = ""


class SearchPage(msgspec.Struct):
    """A resource as far as it tells of pages, or that something failed."""

    resourceType: str = ""  # noqa: N815
    id: str | None = None
    entry: list[msgspec.Raw] | None = None
    link: list[Link] | None = None
    total: int | None = None
    issue: list[Issue] | None = None

    @property
    def following(self) -> str:
        """The address of the next page."""
        return next((link.url for link in self.link or () if link.relation == "next"), "")

    @property
    def is_failure(self) -> bool:
        """Whether it says that nothing was handed out."""
        return self.resourceType == "OperationOutcome" and any(issue.severity in FAILED for issue in self.issue or ())


PAGE = msgspec.json.Decoder(SearchPage)


def read_page(data: bytes) -> SearchPage | None:
    """The page; None for what is no resource."""
    try:
        data.decode()
        page = PAGE.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return page if page.resourceType else None


def join_pages(pages: Sequence[SearchPage]) -> bytes:
    """The pages as one bundle, without the links that were followed."""
    return wrap_entries([bytes(entry) for page in pages for entry in page.entry or ()])


def join_resources(resources: Sequence[bytes]) -> bytes:
    """Resources, or bundles of them, as one bundle."""
    return wrap_entries([b'{"resource":' + one + b"}" for one in resources])


def wrap_entries(entries: Sequence[bytes]) -> bytes:
    """Entries as a bundle."""
    return b'{"resourceType":"Bundle","type":"collection","entry":[' + b",".join(entries) + b"]}"
