"""Bytes to resources in one typed pass; where a part is faulty, entry by entry, so that the rest is read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from concordant.errors import Complaint, Unreadable, make_printable, quote_word
from concordant.inputs import unpack_bytes
from concordant.record.fhir.addresses import strip_version, to_local_reference
from concordant.record.fhir.elements import NOTHING, CodeableConcept, Element, Reference
from concordant.record.fhir.incoming import BAD_BYTE, replace_bad_bytes
from concordant.record.fhir.resources import TEXT_ELEMENTS, Entry, EntryRequest, EntryResponse, Resource

MAX_BYTES = 200_000_000  # of one JSON document; NDJSON has no limit but its longest line
LONGEST_ID = 64
DEEPEST = 8  # bundles within bundles
WAY_OUT = "Save it again as UTF-8 JSON"


class RawBundle(msgspec.Struct):
    """A bundle whose resources are decoded one by one."""

    resourceType: object = None  # noqa: N815
    entry: list[msgspec.Raw] | None = None


class RawBundleEntry(Element):
    """One entry, its resource not decoded: for bundles of which a part is faulty."""

    fullUrl: str | None = None  # noqa: N815
    resource: msgspec.Raw = NOTHING
    request: EntryRequest | None = None
    response: EntryResponse | None = None


class Head(Element):
    """What stands at the head of a faulty resource."""

    resourceType: object = None  # noqa: N815
    id: object = None
    subject: object = None
    patient: object = None
    code: object = None
    entry: list[msgspec.Raw] | None = None


class LocatedResource(msgspec.Struct, gc=False):
    """One resource of a source: where it stands, its address, and why it cannot be read when it cannot.

    `number` is its place among the entries of the bundle that stands at `where`; -1 for a resource by itself. `passed` says
    why it is not read though nothing is wrong with it: another version governs, or its source deleted it. An entry that only
    tells that its source deleted a resource is `deleted`; when, where that is told.
    """

    where: str
    url: str | None
    resource: Resource
    why: str = ""
    number: int = -1
    passed: str = ""
    deleted: str | None = None

    @property
    def place(self) -> str:
        """`entry[3]`: made when it is asked for, because nearly every resource is known by its id."""
        return self.where if self.number < 0 else f"{self.where}entry[{self.number}]"


def entry_place(entry: LocatedResource) -> str:
    """Where an entry stands: its type and id, else its place in the file. An id with a bracket could read like a reference."""
    resource = entry.resource
    kind, id_ = resource.resourceType, resource.id
    return (
        f"{kind}/{id_}"
        if id_ and kind and len(id_) <= LONGEST_ID and "[" not in id_ + kind
        else entry.place or kind or "the resource"
    )


ANY = msgspec.json.Decoder(Resource | list[Resource])
ONE = msgspec.json.Decoder(Resource)
BUNDLE = msgspec.json.Decoder(RawBundle | list[msgspec.Raw])
ENTRY = msgspec.json.Decoder(RawBundleEntry)
HEAD = msgspec.json.Decoder(Head)
RAW_ENTRIES = msgspec.json.Decoder(RawBundle)
FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def unzip_data(data: bytes, name: str) -> bytes:
    """The bytes themselves, unpacked when they are gzip, without a byte order mark. Raises Unreadable."""
    data = unpack_bytes(data, name, MAX_BYTES)
    if len(data) > MAX_BYTES:
        way_out = f"At most {MAX_BYTES // 1_000_000} MB are read as one document; write the bundle as NDJSON, one resource a line"
        raise Unreadable(Complaint("the document is too large", name, way_out=way_out))
    return data.removeprefix(b"\xef\xbb\xbf")


def decode_resources(data: bytes, name: str) -> list[LocatedResource]:
    """Every resource of a bundle, a list of resources or a single resource. Raises Unreadable."""
    try:
        try:
            return flatten_bundles(ANY.decode(data))
        except (msgspec.ValidationError, UnicodeDecodeError):
            return decode_each_entry(data, name)
    except RecursionError:
        raise Unreadable(Complaint("nested too deeply to be a record", name, way_out="Check how the file was written")) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(describe_malformed(data, name, str(error))) from None


def describe_malformed(data: bytes, name: str, error: str, line: int = 0) -> Complaint:
    """What is wrong with bytes that are no JSON, and where."""
    if "truncated" in error:
        says, at = "the JSON ends in the middle", len(data)
    elif "UTF-8" in error or "utf-8" in error:
        says, at = "not UTF-8 text", _find_bad_byte(data)
    else:
        says, _, rest = error.partition(" (byte ")
        at = int(rest.rstrip(")")) if rest.rstrip(")").isdigit() else 0
    row = line or data.count(b"\n", 0, at) + 1
    return Complaint(f"{_lower_first(says)} (byte {at})", name, row, WAY_OUT)


def _find_bad_byte(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def flatten_bundles(top: Resource | list[Resource]) -> list[LocatedResource]:
    """The resources of bundles, also of bundles within bundles, each with its place."""
    located: list[LocatedResource] = []
    if isinstance(top, list):
        for number, resource in enumerate(top):
            _flatten_resource(resource, None, f"[{number}]", located, 0)
    else:
        _flatten_resource(top, None, "", located, 0)
    return located


def is_bundle(kind: object, entries: object) -> bool:
    """Whether a resource is a bundle of others; a List has entries too, and they are none."""
    return kind == "Bundle" or (kind is None and entries is not None)


def _flatten_resource(resource: Resource, url: str | None, place: str, located: list[LocatedResource], depth: int) -> None:
    if not is_bundle(resource.resourceType, resource.entry):
        located.append(LocatedResource(place, url, resource))
        return
    if depth > DEEPEST:
        located.append(LocatedResource(place, url, resource, "bundles within bundles, too deep"))
        return
    if not resource.entry and depth:
        located.append(LocatedResource(place, url, resource))
        return
    prefix = f"{place}/" if place else ""
    for number, entry in enumerate(resource.entry or ()):
        inner = entry.resource
        if inner is None:
            located.append(_locate_bare_entry(entry, prefix, number))
        elif not is_bundle(inner.resourceType, inner.entry):
            located.append(LocatedResource(prefix, entry.fullUrl, inner, "", number))
        else:
            _flatten_resource(inner, entry.fullUrl, f"{prefix}entry[{number}]", located, depth + 1)


def _locate_bare_entry(entry: Entry | RawBundleEntry, where: str, number: int) -> LocatedResource:
    """An entry without a resource: it tells that one was deleted, or nothing."""
    request = entry.request
    if request is None or request.method != "DELETE" or not request.url:
        return LocatedResource(where, entry.fullUrl, Resource(), "the entry has no resource", number)
    kind, _, id_ = to_local_reference(strip_version(request.url.partition("?")[0])).partition("/")
    when = (entry.response.lastModified if entry.response else None) or ""
    return LocatedResource(
        where,
        None,
        Resource(resourceType=kind, id=id_ or None),
        "",
        number,
        f"it tells that its source deleted {kind}/{id_}",
        when,
    )


def decode_each_entry(data: bytes, name: str) -> list[LocatedResource]:
    """The same for a document of which a part has the wrong type: only that part is lost."""
    try:
        top = BUNDLE.decode(data)
    except msgspec.ValidationError as error:
        raise Unreadable(Complaint(f"this is no FHIR bundle ({make_printable(str(error))})", name, 1)) from None
    if isinstance(top, list):
        return [part for number, raw in enumerate(top) for part in decode_one(raw, None, f"[{number}]")]
    if not is_bundle(top.resourceType, top.entry):
        return list(decode_one(msgspec.Raw(data), None, ""))
    return list(_iter_entries(top.entry or [], ""))


def _iter_entries(raws: list[msgspec.Raw], prefix: str, depth: int = 0) -> Iterator[LocatedResource]:
    for number, raw in enumerate(raws):
        place = f"{prefix}entry[{number}]"
        try:
            entry = ENTRY.decode(raw)
        except FAULTS as error:
            yield LocatedResource(place, None, Resource(), describe_error(error))
            continue
        if not bytes(entry.resource):
            yield _locate_bare_entry(entry, prefix, number)
        else:
            yield from decode_one(entry.resource, entry.fullUrl, place, depth + 1)


def decode_one(raw: msgspec.Raw | bytes, url: str | None, place: str, depth: int = 0) -> Iterator[LocatedResource]:
    """One resource; when it has a wrong type inside, its head alone, with the reason."""
    try:
        inner: list[LocatedResource] = []
        _flatten_resource(ONE.decode(raw), url, place, inner, depth)
        yield from inner
    except FAULTS as error:
        yield from decode_faulty(raw, url, place, describe_error(error), depth)


def decode_faulty(raw: msgspec.Raw | bytes, url: str | None, place: str, why: str, depth: int = 0) -> Iterator[LocatedResource]:
    """What a resource is about that cannot be read as it stands, and why; of a bundle the entries, one by one."""
    try:
        head = HEAD.decode(replace_bad_bytes(bytes(raw)))
    except FAULTS:
        yield LocatedResource(place, url, Resource(), why)
        return
    if head.entry and depth <= DEEPEST and is_bundle(head.resourceType, head.entry):
        bundle = RAW_ENTRIES.decode(raw)
        yield from _iter_entries(bundle.entry or [], f"{place}/" if place else "", depth)
    else:
        yield LocatedResource(place, url, _resource_from_head(head, raw), why)


def _resource_from_head(head: Head, raw: msgspec.Raw | bytes) -> Resource:
    def to_text(value: object) -> str | None:  # with a sign that stands for a bad byte it would name anybody
        return value if isinstance(value, str) and BAD_BYTE not in value else None

    def to_reference(value: object) -> object:
        if isinstance(value, dict) and BAD_BYTE in str(value.get("reference")):
            return None
        try:
            return msgspec.convert(value, Reference)
        except msgspec.ValidationError:
            return Reference(to_text(value.get("reference"))) if isinstance(value, dict) else None

    known = {"resourceType": to_text(head.resourceType), "id": to_text(head.id), "code": _drop_bad_code(head.code)}
    named = {"subject": to_reference(head.subject), "patient": to_reference(head.patient)}
    resource = msgspec.convert({**known, **named}, Resource)
    texts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    for element in TEXT_ELEMENTS & texts.keys():
        setattr(resource, element, texts[element])
    return resource


def _drop_bad_code(code: object) -> object:
    """What a faulty resource is about, so that its result can be left open; None when that is faulty as well."""
    try:
        msgspec.convert(code, CodeableConcept)
    except msgspec.ValidationError:
        return None
    return code


def describe_error(error: Exception) -> str:
    """What is wrong inside one entry, in words without its content."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    says = make_printable(str(error))
    if "at `" in says:
        return f"a value of the wrong type: {_lower_first(says)}"
    return "it is no JSON object" if says.startswith("Expected `") else quote_word(says)


def _lower_first(says: str) -> str:
    """The sentence with a small first letter, unless it begins with an abbreviation."""
    return says if says[1:2].isupper() else f"{says[:1].lower()}{says[1:]}"
