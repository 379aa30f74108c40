"""The record of a patient: what was prefetched, and the rest of it from the FHIR server of the client, where it may be asked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urljoin, urlsplit

from concordant.errors import ConcordantError
from concordant.record.fhir.searches import PATIENT, PERSON, list_missing_references, list_read_kinds
from concordant.web.cds.outbound import Outbound, Unreachable
from concordant.web.cds.pages import SearchPage, join_pages, join_resources, read_page
from concordant.web.cds.requests import HookRequest
from concordant.web.cds.settings import CdsSettings
from concordant.web.problems import Problem
from concordant.web.smart.backend import BackendTokens
from concordant.web.smart.discovery import NoToken

PERSON_KEY = "patient"
REFERRED = "referred"
MOST_PAGES, MOST_REFERENCES = 40, 40
MOST_BYTES = 20_000_000  # of all pages together
SECONDS = 8.0  # for all that is fetched for one call
AT_ONCE = 4
PLAIN = "/?=&,:.-_~"  # signs of a search that stand in an address as they are
UNAUTHORIZED = 401
FHIR_JSON = "application/fhir+json"
NULL = b"null"


class NotFetched(Exception):
    """Why a part of the record is missing, in words."""


@dataclass
class MissingRecord(Problem):
    """That nothing can be said without the record, and why it is missing."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class GatheredRecord:
    """The resources of a patient as one bundle, and a sentence for each part that is missing."""

    resources: bytes
    missing: tuple[str, ...]


@dataclass(frozen=True)
class RecordFetcher:
    """`searches` are what is asked for, by the keys of the prefetch."""

    settings: CdsSettings
    outbound: Outbound
    searches: Mapping[str, str]

    @cached_property
    def tokens(self) -> BackendTokens:
        """What is sent where a client hands no token over."""
        return BackendTokens(self.settings.smart, self.outbound, list_read_kinds(self.searches.values()))

    def gather_record(self, request: HookRequest) -> GatheredRecord:
        """The record. Raises Problem (412) where nothing can be said without what is missing."""
        until = time.monotonic() + SECONDS
        found, wanted = self._sort_prefetch(request)
        missing = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            fetched = pool.map(lambda key: self._try_search(key, request, found.get(key), until), wanted)
            for key, (content, why) in zip(wanted, fetched, strict=True):
                if content is not None:
                    found[key] = content
                if why:
                    missing[key] = why
        _check_person(found, request.context.patientId, missing.get(PERSON_KEY, ""))
        if not found.keys() - {PERSON_KEY}:
            raise _refuse_missing(next(iter(missing.values())))
        resources = [content for content in found.values() if content != NULL]
        more, why = self._fetch_references(join_resources(resources), request, until)
        missing |= {REFERRED: why} if why else {}
        sentences = (f"{name_part(key)}: {why}." for key, why in missing.items())
        return GatheredRecord(join_resources([*resources, *more]), tuple(sentences))

    def _sort_prefetch(self, request: HookRequest) -> tuple[dict[str, bytes], list[str]]:
        """What was handed over, by its key, and the keys of which all or a part is missing."""
        found: dict[str, bytes] = {}
        wanted = []
        for key in self.searches:
            raw = bytes((request.prefetch or {}).get(key, b"")).strip()
            page = read_page(raw)
            if raw == NULL and key != PERSON_KEY:
                found[key] = raw
            elif page is None or page.is_failure:
                wanted.append(key)
            else:
                found[key] = raw
                wanted += [key] if page.following else []
        return found, wanted

    def _try_search(self, key: str, request: HookRequest, first: bytes | None, until: float) -> tuple[bytes | None, str]:
        """What a search finds, and why not all of it is there. A first page that was handed over is gone on from."""
        try:
            base = self._find_server(request)
            page = read_page(first) if first is not None else None
            if page is not None and page.entry is not None:
                return self._follow(page, base, request, until)
            address = f"{base}/{fill_search(self.searches[key], request.context.patientId)}"
            page, content = self._ask(address, request, until)
            if key == PERSON_KEY:
                return _check_kind(page, content, PERSON), ""
            _check_kind(page, content, "Bundle")
            return self._follow(page, base, request, until)
        except NotFetched as why:
            return first, str(why)

    def _fetch_references(self, resources: bytes, request: HookRequest, until: float) -> tuple[list[bytes], str]:
        """What entries refer to, such as the medication of an order, from a server that may be asked, and what went wrong."""
        try:
            base = self._find_server(request)
            wanted = list_missing_references(resources, base)
        except (NotFetched, ConcordantError):  # what cannot be had stays open, and what cannot be read is told by the reader
            return [], ""
        why = f"more than {MOST_REFERENCES} of them are referred to" if len(wanted) > MOST_REFERENCES else ""

        def ask(address: str) -> tuple[bytes, str]:
            try:
                page, content = self._ask(f"{base}/{address}", request, until)
                return _check_kind(page, content, address.partition("/")[0]), ""
            except NotFetched as fault:
                return NULL, str(fault)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = list(pool.map(ask, wanted[:MOST_REFERENCES]))
        return [content for content, _ in asked if content != NULL], next((fault for _, fault in asked if fault), why)

    def _find_server(self, request: HookRequest) -> str:
        """The server of the client, where it is one that may be asked. Raises NotFetched."""
        if not request.fhirServer:
            raise NotFetched("not handed over, and no FHIR server was named")
        base = request.fhirServer.rstrip("/")
        if base not in self.settings.servers:
            raise NotFetched("not handed over, and the FHIR server is none that this service may ask")
        return base

    def _follow(self, page: SearchPage, base: str, request: HookRequest, until: float) -> tuple[bytes, str]:
        """A page and all that follow it, as one bundle; what was found before something went wrong is kept."""
        pages, seen, size = [page], set[str](), 0
        why = ""
        try:
            while following := pages[-1].following:
                address = _find_following(following, base, seen, len(pages))
                seen.add(address)
                page, content = self._ask(address, request, until)
                _check_kind(page, content, "Bundle")
                size += len(content)
                if size > MOST_BYTES:
                    raise NotFetched("the pages of the FHIR server are too large together")
                pages.append(page)
        except NotFetched as fault:
            why = str(fault)
        return join_pages(pages), why or _find_gap(pages)

    def _ask(self, address: str, request: HookRequest, until: float) -> tuple[SearchPage, bytes]:
        token = self._find_token(request, until)
        headers = {"Accept": FHIR_JSON, **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            content = self.outbound.get_json(address, headers, until)
        except Unreachable as why:
            if why.status == UNAUTHORIZED and request.fhirAuthorization is None:
                self.tokens.forget_token(self._find_server(request), token)
            raise NotFetched(f"the FHIR server was asked, and {why}") from None
        page = read_page(content)
        if page is None:
            raise NotFetched("the FHIR server was asked, and its answer is no resource")
        return page, content

    def _find_token(self, request: HookRequest, until: float) -> str:
        """The token of the client, or else our own for that server; empty where there is none. Raises NotFetched."""
        if request.fhirAuthorization is not None:
            return request.fhirAuthorization.access_token
        try:
            return self.tokens.get_token(self._find_server(request), until)
        except NoToken as why:
            raise NotFetched(str(why)) from None


def fill_search(search: str, patient: str) -> str:
    """A search for one patient, as it stands in an address."""
    return quote(search.replace(PATIENT, patient), safe=PLAIN)


def name_part(key: str) -> str:
    """A part of the record by the key under which it is handed over."""
    words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in key)
    return words[:1].upper() + words[1:]


def _check_kind(page: SearchPage, content: bytes, kind: str) -> bytes:
    if page.resourceType != kind:
        raise NotFetched("the FHIR server was asked, and answered with something else")
    return content


def _find_following(told: str, base: str, seen: set[str], count: int) -> str:
    """The address of the next page. Raises NotFetched for one that is elsewhere, was read before, or is one too many."""
    here = urlsplit(base)
    try:
        address = urljoin(f"{base}/", told)
        there = urlsplit(address)
    except ValueError:
        raise NotFetched("the address of its next page is none") from None
    within = there.path == here.path or there.path.startswith(f"{here.path}/")
    if (there.scheme, there.netloc) != (here.scheme, here.netloc) or not within:
        raise NotFetched("its next page is said to be on another server, which is not asked")
    if address in seen:
        raise NotFetched("its pages go round in a circle")
    if count >= MOST_PAGES:
        raise NotFetched(f"it has more than {MOST_PAGES} pages")
    return address


def _find_gap(pages: list[SearchPage]) -> str:
    """That a search found more than its pages hold."""
    told = max((page.total for page in pages if page.total is not None), default=0)
    held = sum(len(page.entry or ()) for page in pages)
    return f"the search found {told} entries, and its pages hold {held}" if told > held else ""


def _check_person(found: Mapping[str, bytes], patient: str, why: str) -> None:
    """Raises Problem where the patient is not there, or is somebody else."""
    person = read_page(found.get(PERSON_KEY, b""))
    if person is None:
        raise _refuse_missing(why or "not handed over")
    if person.resourceType != PERSON or person.id != patient:
        raise Problem(422, "This says something that cannot be", "The prefetched patient is not the one of `context.patientId`.")


def _refuse_missing(why: str) -> Problem:
    says = f"Nothing can be said of this patient without the record: {why}. /cds-services lists what to prefetch."
    return MissingRecord(412, "The record is missing", says, why=why)
